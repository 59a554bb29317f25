"""The bar: on a terminal, for what takes long, and nowhere else."""

import io
import time

import pytest
from rich.console import Console

from training import progress
from training.progress import bar, waiting


class Clock:
    """A monotonic clock that is put forward by hand."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def drawn(clock: Clock, seconds_a_step: float, *, terminal: bool) -> str:
    out = io.StringIO()
    with bar("training r2", Console(file=out, force_terminal=terminal, width=100)) as report:
        for done in range(1, 11):
            clock.now += seconds_a_step
            report(done, 10)
    return out.getvalue()


def test_long_work_gets_a_bar(clock: Clock) -> None:
    assert "training r2" in drawn(clock, 0.25, terminal=True)


def test_short_work_gets_none(clock: Clock) -> None:
    assert drawn(clock, 0.19, terminal=True) == ""


def test_no_terminal_gets_none(clock: Clock) -> None:
    assert drawn(clock, 10, terminal=False) == ""


def test_the_bar_ends_with_an_error(clock: Clock) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)

    def fail() -> None:
        with bar("training", console) as report:
            clock.now += 50
            report(1, 10)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    with bar("again", console) as report:  # a live display that still runs would refuse a second one
        clock.now += 50
        report(1, 10)


def waited(monkeypatch: pytest.MonkeyPatch, patience: float, seconds: float, *, terminal: bool) -> str:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", patience)
    out = io.StringIO()
    with waiting("fetching", Console(file=out, force_terminal=terminal, width=100)):
        until = time.monotonic() + seconds
        while time.monotonic() < until and "fetching" not in out.getvalue():
            time.sleep(0.01)
    return out.getvalue()


def test_a_long_wait_gets_a_bar_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    said = waited(monkeypatch, 0.0, 30, terminal=True)
    assert ("fetching" in said, said.endswith("\x1b[2K")) == (True, True)  # drawn, and taken away


def test_a_short_wait_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waited(monkeypatch, 3600, 0.05, terminal=True) == ""


def test_a_wait_without_a_terminal_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waited(monkeypatch, 0.0, 0.3, terminal=False) == ""


def test_a_wait_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    console = Console(file=io.StringIO(), force_terminal=True, width=100)

    def fail() -> None:
        with waiting("fetching", console):
            time.sleep(0.1)
            raise ValueError("stop")

    for _ in range(2):  # a live display that still runs would refuse a second one
        with pytest.raises(ValueError, match="stop"):
            fail()
