"""Scores out of data capture: the files of one endpoint, `<endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/<name>.jsonl`.

A line has the invocation's time in whole seconds, as SageMaker's has; so intervals that scores are counted in begin
and end at whole seconds of the emulator's clock.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from rollout.adapters.local.tail import Tail

INVALID = "invalid-"
"""How the contracts mark the inference id of a request that was refused and sent one fixed instance instead."""
_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """The scores of one invocation, when it began (seconds since 1970 of the emulator, whole), and the request's id."""

    at: float
    scores: tuple[float, ...]
    id: str = ""


def read_capture(line: bytes) -> Predicted | None:
    """Read one line; None where it is torn, was a refused request's, or holds no scores."""
    try:
        raw = cast("dict[str, Any]", json.loads(line))
        told = raw["eventMetadata"]
        request = str(told.get("inferenceId", ""))
        if request.startswith(INVALID):
            return None
        output = raw["captureData"]["endpointOutput"]
        text = base64.b64decode(output["data"]) if output["encoding"] == "BASE64" else output["data"]
        predictions = cast("list[dict[str, Any]]", json.loads(text)["predictions"])
        scores = tuple(float(score) for each in predictions for score in each["scores"])
        return Predicted(at=datetime.fromisoformat(told["inferenceTime"]).timestamp(), scores=scores, id=request)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


class Captures:
    """The captures of one endpoint, read on from where the last reading ended."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder / endpoint
        self._tails: dict[Path, Tail] = {}

    def since(self, start: float) -> Iterator[Predicted]:
        """Give what was not read yet of the hours from `start` on (seconds since 1970 of the emulator)."""
        for path in sorted(self._folder.glob("*/*/*/*/*/*.jsonl")):
            if path not in self._tails:
                if _hour(path) + _HOUR <= start:
                    continue
                self._tails[path] = Tail(path)
                self._tails[path].begin(_time, start)
            for line in self._tails[path].lines():
                found = read_capture(line)
                if found is not None and found.at >= start:
                    yield found


def _time(line: bytes) -> float | None:
    found = read_capture(line)
    return None if found is None else found.at


def _hour(path: Path) -> float:
    """When the hour of a file's folder began."""
    year, month, day, hour = (int(part) for part in path.parts[-5:-1])
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp()
