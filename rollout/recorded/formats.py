"""Which of the three kinds of recording a stream of lines is, told by its content. Pure."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import Any, cast

import orjson

_TRIED = 20
"""A log that was cut may begin with torn lines; after this many it is taken for observations, which name them."""


class Format(StrEnum):
    """How a recording is written."""

    OBSERVATIONS = "observations"
    """JSON lines, one interval an object (`rollout.judge.reading`)."""
    ACCESS_LOG = "access-log"
    """One request an object, as `components/access_log.py` has API Gateway and the emulator write it."""
    JOURNAL = "journal"
    """The entries of rollouts, as `rollout.control.codec` writes them."""


def told(lines: Iterable[bytes | str]) -> tuple[Format, Iterator[bytes | str]]:
    """Return the format of `lines`, and the same lines again, none lost."""
    rest = iter(lines)
    read: list[bytes | str] = []
    found = Format.OBSERVATIONS
    for line in rest:
        read.append(line)
        table = fields(line)
        if table is not None:
            found = _format(table)
            break
        if len(read) >= _TRIED:
            break
    return found, chain(read, rest)


def fields(line: bytes | str) -> dict[str, Any] | None:
    """Return a line's object, None where there is none. What an export put before the object is skipped."""
    begin = line.find(b"{") if isinstance(line, bytes) else line.find("{")
    if begin < 0:
        return None
    try:
        data: object = orjson.loads(line[begin:])
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None


def _format(table: dict[str, Any]) -> Format:
    if "requestTimeEpoch" in table:
        return Format.ACCESS_LOG
    if {"kind", "number", "began", "rollout"} <= table.keys():
        return Format.JOURNAL
    return Format.OBSERVATIONS
