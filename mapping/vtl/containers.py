"""Methods of lists, arrays, maps and their views, iterators and entries."""

from collections.abc import Iterable, Iterator
from typing import cast

from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.methods import Kind, Table, View
from mapping.vtl.values import MAX_TEXT, NO_METHOD, Array, ArrayList, Host, container_text, equals, hash_code, text

_MOST = MAX_TEXT // 8

COLLECTION = Table()
"""What every collection has, views of maps too."""


def _fault(problem: str, construct: str) -> TemplateRunError:
    return TemplateRunError(problem, construct=construct)


def _index(items: list[object], index: int, construct: str) -> int:
    if not 0 <= index < len(items):
        raise _fault(f"Index {index} out of bounds for length {len(items)}", construct)
    return index


def _grown(items: list[object], more: int) -> None:
    if len(items) + more > _MOST:
        raise TemplateBoundError(f"a list of more than {_MOST} elements", construct="add")


def contains(items: Iterable[object], value: object) -> bool:
    """Collection.contains, by Java's equals."""
    return any(equals(value, item) for item in items)


class Iter(Host):
    """java.util.Iterator over what a collection held when it was asked for."""

    __slots__ = ("_at", "_items")

    def __init__(self, items: list[object]) -> None:
        self._items = items
        self._at = 0

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """HasNext and next."""
        if args or name not in ("hasNext", "next"):
            return NO_METHOD
        if name == "hasNext":
            return self._at < len(self._items)
        if self._at >= len(self._items):
            raise _fault("there is no next element", "next")
        self._at += 1
        return self._items[self._at - 1]

    def vtl_iter(self) -> Iterable[object]:
        """What is left, which is then used up."""
        rest = self._items[self._at :]
        self._at = len(self._items)
        return rest

    def vtl_str(self) -> str:
        """Object.toString."""
        return f"java.util.ArrayList$Itr@{id(self) & 0xFFFFFFFF:x}"


class Entry(Host):
    """java.util.Map.Entry: a key and its value, which follows the map and can be set."""

    __slots__ = ("entries", "key", "last")

    def __init__(self, entries: dict[object, object], key: object) -> None:
        self.entries = entries
        self.key = key
        self.last = entries[key]

    def value(self) -> object:
        """The map's value now, or the last one it had."""
        self.last = self.entries.get(self.key, self.last)
        return self.last

    def vtl_get(self, name: str) -> object:
        """`$entry.key`, `$entry.value`."""
        if name in ("key", "Key"):
            return self.key
        return self.value() if name in ("value", "Value") else None

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """getKey, getValue, setValue, toString, equals, hashCode."""
        if len(args) == 1:
            if name == "setValue":
                old, self.entries[self.key] = self.value(), args[0]
                return old
            return self.vtl_equals(args[0]) if name == "equals" else NO_METHOD
        if args:
            return NO_METHOD
        match name:
            case "getKey":
                return self.key
            case "getValue":
                return self.value()
            case "toString":
                return self.vtl_str()
            case "hashCode":
                return hash_code(self.key) ^ hash_code(self.value())
            case _:
                return NO_METHOD

    def vtl_put(self, name: str, value: object) -> None:
        """`#set($entry.value = x)` is setValue."""
        if name in ("value", "Value"):
            self.entries[self.key] = value

    def vtl_str(self) -> str:
        """`key=value`."""
        key, value = text(self.key), text(self.value())
        return f"{'null' if key is None else key}={'null' if value is None else value}"

    def vtl_equals(self, other: object) -> bool:
        """Both halves equal."""
        return isinstance(other, Entry) and equals(self.key, other.key) and equals(self.value(), other.value())


