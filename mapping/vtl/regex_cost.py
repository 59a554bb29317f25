r"""Which regular expressions can take exponential time in a backtracking engine.

Python's `re` (like Java's) tries every way to split a text over repetitions. Here the parsed pattern is walked: inside
of a repeated group, two variable parts that can touch and share characters, such as `(a+)+`, `(a|aa)*` or `(\d+,?)*`,
can split one text in exponentially many ways and are refused; `\d+(,\d+)*` is fine, for the comma divides. Such
parts in a row outside of a group cost a power of the text's length, which `degree` counts. Some harmless patterns
are refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] # re's own
from typing import Any, cast

_BEYOND = 256
ALL = frozenset(range(_BEYOND + 1))
"""Latin-1, and 256 for everything beyond it."""

_IGNORES_CASE = re.compile(r"\(\?[a-z]*i")
_FEW = 4
"""Repetitions up to which trying all is cheap."""

_CATEGORIES = {
    "DIGIT": frozenset(map(ord, "0123456789")),
    "SPACE": frozenset(map(ord, " \t\n\r\f\v")),
    "WORD": frozenset(i for i in range(128) if chr(i).isalnum() or i == ord("_")),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern: characters in it, characters it can begin with, and whether its length varies."""

    chars: frozenset[int]
    first: frozenset[int]
    variable: bool
    mandatory: bool


def repeats_ambiguously(pattern: str) -> bool:
    """Tell whether a pattern can take exponential time. The pattern is Python's and can be read."""
    return _Walk(pattern).ambiguous(_parsed(pattern))


def degree(pattern: str) -> int:
    """The power of the text's length that a failing match can cost: variable parts in a row that share characters."""
    parts = [part for part in _Walk(pattern).parts(_parsed(pattern)) if part.variable]
    return max([1, *(1 + sum(bool(part.chars & other.chars) for other in parts[:i]) for i, part in enumerate(parts))])


def _parsed(pattern: str) -> Any:  # noqa: ANN401 - the tree of re's own parser has no types
    return cast("Any", parser).parse(pattern, 256)


class _Walk:
    """One pattern; where it may ignore case, a letter counts as both of its cases."""

    def __init__(self, pattern: str) -> None:
        self._ignores_case = _IGNORES_CASE.search(pattern) is not None

    def _characters(self, name: str, argument: Any) -> frozenset[int]:  # noqa: ANN401 - the same
        found = characters(name, argument)
        if not self._ignores_case:
            return found
        return found | {min(ord(other), _BEYOND) for char in found for other in chr(char).swapcase()}

    def ambiguous(self, nodes: Any) -> bool:  # noqa: ANN401 - the same
        """Look for repetitions at any depth."""
        return any(self._node(str(name), argument) for name, argument in nodes)

    def _node(self, name: str, argument: Any) -> bool:  # noqa: ANN401 - the same
        match name:
            case "MAX_REPEAT" | "MIN_REPEAT":
                _, most, body = argument
                if self.ambiguous(body):
                    return True
                return int(most) > _FEW and self._touching(self.parts(body))
            case "SUBPATTERN":
                return self.ambiguous(argument[-1])
            case "BRANCH":
                return any(self.ambiguous(branch) for branch in argument[1])
            case "ATOMIC_GROUP":
                return self.ambiguous(argument)
            case "ASSERT" | "ASSERT_NOT":
                return self.ambiguous(argument[1])
            case "POSSESSIVE_REPEAT":
                return self.ambiguous(argument[2])
            case _:
                return False

    @staticmethod
    def _touching(parts: list[_Part]) -> bool:
        """Tell whether, going round, one variable part reaches another (or itself) with no divider in between."""
        if not any(part.mandatory for part in parts) and parts:
            return True
        for i, part in enumerate(parts):
            if not part.variable:
                continue
            for step in range(1, len(parts) + 1):
                other = parts[(i + step) % len(parts)]
                if other.variable and part.chars & other.chars:
                    return True
                if other.mandatory and not part.chars & other.chars:
                    break
        return False

    def parts(self, nodes: Any) -> list[_Part]:  # noqa: ANN401 - the same
        """The pieces of a sequence, groups opened."""
        found: list[_Part] = []
        for name, argument in nodes:
            found += self._parts_of(str(name), argument)
        return found

    def _parts_of(self, name: str, argument: Any) -> list[_Part]:  # noqa: ANN401 - the same
        match name:
            case "SUBPATTERN":
                return self.parts(argument[-1])
            case "ATOMIC_GROUP":
                return [_fixed(_chars(self.parts(argument)))]
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, body = argument
                inner = self.parts(body)
                variable = least != most and name != "POSSESSIVE_REPEAT"
                variable = variable or any(part.variable for part in inner)
                mandatory = int(least) > 0 and any(part.mandatory for part in inner)
                return [_Part(_chars(inner), _first(inner), variable, mandatory)]
            case "BRANCH":
                branches = [self.parts(branch) for branch in argument[1]]
                return [self._branch(branches)]
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return []
            case "GROUPREF" | "GROUPREF_EXISTS":
                return [_Part(ALL, ALL, variable=True, mandatory=False)]
            case _:
                return [_fixed(self._characters(name, argument))]

    @staticmethod
    def _branch(branches: list[list[_Part]]) -> _Part:
        """Alternatives are like a variable part where two can begin alike, or one is empty."""
        seen: frozenset[int] = frozenset()
        alike = not all(branches)
        for branch in branches:
            first = _first(branch)
            alike = alike or bool(seen & first)
            seen |= first
        chars = frozenset[int]().union(*(_chars(branch) for branch in branches))
        variable = alike or any(part.variable for branch in branches for part in branch)
        return _Part(chars, seen, variable, all(any(part.mandatory for part in branch) for branch in branches))


def _fixed(chars: frozenset[int]) -> _Part:
    return _Part(chars, chars, variable=False, mandatory=True)


def _chars(parts: Iterable[_Part]) -> frozenset[int]:
    return frozenset[int]().union(*(part.chars for part in parts))


def _first(parts: list[_Part]) -> frozenset[int]:
    found: frozenset[int] = frozenset()
    for part in parts:
        found |= part.first
        if part.mandatory:
            break
    return found


def characters(name: str, argument: Any) -> frozenset[int]:  # noqa: ANN401 - the same
    """What a node that stands for one character can be; all for any other."""
    match name:
        case "LITERAL":
            return frozenset({min(int(argument), 256)})
        case "NOT_LITERAL":
            return ALL - {int(argument)} if int(argument) < _BEYOND else ALL
        case "RANGE":
            low, high = argument
            return frozenset(range(min(int(low), 256), min(int(high), 256) + 1))
        case "CATEGORY":
            category = str(argument).removeprefix("CATEGORY_")
            chars = _CATEGORIES.get(category.removeprefix("NOT_"), ALL)
            return ALL - chars if category.startswith("NOT_") else chars
        case "IN":
            negated = str(argument[0][0]) == "NEGATE"
            chars = frozenset[int]().union(*(characters(str(kind), value) for kind, value in argument[negated:]))
            return (ALL - chars) | {256} if negated else chars
        case _:
            return ALL
