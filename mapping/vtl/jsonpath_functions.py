"""The functions of a JSONPath: `length()`, `sum()`, `concat(...)` and the rest, as Jayway 2.10.0 computes them.

Its quirks are kept: `max()` begins at 4.9E-324, so negative numbers give that; `last()` refuses a list of one;
`index(n)` and `last()` refuse what would be the first element counted from the end; `append()` adds to arrays only.
One is not: Jayway's `append()` changes the document it reads, here it answers a longer copy.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, cast

from mapping.vtl.containers import MapView
from mapping.vtl.jsonpath_errors import EvaluationError, InvalidPathError
from mapping.vtl.texts import text as to_text

Values = Sequence[object]
"""The arguments' values."""


class OutOfBoundsError(EvaluationError):
    """An element that the list does not have; an index step before the function takes it for its own miss."""


def is_number(value: object) -> bool:
    """Whether a value is a number to Java: booleans are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _double(value: object) -> float:
    try:
        return float(cast("float", value))
    except OverflowError:
        return math.inf if cast("int", value) > 0 else -math.inf


def _numbers(model: object, arguments: Values) -> list[float]:
    found = [_double(v) for v in cast("list[object]", model) if is_number(v)] if isinstance(model, list) else []
    for argument in arguments:
        values = cast("list[object]", argument) if isinstance(argument, list) else [argument]
        found.extend(_double(v) for v in values if is_number(v))
    if not found:
        raise EvaluationError("an aggregation needs at least one number, found none")
    return found


def _sum(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:  # not math.fsum: Java adds one after the other, and so must the last digit
        total += number
    return total


def _deviation(numbers: list[float]) -> float:
    count = float(len(numbers))
    total = _sum(numbers)
    variance = _sum([n * n for n in numbers]) / count - total * total / count / count
    return math.sqrt(variance) if variance >= 0 else math.nan


def _least(numbers: list[float]) -> float:
    least = 1.7976931348623157e308
    for number in numbers:
        least = min(least, number)
    return least


def _greatest(numbers: list[float]) -> float:
    greatest = 5e-324  # Double.MIN_VALUE is the smallest positive double
    for number in numbers:
        greatest = max(greatest, number)
    return greatest


def _concatenated(model: object, arguments: Values) -> str:
    parts: list[str] = []
    if isinstance(model, list):
        parts = [v for v in cast("list[object]", model) if isinstance(v, str)]
    for argument in arguments:
        values = cast("list[object]", argument) if isinstance(argument, list) else [argument]
        parts.extend(to_text(value) or "" for value in values if value is not None)
    return "".join(parts)


def _appended(model: object, arguments: Values) -> object:
    return [*cast("list[object]", model), *arguments] if isinstance(model, list) else model


def _keys(model: object, _arguments: Values) -> object:
    return MapView(cast("dict[object, object]", model), "keySet") if isinstance(model, dict) else None


def _element(model: object, index: int) -> object:
    if not isinstance(model, list):
        raise EvaluationError("first(), last() and index() work on arrays")
    values = cast("list[object]", model)
    if index < 0:
        index += len(values)
        if index <= 0:
            raise EvaluationError(f"the array has {len(values)} elements, too few to count from its end")
    if index >= len(values):
        raise OutOfBoundsError(f"the array has {len(values)} elements, none at {index}")
    return values[index]


def _at_argument(model: object, arguments: Values) -> object:
    if not isinstance(model, list):
        raise EvaluationError("index() works on arrays")
    values = cast("object", model)
    numbers = [v for a in arguments for v in (cast("list[object]", a) if isinstance(a, list) else [a])]
    for number in numbers:
        if is_number(number):
            return _element(values, int(cast("float", number)))
    raise OutOfBoundsError("index() needs a number as argument")


def length(model: object) -> int | None:
    """Return how many elements or members there are; None for anything else."""
    return len(cast("list[object]", model)) if isinstance(model, list | dict) else None


_FUNCTIONS: Final[dict[str, Callable[[object, Values], object]]] = {
    "avg": lambda model, arguments: _sum(n := _numbers(model, arguments)) / len(n),
    "stddev": lambda model, arguments: _deviation(_numbers(model, arguments)),
    "sum": lambda model, arguments: _sum(_numbers(model, arguments)),
    "min": lambda model, arguments: _least(_numbers(model, arguments)),
    "max": lambda model, arguments: _greatest(_numbers(model, arguments)),
    "concat": _concatenated,
    "append": _appended,
    "keys": _keys,
    "first": lambda model, _: _element(model, 0),
    "last": lambda model, _: _element(model, -1),
    "index": _at_argument,
}

LENGTH_NAMES: Final = frozenset({"length", "size"})
"""Two names of one function, which looks at its argument's path rather than at its value."""


def function(name: str) -> Callable[[object, Values], object]:
    """Return the function called `name`.

    Raises:
        InvalidPathError: there is none; Jayway says so when the function is reached, not when the path is read.

    """
    if name not in _FUNCTIONS:
        known = ", ".join(sorted(_FUNCTIONS.keys() | LENGTH_NAMES))
        raise InvalidPathError(f"no JSONPath function is called {name!r}: there are {known}")
    return _FUNCTIONS[name]
