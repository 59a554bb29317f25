"""How good a model is on ratings that it was not trained on. Pure."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from releases.model import Metrics
from training.errors import TooFewRatingsError
from training.model import Model
from training.ratings import Ints, Ratings
from training.split import Split


class Predictor(Protocol):
    """What can be measured: it predicts, and says whom it knows."""

    def predict(self, users: Ints, items: Ints) -> NDArray[np.float64]:
        """Return a rating for each pair."""
        ...

    def knows(self, users: Ints, items: Ints) -> NDArray[np.bool_]:
        """Return for each pair whether both were in the training set."""
        ...


def evaluate(model: Predictor, split: Split) -> Metrics:
    """Measure on the split's test part. RMSE and MAE are in stars, over all pairs, unknown ones included.

    Raises:
        TooFewRatingsError: the test part is empty.
    """
    test = split.test
    if len(test) == 0:
        raise TooFewRatingsError("there is no held-out rating to measure with")
    error = model.predict(test.users, test.items) - test.stars
    return Metrics(
        protocol=split.protocol,
        rmse=round(float(np.sqrt(np.mean(error**2))), 6),
        mae=round(float(np.mean(np.abs(error))), 6),
        coverage=round(float(np.mean(model.knows(test.users, test.items))), 6),
        ratings=len(test),
    )


def score_edges(model: Model, ratings: Ratings, parts: int = 5) -> tuple[float, ...]:
    """Return the `parts - 1` values that cut the model's predictions of `ratings` into parts of equal size.

    Two releases' predictions on live traffic can be compared by how they fall between the stable one's edges.
    """
    predicted = model.predict(ratings.users, ratings.items)
    return tuple(np.round(np.quantile(predicted, np.arange(1, parts) / parts), 4).tolist())
