"""Scores out of data capture: the files of one endpoint, `<endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/<name>.jsonl`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rollout.adapters.captured import Predicted, read_capture
from rollout.adapters.local.tail import Tail

_HOUR = 3600.0


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
