"""What a rollout lays over a stack's configuration. Pure; nothing is written to the stack's file.

A release that the rollout has made and that gets nothing yet stands as a canary at 0 percent: so it has its own
Deployment and stage variables and can be tried (a warm release keeps a Deployment and cannot be given a first one).
"""

from collections.abc import Mapping
from typing import cast

from rollout.control.ports import Order
from settings import PROJECT


def laid_over(raw: Mapping[str, object], order: Order) -> dict[str, object]:
    """Return the configuration with the order's split in it.

    `raw` is a stack's file as `load_stack` reads it; its other keys, and warm releases that are not the rollout's,
    stay as they are.
    """
    target, (_, candidate) = order.target, order.releases
    warm = list(target.warm)
    canary: dict[str, object] | None = None
    if target.canary is not None:
        canary = {"release": target.canary, "percent": target.percent}
    elif candidate in warm:
        warm.remove(candidate)
        canary = {"release": candidate, "percent": 0.0}
    placed = {target.stable, *order.releases}
    warm += [each for each in _texts(raw.get(f"{PROJECT}:warm")) if each not in placed]
    laid = {"stable": target.stable, "canary": canary or {}, "warm": warm, "rollout": order.rollout}
    return {**raw, **{f"{PROJECT}:{key}": value for key, value in laid.items()}}


def _texts(value: object) -> list[str]:
    return [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else []
