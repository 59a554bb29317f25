"""Which ratings are trained on, and which are held out. Pure.

The protocol is GroupLens's `ua`: the first ten ratings of every user, in the order of `u.data`, are the test set
and all others the training set (its README: "exactly 10 ratings per user in the test set"; `allbut.pl`). For
MovieLens-100K that is 9 430 held-out ratings and 90 570 to train on.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.errors import HyperparameterError, TooFewRatingsError
from training.ratings import Ratings

HELD_OUT = 10
PROTOCOL = "movielens-100k ua.test"


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Two parts of the ratings that share no row. `protocol` says how they were parted and what they are of."""

    train: Ratings
    test: Ratings
    protocol: str


def ua_split(ratings: Ratings, held_out: int = HELD_OUT, protocol: str = PROTOCOL) -> Split:
    """Hold out the first `held_out` ratings of every user in file order."""
    test = _rank_within_user(ratings) < held_out
    return Split(ratings.where(~test), ratings.where(test), protocol)


def validation_split(split: Split) -> Split:
    """Part the training set once more in the same way: hyperparameters are chosen here, the test set unseen."""
    return ua_split(split.train, protocol="the same split of the training set")


def earliest(ratings: Ratings, share: float) -> Ratings:
    """Return the first `share` (above 0, at most 1) of the ratings by time, in file order; ties by file order.

    Raises:
        HyperparameterError: `share` is out of its bounds.
        TooFewRatingsError: nothing is left.
    """
    if not 0 < share <= 1:
        raise HyperparameterError(f"the share of the ratings is above 0 and at most 1, got {share}")
    chosen = np.zeros(len(ratings), dtype=np.bool_)
    chosen[np.argsort(ratings.times, kind="stable")[: round(share * len(ratings))]] = True
    return _some(ratings.where(chosen), f"the first {share:.0%} by time")


def until(ratings: Ratings, time: int) -> Ratings:
    """Return the ratings given before `time` (Unix seconds), in file order.

    Raises:
        TooFewRatingsError: there is none.
    """
    return _some(ratings.where(ratings.times < time), f"those before {time} (Unix seconds)")


def _some(ratings: Ratings, what: str) -> Ratings:
    if len(ratings) == 0:
        raise TooFewRatingsError(f"of the ratings, {what} are none: take a larger part")
    return ratings


def _rank_within_user(ratings: Ratings) -> NDArray[np.int64]:
    """Return for every row how many rows of the same user stand above it."""
    seen: defaultdict[int, int] = defaultdict(int)
    ranks = np.empty(len(ratings), dtype=np.int64)
    for row, user in enumerate(ratings.users.tolist()):
        ranks[row] = seen[user]
        seen[user] += 1
    return ranks
