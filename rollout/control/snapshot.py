"""A fold of the journal that is kept, so that a new process reads only what was written since.

It is never the truth: entries are. It names the last entry that it took in with a hash of that entry's bytes, and
counts only beside a journal that has that very entry; it names the code that folded, and another version's is passed
over. Whatever is wrong with it, the entries are folded again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, cast

from rollout.control import codec, entries, spans, state, target, yardstick
from rollout.control.codec import parsed, tally_of, target_of
from rollout.control.entries import Asked, Choice, Ending, Entry, Phase, Request, Started
from rollout.control.spans import Span
from rollout.control.state import State
from rollout.judge import observations

KEY = "rollouts/fold.json"
"""Beside the journal, and no part of it: it may be deleted at any time."""
_FOLDING = (codec, entries, observations, spans, state, target, yardstick)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A fold up to entry `number` of the rollout that began with entry `began`; `digest` is of that last entry."""

    began: int
    number: int
    digest: str
    fields: Mapping[str, Any]

    def state(self, first: Entry) -> State:
        """The state, with the rollout's first entry. Raises KeyError, TypeError, ValueError where it is none."""
        if not isinstance(first.body, Started):
            raise TypeError(f"entry {first.number} begins no rollout")
        found: dict[str, Any] = {**self.fields, **_words(self.fields), "started": first.body}
        return State(**found)


def digest(data: bytes) -> str:
    """The hash by which an entry's bytes are known again."""
    return hashlib.sha256(data).hexdigest()


def dump(state: State, last: bytes) -> bytes:
    """Return a state as JSON, without the rollout's first entry; `last` are the bytes of its last one."""
    kept = {field.name: getattr(state, field.name) for field in fields(State) if field.name != "started"}
    plain = {name: _plain(value) for name, value in kept.items()}
    return json.dumps({"code": code(), "digest": digest(last), "state": plain}, sort_keys=True).encode()


def load(data: bytes) -> Snapshot | None:
    """Read what `dump` wrote; None where it is anything else, or was folded by other code."""
    try:
        raw = cast("dict[str, Any]", parsed(data))
        if raw["code"] != code():
            return None
        found = cast("dict[str, Any]", raw["state"])
        return Snapshot(began=found["began"], number=found["number"], digest=raw["digest"], fields=found)
    except (ValueError, KeyError, TypeError):
        return None


@cache
def code() -> str:
    """A hash of the modules that give entries their meaning: nobody has to remember that one of them has changed."""
    return hashlib.sha256(b"".join(Path(str(module.__file__)).read_bytes() for module in _FOLDING)).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in cast("tuple[object, ...]", value)]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value  # pyright: ignore[reportArgumentType] # an instance, as State's fields are


def _words(raw: Mapping[str, Any]) -> dict[str, object]:
    asked, seen, since = raw["asked"], raw["seen"], raw["step_seen"]
    return {
        "phase": Phase(raw["phase"]),
        "target": target_of(raw["target"]),
        "spans": tuple(Span(**each) for each in raw["spans"]),
        "heard": tuple(raw["heard"]),
        "asked": None if asked is None else Asked(request=Request(asked["request"]), reason=asked["reason"]),
        "ending": None if raw["ending"] is None else Ending(raw["ending"]),
        "last_choice": None if raw["last_choice"] is None else Choice(raw["last_choice"]),
        "seen": None if seen is None else tally_of(seen),
        "step_seen": None if since is None else tally_of(since),
    }
