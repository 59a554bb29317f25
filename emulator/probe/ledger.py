"""What a probe has made, written down before each creation, so that a killed one can be cleaned up after.

A JSON line a resource: kind and name (or id). What is made last is removed first.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from emulator.errors import ProbeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One resource; `kind` is a key of `removal.REMOVALS`."""

    kind: str
    name: str


@dataclass(slots=True)
class Ledger:
    """The list, and the file that holds it. An entry without a resource is possible: it is written first."""

    file: Path
    entries: list[Made] = field(default_factory=list[Made])

    @staticmethod
    def read(file: Path) -> "Ledger":
        """Read what an earlier probe left.

        Raises:
            ProbeError: there is no such file, or it holds something else.
        """
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            return Ledger(file, [Made(**json.loads(line)) for line in lines if line.strip()])
        except FileNotFoundError:
            left = sorted(path.stem for path in file.parent.glob("*.jsonl"))
            raise ProbeError(f"{file}: no such probe. There: {', '.join(left) or 'none'}") from None
        except (ValueError, TypeError, OSError) as error:
            raise ProbeError(f"{file}: is no list of what a probe made: {error}") from error

    def intend(self, kind: str, name: str) -> str:
        """Write down what is about to be made; return its name."""
        self.entries.append(Made(kind=kind, name=name))
        self._write()
        return name

    def gone(self, made: Made) -> None:
        """Strike out what was removed; the file goes with its last entry."""
        self.entries.remove(made)
        self._write()

    def _write(self) -> None:
        if not self.entries:
            self.file.unlink(missing_ok=True)
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        part = self.file.with_suffix(".part")
        lines = (json.dumps({"kind": made.kind, "name": made.name}) for made in self.entries)
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        part.replace(self.file)
