"""How the controller goes about it: the bounds that are not the judge's. All durations in seconds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """`interval` between ticks; `trials` answers in a row before the first percent.

    `provision_within`, `try_within` and `verify_within` bound a phase or an apply that does not come to its end;
    `undo_window` is how long the previous release stays warm after a promotion, `keep_failed` the failed one after a
    rollback; `lease` is how long a lock outlives its holder's last sign of life.
    """

    interval: float = 60.0
    trials: int = 5
    provision_within: float = 3_600.0
    try_within: float = 600.0
    verify_within: float = 300.0
    undo_window: float = 86_400.0
    keep_failed: float = 3_600.0
    lease: float = 300.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not value > 0:
                raise ValueError(f"conduct.{name} must be above 0, got {value}")

    def to_mapping(self) -> Mapping[str, object]:
        """Plain values, for the journal."""
        return asdict(self)

    @staticmethod
    def of(raw: Mapping[str, object]) -> "Conduct":
        """Read what `to_mapping` wrote; unknown keys raise ValueError."""
        known = {field.name for field in fields(Conduct)}
        if unknown := set(raw) - known:
            raise ValueError(f"conduct does not know {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        return Conduct(**raw)  # pyright: ignore[reportArgumentType] # the journal's own numbers
