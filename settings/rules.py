"""What a single value of the configuration may be. Pure.

A rule reads one decoded value: it returns the value in its final form, or adds to the faults and returns `UNREAD`.
It also describes itself for the reference page. No rule converts between kinds, but that an integer stands for a
float. Those of numbers are in `settings/numeric.py`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, Protocol, cast

from settings.errors import Fault


class _Unread(Enum):
    UNREAD = "unread"


UNREAD: Final = _Unread.UNREAD
"""Returned where a value was at fault; never a value itself."""


class Rule(Protocol):
    """How to read one value, and what to say of it in the reference."""

    @property
    def kind(self) -> str:
        """Pulumi's word for the type: string, integer, number, boolean, array or object."""
        ...

    @property
    def bound(self) -> str:
        """What is allowed, as a phrase: `a number from 0 to 100`."""
        ...

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        """Return the value in its final form, or add to `faults` and return `UNREAD`."""
        ...


def shown(value: object) -> str:
    """Quote a value for a message, cut to a length that a line bears."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:76]} ..."  # noqa: PLR2004 - a line's length


@dataclass(frozen=True, slots=True)
class Text:
    """A string, checked by `problem`, which says what is wrong with one or None."""

    bound: str
    problem: Callable[[str], str | None]
    todo: str = "Choose another"
    kind: str = "string"

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if not isinstance(value, str):
            faults.append(Fault(path, f"is {shown(value)}, not a string", self.bound, "Write a string, in quotes"))
            return UNREAD
        problem = self.problem(value)
        if problem is not None:
            faults.append(Fault(path, f"is {shown(value)}, which {problem}", self.bound, self.todo))
            return UNREAD
        return value


def matching(pattern: str, bound: str, todo: str = "Choose another", *, longest: int | None = None) -> Text:
    """Make the rule of strings that match `pattern` as a whole, of at most `longest` characters."""
    compiled = re.compile(pattern)

    def problem(text: str) -> str | None:
        if longest is not None and len(text) > longest:
            return f"is {len(text)} characters long"
        return None if compiled.fullmatch(text) else f"does not match {pattern}"

    return Text(bound, problem, todo)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false; no other word and no number."""

    bound: str = "true or false"
    kind: str = "boolean"

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if isinstance(value, bool):
            return value
        faults.append(Fault(path, f"is {shown(value)}", self.bound, "Write true or false without quotes"))
        return UNREAD


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a closed vocabulary, spelt exactly."""

    words: type[StrEnum]
    kind: str = "string"

    @property
    def bound(self) -> str:
        return "one of " + ", ".join(self.words)

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if isinstance(value, str) and value in list(self.words):
            return self.words(value)
        faults.append(Fault(path, f"is {shown(value)}", self.bound, "Choose one of them"))
        return UNREAD


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of values that each follow `item`, none twice."""

    item: Rule
    kind: str = "array"

    @property
    def bound(self) -> str:
        return f"a list without repetition, each {self.item.bound}"

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if not isinstance(value, list | tuple):
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Write a list, [] for none"))
            return UNREAD
        before = len(faults)
        found: list[object] = []
        for index, entry in enumerate(cast("list[object]", value)):
            read = self.item.read(entry, f"{path}[{index}]", faults)
            if read is not UNREAD and read in found:
                first = f"is {shown(read)} again, as {path}[{found.index(read)}]"
                faults.append(Fault(f"{path}[{index}]", first, "each once", "Take one of them out"))
            found.append(read)
        return tuple(found) if len(faults) == before else UNREAD


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from names to strings, both by a rule of their own, at most `most` of them."""

    key: Text
    value: Text
    most: int
    kind: str = "object"

    @property
    def bound(self) -> str:
        return f"at most {self.most} pairs of {self.key.bound} and {self.value.bound}"

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if not isinstance(value, Mapping):
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Write a mapping, {} for none"))
            return UNREAD
        pairs = cast("Mapping[object, object]", value)
        before = len(faults)
        if len(pairs) > self.most:
            faults.append(Fault(path, f"has {len(pairs)} pairs", self.bound, "Take some out"))
        for name, entry in pairs.items():
            self.key.read(name, f"{path}.{name}", faults)
            self.value.read(entry, f"{path}.{name}", faults)
        return MappingProxyType(dict(pairs)) if len(faults) == before else UNREAD
