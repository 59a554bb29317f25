"""The table and the biases, on numbers that can be worked out by hand."""

import numpy as np
import pytest

from training import features as module
from training.errors import TooFewRatingsError, TrainingError
from training.features import biases, features_of
from training.ratings import ratings_of


def test_rows_and_columns_are_sorted_ids() -> None:
    found = features_of(ratings_of([(9, 40, 5, 0), (3, 40, 2, 0), (9, 20, 2, 0)]))
    assert found.users.tolist() == [3, 9]
    assert found.items.tolist() == [20, 40]
    assert found.mean == 3.0
    assert found.rated.tolist() == [[0, 1], [1, 1]]
    assert found.deviation.tolist() == [[0, -1], [-1, 2]]


def test_biases_are_shrunk_by_their_penalties() -> None:
    # One user, one item, deviation d after the mean is 0: nothing to learn.
    user, item = biases(features_of(ratings_of([(1, 1, 4, 0)])), 5, 3)
    assert user.tolist() == item.tolist() == [0.0]
    # Two users, one item, 5 and 1 stars: mean 3, deviations +-2. The item's bias stays 0, a user's is 2 / (1 + 3).
    user, item = biases(features_of(ratings_of([(1, 1, 5, 0), (2, 1, 1, 0)])), 3, 1)
    assert user.tolist() == pytest.approx([0.5, -0.5])
    assert item.tolist() == pytest.approx([0.0])
    user, item = biases(features_of(ratings_of([(1, 1, 5, 0), (1, 2, 1, 0)])), 1, 7)
    assert user.tolist() == pytest.approx([0.0])
    assert item.tolist() == pytest.approx([0.25, -0.25])


def test_biases_solve_the_ridge_regression() -> None:
    random = np.random.default_rng(0)
    rows = [(u, i, int(random.integers(1, 6)), 0) for u in range(6) for i in range(5) if random.random() < 0.7]
    found = features_of(ratings_of(rows))
    user, item = biases(found, 2.0, 1.5, rounds=200)
    # The normal equations of sum (deviation - user - item)^2 + 2.0 |user|^2 + 1.5 |item|^2
    design = np.zeros((len(rows), 11))
    for number, (u, i, _, _) in enumerate(rows):
        design[number, u] = design[number, 6 + i] = 1
    target = np.array([row[2] for row in rows]) - found.mean
    exact = np.linalg.solve(design.T @ design + np.diag([2.0] * 6 + [1.5] * 5), design.T @ target)
    assert np.concatenate([user, item]) == pytest.approx(exact, abs=1e-9)


def test_no_ratings_and_too_many_pairs_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooFewRatingsError, match="no rating to train on"):
        features_of(ratings_of([]))
    monkeypatch.setattr(module, "CELLS_MAX", 3)
    with pytest.raises(TrainingError, match="2 users and 2 items are more than the 3 pairs"):
        features_of(ratings_of([(1, 1, 1, 0), (2, 2, 1, 0)]))
