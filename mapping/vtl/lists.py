"""Methods of lists (java.util.ArrayList, json-smart's JSONArray) and of arrays."""

from mapping.vtl.containers import COLLECTION, MOST, contains, failure, items_of
from mapping.vtl.equality import equals
from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.methods import Kind, Table
from mapping.vtl.texts import text
from mapping.vtl.values import Array, ArrayList, Byte, Char


def _index(items: list[object], index: int, construct: str) -> int:
    if not 0 <= index < len(items):
        raise failure(f"Index {index} out of bounds for length {len(items)}", construct)
    return index


def _grown(items: list[object], more: int) -> None:
    if len(items) + more > MOST:
        raise TemplateBoundError(f"a list of more than {MOST} elements", construct="add", expected=f"at most {MOST}")


LIST = Table(COLLECTION)
"""java.util.ArrayList and json-smart's JSONArray."""


@LIST.add("get", Kind.INT)
def _get(value: list[object], index: int) -> object:
    return value[_index(value, index, "get")]


@LIST.add("set", Kind.INT, Kind.OBJECT)
def _set(value: list[object], index: int, item: object) -> object:
    old = value[_index(value, index, "set")]
    value[index] = item
    return old


@LIST.add("add", Kind.OBJECT)
def _add(value: list[object], item: object) -> bool:
    _grown(value, 1)
    value.append(item)
    return True


@LIST.add("add", Kind.INT, Kind.OBJECT)
def _insert(value: list[object], index: int, item: object) -> str:
    if not 0 <= index <= len(value):
        raise failure(f"Index: {index}, Size: {len(value)}", "add")
    _grown(value, 1)
    value.insert(index, item)
    return ""


@LIST.add("addAll", Kind.COLLECTION)
def _add_all(value: list[object], items: object) -> bool:
    more = list(items_of(items))
    _grown(value, len(more))
    value.extend(more)
    return bool(more)


@LIST.add("addAll", Kind.INT, Kind.COLLECTION)
def _insert_all(value: list[object], index: int, items: object) -> bool:
    if not 0 <= index <= len(value):
        raise failure(f"Index: {index}, Size: {len(value)}", "addAll")
    more = list(items_of(items))
    _grown(value, len(more))
    value[index:index] = more
    return bool(more)


@LIST.add("remove", Kind.INT)
def _remove_at(value: list[object], index: int) -> object:
    return value.pop(_index(value, index, "remove"))


@LIST.add("remove", Kind.OBJECT)
def _remove(value: list[object], item: object) -> bool:
    for i, other in enumerate(value):
        if equals(item, other):
            del value[i]
            return True
    return False


@LIST.add("removeAll", Kind.COLLECTION)
def _remove_all(value: list[object], items: object) -> bool:
    return _keep(value, items_of(items), wanted=False)


@LIST.add("retainAll", Kind.COLLECTION)
def _retain_all(value: list[object], items: object) -> bool:
    return _keep(value, items_of(items), wanted=True)


def _keep(value: list[object], items: list[object], *, wanted: bool) -> bool:
    kept = [item for item in value if contains(items, item) is wanted]
    changed = len(kept) != len(value)
    value[:] = kept
    return changed


@LIST.add("clear")
def _clear(value: list[object]) -> str:
    value.clear()
    return ""


@LIST.add("indexOf", Kind.OBJECT)
def _index_of(value: list[object], item: object) -> int:
    return next((i for i, other in enumerate(value) if equals(item, other)), -1)


@LIST.add("lastIndexOf", Kind.OBJECT)
def _last_index_of(value: list[object], item: object) -> int:
    return next((i for i in range(len(value) - 1, -1, -1) if equals(item, value[i])), -1)


@LIST.add("subList", Kind.INT, Kind.INT)
def _sub_list(value: list[object], start: int, end: int) -> ArrayList:
    if not 0 <= start <= end <= len(value):
        raise failure(f"fromIndex: {start}, toIndex: {end}, size: {len(value)}", "subList")
    return ArrayList(value[start:end])


@LIST.add("clone")
def _clone(value: list[object]) -> list[object]:
    return type(value)(value)


ARRAY = Table()
"""What Velocity shows of an array: the methods of a list of fixed size around it."""

for _name in (
    "size",
    "isEmpty",
    "contains",
    "containsAll",
    "iterator",
    "get",
    "indexOf",
    "lastIndexOf",
    "subList",
):
    ARRAY.methods[_name] = LIST.methods[_name]


@ARRAY.add("equals", Kind.OBJECT)
def _same(value: object, other: object) -> bool:
    return value is other


@ARRAY.add("toString")
def _array_string(value: object) -> str | None:
    return text(value)


def _fixed_size(changes: bool) -> bool:
    """What a list of fixed size answers where nothing changes.

    Raises TemplateRunError where something would.
    """
    if changes:
        raise failure("UnsupportedOperationException: an array keeps its size", "add or remove")
    return False


@ARRAY.add("add", Kind.OBJECT)
@ARRAY.add("remove", Kind.INT)
def _never(_: object, __: object) -> bool:
    return _fixed_size(changes=True)


@ARRAY.add("remove", Kind.OBJECT)
def _remove_from_array(value: list[object], item: object) -> bool:
    return _fixed_size(contains(value, item))


@ARRAY.add("add", Kind.INT, Kind.OBJECT)
def _never_at(_: object, __: int, ___: object) -> bool:
    return _fixed_size(changes=True)


@ARRAY.add("addAll", Kind.INT, Kind.COLLECTION)
def _insert_into_array(_: object, __: int, items: object) -> bool:
    return _fixed_size(bool(items_of(items)))


@ARRAY.add("addAll", Kind.COLLECTION)
def _add_to_array(_: object, items: object) -> bool:
    return _fixed_size(bool(items_of(items)))


@ARRAY.add("removeAll", Kind.COLLECTION)
def _remove_all_from_array(value: list[object], items: object) -> bool:
    others = items_of(items)
    return _fixed_size(any(contains(others, item) for item in value))


@ARRAY.add("retainAll", Kind.COLLECTION)
def _retain_in_array(value: list[object], items: object) -> bool:
    others = items_of(items)
    return _fixed_size(not all(contains(others, item) for item in value))


@ARRAY.add("clear")
def _clear_array(value: list[object]) -> str:
    _fixed_size(bool(value))
    return ""


@ARRAY.add("hashCode")
def _array_hash(value: list[object]) -> int:
    """Object's: another one for each array."""
    return id(value) & 0x7FFFFFFF


_ELEMENTS: dict[str, tuple[type, ...]] = {"B": (Byte,), "C": (Char,), "Ljava.lang.String;": (str, type(None))}


@ARRAY.add("set", Kind.INT, Kind.OBJECT)
def _set_element(value: Array, index: int, item: object) -> object:
    old = value[_index(value, index, "set")]
    allowed = _ELEMENTS.get(value.component)
    if allowed is not None and item.__class__ not in allowed:
        raise failure("IllegalArgumentException: array element type mismatch", "set")
    value[index] = item
    return old
