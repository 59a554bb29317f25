"""The protocol of `canary replay`: series side by side, a bad line breaks its own, exit 1."""

# scipy and ville ship no types:
# pyright: basic

import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import typer
from typer.testing import CliRunner

from rollout.judge.commands import replay as command
from rollout.judge.errors import PolicyError, SourceError
from rollout.judge.loading import chosen_policy, observation_lines
from rollout.judge.policy import STANDARD, Metric
from rollout.replay import records, replay, unreadable

ERRORS = STANDARD.select((Metric.ERRORS,))
EXAMPLE = (
    '{"series": "s1", "start": "2026-01-01T00:00:00Z", "seconds": 10, "share": 0.05,'
    ' "canary": {"requests": 50, "errors": {"4xx": 0, "5xx": 1}, "slow": {"p50": 26, "p90": 5, "p99": 1},'
    ' "scores": [3, 10, 25, 9, 3]},'
    ' "stable": {"requests": 950, "errors": {"4xx": 2, "5xx": 1}, "slow": {"p50": 470, "p90": 97, "p99": 10},'
    ' "scores": [60, 190, 450, 190, 60]}}'
)


def lines(series: str, failed: int, count: int = 720, share: float = 0.25) -> Iterator[str]:
    for index in range(count):
        hour, rest = divmod(10 * index, 3600)
        yield json.dumps(
            {
                "series": series,
                "start": f"2026-01-01T{hour:02}:{rest // 60:02}:{rest % 60:02}Z",
                "seconds": 10,
                "share": share,
                "canary": {"requests": 25, "errors": {"4xx": 0, "5xx": failed if index % 3 == 0 else 0}},
                "stable": {"requests": 75, "errors": {"4xx": 0, "5xx": 1 if index % 20 == 0 else 0}},
            }
        )


def test_the_example_of_the_page_is_read() -> None:
    (found,) = records(replay(STANDARD, [EXAMPLE]))
    assert list(found) == ["series", "verdict", "look", "canary_requests", "metric", "reasons"]
    assert (found["series"], found["verdict"], found["look"], found["canary_requests"]) == ("s1", "hold", 1, 50)


def test_series_are_judged_apart_however_their_lines_are_mixed() -> None:
    good, bad = list(lines("good", 0)), list(lines("bad", 5))
    mixed = [line for pair in zip(good, bad, strict=True) for line in pair]
    for text in (good + bad, mixed):
        first, second = records(replay(ERRORS, text))
        assert (first["series"], first["verdict"], first["look"], first["canary_requests"]) == (
            "good",
            "pass",
            720,
            18000,
        )
        assert (second["series"], second["verdict"], second["metric"]) == ("bad", "fail", "errors")
        assert int(str(second["look"])) % 6 == 0
        assert second["canary_requests"] == 25 * int(str(second["look"]))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"series": "bad"}', "start is None"),
        (
            EXAMPLE.replace('"s1"', '"bad"').replace('"5xx": 1}, "slow": {"p50": 26', '"5xx": 51}, "slow": {"p50": 26'),
            "above",
        ),
        (EXAMPLE.replace('"s1"', '"bad"').replace("0.05", "NaN"), "not JSON"),
        (EXAMPLE.replace('"s1"', '"bad"').replace("00Z", "00"), "with its zone"),
        (
            EXAMPLE.replace('"s1"', '"bad"').replace(
                '{"requests": 50', '{"start": "2026-01-01T00:00:01Z", "requests": 50'
            ),
            "clocks differ",
        ),
        (EXAMPLE.replace('"s1"', '"bad"').replace('"share"', '"part"'), "part is not a field"),
        (EXAMPLE.replace('"s1"', '"bad"').replace('"requests": 50, ', ""), "canary.requests is missing"),
    ],
)
def test_a_bad_line_breaks_its_series_and_the_others_go_on(line: str, words: str) -> None:
    found = list(replay(ERRORS, [*lines("good", 0), line, *lines("bad", 0)]))
    told = {str(record["series"]): record for record in records(found)}
    assert told["good"]["verdict"] == "pass"
    broken = told["" if line in {"{", "[]"} else "bad"]
    assert (broken["verdict"], broken["look"]) == ("broken", 1)
    assert any(words in reason for reason in cast("list[str]", broken["reasons"]))
    assert unreadable(found) == 1


