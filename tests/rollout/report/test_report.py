"""The report is one file that needs nothing else, says what the journal says, and lets no text out of its place."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rollout.control.controller import abort, ask
from rollout.control.entries import Ending, Phase, Request
from rollout.control.judging import TheJudge
from rollout.explain import events, explained
from rollout.record import Record, find
from rollout.report.page import page
from rollout.report.series import series
from rollout.report.svg import Chart, ticks
from tests.rollout.simulated import Simulated


class Checked(HTMLParser):
    """Fails on a tag that is not closed where it was opened."""

    VOID = frozenset({"meta", "line", "polyline", "polygon", "circle", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def world(tmp_path: Path) -> Simulated:
    return Simulated(tmp_path)


def aborted(world: Simulated, reason: str = "") -> Record:
    world.counts.failing = 30
    world.begin()
    world.until(lambda state: state.step_requests > 0)
    ask(world.ports, Request.PAUSE, "eve", reason)
    world.until(lambda state: state.ending is not None)
    return find(world.journal.read(whole=True), "last")


def drawn(record: Record) -> str:
    return page(record, TheJudge().policy(record.state.policy), "local")


def test_it_is_well_formed_and_fetches_nothing(world: Simulated) -> None:
    html = drawn(aborted(world))
    checked = Checked()
    checked.feed(html)
    assert checked.open == []
    assert checked.seen.count("svg") == 6  # split, two classes of errors, one threshold, twice evidence
    assert not re.search(r"(https?:|src=|<script|<link|url\()", html)


def test_it_tells_the_reason_the_requests_and_every_decision(world: Simulated) -> None:
    record = aborted(world)
    html = drawn(record)
    state = record.state
    assert state.ending is Ending.WORSE
    assert state.ending_reason in html.replace("&#x27;", "'")
    assert state.seen is not None
    canary = state.seen.canary
    failed = sum((canary.errors or {}).values())
    assert f"{state.canary_requests} requests; of the {canary.requests} that counted {failed} failed" in html
    rows = re.findall(r'<tr class="(\w+)">', html)
    assert rows == [event.what for event in events(record)]
    assert rows[0] == "started"
    assert {"advance", "asked", "pause", "rollback", "seen"} <= set(rows)
    assert html.count('class="mark stop"') == 6, "the rollback is marked in every chart"


def test_what_people_write_stays_text(world: Simulated) -> None:
    html = drawn(aborted(world, reason="<script>alert('x')</script>"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_its_numbers_are_the_journals(world: Simulated) -> None:
    record = aborted(world)
    numbers = series(record)
    seen = record.state.seen
    assert seen is not None
    assert {value for _, value in numbers.split} == {0.0, 10.0}
    assert [mark.word for mark in numbers.marks] == ["try", "10 %", "pause", "pause", "rollback"]
    rates = [value for _, value in numbers.errors["5xx"]["canary"]]
    assert max(rates) == pytest.approx(0.03, abs=0.005)
    assert numbers.to_abort["errors"][-1][1] == 1.0
    assert all(0 <= value <= 1 for points in numbers.to_promotion.values() for _, value in points)


def test_a_rollout_that_has_only_begun_can_be_reported(world: Simulated) -> None:
    world.begin()
    html = drawn(find(world.journal.read(whole=True), "last"))
    assert "under way: provision" in html
    assert "nothing was measured" in html


def test_an_undone_promotion_is_told_as_one(world: Simulated) -> None:
    world.begin()
    world.until(lambda state: state.step == 1 and state.verified_at is not None)
    ask(world.ports, Request.PROMOTE, "eve", "hurry")
    world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    ask(world.ports, Request.UNDO, "ada", "odd")
    world.until(lambda state: state.ending is Ending.UNDONE)
    record = find(world.journal.read(whole=True), "r2")
    lines = list(explained(record, TheJudge().policy(record.state.policy)))
    assert lines[1] == "promoted, and taken back by a person: undone by ada: odd"
    assert any("promoted by eve: hurry" in line for line in lines)
    assert "promoted, and taken back by a person" in drawn(record)


def test_abort_names_the_person_in_the_explanation(world: Simulated) -> None:
    world.begin()
    world.until(lambda state: state.step == 0)
    abort(world.ports, "eve", "enough")
    world.until(lambda state: state.ending is not None)
    record = find(world.journal.read(whole=True), "last")
    lines = list(explained(record, TheJudge().policy(record.state.policy)))
    assert any(line.endswith("abort: enough  (eve)") for line in lines)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 100, [0, 20, 40, 60, 80, 100]), (0, 0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]), (3, 3, [3]), (0, 7, [0, 2, 4, 6])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_a_point_beyond_the_range_lies_on_its_edge() -> None:
    chart = Chart(title="t", x=(0, 10), y=(0, 1), show_x=str, show_y=str)
    assert chart.at((20, 5)) == chart.at((10, 1))
