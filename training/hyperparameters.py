"""What training can be told. Pure. The values were chosen by `training/tuning.py`; docs/training.md has its table."""

import math
from dataclasses import dataclass

from training.errors import HyperparameterError

RANK_MAX = 64
SWEEPS_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """`rank`: factors per user and item. `noise_precision`: one over the variance of a rating around its mean.

    `interest_penalty`: ridge penalty on the link from what somebody rated to their factors. `user_bias_penalty`,
    `item_bias_penalty`: how many ratings at the mean every user and item is thought to have beside its own.
    `burn_in` sweeps are thrown away, the predictions of the next `sweeps` averaged.

    Raises:
        HyperparameterError: a value is out of its bounds.
    """

    rank: int = 16
    noise_precision: float = 1.4
    interest_penalty: float = 2.0
    user_bias_penalty: float = 5.0
    item_bias_penalty: float = 3.0
    burn_in: int = 15
    sweeps: int = 60

    def __post_init__(self) -> None:
        for name, lowest, highest in (("rank", 1, RANK_MAX), ("burn_in", 0, SWEEPS_MAX), ("sweeps", 1, SWEEPS_MAX)):
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise HyperparameterError(f"{name} is {lowest} to {highest}, got {value}")
        for name in ("noise_precision", "interest_penalty", "user_bias_penalty", "item_bias_penalty"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise HyperparameterError(f"{name} is a number above 0, got {value}")
