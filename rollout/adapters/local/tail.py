"""A log file that is read on from where the last reading ended. A line that is not whole yet is left for the next."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

_BLOCK = 1 << 20


class Tail:
    """One growing file. `begin` jumps; `lines` gives what has been added since."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.offset = offset

    def lines(self) -> Iterator[bytes]:
        """Give every whole line from the offset on, and move it. A file that is not there has none."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self.offset:
                    self.offset = 0  # another file of that name: it was made anew
                file.seek(self.offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        return
                    self.offset += len(line)
                    yield line
        except FileNotFoundError:
            return

    def begin(self, time_of: Callable[[bytes], float | None], start: float) -> None:
        """Jump to a line at or shortly before the first one whose time is at least `start`, by bisection.

        `time_of` reads a line's time, None where it has none. Times rise from line to line.
        """
        try:
            with self.path.open("rb") as file:
                low, high = 0, file.seek(0, os.SEEK_END)
                while high - low > _BLOCK:
                    middle = (low + high) // 2
                    file.seek(middle)
                    file.readline()  # the rest of the line that the middle lies in
                    time = next((t for line in iter(file.readline, b"") if (t := time_of(line)) is not None), None)
                    if time is not None and time < start:
                        low = middle
                    else:
                        high = middle
                file.seek(low)
                self.offset = low if low == 0 else low + len(file.readline())
        except FileNotFoundError:
            self.offset = 0
