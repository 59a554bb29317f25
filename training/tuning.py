"""The search for the hyperparameters: `python -m training.tuning [RATINGS]` prints its table.

It sees the training set only: the first ten ratings of every user in it are held out once more, as `ua` does, and
each candidate's error there, averaged over the seeds, decides. The test set takes no part. docs/training.md holds
the table of the last run.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import mean

from training.evaluation import evaluate
from training.fitting import train
from training.hyperparameters import Hyperparameters
from training.source import load_ratings
from training.split import Split, ua_split, validation_split

RANKS = (8, 12, 16)
NOISE_PRECISIONS = (1.0, 1.2, 1.4)
INTEREST_PENALTIES = (1.0, 2.0, 4.0)
SEEDS = (1, 2)


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate, and its error (RMSE in stars) on the held-out part of the training set."""

    candidate: Hyperparameters
    rmse: float


def candidates() -> Iterator[Hyperparameters]:
    """Yield every combination of the grid."""
    for rank, noise_precision, interest_penalty in product(RANKS, NOISE_PRECISIONS, INTEREST_PENALTIES):
        yield Hyperparameters(rank=rank, noise_precision=noise_precision, interest_penalty=interest_penalty)


def trial(candidate: Hyperparameters, validation: Split, seeds: tuple[int, ...] = SEEDS) -> Trial:
    """Train `candidate` with each seed on the validation split's training part and measure it on the other."""
    models = (train(validation.train, candidate, seed) for seed in seeds)
    return Trial(candidate, mean(evaluate(model, validation).rmse for model in models))


def best(trials: list[Trial]) -> Trial:
    """Return the trial with the least error; of equal ones the one with the fewest factors."""
    return min(trials, key=lambda each: (each.rmse, each.candidate.rank))


def main(arguments: list[str]) -> None:
    """Run the search and print a Markdown table, a line as soon as it is known."""
    validation = validation_split(ua_split(load_ratings(Path(arguments[0]) if arguments else None)))
    print("| rank | noise precision | interest penalty | RMSE |\n| --- | --- | --- | --- |")
    trials: list[Trial] = []
    for candidate in candidates():
        result = trial(candidate, validation)
        trials.append(result)
        print(_line(result), flush=True)
    print("\nBest:", _line(best(trials)))


def _line(result: Trial) -> str:
    found = result.candidate
    return f"| {found.rank} | {found.noise_precision} | {found.interest_penalty:g} | {result.rmse:.4f} |"


if __name__ == "__main__":
    main(sys.argv[1:])
