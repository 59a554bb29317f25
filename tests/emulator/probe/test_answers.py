"""What is written into the page, and what a probe is said to cost."""

import pytest

from emulator.probe import bill
from emulator.probe.answers import Answer, Outcome, summary, without_account, written
from emulator.probe.function_trials import TRIALS as FUNCTIONS
from emulator.probe.log_trials import TRIALS as LOGS
from emulator.probe.math_trials import TRIALS as MATH
from emulator.probe.model_trials import TRIALS as MODELS
from emulator.probe.questions import QUESTIONS
from emulator.probe.stage_trials import TRIALS as STAGES
from emulator.probe.wire_trials import WIRE

PAGE = "# Fidelity\n\nText.\n\n## After\n\nMore.\n"
SEEN = Answer(question="percent-zero", outcome=Outcome.AS_ASSUMED, seen="they | stay")
SHOWN = (
    '| <a id="percent-zero"></a>Does `replace /canarySettings/percentTraffic` 0 leave the overrides as they are? '
    "| 2026-12-01, eu-central-1 | they \\| stay (as assumed) | they stay |"
)


def test_every_question_has_a_trial_and_every_trial_a_question() -> None:
    trials = {*WIRE, *STAGES, *LOGS, *MATH, *MODELS, *FUNCTIONS, "object2vec-input"}
    assert trials == {question.id for question in QUESTIONS}
    assert len(QUESTIONS) == len(trials)


def test_answers_are_written_into_a_table_at_the_end_of_a_page_without_one() -> None:
    page = written(PAGE, [SEEN], day="2026-12-01", region="eu-central-1")
    assert page.startswith("# Fidelity\n\nText.\n\n## After\n\nMore.\n\n## Asked of AWS\n\nWhat `python -m emulator")
    assert page.endswith(f"| Question | Asked | What AWS did | Assumed |\n|---|---|---|---|\n{SHOWN}\n")


def test_a_later_answer_takes_the_earlier_ones_place_and_all_other_text_stays() -> None:
    before = written("# A\n", [SEEN], day="2026-12-01", region="eu-central-1") + "\n## After\n\nMore.\n"
    later = Answer(question="percent-zero", outcome=Outcome.OTHERWISE, seen="they\ngo")
    other = Answer(question="loop-bound", outcome=Outcome.AS_ASSUMED, seen="500")
    page = written(before, [later, other], day="2027-01-02", region="us-east-1")
    rows = [line for line in page.splitlines() if line.startswith("| <a")]
    assert [row.split("|")[2:4] for row in rows] == [
        [" 2027-01-02, us-east-1 ", " 500 (as assumed) "],
        [" 2027-01-02, us-east-1 ", " they go (OTHERWISE) "],
    ]
    assert page.endswith("\n\n## After\n\nMore.\n")
    assert written(page, [], day="2027-01-03", region="us-east-1") == page


def test_what_settles_nothing_takes_no_answers_place() -> None:
    page = written(PAGE, [SEEN], day="2026-12-01", region="eu-central-1")
    nothing = Answer(question="percent-zero", outcome=Outcome.UNSETTLED, seen="not asked")
    assert written(page, [nothing], day="2027-01-02", region="us-east-1") == page
    assert "not asked (not settled)" in written(PAGE, [nothing], day="2027-01-02", region="us-east-1")


def test_an_account_is_nobodys_business() -> None:
    assert without_account("Endpoint X of account 123456789012", "123456789012") == "Endpoint X of account <account>"
    assert without_account("as it is", "") == "as it is"


def test_outcomes_are_counted() -> None:
    assert summary([SEEN, SEEN]) == {
        Outcome.AS_ASSUMED: 2,
        Outcome.OTHERWISE: 0,
        Outcome.SETTLED: 0,
        Outcome.UNSETTLED: 0,
    }


def test_the_estimate_adds_up() -> None:
    assert sum(item.dollars for item in bill.estimate(model=True)) == pytest.approx(
        1500 * 3.5e-6 + 0.3 / 730 + 60 * (2e-7 + 1.66667e-5 / 4) + 0.065 * 0.75 + 0.01
    )
    assert bill.told(bill.estimate(model=False), model=False) == (
        "   0.0053 USD  about 1500 requests of a REST API\n"
        "   0.0004 USD  1 custom metric for an hour\n"
        "   0.0003 USD  about 60 invocations of a Lambda function\n"
        "   0.0059 USD in all, about 15 minutes; the bill is the account's own"
    )
