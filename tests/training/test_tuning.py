"""The search: what it tries, how it measures, what it prefers."""

from pathlib import Path

import pytest

from training import tuning
from training.hyperparameters import Hyperparameters
from training.ratings import Ratings
from training.split import ua_split, validation_split
from training.tuning import Trial, best, candidates, trial

ALL = list(candidates())


def test_every_combination_is_tried_once_and_the_defaults_are_one_of_them() -> None:
    assert len(ALL) == len(set(ALL)) == 27
    assert Hyperparameters() in ALL


def test_a_trial_is_the_mean_over_seeds_on_the_validation_split(made: Ratings, quick: Hyperparameters) -> None:
    validation = validation_split(ua_split(made, held_out=5))
    one, two = (trial(quick, validation, (seed,)).rmse for seed in (1, 2))
    assert one != two
    assert trial(quick, validation, (1, 2)).rmse == pytest.approx((one + two) / 2)


def test_the_least_error_wins_and_of_equals_the_smaller_model() -> None:
    trials = [Trial(each, 0.94) for each in ALL]
    assert best([*trials, Trial(Hyperparameters(rank=30), 0.93)]).candidate.rank == 30
    assert best([Trial(Hyperparameters(rank=9), 0.94), *trials[::-1]]).candidate.rank == 8


def test_the_table(made: Ratings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[Path | None] = []

    def load(path: Path | None) -> Ratings:
        asked.append(path)
        return made

    def held_out_five(ratings: Ratings) -> object:
        return ua_split(ratings, held_out=5)

    monkeypatch.setattr(tuning, "load_ratings", load)
    monkeypatch.setattr(tuning, "ua_split", held_out_five)
    monkeypatch.setattr(tuning, "candidates", lambda: iter([Hyperparameters(rank=2, burn_in=2, sweeps=5)]))
    tuning.main(["u.data"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| rank | noise precision | interest penalty | RMSE |"
    assert lines[2].startswith("| 2 | 1.4 | 2 | ")
    assert lines[-1] == f"Best: {lines[2]}"
    assert asked == [Path("u.data")]
