"""The figures, worked out by hand."""

import numpy as np
import pytest

from training.errors import TooFewRatingsError
from training.evaluation import evaluate, score_edges
from training.model import Model, on_grid
from training.ratings import ratings_of
from training.split import Split


@pytest.fixture
def steps() -> Model:
    """Predicts 3 plus half a star for user 1 and one for item 20; knows users 1 and 2, and item 20."""
    none = np.zeros((2, 1))
    return Model(
        mean=3.0,
        users=np.array([1, 2]),
        items=np.array([20]),
        user_bias=on_grid(np.array([0.5, 0.0])),
        item_bias=on_grid(np.array([1.0])),
        user_factors=on_grid(none),
        item_factors=on_grid(none[:1]),
    )


def test_the_four_figures(steps: Model) -> None:
    rows = ratings_of([(1, 20, 5, 0), (2, 20, 4, 0), (9, 20, 2, 0), (1, 99, 3, 0)])
    empty = ratings_of([])
    metrics = evaluate(steps, Split(empty, rows, "by hand"))
    # predicted 4.5, 4, 4, 3.5: errors -0.5, 0, 2, 0.5
    assert metrics.rmse == pytest.approx((4.5 / 4) ** 0.5, abs=1e-6)
    assert metrics.mae == 0.75
    assert metrics.coverage == 0.5
    assert metrics.ratings == 4
    assert metrics.protocol == "by hand"
    with pytest.raises(TooFewRatingsError, match="no held-out rating"):
        evaluate(steps, Split(rows, empty, "by hand"))


def test_edges_cut_the_predictions_into_equal_parts(steps: Model) -> None:
    rows = ratings_of([(2, 99, 1, 0), (1, 99, 1, 0), (2, 20, 1, 0), (1, 20, 1, 0), (2, 99, 1, 0)])
    # predicted 3, 3.5, 4, 4.5, 3
    assert score_edges(steps, rows, parts=4) == (3.0, 3.5, 4.0)
    assert len(score_edges(steps, rows)) == 4