class MapView(View):
    """keySet, values or entrySet of a map, live."""

    __slots__ = ("_map", "kind")

    def __init__(self, entries: dict[object, object], kind: str) -> None:
        self._map = entries
        self.kind = kind

    def __iter__(self) -> Iterator[object]:
        """Its elements now."""
        if self.kind == "keySet":
            return iter(list(self._map))
        if self.kind == "values":
            return iter(list(self._map.values()))
        return iter([Entry(self._map, key) for key in self._map])

    def vtl_get(self, name: str) -> object:
        """`$view.empty`."""
        return not self._map if name in ("empty", "Empty") else None

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """What a collection can, without add."""
        if name in ("add", "addAll") and len(args) == 1:
            raise _fault("UnsupportedOperationException", name)
        if name == "clear" and not args:
            self._map.clear()
            return ""
        if name == "remove" and len(args) == 1:
            return self._remove(args[0])
        return COLLECTION.call(self, name, args)

    def _remove(self, value: object) -> bool:
        for key, item in zip(list(self._map), self, strict=True):
            if equals(value, item):
                del self._map[key]
                return True
        return False

    def vtl_iter(self) -> Iterable[object]:
        """Its elements now."""
        return list(self)

    def vtl_str(self) -> str:
        """`[a, b]`."""
        return container_text(self)

    def __len__(self) -> int:
        """Elements now."""
        return len(self._map)

    def vtl_equals(self, other: object) -> bool:
        """Sets by their elements, values() by identity."""
        if self.kind == "values" or not isinstance(other, MapView) or other.kind == "values":
            return self is other
        mine = list(self)
        return len(mine) == len(list(other)) and all(contains(other, item) for item in mine)


def _items(value: object) -> list[object]:
    if isinstance(value, list):
        return cast("list[object]", value)
    return list(cast("Iterable[object]", value))


@COLLECTION.add("size")
def _size(value: object) -> int:
    return len(_items(value))


@COLLECTION.add("isEmpty")
def _is_empty(value: object) -> bool:
    return not _items(value)


@COLLECTION.add("contains", Kind.OBJECT)
def _contains(value: object, item: object) -> bool:
    return contains(_items(value), item)


@COLLECTION.add("containsAll", Kind.COLLECTION)
def _contains_all(value: object, others: object) -> bool:
    items = _items(value)
    return all(contains(items, other) for other in _items(others))


@COLLECTION.add("iterator")
def _iterator(value: object) -> Iter:
    return Iter(list(_items(value)))


@COLLECTION.add("toArray")
def _to_array(value: object) -> Array:
    return Array(_items(value), "Ljava.lang.Object;")


@COLLECTION.add("toString")
def _to_string(value: object) -> str | None:
    return text(value)


@COLLECTION.add("equals", Kind.OBJECT)
def _equals(value: object, other: object) -> bool:
    return equals(value, other)


@COLLECTION.add("hashCode")
def _hash_code(value: object) -> int:
    return hash_code(_items(value) if isinstance(value, View) else value)


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
        raise _fault(f"Index: {index}, Size: {len(value)}", "add")
    _grown(value, 1)
    value.insert(index, item)
    return ""


@LIST.add("addAll", Kind.COLLECTION)
def _add_all(value: list[object], items: object) -> bool:
    more = list(_items(items))
    _grown(value, len(more))
    value.extend(more)
    return bool(more)


@LIST.add("addAll", Kind.INT, Kind.COLLECTION)
def _insert_all(value: list[object], index: int, items: object) -> bool:
    if not 0 <= index <= len(value):
        raise _fault(f"Index: {index}, Size: {len(value)}", "addAll")
    more = list(_items(items))
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
    return _keep(value, _items(items), wanted=False)


@LIST.add("retainAll", Kind.COLLECTION)
def _retain_all(value: list[object], items: object) -> bool:
    return _keep(value, _items(items), wanted=True)


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
        raise _fault(f"fromIndex: {start}, toIndex: {end}, size: {len(value)}", "subList")
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
    "set",
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
        raise _fault("UnsupportedOperationException: an array keeps its size", "add or remove")
    return False


@ARRAY.add("add", Kind.OBJECT)
@ARRAY.add("remove", Kind.INT)
def _never(_: object, __: object) -> bool:
    return _fixed_size(changes=True)


@ARRAY.add("remove", Kind.OBJECT)
def _remove_from_array(value: list[object], item: object) -> bool:
    return _fixed_size(contains(value, item))


