"""What every collection can do, and the views of a map, iterators and entries; lists and maps have their own files."""

from collections.abc import Iterable, Iterator
from typing import cast

from mapping.vtl.equality import equals, hash_code, signed
from mapping.vtl.errors import TemplateRunError
from mapping.vtl.methods import Kind, Table, View, is_collection
from mapping.vtl.texts import container_text, text
from mapping.vtl.values import MAX_TEXT, NO_METHOD, Array, Host, from_key

MOST = MAX_TEXT // 8
"""Elements that a list or map may have."""

COLLECTION = Table()
"""What every collection has, views of maps too."""


def failure(problem: str, construct: str) -> TemplateRunError:
    """What a method throws."""
    return TemplateRunError(problem, construct=construct)


def contains(items: Iterable[object], value: object) -> bool:
    """Collection.contains, by Java's equals."""
    return any(equals(value, item) for item in items)


def hash_of(value: object) -> int:
    """HashCode of an element, entries included."""
    return value.hash() if isinstance(value, Entry) else hash_code(value)


class Iter(Host):
    """java.util.Iterator over what a collection held when it was asked for."""

    __slots__ = ("_at", "_items")

    def __init__(self, items: list[object]) -> None:
        self._items = items
        self._at = 0

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Answer hasNext and next; refuse remove, for an iterator goes over a copy here."""
        if name not in ("hasNext", "next", "remove"):
            return NO_METHOD
        if args:
            raise failure("wrong number of arguments", name)
        if name == "remove":
            raise failure("an iterator removes nothing here: use the list's own remove", name)
        if name == "hasNext":
            return self._at < len(self._items)
        if self._at >= len(self._items):
            raise failure("there is no next element", "next")
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

    def hash(self) -> int:
        """Both halves' hash codes."""
        return hash_code(from_key(self.key)) ^ hash_code(self.value())

    def vtl_get(self, name: str) -> object:
        """`$entry.key`, `$entry.value`."""
        if name in ("key", "Key"):
            return from_key(self.key)
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
                return from_key(self.key)
            case "getValue":
                return self.value()
            case "toString":
                return self.vtl_str()
            case "hashCode":
                return self.hash()
            case _:
                return NO_METHOD

    def vtl_put(self, name: str, value: object) -> None:
        """`#set($entry.value = x)` is setValue."""
        if name in ("value", "Value"):
            self.entries[self.key] = value

    def vtl_str(self) -> str:
        """`key=value`."""
        key, value = text(from_key(self.key)), text(self.value())
        return f"{'null' if key is None else key}={'null' if value is None else value}"

    def vtl_equals(self, other: object) -> bool:
        """Both halves equal."""
        return isinstance(other, Entry) and self.key == other.key and equals(self.value(), other.value())


class MapView(View):
    """keySet, values or entrySet of a map, live."""

    __slots__ = ("entries", "kind")

    def __init__(self, entries: dict[object, object], kind: str) -> None:
        self.entries = entries
        self.kind = kind

    def __iter__(self) -> Iterator[object]:
        """Its elements now."""
        if self.kind == "keySet":
            return iter([from_key(key) for key in self.entries])
        if self.kind == "values":
            return iter(list(self.entries.values()))
        return iter([Entry(self.entries, key) for key in self.entries])

    def vtl_get(self, name: str) -> object:
        """`$view.empty`."""
        return not self.entries if name in ("empty", "Empty") else None

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """What a collection can, without adding; what is removed is removed from the map."""
        match name, args:
            case "add", (_,):
                raise failure("UnsupportedOperationException", name)
            case "addAll", (items,) if is_collection(items):
                if items_of(items):
                    raise failure("UnsupportedOperationException", name)
                return False
            case "remove", (value,):
                return self._remove(value)
            case (("removeAll" | "retainAll"), (items,)) if is_collection(items):
                return self._keep(items_of(items), wanted=name == "retainAll")
            case "clear", ():
                self.entries.clear()
                return ""
            case "hashCode", () if self.kind != "values":
                return signed(sum(map(hash_of, self)))
            case _:
                return COLLECTION.call(self, name, args)

    def _remove(self, value: object) -> bool:
        for key, item in zip(list(self.entries), self, strict=True):
            if equals(value, item):
                del self.entries[key]
                return True
        return False

    def _keep(self, items: list[object], *, wanted: bool) -> bool:
        gone = [key for key, item in zip(self.entries, self, strict=True) if contains(items, item) is not wanted]
        for key in gone:
            del self.entries[key]
        return bool(gone)

    def vtl_iter(self) -> Iterable[object]:
        """Its elements now."""
        return list(self)

    def vtl_str(self) -> str:
        """`[a, b]`."""
        return container_text(self)

    def __len__(self) -> int:
        """Elements now."""
        return len(self.entries)

    def vtl_equals(self, other: object) -> bool:
        """Sets by their elements, values() by identity."""
        if self.kind == "values" or not isinstance(other, MapView) or other.kind == "values":
            return self is other
        mine = list(self)
        return len(mine) == len(list(other)) and all(contains(other, item) for item in mine)


def items_of(value: object) -> list[object]:
    """The elements of a collection: a list itself, what a view shows now."""
    if isinstance(value, list):
        return cast("list[object]", value)
    return list(cast("Iterable[object]", value))


@COLLECTION.add("size")
def _size(value: object) -> int:
    return len(items_of(value))


@COLLECTION.add("isEmpty")
def _is_empty(value: object) -> bool:
    return not items_of(value)


@COLLECTION.add("contains", Kind.OBJECT)
def _contains(value: object, item: object) -> bool:
    return contains(items_of(value), item)


@COLLECTION.add("containsAll", Kind.COLLECTION)
def _contains_all(value: object, others: object) -> bool:
    items = items_of(value)
    return all(contains(items, other) for other in items_of(others))


@COLLECTION.add("iterator")
def _iterator(value: object) -> Iter:
    return Iter(list(items_of(value)))


@COLLECTION.add("toArray")
def _to_array(value: object) -> Array:
    return Array.of("Ljava.lang.Object;", items_of(value))


@COLLECTION.add("toString")
def _to_string(value: object) -> str | None:
    return text(value)


@COLLECTION.add("equals", Kind.OBJECT)
def _equals(value: object, other: object) -> bool:
    return equals(value, other)


@COLLECTION.add("hashCode")
def _hash_code(value: object) -> int:
    return hash_code(items_of(value) if isinstance(value, View) else value)
