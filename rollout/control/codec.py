"""Entries as JSON and back. `decode(encode(x)) == x`; an unknown word is an error, never a default."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, cast

import orjson

from rollout.control.entries import Asked, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import JournalError
from rollout.control.target import Target
from rollout.control.yardstick import Tally
from rollout.judge.observations import TrackCounts

SCHEMA = 1


def encode(entry: Entry) -> bytes:
    """One entry as a line of JSON."""
    head = {name: getattr(entry, name) for name in ("number", "began", "rollout", "at", "by")}
    kind = type(entry.body).__name__.lower()
    return json.dumps({"schema": SCHEMA, **head, "kind": kind, **asdict(entry.body)}, sort_keys=True).encode() + b"\n"


def decode(data: bytes) -> Entry:
    """Read what `encode` wrote.

    Raises:
        JournalError: it is cut short, or says something that this version does not know.
    """
    try:
        raw = cast("dict[str, Any]", parsed(data))
        if raw.pop("schema") != SCHEMA:
            raise JournalError("an entry has a schema that this version does not know; use the newer version")
        head = {name: raw.pop(name) for name in ("number", "began", "rollout", "at", "by")}
        return Entry(**head, body=_BODIES[str(raw.pop("kind"))](raw))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalError(f"an entry of the journal cannot be read: {error!r}") from error


def parsed(data: bytes) -> object:
    """Read JSON, fast where it is strict; `encode` also writes numbers that are infinite, which strict JSON has not."""
    try:
        return cast("object", orjson.loads(data))
    except ValueError:
        return cast("object", json.loads(data))


def _started(raw: dict[str, Any]) -> Started:
    raw["edges"] = tuple(raw["edges"])
    return Started(**raw)


def target_of(raw: Mapping[str, Any]) -> Target:
    """Read a target's plain values. Raises KeyError, TypeError, ValueError."""
    return Target(
        stable=str(raw["stable"]), canary=raw["canary"], percent=float(raw["percent"]), warm=tuple(raw["warm"])
    )


def tally_of(raw: Mapping[str, Any]) -> Tally:
    """Read a tally's plain values. Raises KeyError, TypeError, ValueError."""
    return Tally(seconds=float(raw["seconds"]), canary=_counts(raw["canary"]), stable=_counts(raw["stable"]))


def _counts(raw: Mapping[str, Any]) -> TrackCounts:
    scores = None if raw["scores"] is None else tuple(raw["scores"])
    return TrackCounts(requests=int(raw["requests"]), errors=raw["errors"], slow=raw["slow"], scores=scores)


def _decided(raw: dict[str, Any]) -> Decided:
    words: dict[str, Any] = {
        "choice": Choice(raw["choice"]),
        "phase": Phase(raw["phase"]),
        "target": target_of(raw["target"]),
        "ending": None if raw["ending"] is None else Ending(raw["ending"]),
        "seen": None if raw["seen"] is None else tally_of(raw["seen"]),
    }
    return Decided(**{**raw, **words})


_BODIES: dict[str, Callable[[dict[str, Any]], Started | Decided | Verified | Asked]] = {
    "started": _started,
    "decided": _decided,
    "verified": lambda raw: Verified(target=target_of(raw["target"])),
    "asked": lambda raw: Asked(request=Request(raw["request"]), reason=raw["reason"]),
}
