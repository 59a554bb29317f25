"""The journal's entries: what was begun, asked, decided and seen, each with its time and its author.

An entry is written before what it decides is carried out (towards less traffic: as soon as possible after it),
and never changed. The state of a rollout is a fold over them (`state.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rollout.control.target import Target
from rollout.control.yardstick import Tally

CONTROLLER = "controller"
"""The author of what the controller decides by itself; any other author is a person."""


class Phase(StrEnum):
    """Where a rollout stands."""

    PROVISION = "provision"
    """What the release needs is being made; no split."""
    TRY = "try"
    """The canary answers through its own templates, role and endpoint, without public traffic."""
    STEPS = "steps"
    """The canary has a share of the traffic."""
    WARM = "warm"
    """Promoted; the previous release is kept for the way back."""
    COOLING = "cooling"
    """Taken back; the failed release is kept for whoever wants to look at it."""
    ENDED = "ended"
    """Nothing of the rollout is left to do."""


class Choice(StrEnum):
    """What can be decided."""

    ADVANCE = "advance"
    """The next phase or step."""
    HOLD = "hold"
    """Nothing changes: not enough time, requests or evidence yet."""
    PAUSE = "pause"
    """Nothing changes until a person says so; the split stays."""
    PROMOTE = "promote"
    """The canary becomes the stable release."""
    ROLLBACK = "rollback"
    """The previous stable release gets all traffic back."""
    RETIRE = "retire"
    """The release that was kept is let go."""


class Ending(StrEnum):
    """How a rollout ended, or is ending."""

    PROMOTED = "promoted"
    """The canary serves."""
    WORSE = "worse"
    """The judge found the canary worse."""
    BROKEN = "broken"
    """It could not be measured for too long."""
    DEADLINE = "deadline"
    """The plan's time ran out."""
    FUTILE = "futile"
    """It would not have been known within the plan."""
    UNVERIFIED = "unverified"
    """A split was applied and could not be seen."""
    NOT_CREATED = "not-created"
    """What the release needs could not be made; it never had traffic."""
    NOT_ANSWERING = "not-answering"
    """The canary did not answer when it was tried; it never had traffic."""
    ABORTED = "aborted"
    """A person said so."""
    UNDONE = "undone"
    """A person took a promotion back, or labels did that came after it."""


class Request(StrEnum):
    """What a person can ask of a rollout under way."""

    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    PROMOTE = "promote"
    """All remaining steps skipped: the person's word stands for the judge's."""
    UNDO = "undo"
    RETIRE = "retire"
    """The release that is kept for a while is let go now: its window ends by a person's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A rollout's first entry: all that the split needs, so that an older checkout gives the same one.

    `policy` and `conduct` are what was asked, `manifests` the releases' JSON by id, `documents` the OpenAPI
    documents by release id. `thresholds` (milliseconds, by key, rising) and `edges` (scores, rising) are what answers
    are counted against for the whole rollout: taken from the stable release's history when it began.
    """

    release: str
    stable: str
    policy: Mapping[str, object]
    conduct: Mapping[str, object]
    manifests: Mapping[str, str] = field(default_factory=dict[str, str])
    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision: the position that it leads to, and what is to be served there.

    `verdict` is the judge's, `judge` its state after the intervals up to `observed_until` (seconds since 1970),
    `canary_requests` what the canary has answered in all, `seen` the sums of the intervals that this decision took
    in, `counted` those intervals themselves (`rollout.control.counting`; older entries have none). `labels` is what was
    found out about them (`rollout.control.labelling`; None: nothing new). `tries` counts answers in a row while trying.
    """

    choice: Choice
    reason: str
    phase: Phase
    step: int
    target: Target
    ending: Ending | None = None
    verdict: Mapping[str, object] | None = None
    judge: Mapping[str, object] | None = None
    observed_until: float | None = None
    canary_requests: int = 0
    seen: Tally | None = None
    counted: Sequence[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])
    broken_since: float | None = None
    tries: int = 0
    labels: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What the gateway was seen to serve is what the journal says."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asked, and why."""

    request: Request
    reason: str = ""


Body = Started | Decided | Verified | Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `number` counts from 1 without gaps, `at` is seconds since 1970, `began` the number of the
    rollout's first entry, `by` the author.
    """

    number: int
    began: int
    rollout: str
    at: float
    by: str
    body: Body
