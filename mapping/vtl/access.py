"""From a value to what hangs on it: properties, indexes, methods, elements; and back, when #set writes there.

The order of the look-ups is Velocity 1.7's introspection: a getter, then a map's key, then `get(name)`, then `isName`.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import cast

from mapping.vtl.containers import MapView
from mapping.vtl.errors import TemplateRunError
from mapping.vtl.lists import ARRAY, LIST
from mapping.vtl.maps import MAP, map_put
from mapping.vtl.methods import Table
from mapping.vtl.numbers import BIG, BOOLEAN, DECIMAL, DOUBLE, FLOAT, INTEGER, LONG
from mapping.vtl.strings import CHARACTER, STRING
from mapping.vtl.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    NO_METHOD,
    Array,
    ArrayList,
    BigDecimal,
    BigInteger,
    Byte,
    Char,
    Float,
    Host,
    Long,
    Short,
)

TABLES: dict[type, Table] = {
    str: STRING,
    Char: CHARACTER,
    Short: LONG,
    Byte: LONG,
    Long: LONG,
    BigInteger: BIG,
    float: DOUBLE,
    Float: FLOAT,
    Decimal: DECIMAL,
    BigDecimal: DECIMAL,
    bool: BOOLEAN,
    list: LIST,
    ArrayList: LIST,
    Array: ARRAY,
    dict: MAP,
}


def _table(value: object) -> Table | None:
    kind = value.__class__
    if kind is int:
        number = cast("int", value)
        if INT_MIN <= number <= INT_MAX:
            return INTEGER
        return LONG if LONG_MIN <= number <= LONG_MAX else BIG
    return TABLES.get(kind)


def call(value: object, name: str, args: tuple[object, ...]) -> object:
    """`$value.name(args)`; None where there is no such method.

    Raises TemplateRunError where the method throws.
    """
    if isinstance(value, Host):
        answer = value.vtl_call(name, args)
        return None if answer is NO_METHOD else answer
    table = _table(value)
    if table is None:
        return None
    run = table.find(name, args)
    return None if run is None else run(value, *args)


def prop(value: object, name: str) -> object:
    """`$value.name`; None where there is no such property."""
    if value.__class__ is dict:
        return cast("dict[object, object]", value).get(name) if name not in ("class", "Class") else None
    if isinstance(value, Host):
        return value.vtl_get(name)
    table = _table(value)
    if table is None or table is ARRAY:
        return None
    swapped = name[0].swapcase() + name[1:]
    for method in ("get" + name, "get" + swapped, "is" + name, "is" + swapped):
        run = table.find(method, ())
        if run is not None:
            return run(value)
    return None


def index(value: object, key: object) -> object:
    """`$value[key]`: `get(key)`; a negative integer counts from the end."""
    if value is None:
        return None
    if key.__class__ is int and cast("int", key) < 0:
        key = _from_end(value, cast("int", key))
    return call(value, "get", (key,))


def _from_end(value: object, key: int) -> int:
    size = call(value, "size", ())
    if not isinstance(size, int):
        raise TemplateRunError(
            "a negative index needs a value that has a size()", construct=f"[{key}]", expected="a list"
        )
    return size + key


def set_prop(value: object, name: str, item: object) -> None:
    """`#set($value.name = item)`; nothing where it cannot be set."""
    if isinstance(value, Host):
        value.vtl_put(name, item)
    elif value.__class__ is dict:
        map_put(cast("dict[object, object]", value), name, item)


def set_index(value: object, key: object, item: object) -> None:
    """`#set($value[key] = item)`: `set(key, item)`, else `put(key, item)`; nothing where neither exists."""
    if value is None:
        return
    if key.__class__ is int and cast("int", key) < 0:
        key = _from_end(value, cast("int", key))
    if isinstance(value, Host):
        value.vtl_set(key, item)
        return
    table = _table(value)
    if table is not None:
        for name in ("set", "put"):
            run = table.find(name, (key, item))
            if run is not None:
                run(value, key, item)
                return


def elements(value: object) -> list[object] | None:
    """What #foreach goes through; None where it goes through nothing."""
    if isinstance(value, list):
        return cast("list[object]", value)
    if isinstance(value, dict):
        return list(cast("dict[object, object]", value).values())
    if isinstance(value, Host):
        found = value.vtl_iter()
        return None if found is None else list(found)
    return None


def guarded(items: list[object], source: object) -> Iterator[object]:
    """Go through a list, or a map's values, that the loop's body may change.

    Raises TemplateRunError where Java throws ConcurrentModificationException.
    """
    if isinstance(source, MapView) and source.kind == "values":
        source = source.entries
    sized: Callable[[], int] = (
        cast("list[object]", source).__len__ if isinstance(source, list | dict | MapView) else items.__len__
    )
    count = sized()
    is_list = isinstance(source, list)
    keys = list(cast("dict[object, object]", source)) if isinstance(source, dict) else None
    at = 0
    while True:
        size = sized()
        if at == (size if is_list else count):
            return
        if size != count:
            raise TemplateRunError(
                "ConcurrentModificationException: the list or map changed size inside its own loop",
                construct="#foreach",
                expected="a second list to add to",
            )
        yield items[at] if keys is None else cast("dict[object, object]", source)[keys[at]]
        at += 1
