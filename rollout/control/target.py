"""What a stage is to serve: the arrow from a decision to the gateway."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Release ids: `stable` serves, `canary` gets `percent` (above 0, at most 100) of the requests, `warm` none.

    Without a canary the percent is 0. A release is in one place only.
    """

    stable: str
    canary: str | None = None
    percent: float = 0.0
    warm: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.canary is None) != (self.percent == 0):
            raise ValueError(f"a canary has a percent above 0, and only a canary: {self.canary!r} at {self.percent}")
        if not 0 <= self.percent <= 100:  # noqa: PLR2004 - percent
            raise ValueError(f"a percent lies between 0 and 100, got {self.percent}")
        places = [self.stable, *([self.canary] if self.canary else []), *self.warm]
        if len(set(places)) != len(places):
            raise ValueError(f"a release is in one place of a line-up only: {places}")

    def __str__(self) -> str:
        split = f", {self.canary} at {self.percent:g} %" if self.canary else ""
        return f"{self.stable} stable{split}" + (f", warm: {', '.join(self.warm)}" if self.warm else "")
