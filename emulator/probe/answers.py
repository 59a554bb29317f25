"""Answers, and where they are written: one table of docs/fidelity.md, a row a question. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from emulator.probe.questions import QUESTIONS

HEADING = "## Asked of AWS"
_INTRODUCTION = (
    "What `python -m emulator probe` asked of an account, the latest answer to each question. *Assumed* is what the\n"
    "emulator and the program did when it was asked.\n"
)
_HEAD = "| Question | Asked | What AWS did | Assumed |\n|---|---|---|---|\n"
_ROW = re.compile(r"^\| <a id=\"(?P<id>[a-z0-9-]+)\"></a>.*\|$")


class Outcome(StrEnum):
    """How an answer stands to what was assumed."""

    AS_ASSUMED = "as assumed"
    """AWS did what the emulator does."""
    OTHERWISE = "OTHERWISE"
    """It did something else: the emulator or the program is to be changed."""
    SETTLED = "settled"
    """Nothing was assumed that it could agree with."""
    UNSETTLED = "not settled"
    """It could not be asked, or the answer says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What AWS did, in words and figures without account ids."""

    question: str
    outcome: Outcome
    seen: str


def written(page: str, answers: Sequence[Answer], *, day: str, region: str) -> str:
    """Return the page with these answers in its table; those to other questions stay, and so does all other text.

    An answer that settles nothing takes no place of one that did.
    """
    before, rows, after = _parted(page)
    for answer in answers:
        if answer.outcome is not Outcome.UNSETTLED or answer.question not in rows:
            rows[answer.question] = _row(answer, day, region)
    order = {question.id: number for number, question in enumerate(QUESTIONS)}
    lines = [rows[name] for name in sorted(rows, key=lambda name: (order.get(name, len(order)), name))]
    table = _HEAD + "".join(f"{line}\n" for line in lines)
    return f"{before.rstrip()}\n\n{HEADING}\n\n{_INTRODUCTION}\n{table}{after}"


def _parted(page: str) -> tuple[str, dict[str, str], str]:
    """What stands before the section, the rows of its table by question, and what stands after it."""
    before, found, section = page.partition(f"{HEADING}\n")
    if not found:
        return page, {}, ""
    body, following, rest = section.partition("\n## ")
    rows = {match["id"]: line for line in body.splitlines() if (match := _ROW.match(line))}
    return before, rows, f"\n## {rest}" if following else ""


def _row(answer: Answer, day: str, region: str) -> str:
    (question,) = (each for each in QUESTIONS if each.id == answer.question)
    cells = (
        f'<a id="{question.id}"></a>{question.asks}',
        f"{day}, {region}",
        f"{answer.seen} ({answer.outcome})",
        question.assumed,
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def without_account(text: str, account: str) -> str:
    """Take the account's id out of what AWS said: it is nobody's business in a repository."""
    return text.replace(account, "<account>") if account else text


def summary(answers: Sequence[Answer]) -> Mapping[Outcome, int]:
    """How many answers there are of each outcome."""
    return {outcome: sum(answer.outcome is outcome for answer in answers) for outcome in Outcome}
