"""The model: biases and factors of users and items, stored on a grid. Pure.

Values are whole multiples of `SCALE`. It is fine enough to move no rating by a hundredth of a star, and coarse
enough that another machine's order of summation in the last bits of a float64 does not change the stored bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.container import inference
from training.ratings import Ints

SCALE = 2.0**-12
"""One step of the grid, in stars (biases) or in square roots of stars (factors): int16 then holds -8..8."""

Shorts = NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Model:
    """What is served. n users, m items, k columns of factors.

    `users` (n,) and `items` (m,) are the ids seen in training, sorted; `user_bias` (n,), `item_bias` (m,),
    `user_factors` (n, k) and `item_factors` (m, k) are in steps of `SCALE`; `mean` is in stars.
    """

    mean: float
    users: Ints
    items: Ints
    user_bias: Shorts
    item_bias: Shorts
    user_factors: Shorts
    item_factors: Shorts

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Return what the archive holds, by the names that the handler reads, in the order that they are written."""
        values = {
            "format": np.array(inference.FORMAT, np.int64),
            "mean": np.array(self.mean, np.float64),
            "scale": np.array(SCALE, np.float64),
        }
        return values | {name: getattr(self, name) for name in inference.NAMES[len(values) :]}

    def predict(self, users: Ints, items: Ints) -> NDArray[np.float64]:
        """Return the rating (1..5) of each pair, shape (m,), computed by the handler that serves them."""
        return self._predictor.predict(users, items)

    def knows(self, users: Ints, items: Ints) -> NDArray[np.bool_]:
        """Return for each pair whether both its ids were in the training set, shape (m,)."""
        return np.isin(users, self.users) & np.isin(items, self.items)

    @cached_property
    def _predictor(self) -> inference.Predictor:
        return inference.Predictor(self.arrays())


def on_grid(values: NDArray[np.float64]) -> Shorts:
    """Return `values` in steps of `SCALE`; those beyond what int16 holds (-8..8) are cut off there."""
    bounds = np.iinfo(np.int16)
    return np.clip(np.rint(values / SCALE), bounds.min, bounds.max).astype(np.int16)
