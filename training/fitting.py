"""From ratings to a model. Pure: the same ratings, hyperparameters and seed give the same model."""

import numpy as np

from training.factorisation import Progress, mean_prediction
from training.features import Floats, biases, features_of
from training.hyperparameters import Hyperparameters
from training.linear import singular
from training.model import Model, on_grid
from training.ratings import Ratings


def silent(_done: int, _steps: int) -> None:
    """Report nothing."""


def train(
    ratings: Ratings, settings: Hyperparameters | None = None, seed: int = 0, progress: Progress = silent
) -> Model:
    """Learn a model: biases by ridge regression, and factors for what the biases leave of the mean prediction.

    The mean prediction over all sweeps is a full table; the `2 * rank` strongest of its singular vectors keep all
    of it but the sampling noise.

    Raises:
        TooFewRatingsError: there is no rating.
    """
    settings = settings or Hyperparameters()
    features = features_of(ratings)
    user_bias, item_bias = biases(features, settings.user_bias_penalty, settings.item_bias_penalty)
    prediction = mean_prediction(features, settings, np.random.default_rng(seed), progress)
    user_factors, item_factors = _strongest(prediction - user_bias[:, None] - item_bias, 2 * settings.rank)
    return Model(
        mean=features.mean,
        users=features.users,
        items=features.items,
        user_bias=on_grid(user_bias),
        item_bias=on_grid(item_bias),
        user_factors=on_grid(user_factors),
        item_factors=on_grid(item_factors),
    )


def _strongest(table: Floats, columns: int) -> tuple[Floats, Floats]:
    """Return factors (n, k) and (m, k), k at most `columns`, whose product is nearest to `table` (n, m).

    Each column's sign is fixed by its largest entry, since a singular vector's own is the library's choice.
    """
    left, strengths, right = singular(table)
    left, right, root = left[:, :columns], right[:, :columns], np.sqrt(strengths[:columns])
    largest = left[np.abs(left).argmax(0), np.arange(left.shape[1])]
    signs = np.where(largest < 0, -1.0, 1.0)
    return left * root * signs, right * root * signs