@ARRAY.add("addAll", Kind.COLLECTION)
def _add_to_array(_: object, items: object) -> bool:
    return _fixed_size(bool(_items(items)))


@ARRAY.add("removeAll", Kind.COLLECTION)
def _remove_all_from_array(value: list[object], items: object) -> bool:
    others = _items(items)
    return _fixed_size(any(contains(others, item) for item in value))


@ARRAY.add("retainAll", Kind.COLLECTION)
def _retain_in_array(value: list[object], items: object) -> bool:
    others = _items(items)
    return _fixed_size(not all(contains(others, item) for item in value))


@ARRAY.add("clear")
def _clear_array(value: list[object]) -> str:
    _fixed_size(bool(value))
    return ""


MAP = Table()
"""java.util.LinkedHashMap."""


@MAP.add("size")
def _map_size(value: dict[object, object]) -> int:
    return len(value)


@MAP.add("isEmpty")
def _map_empty(value: dict[object, object]) -> bool:
    return not value


def hashable(key: object) -> object:
    """A key that a map can hold.

    Raises TemplateRunError for a list or map, which Java would take.
    """
    if isinstance(key, list | dict):
        raise _fault("a list or map cannot be the key of a map here", "a map's key")
    return key


def findable(key: object) -> object:
    """A key to look for; for a list or map, which no map here holds, one that is in none."""
    return _NOWHERE if isinstance(key, list | dict) else key


_NOWHERE = object()


@MAP.add("get", Kind.OBJECT)
def _map_get(value: dict[object, object], key: object) -> object:
    return value.get(findable(key))


@MAP.add("getOrDefault", Kind.OBJECT, Kind.OBJECT)
def _map_get_or(value: dict[object, object], key: object, other: object) -> object:
    return value.get(findable(key), other)


@MAP.add("put", Kind.OBJECT, Kind.OBJECT)
def map_put(value: dict[object, object], key: object, item: object) -> object:
    """The value that was there before."""
    if len(value) >= _MOST:
        raise TemplateBoundError(f"a map of more than {_MOST} keys", construct="put")
    key = hashable(key)
    old = value.get(key)
    value[key] = item
    return old


@MAP.add("putIfAbsent", Kind.OBJECT, Kind.OBJECT)
def _map_put_if_absent(value: dict[object, object], key: object, item: object) -> object:
    old = value.get(hashable(key))
    if old is None:
        map_put(value, key, item)
    return old


@MAP.add("putAll", Kind.MAP)
def _map_put_all(value: dict[object, object], other: dict[object, object]) -> str:
    value.update(other)
    return ""


@MAP.add("remove", Kind.OBJECT)
def _map_remove(value: dict[object, object], key: object) -> object:
    return value.pop(findable(key), None)


@MAP.add("containsKey", Kind.OBJECT)
def _map_contains_key(value: dict[object, object], key: object) -> bool:
    return findable(key) in value


@MAP.add("containsValue", Kind.OBJECT)
def _map_contains_value(value: dict[object, object], item: object) -> bool:
    return contains(value.values(), item)


@MAP.add("keySet")
def _map_keys(value: dict[object, object]) -> MapView:
    return MapView(value, "keySet")


@MAP.add("values")
def _map_values(value: dict[object, object]) -> MapView:
    return MapView(value, "values")


@MAP.add("entrySet")
def _map_entries(value: dict[object, object]) -> MapView:
    return MapView(value, "entrySet")


@MAP.add("clear")
def _map_clear(value: dict[object, object]) -> str:
    value.clear()
    return ""


@MAP.add("clone")
def _map_clone(value: dict[object, object]) -> dict[object, object]:
    return dict(value)


@MAP.add("toString")
def _map_string(value: dict[object, object]) -> str | None:
    return text(value)


@MAP.add("hashCode")
def _map_hash(value: dict[object, object]) -> int:
    return hash_code(value)


@MAP.add("equals", Kind.OBJECT)
def _map_equals(value: dict[object, object], other: object) -> bool:
    return equals(value, other)
