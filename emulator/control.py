"""What the second port may ask of a running emulator: a port of few methods, so that nobody has to know the whole."""

from collections.abc import Mapping
from typing import Any, Protocol

from emulator.metric_filters import Metrics
from emulator.served import Served


class Control(Protocol):
    """A running emulator, as `admin` and `admin_stage` see it. Times are seconds since 1970."""

    created: float
    updated: float
    metrics: Metrics

    @property
    def served(self) -> Served:
        """The state of this moment."""
        ...

    def address(self) -> dict[str, object]:
        """Return what `emulator.json` says."""
        ...

    async def reload(self, config: Mapping[str, Any] | None = None) -> None:
        """Take over another configuration, or raise `EmulatorError` and go on with the old state."""
        ...

    async def set_percent(self, percent: float) -> bool:
        """Put the canary at `percent`; False where there is none."""
        ...
