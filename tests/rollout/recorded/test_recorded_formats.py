"""A recording's kind is told by its content; what would have been done is told in words."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rollout.judge.commands import replay as command
from rollout.judge.errors import SourceError
from rollout.judge.policy import STANDARD, Futility, Metric, Policy, Step
from rollout.judge.verdict import Label
from rollout.recorded.formats import Format, told
from rollout.recorded.replaying import Options
from rollout.replay import Replayed, replay
from rollout.retold import retold
from tests.rollout.simulated import Simulated

POLICY = replace(STANDARD.select((Metric.ERRORS,)), steps=(Step(percent=25, seconds=1800),))


def lines(failed: int, count: int = 360, begin: int = 0) -> Iterator[str]:
    for index in range(begin, begin + count):
        hour, rest = divmod(10 * index, 3600)
        yield json.dumps(
            {
                "series": "s",
                "start": f"2026-01-01T{hour:02}:{rest // 60:02}:{rest % 60:02}Z",
                "seconds": 10,
                "share": 0.25,
                "canary": {"requests": 25, "errors": {"5xx": failed if index % 3 == 0 else 0}},
                "stable": {"requests": 75, "errors": {"5xx": 1 if index % 20 == 0 else 0}},
            }
        )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"series": "s", "canary": {}}', Format.OBSERVATIONS),
        ('{"isCanaryRequest": "true", "requestTimeEpoch": 1}', Format.ACCESS_LOG),
        ('2026-01-01T00:00:00Z {"requestTimeEpoch": 1}', Format.ACCESS_LOG),
        ('{"kind": "asked", "number": 2, "began": 1, "rollout": "r2-1", "at": 0}', Format.JOURNAL),
        ("no JSON", Format.OBSERVATIONS),
        ("", Format.OBSERVATIONS),
    ],
)
def test_content_tells_the_format_and_no_line_is_lost(text: str, kind: Format) -> None:
    for torn in ([], ["", "torn {", "[1]"]):
        given = [*torn, text, "more"]
        found, rest = told(given)
        assert found is kind
        assert list(rest) == given
    found, rest = told(each.encode() for each in [text, "more"])
    assert (found, list(rest)) == (kind, [text.encode(), b"more"])


def only(policy: Policy, text: Iterator[str]) -> Replayed:
    (found,) = replay(policy, text, changes=True)
    return found


def test_a_promotion_comes_when_the_plan_has_had_its_time() -> None:
    found = only(POLICY, lines(0))
    assert found.verdict.label is Label.PASS
    assert retold(POLICY, found).deed == "would have promoted the canary at 2026-01-01T00:30:00Z, 30 min in"
    first, then = found.changes
    assert (first.label, then.label) == (Label.HOLD, Label.PASS)
    assert then.look < 180
    assert retold(POLICY, found).way[1].startswith(f"{10 * then.look // 60} min")
    longer = replace(POLICY, steps=(Step(percent=25, seconds=5400),))
    assert "need 30 min more than was recorded" in retold(longer, found).deed


def test_an_abort_is_told_with_its_moment_and_its_metric() -> None:
    found = only(POLICY, lines(5))
    at = 10 * found.verdict.look
    assert retold(POLICY, found).deed == (
        f"would have aborted at 2026-01-01T00:{at // 60:02}:{at % 60:02}Z, {at // 60} min"
        f"{f' {at % 60} s' if at % 60 else ''} in, after {25 * found.verdict.look} canary requests, for errors"
    )


def test_a_fault_after_the_promotion_is_told_as_that() -> None:
    found = only(POLICY, iter([*lines(0, 300), *lines(8, 300, 300)]))
    deed = retold(POLICY, found).deed
    assert found.verdict.label is Label.FAIL
    assert deed.startswith("would have promoted the canary at 2026-01-01T00:30:00Z")
    assert deed.endswith("the recording goes on, and ends in fail")


def test_the_deadline_takes_back_what_is_still_held() -> None:
    strict = replace(POLICY, deadline=600.0, confidence=0.9999)
    assert retold(strict, only(strict, lines(0))).deed.startswith(
        "would have rolled it back at 2026-01-01T00:10:00Z, 10 min in: the deadline of 10 min came"
    )
    asks = replace(strict, futility=Futility.PAUSE)
    assert "would have paused for a person at" in retold(asks, only(asks, lines(0))).deed


def test_what_cannot_be_told_is_said() -> None:
    assert "held to the end" in retold(POLICY, only(POLICY, lines(0, 12))).deed
    bare = (json.dumps({k: v for k, v in json.loads(each).items() if k != "canary"}) for each in lines(0, 20))
    assert "nothing to compare" in retold(POLICY, only(POLICY, bare)).deed
    twice = iter([*lines(0, 20), *lines(0, 20)])
    assert "called it broken at 2026-01-01T00:03:20Z" in retold(POLICY, only(POLICY, twice)).deed
    assert "nothing of it could be read" in retold(POLICY, only(POLICY, iter(["oops"]))).deed


def test_the_verdict_is_the_same_with_and_without_words() -> None:
    for failed in (0, 1, 5):
        assert replay(POLICY, lines(failed))[0].verdict == only(POLICY, lines(failed)).verdict


app = typer.Typer()
app.command()(command)


def test_the_command_reads_a_stores_journal(tmp_path: Path) -> None:
    world = Simulated(tmp_path / "store")
    world.counts.failing = 30
    world.begin()
    world.until(lambda state: state.ending is not None)
    done = CliRunner().invoke(app, ["--observations", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "the journal: worse at" in done.stdout
    assert "simulated would have aborted at" in done.stdout
    piped = "".join(each.read_text() for each in sorted(tmp_path.rglob("0*.json")))
    same = CliRunner().invoke(app, ["--observations", "-", "--json"], input=piped)
    assert json.loads(same.stdout)["verdict"] == "fail"
    forced = CliRunner().invoke(app, ["--observations", "-", "--json", "--format", "observations"], input=piped)
    assert forced.exit_code == 1
    assert json.loads(forced.stdout)["verdict"] == "broken"
    assert "holds no journal" in str(CliRunner().invoke(app, ["--observations", str(_empty(tmp_path))]).exception)
    other = Simulated(tmp_path / "other")
    other.begin()
    assert "several journals" in str(CliRunner().invoke(app, ["--observations", str(tmp_path)]).exception)


def _empty(folder: Path) -> Path:
    empty = folder / "empty"
    empty.mkdir()
    return empty


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": "csv"}, "--format is 'csv'"),
        ({"share": 1.0}, "--share is 1"),
        ({"seconds": 0.0}, "--seconds is 0"),
        ({"thresholds": ["p99"]}, "--threshold is 'p99'"),
        ({"thresholds": ["p99=-1"]}, "--threshold is 'p99=-1'"),
        ({"thresholds": ["p99=nan"]}, "--threshold is 'p99=nan'"),
    ],
)
def test_options_that_cannot_be_are_refused(changed: dict[str, object], words: str) -> None:
    usual: dict[str, object] = {
        "policy": None,
        "alpha": None,
        "metrics": None,
        "format": "auto",
        "share": None,
        "seconds": 10.0,
        "thresholds": [],
        "words": False,
    }
    with pytest.raises(SourceError, match=words):
        Options.of(**{**usual, **changed})  # pyright: ignore[reportArgumentType] # one of them is wrong on purpose


def test_alpha_and_metrics_override_a_journals_own_policy() -> None:
    options = Options(alpha=0.002, metrics="errors")
    assert options.chosen(POLICY) == replace(POLICY, alpha=0.002)
    assert options.chosen().name == "standard"
    assert replace(options, policy="fast").chosen(POLICY).name == "fast"
