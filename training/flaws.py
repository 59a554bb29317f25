"""Releases with a known flaw, for demonstrations and tests of what a rollout finds. Pure.

One fails now and then, the other answers every request and is wrong by the same amount: what dashboards of errors
never show.
"""

from dataclasses import replace
from pathlib import Path

from training.archive import build_archive
from training.container import inference
from training.errors import HyperparameterError
from training.model import Model

_FAILING = """

_calls = iter(range(1, 1 << 62))
_sound = predict_fn


def predict_fn(data, model):
    if next(_calls) % {every} == 0:
        raise RuntimeError("this release is made to fail on every {every}th request")
    return _sound(data, model)
"""


def failing(model: Model, every: int) -> bytes:
    """Return the archive of `model` whose handler raises on every `every`th request (2 or more) of a process.

    Raises:
        HyperparameterError: `every` is below 2.
    """
    if every < 2:  # noqa: PLR2004 - a release that never answers is no subtle flaw
        raise HyperparameterError(f"a release fails on every nth request with n at least 2, got {every}")
    code = Path(inference.__file__).read_text(encoding="utf-8") + _FAILING.format(every=every)
    return build_archive(model, code.encode())


def shifted(model: Model, stars: float) -> Model:
    """Return `model` with every rating moved by `stars`, within 1..5; its answers are as regular as before."""
    return replace(model, mean=model.mean + stars)
