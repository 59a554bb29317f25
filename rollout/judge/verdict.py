"""What the judge says: a label, and the numbers and words behind it. Never a bare bool."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """The five answers. Only `PASS` may promote; none of the others is a pass."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    """Every selected guard has its evidence for promotion; not merely the absence of a failure."""
    FAIL = "fail"
    """A guard's evidence crossed its threshold: the canary is worse. Not: something looked odd."""
    HOLD = "hold"
    """Measured, and not enough to tell yet. Not: fine."""
    NO_DATA = "no-data"
    """Nothing came, or none of what the policy asks for. Not: zero errors."""
    BROKEN = "broken"
    """It could not be measured, or the split does not arrive: a fault of the plumbing, not of the model."""


class Cause(StrEnum):
    """Why a reason stands in a verdict."""

    WORSE = "worse"
    """The comparison with stable crossed its threshold."""
    LIMIT = "limit"
    """An absolute limit is exceeded: by the canary alone in a `FAIL`, by stable as well in a `HOLD`."""
    EVIDENCE = "evidence"
    """The margin is excluded: what a promotion asks of this metric is there."""
    WAITING = "waiting"
    """Not enough to tell yet."""
    FUTILE = "futile"
    """At this traffic the evidence for promotion will not be there before the deadline."""
    MISSING = "missing"
    """The metric, a track, or everything is absent."""
    REFUSED = "refused"
    """An interval that cannot be, or came twice."""
    LATE = "late"
    """An interval came after its bound and was dropped."""
    SPLIT = "split"
    """The requests do not arrive in the ratio that was applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One metric's part in a verdict.

    `canary` and `stable` are rates per request (means for scores and labels), `ratio` their quotient (difference
    in standard deviations for scores, in loss for labels) and `interval` what of it is not excluded at the
    policy's confidence, at any look. `e_value` is the evidence that the canary is worse, which aborts at
    `threshold`; `promotion` the evidence that it is inside the margin, which suffices at `promotion_threshold`.
    `requests` is how many more canary requests a decision is expected to need. `None`: does not apply.
    """

    cause: Cause
    metric: str
    text: str
    part: str | None = None
    role: str | None = None
    canary: float | None = None
    stable: float | None = None
    ratio: float | None = None
    interval: tuple[float, float] | None = None
    e_value: float | None = None
    threshold: float | None = None
    promotion: float | None = None
    promotion_threshold: float | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the judge says after `look` intervals, by when the canary had answered `canary_requests`.

    `metric` is the one that decided (`None` where none did). `pause` names signals whose evidence crossed: they
    pause and never abort. `futile` says that the plan will end before the evidence for promotion is there. `ready`
    says that it is there, whatever the signals say: a pass, or a hold that a signal alone makes one.
    """

    label: Label
    look: int
    canary_requests: int
    metric: str | None
    reasons: tuple[Reason, ...]
    pause: tuple[str, ...] = ()
    futile: bool = False
    ready: bool = False