def test_broken_comes_at_its_look_and_not_at_the_end() -> None:
    text = list(lines("s", 0))
    text.insert(400, text[399])
    (found,) = records(replay(ERRORS, text))
    assert (found["verdict"], found["look"]) == ("broken", 401)


def test_a_failure_stands_whatever_comes_after_it() -> None:
    text = [*lines("s", 5), "not json", *lines("s", 0)]
    told = {record["series"]: record["verdict"] for record in records(replay(ERRORS, text))}
    assert told == {"s": "fail", "": "broken"}


app = typer.Typer()
app.command()(command)


def test_the_command_reads_a_file_and_exits_1_for_a_broken_series(tmp_path: Path) -> None:
    path = tmp_path / "observations.jsonl"
    path.write_text("\n".join([*lines("good", 0), ""]))
    arguments = ["--observations", str(path), "--metrics", "errors", "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["verdict"] == "pass"
    path.write_text(path.read_text() + "oops\n")
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["pass", "broken"]


def test_the_command_reads_standard_input_and_tells_a_person_why(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("preset: fast\nmetrics: [errors]\n")
    arguments = ["--observations", "-", "--policy", str(policy), "--alpha", "0.001"]
    done = CliRunner().invoke(app, arguments, input="\n".join(lines("bad", 5)))
    assert done.exit_code == 0
    assert "bad: fail at look" in done.stdout
    assert "errors 5xx: canary" in done.stdout


def test_a_policy_is_a_preset_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_policy("cautious", alpha=0.002, metrics="errors").alpha == 0.002
    with pytest.raises(PolicyError, match="neither a preset"):
        chosen_policy(str(tmp_path / "none"))
    bad = tmp_path / "bad.yaml"
    bad.write_text("[1")
    with pytest.raises(PolicyError, match="not YAML"):
        chosen_policy(str(bad))
    bad.write_text("- 1")
    with pytest.raises(PolicyError, match="holds list"):
        chosen_policy(str(bad))
    with pytest.raises(PolicyError, match="alpha is 2"):
        chosen_policy("standard", alpha=2.0)
    with pytest.raises(SourceError, match="cannot read"), observation_lines(str(tmp_path / "none")):
        pass
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x\n")))
    with observation_lines("-") as found:
        assert list(found) == [b"x\n"]


def test_replay_takes_thousands_of_intervals_a_second() -> None:
    text = [line.encode() for line in lines("s", 0, 8000)]
    began = time.process_time()
    replay(ERRORS, text)
    assert 8000 / (time.process_time() - began) > 6000


@pytest.mark.parametrize(
    ("line", "series"),
    [
        (EXAMPLE.replace('"s1"', '"bad"').replace('"seconds": 10', '"seconds": NaN'), "bad"),
        (EXAMPLE.replace('"s1"', '"bad"')[:60], "bad"),
        ('{"series": "a\\"b", ', 'a"b'),
        ('{"series": 7, ', ""),
        ("nonsense", ""),
        (b'{"series": "\xff", "start": ', "\ufffd"),
    ],
)
def test_a_line_that_is_no_json_breaks_the_series_that_it_names(line: bytes | str, series: str) -> None:
    found = {each["series"]: each for each in records(replay(ERRORS, [*lines("good", 0), line]))}
    assert (found["good"]["verdict"], found[series]["verdict"]) == ("pass", "broken")
    assert str(cast("list[str]", found[series]["reasons"])[0]).startswith("line 721 is not JSON")
    (broken,) = records(replay(ERRORS, [*lines("bad", 0), EXAMPLE.replace('"s1"', '"bad"').replace("0.05", "NaN")]))
    assert (broken["series"], broken["verdict"]) == ("bad", "broken")
