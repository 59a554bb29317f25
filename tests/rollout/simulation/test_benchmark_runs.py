"""The benchmark's machinery on a tiny scale: cells are unique, results are kept, claims are told, a table comes out."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from benchmarks.judge import report, results, strange
from benchmarks.judge.__main__ import main, run
from benchmarks.judge.cells import Kind, applies, asked
from benchmarks.judge.claims import Holds, claims
from benchmarks.judge.registry import cells
from rollout.simulation.chances import score_shares
from rollout.simulation.worlds import Fault, Latency, Scores

CELLS = {cell.name: cell for cell in cells()}


def test_names_and_files_are_unique() -> None:
    assert len(CELLS) == len(cells())
    for side in results.SIDES:
        assert len({results.path_of(cell, side, Path()) for cell in cells()}) == len(CELLS)


def test_every_row_of_the_definition_is_there() -> None:
    assert {cell.row for cell in cells()} == {"C4", "C5", *"abdefghijkl"}


def test_words_do_not_change_a_fingerprint_and_code_does() -> None:
    one = 'def f(x: int) -> int:\n    """Doc."""\n    return x + 1  # why\n'
    assert results.meaning(one) == results.meaning("def f(x):\n    return x + 1\n")
    assert results.meaning(one) != results.meaning("def f(x):\n    return x + 2\n")


def test_values_change_a_fingerprint_and_empty_fields_do_not() -> None:
    cell = CELLS["d x1.2, sigma 0.5"]
    mark = results.fingerprint(cell, "judge", 1, 10)
    assert mark != results.fingerprint(cell, "judge", 2, 10)
    assert mark != results.fingerprint(cell, "judge", 1, 11)
    assert mark != results.fingerprint(replace(cell, world=replace(cell.world, clump=2.0)), "judge", 1, 10)
    assert results.said(Fault()) == (
        "Fault(at_minute=0.0, latency_factor=1.0, tail_share=0.0, tail_ms=2000.0, score_shift=0.0, score_scale=1.0)"
    )
    assert results.said({"a": (Latency(thresholds={"b": 1.0}, quantiles=(0.5,)),)}) == (
        "{a: (Latency(median_ms=100.0, sigma=0.5, quantiles=(0.5), thresholds={b: 1.0}))}"
    )


@pytest.mark.parametrize("side", ["judge", "peers"])
def test_a_cell_gives_the_same_numbers_again(side: str) -> None:
    cell = CELLS["b 1% -> 5%, 60 rpm"]
    one, two = (run(cell, side, 7, 20, "mark") for _ in range(2))
    assert one["rules"] == two["rules"]
    assert run(cell, side, 8, 20, "mark")["rules"] != one["rules"]


def test_sides_run_where_they_have_something_to_do() -> None:
    for cell in CELLS.values():
        assert applies(cell, "peers") == (cell.kind is not Kind.PLAN)
        assert asked(cell, "peers") <= 3000 <= asked(cell, "judge") or cell.runs < 3000
        assert applies(cell, "judge") == (cell.kind not in (Kind.DOCUMENTED, Kind.BETTING))


def test_claims_fail_on_bad_figures_and_say_what_has_not_run() -> None:
    def rule(aborted: int, runs: int, lower: float, upper: float) -> dict[str, object]:
        return {
            "runs": runs,
            "aborted": aborted,
            "share": aborted / runs,
            "lower": lower,
            "upper": upper,
            "alpha": 0.01,
        }

    found = {"a identical, 600 rpm, 0.1%": {"judge": rule(90, 3000, 0.023, 0.038)}}
    told = {c.text: c.holds for c in claims(found)}
    assert told["false abort: a identical, 600 rpm, 0.1%"] is Holds.NO
    assert all(holds is Holds.NOT_RUN for text, holds in told.items() if not text.startswith("false abort: a "))
    few = {"a identical, 600 rpm, 0.1%": {"judge": rule(3, 1000, 0.0004, 0.0101)}}
    assert {c.text: c.holds for c in claims(few)}["false abort: a identical, 600 rpm, 0.1%"] is Holds.OPEN
    good = {"a identical, 600 rpm, 0.1%": {"judge": rule(9, 3000, 0.001, 0.006)}}
    assert {c.text: c.holds for c in claims(good)}["false abort: a identical, 600 rpm, 0.1%"] is Holds.YES


def test_command_keeps_results_and_writes_the_table(tmp_path: Path) -> None:
    app = Typer()
    app.command()(main)
    folder = tmp_path / "results"
    args = ["--cells", "^b 0.1% -> 5%, 600 rpm$", "--runs", "20", "--folder", str(folder), "--side", "judge"]
    first = CliRunner().invoke(app, args)
    assert first.exit_code == 0, first.output
    (stored,) = folder.glob("*.json")
    before = stored.stat().st_mtime_ns
    assert CliRunner().invoke(app, args).exit_code == 0
    assert stored.stat().st_mtime_ns == before
    table = (tmp_path / "results.md").read_text()
    assert "| b 0.1% -> 5%, 600 rpm | judge |" in table
    assert json.loads((tmp_path / "results.json").read_text())["facts"]["stored"] == 1
    assert (tmp_path / "plots" / "exposure.png").read_bytes().startswith(b"\x89PNG")


def test_the_best_fair_bet_on_a_histogram_is_what_the_page_says() -> None:
    usual, moved = score_shares(Scores(bins=10), Fault(score_shift=0.2))
    dense = np.log((1.0 - NormalDist().cdf(NormalDist().inv_cdf(0.9) - 0.2)) / 0.1)
    assert np.log((moved / usual).max()) == pytest.approx(dense, rel=1e-9)
    assert np.log(100.0) / dense == pytest.approx(13.77, abs=0.01)
    grown = strange.best_growth(60, usual, moved, np.random.default_rng(1))
    assert 0.25 < grown < dense
    assert strange.best_growth(60, usual, usual, np.random.default_rng(1)) == pytest.approx(0.0, abs=0.02)


def test_the_measured_fair_bets_keep_their_level() -> None:
    usual, _ = score_shares(Scores(bins=10), None)
    crossed = np.isfinite(strange.measured(60, 200, usual, usual, np.random.default_rng(2)))
    assert crossed.mean() <= 0.01


def test_the_page_has_the_claims_between_its_marks_and_nothing_else_changes() -> None:
    page = f"# Page\n\n{report.BEGIN}\nold\n{report.END}\n\nThe rest\n"
    once = report.between(page, ["| a |"])
    assert once == f"# Page\n\n{report.BEGIN}\n\n| a |\n\n{report.END}\n\nThe rest\n"
    assert report.between(once, ["| a |"]) == once
    assert report.between("no marks", ["| a |"]) == "no marks"


def test_the_committed_page_is_what_the_committed_results_say() -> None:
    by_rule: dict[str, dict[str, object]] = {}
    for cell, side in report.gather(results.HERE / "results"):
        by_rule.setdefault(cell.name, {}).update(side["rules"])
    page, table = ((results.HERE / name).read_text() for name in ("README.md", "results.md"))
    for claim in claims(by_rule):
        line = f"| {claim.text} | {claim.measured} | {claim.bound} | {claim.holds} |"
        assert line in page
        assert line in table
