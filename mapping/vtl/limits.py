"""The two dialects and the bounds within which a template is compiled and rendered."""

from dataclasses import dataclass
from enum import StrEnum


class Dialect(StrEnum):
    """Which Velocity 1.7 a template runs on."""

    AWS = "aws"
    """As API Gateway configures it: null is "", no macros, no #evaluate, 1000 iterations. Not stock Velocity."""

    VELOCITY = "velocity"
    """1.7 as it comes: macros, #evaluate, an undefined reference prints its source. Not what API Gateway runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one template; each is the largest value that still works.

    `template` (characters) is API Gateway's 300 KB ("Amazon API Gateway important notes") and `iterations` its
    quota "Maximum Iterations In Mapping Template"; None means the dialect's own (1000 in `aws`, none in
    `velocity`). `text` (characters; output, and any string on the way) is the 10 MB payload quota. `steps`
    (statements run, loops multiplied out, long strings charged by length), `nesting` (blocks, expressions) and
    `macro_depth` (Velocity's own 20) keep time and memory bounded; they are ours.
    """

    template: int = 300 * 1024
    iterations: int | None = None
    text: int = 10 * 1024 * 1024
    steps: int = 3_000_000
    nesting: int = 60
    macro_depth: int = 20

    def loop(self, dialect: Dialect) -> int:
        """How often one #foreach may run, 0 for without end."""
        if self.iterations is not None:
            return self.iterations
        return 1000 if dialect is Dialect.AWS else 0
