"""Python source under construction: lines, the template's place of each, names, quoting."""

import re
from dataclasses import dataclass, field

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff]")


def quoted(text: str) -> str:
    """The inside of a Python string literal in single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def literal(text: str) -> str:
    """A Python string literal."""
    return f"'{quoted(text)}'"


def in_format(text: str) -> str:
    """The same inside of an f-string."""
    return quoted(text).replace("{", "{{").replace("}", "}}")


@dataclass(slots=True)
class Line:
    """One line of generated code: its depth, its text and where it comes from."""

    depth: int
    text: str
    place: tuple[int, int, str]


def _no_lines() -> list[Line]:
    return []


def _no_names() -> set[str]:
    return set()


@dataclass(slots=True)
class Function:
    """One function under construction. `kind`: what a `#break` outside of its loops does.

    `main` ends the output, `part` returns True to the block it was cut out of, `define` returns, `string` raises.
    `recursive`: in the body of a #define, which can come back to itself, so its names cannot be shared.
    """

    name: str
    kind: str
    recursive: bool = False
    lines: list[Line] = field(default_factory=_no_lines)
    assigned: set[str] = field(default_factory=_no_names)
    depth: int = 1
    loops: int = 0
    pieces: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    temps: int = 0

    def temp(self) -> str:
        """A fresh local name."""
        self.temps += 1
        return f"t{self.temps}"
