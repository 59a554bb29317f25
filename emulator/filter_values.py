"""What a filter pattern's parts say of an event: selecting a value, and testing it. Pure; see `filter_pattern.py`.

Documented: a selector that points to an array or an object matches nothing, whatever the operator; numbers compare
with numbers only. Public (a test suite that asks AWS's TestMetricFilter): a number equals a quoted string
by its own text (12.0 is not "12"), an order never holds for a string, and a star counts at the ends of a term only.
Ours: a selector that points to nothing, to null or to a boolean matches neither = nor !=.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, cast

Event = Mapping[str, Any]
"""A decoded line."""
Test = Callable[[Any], bool]
"""Of a whole event, or of one selected value."""


class Wildcard(Enum):
    """A selector's star."""

    FIELD = ".*"
    """Any field of an object."""
    ELEMENT = "[*]"
    """Any element of an array."""


Step = str | int | Wildcard
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
EXISTENCE: Mapping[tuple[str, str], Test] = {
    ("IS", "NULL"): lambda value: value is None,
    ("IS", "TRUE"): lambda value: value is True,
    ("IS", "FALSE"): lambda value: value is False,
}


def both(one: Test, other: Test) -> Test:
    """Make the test that holds where both do."""
    return lambda event: one(event) and other(event)


def either(one: Test, other: Test) -> Test:
    """Make the test that holds where one of them does."""
    return lambda event: one(event) or other(event)


def selected(steps: Sequence[Step], test: Test) -> Test:
    """Make the test of an event: does any value that the selector finds pass?"""
    if len(steps) == 1 and isinstance(steps[0], str):
        key = steps[0]
        return lambda event: key in event and test(event[key])
    return lambda event: any(test(value) for value in _values(steps, event))


def found(steps: Sequence[Step], event: Event) -> bool:
    """Whether the selector finds anything at all, null included."""
    return any(True for _ in _values(steps, event))


def _values(steps: Sequence[Step], value: object) -> Iterator[object]:
    if not steps:
        yield value
        return
    for inner in _inside(steps[0], value):
        yield from _values(steps[1:], inner)


def _inside(step: Step, value: object) -> Sequence[object]:
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        if step is Wildcard.FIELD:
            return list(fields.values())
        return [fields[step]] if isinstance(step, str) and step in fields else []
    if isinstance(value, list):
        elements = cast("list[object]", value)
        if step is Wildcard.ELEMENT:
            return elements
        return [elements[step]] if isinstance(step, int) and step < len(elements) else []
    return []


def ordered(sign: str, number: float) -> Test:
    """Make the test `value < number` and its like: numbers only."""
    holds = _ORDERS[sign]
    return lambda value: _is_number(value) and holds(value, number)


def compared(term: str, number: float | None, *, wanted: bool) -> Test:
    """Make the test for a term's text, stars at its ends matching anything; an unquoted `number` compares as one."""
    head, tail = term.startswith("*"), term.endswith("*")
    text = term[head : len(term) - tail] if term != "*" else ""
    pattern = ("" if head else r"\A") + re.escape(text) + ("" if tail else r"\Z")
    textual = equal(re.compile(pattern, re.DOTALL).search, wanted=wanted)
    if number is None:
        return textual
    return lambda value: (value == number) is wanted if _is_number(value) else textual(value)


def equal(search: Callable[[str], object], *, wanted: bool) -> Test:
    """Make the test whether `search` finds something in a string's or a number's text, or, not `wanted`, nothing."""

    def test(value: object) -> bool:
        text = value if isinstance(value, str) else repr(value) if _is_number(value) else None
        return text is not None and (search(text) is not None) is wanted

    return test


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
