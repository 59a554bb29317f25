"""Tables of methods: the only way from a template to a value.

A table maps a method's name to its overloads, most specific first; an overload is the kinds of its parameters and a
plain function of the value and the arguments. A name that is not in a value's table does not exist, whatever Python
thinks of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import cast

from mapping.vtl.errors import TemplateRunError
from mapping.vtl.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    NO_METHOD,
    Array,
    ArrayList,
    BigInteger,
    Byte,
    Char,
    Float,
    Host,
    Long,
    Short,
)


class Kind(StrEnum):
    """What a parameter takes, by its Java type."""

    OBJECT = "Object"
    STRING = "String"
    INT = "int"
    LONG = "long"
    DOUBLE = "double"
    FLOAT = "float"
    CHAR = "char"
    BOOLEAN = "boolean"
    INTEGER_BOX = "Integer"
    LONG_BOX = "Long"
    DOUBLE_BOX = "Double"
    FLOAT_BOX = "Float"
    BOOLEAN_BOX = "Boolean"
    CHAR_BOX = "Character"
    SHORT_BOX = "Short"
    BYTE_BOX = "Byte"
    BIG_INTEGER = "BigInteger"
    BIG_DECIMAL = "BigDecimal"
    COLLECTION = "Collection"
    MAP = "Map"
    ARRAY = "Object[]"
    VARARGS = "Object..."
    STRINGS = "CharSequence..."


def _is_int(value: object) -> bool:
    kind = value.__class__
    if kind is int:
        return INT_MIN <= cast("int", value) <= INT_MAX
    return kind is Short or kind is Byte


def _is_long(value: object) -> bool:
    if value.__class__ is int:
        return LONG_MIN <= cast("int", value) <= LONG_MAX
    return isinstance(value, Long | Short | Byte)


def _is_big(value: object) -> bool:
    return value.__class__ is BigInteger or (value.__class__ is int and not LONG_MIN <= cast("int", value) <= LONG_MAX)


_FITS: dict[Kind, Callable[[object], bool]] = {
    Kind.OBJECT: lambda _: True,
    Kind.STRING: lambda value: value is None or value.__class__ is str,
    Kind.INT: _is_int,
    Kind.LONG: _is_long,
    Kind.DOUBLE: lambda value: isinstance(value, float) or _is_long(value),
    Kind.FLOAT: lambda value: value.__class__ is Float or _is_long(value),
    Kind.CHAR: lambda value: value.__class__ is Char,
    Kind.BOOLEAN: lambda value: value.__class__ is bool,
    Kind.INTEGER_BOX: lambda value: (
        value is None or (value.__class__ is int and INT_MIN <= cast("int", value) <= INT_MAX)
    ),
    Kind.LONG_BOX: lambda value: (
        value is None or value.__class__ is Long or (value.__class__ is int and _is_long(value) and not _is_int(value))
    ),
    Kind.DOUBLE_BOX: lambda value: value is None or value.__class__ is float,
    Kind.FLOAT_BOX: lambda value: value is None or value.__class__ is Float,
    Kind.BOOLEAN_BOX: lambda value: value is None or value.__class__ is bool,
    Kind.CHAR_BOX: lambda value: value is None or value.__class__ is Char,
    Kind.SHORT_BOX: lambda value: value is None or value.__class__ is Short,
    Kind.BYTE_BOX: lambda value: value is None or value.__class__ is Byte,
    Kind.BIG_INTEGER: lambda value: value is None or _is_big(value),
    Kind.BIG_DECIMAL: lambda value: value is None or isinstance(value, Decimal),
    Kind.COLLECTION: lambda value: value is None or is_collection(value),
    Kind.MAP: lambda value: value is None or isinstance(value, dict),
    Kind.ARRAY: lambda value: value is None or value.__class__ is Array,
    Kind.VARARGS: lambda _: True,
    Kind.STRINGS: lambda _: True,
}


def is_collection(value: object) -> bool:
    """Tell whether Java would call it a Collection."""
    kind = value.__class__
    return kind is list or kind is ArrayList or isinstance(value, View)


class View(Host):
    """A live collection over a map: keySet, values, entrySet; filled in by `collections`."""

    __slots__ = ()


def _are_strings(values: tuple[object, ...]) -> bool:
    if len(values) == 1 and isinstance(values[0], Array):
        return values[0].component == "Ljava.lang.String;"
    return all(value is None or value.__class__ is str for value in values)


def _not_comparable(_: object, other: object) -> object:
    raise TemplateRunError(f"ClassCastException: {other.__class__.__name__} is of another class", construct="compareTo")


@dataclass(slots=True, frozen=True)
class Overload:
    """One method: the kinds of its parameters and what it does."""

    parameters: tuple[Kind, ...]
    run: Callable[..., object]

    def takes(self, args: tuple[object, ...]) -> bool:
        """Tell whether Java would convert these arguments to the parameters."""
        if self.parameters and self.parameters[-1] in (Kind.VARARGS, Kind.STRINGS):
            last = len(self.parameters) - 1
            if len(args) < last:
                return False
            if self.parameters[-1] is Kind.STRINGS and not _are_strings(args[last:]):
                return False
            return all(_FITS[kind](arg) for kind, arg in zip(self.parameters[:-1], args, strict=False))
        if len(self.parameters) != len(args):
            return False
        return all(_FITS[kind](arg) for kind, arg in zip(self.parameters, args, strict=True))


def _ambiguous(overloads: list[Overload], args: tuple[object, ...]) -> bool:
    """Tell whether null could be an argument of unlike overloads: 1.7 then finds no method."""
    nulls = [i for i, arg in enumerate(args) if arg is None]
    kinds = {tuple(overload.parameters[min(i, len(overload.parameters) - 1)] for i in nulls) for overload in overloads}
    return len({kind for kind in kinds if Kind.OBJECT not in kind}) > 1


class Table:
    """The methods of one class."""

    def __init__(self, *parents: "Table") -> None:
        self.methods: dict[str, list[Overload]] = {}
        for parent in parents:
            for name, overloads in parent.methods.items():
                self.methods.setdefault(name, []).extend(overloads)

    def add(self, name: str, *parameters: Kind) -> Callable[[Callable[..., object]], Callable[..., object]]:
        """Add an overload; those added earlier win where several fit."""

        def register(run: Callable[..., object]) -> Callable[..., object]:
            self.methods.setdefault(name, []).append(Overload(parameters, run))
            return run

        return register

    def comparable(self) -> None:
        """Add the method behind Comparable: whatever is not of the value's own class throws."""
        self.add("compareTo", Kind.OBJECT)(_not_comparable)

    def find(self, name: str, args: tuple[object, ...]) -> Callable[..., object] | None:
        """The overload that takes these arguments; None where there is none.

        Raises TemplateRunError for arguments to a method that takes none: 1.7 finds it, and then cannot call it.
        """
        overloads = self.methods.get(name, ())
        if None in args and _ambiguous([overload for overload in overloads if overload.takes(args)], args):
            return None
        for overload in overloads:
            if overload.takes(args):
                return overload.run
        if args and any(not overload.parameters for overload in overloads):
            raise TemplateRunError("wrong number of arguments", construct=f".{name}(...)", expected=f".{name}()")
        return None

    def call(self, value: object, name: str, args: tuple[object, ...]) -> object:
        """Call a method; NO_METHOD where there is none."""
        run = self.find(name, args)
        return NO_METHOD if run is None else run(value, *args)
