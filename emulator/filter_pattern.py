"""CloudWatch Logs' filter patterns for JSON log events: `{ ($.status >= 500) && ($.isCanaryRequest = "true") }`.

Pure. CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter log events,
and Live Tail", as of 2026-11, and its edition of 2019 where that says more. A pattern is parsed once into a function of
a decoded event. Patterns for text and for fields between spaces are refused: the access log is JSON.

    pattern   := '{' any '}'
    any       := all ('||' all)*                    () before && before ||
    all       := one ('&&' one)*
    one       := '(' any ')' | selector test
    test      := ('=' | '!=') (string | number | %regex%) | ('<' | '>' | '<=' | '>=') number
               | 'IS' ('NULL' | 'TRUE' | 'FALSE') | 'NOT' 'EXISTS'
    selector  := '$' ('.' name | '.*' | ".['" any name "']" | '[' index ']' | '[*]')+
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from emulator.errors import PatternError
from emulator.filter_values import (
    EXISTENCE,
    Event,
    Step,
    Test,
    Wildcard,
    both,
    compared,
    either,
    equal,
    found,
    ordered,
    selected,
)

LONGEST = 1024
"""Characters of a pattern. botocore logs, FilterPattern."""
WILDCARDS, REGEXES = 3, 2
"""How many wildcard selectors (one a selector) and regular expressions a pattern may have. The same page, "Quotas"."""

_TOKENS = re.compile(
    r"""\s*(?:
    (?P<mark>&&|\|\||[{}()])
    |(?P<selector>\$(?:\.\['[^']+'\]|\.\*|\.[A-Za-z0-9_-]+|\[(?:[0-9]+|\*)\])+)
    |(?P<operator>!=|>=|<=|=|>|<)
    |"(?P<quoted>(?:\\.|[^"\\])*)"
    |%(?P<regex>[^%]*)%
    |(?P<word>[A-Za-z0-9_.*+-]+)
    |(?P<end>$)
    )""",
    re.VERBOSE,
)
_STEPS = re.compile(r"\.\['([^']+)'\]|\.(\*)|\.([A-Za-z0-9_-]+)|\[([0-9]+)\]|\[(\*)\]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_REGEX = re.compile(r"(?:[A-Za-z0-9 :_#=@/;,\-^$?\[\]{}|*+.]|\\[\x21-\x7e])+")
"""What a regular expression may be made of; no groups and no other symbols (`\\x28` stands for one)."""


@dataclass(frozen=True, slots=True)
class FilterPattern:
    """One pattern, ready to match. Two are equal where their texts are."""

    text: str
    _matches: Callable[[Event], bool] = field(compare=False, repr=False)

    def matches(self, event: Event) -> bool:
        """Whether a decoded event matches."""
        return self._matches(event)

    def matches_line(self, line: bytes | str) -> bool:
        """Whether a line matches; one that is no JSON object never does."""
        event = decoded(line)
        return event is not None and self._matches(event)


def decoded(line: bytes | str) -> Event | None:
    """Decode a line; None where it is no JSON object."""
    try:
        event: Any = json.loads(line)
    except ValueError:
        return None
    return cast("Event", event) if isinstance(event, dict) else None


@cache
def filter_pattern(text: str) -> FilterPattern:
    """Parse a pattern.

    Raises:
        PatternError: AWS would refuse it, or it is not for JSON; the message says where.
    """
    if len(text) > LONGEST:
        raise PatternError(text, f"it is {len(text)} characters long, at most {LONGEST} are allowed: shorten it")
    parser = _Parser(text)
    parser.take("{", "a pattern for JSON begins with {")
    matches = parser.any()
    parser.take("}", "expected &&, || or }")
    if parser.kind != "end":
        raise parser.fault("nothing belongs after the last }")
    return FilterPattern(text, matches)


class _Parser:
    """Reads one pattern from left to right; `kind` and `value` are of the token that comes next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._wildcards = self._regexes = 0
        self.kind, self.value = "", ""
        self._next()

    def fault(self, why: str) -> PatternError:
        return PatternError(self._text, f"at character {self._at + 1}: {why}")

    def take(self, mark: str, why: str) -> None:
        if (self.kind, self.value) != ("mark", mark):
            raise self.fault(why)
        self._next()

    def any(self) -> Test:
        test = self._all()
        while (self.kind, self.value) == ("mark", "||"):
            self._next()
            test = either(test, self._all())
        return test

    def _all(self) -> Test:
        test = self._one()
        while (self.kind, self.value) == ("mark", "&&"):
            self._next()
            test = both(test, self._one())
        return test

    def _one(self) -> Test:
        if (self.kind, self.value) == ("mark", "("):
            self._next()
            inner = self.any()
            self.take(")", "expected &&, || or )")
            return inner
        if self.kind != "selector":
            raise self.fault("expected a selector such as $.status, or (")
        return self._test(self._steps(self._moved()))

    def _test(self, steps: tuple[Step, ...]) -> Test:
        if self.kind == "operator":
            return selected(steps, self._comparison(self._moved()))
        if self.kind != "word":
            raise self.fault("expected an operator (=, !=, <, >, <=, >=), IS or NOT EXISTS")
        return self._existence(steps)

    def _comparison(self, operator: str) -> Test:
        kind, value = self.kind, self._moved()
        number = float(value) if kind == "word" and _NUMBER.fullmatch(value) else None
        if operator not in {"=", "!="}:
            if number is None:
                raise self.fault(f"{operator} compares with a number, without quotes")
            return ordered(operator, number)
        if kind == "regex":
            return equal(self._regex(value).search, wanted=operator == "=")
        if kind == "quoted":
            return compared(re.sub(r"\\(.)", r"\1", value), None, wanted=operator == "=")
        if kind != "word":
            raise self.fault(f"expected a string, a number or a regular expression after {operator}")
        return compared(value, number, wanted=operator == "=")

    def _existence(self, steps: tuple[Step, ...]) -> Test:
        words = (self._moved(), self._moved() if self.kind == "word" else "")
        if words == ("NOT", "EXISTS"):
            return lambda event: not found(steps, event)
        test = EXISTENCE.get(words)
        if test is None:
            raise self.fault("expected IS NULL, IS TRUE, IS FALSE or NOT EXISTS (IS NOT and EXISTS are not supported)")
        return selected(steps, test)

    def _steps(self, selector: str) -> tuple[Step, ...]:
        steps = tuple(_step(match) for match in _STEPS.finditer(selector))
        wildcards = sum(isinstance(step, Wildcard) for step in steps)
        self._wildcards += wildcards
        if wildcards > 1 or self._wildcards > WILDCARDS:
            raise self.fault(f"at most one wildcard in a selector, and {WILDCARDS} in a pattern, are allowed")
        return steps

    def _regex(self, text: str) -> re.Pattern[str]:
        self._regexes += 1
        if self._regexes > REGEXES:
            raise self.fault(f"at most {REGEXES} regular expressions are allowed")
        if not _REGEX.fullmatch(text):
            raise self.fault(f"%{text}% holds what regular expressions may not: groups, or a symbol not written as \\x")
        try:
            return re.compile(text, re.ASCII)
        except re.error as error:
            raise self.fault(f"%{text}% is no regular expression: {error}") from error

    def _moved(self) -> str:
        value = self.value
        self._next()
        return value

    def _next(self) -> None:
        match = _TOKENS.match(self._text, self._at)
        if match is None or match.lastgroup is None:
            raise self.fault("not understood; strings with other than letters, digits, _ and . belong in quotes")
        self._at = match.end()
        self.kind, self.value = match.lastgroup, match[match.lastgroup]


def _step(match: re.Match[str]) -> Step:
    quoted, _, name, index, _ = match.groups()
    if index is not None:
        return int(index)
    if quoted or name:
        return quoted or name
    return Wildcard.FIELD if match[2] else Wildcard.ELEMENT
