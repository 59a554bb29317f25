"""Methods that templates are full of, written as plain Python where the receiver's type allows: no look-up, no call.

What stands here does exactly what `access.call` would; texts longer than a bound take that way, which counts them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mapping.vtl.errors import TemplateError
from mapping.vtl.known import Code, Kind
from mapping.vtl.regex import java_pattern, plain
from mapping.vtl.regex_cost import degree
from mapping.vtl.regex_quick import matcher, replacer
from mapping.vtl.runtime import LONG_TEXT
from mapping.vtl.source import literal

_LONG_MATCH = 1000
"""Characters up to which a pattern of any degree that is not exponential is quick (see `regex.checked`)."""
_LONG_REPLACEMENT = 100


@dataclass(frozen=True, slots=True)
class Inline:
    """An expression for a call: `code` where `test` holds (of a value that is evaluated before)."""

    test: str
    code: Code
    tested: frozenset[Kind] = frozenset()
    """Kinds of receiver for which the type need not be tested; `more` is what has to hold all the same."""
    more: str = ""


class Constants(Protocol):
    """Gives a value a global name in the generated code."""

    def __call__(self, value: object, /) -> str: ...


def inline(value: str, name: str, arguments: Sequence[Code], constant: Constants) -> Inline | None:
    """How to call a method without a look-up; None where that is not known. `value` names the receiver."""
    return _of_text(value, name, arguments, constant) or _of_container(value, name, arguments)


def _text(value: str, expression: str, kind: Kind, longest: int = LONG_TEXT, more: str = "") -> Inline:
    bound = f"len({value}) <= {longest}" + more
    return Inline(f".__class__ is str and {bound}", Code(expression, kind), frozenset({Kind.TEXT}), bound)


def _of_text(value: str, name: str, arguments: Sequence[Code], constant: Constants) -> Inline | None:
    texts = [argument.constant for argument in arguments]
    match name, texts:
        case "matches", [str() as pattern]:
            longest = _longest(pattern)
            if not longest:
                return None
            return _text(value, f"({constant(matcher(pattern))}({value}) is not None)", Kind.BOOL, longest)
        case "replaceAll", [str() as pattern, str() as new] if _unescaped(new):
            longest = _longest(pattern)
            if not longest:
                return None
            return _text(value, f"{constant(replacer(pattern))}({literal(new)}, {value})", Kind.TEXT, longest)
        case "replace", [str() as old, str() as new] if old and len(new) <= _LONG_REPLACEMENT:
            return _text(value, f"{value}.replace({literal(old)}, {literal(new)})", Kind.TEXT)
        case "split", [str() as separator] if separator and plain(separator):
            return _text(value, f"split_plain({value}, {literal(separator)})", Kind.LIST)
        case (("equals" | "contentEquals"), [str() as other]):
            return _text(value, f"({value} == {literal(other)})", Kind.BOOL)
        case "contains", [str() as part]:
            return _text(value, f"({literal(part)} in {value})", Kind.BOOL)
        case "startsWith", [str() as part]:
            return _text(value, f"{value}.startswith({literal(part)})", Kind.BOOL)
        case "endsWith", [str() as part]:
            return _text(value, f"{value}.endswith({literal(part)})", Kind.BOOL)
        case "length", []:
            return _text(value, f"len({value})", Kind.INT, more=f" and {value}.isascii()")
        case "toString", []:
            return _text(value, value, Kind.TEXT)
        case _:
            return None


def _unescaped(replacement: str) -> bool:
    return len(replacement) <= _LONG_REPLACEMENT and "$" not in replacement and "\\" not in replacement


def _longest(pattern: str) -> int:
    """Characters up to which a constant pattern needs no check; 0 where it cannot be read: said when it runs."""
    try:
        compiled = java_pattern(pattern)
    except TemplateError:
        return 0
    return LONG_TEXT if degree(compiled.pattern) <= 1 else _LONG_MATCH


def _of_container(value: str, name: str, arguments: Sequence[Code]) -> Inline | None:
    lists = frozenset({Kind.LIST})
    match name, arguments:
        case "size", []:
            return Inline(".__class__ in LISTS", Code(f"len({value})", Kind.INT), lists)
        case "isEmpty", []:
            return Inline(".__class__ in SIZED", Code(f"(not {value})", Kind.BOOL), frozenset({Kind.LIST, Kind.TEXT}))
        case "get", [Code(constant=str() as key)]:
            return Inline(".__class__ is dict", Code(f"{value}.get({literal(key)})"))
        case "get", [Code(kind=Kind.INT) as at] if at.text.isdigit():
            bound = f"len({value}) > {at.text}"
            return Inline(f".__class__ in LISTS and {bound}", Code(f"{value}[{at.text}]"), lists, bound)
        case _:
            return None
