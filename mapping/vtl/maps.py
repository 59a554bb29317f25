"""Methods of maps (java.util.LinkedHashMap)."""

from mapping.vtl.containers import MOST, MapView, contains, failure
from mapping.vtl.equality import equals, hash_code
from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.methods import Kind, Table
from mapping.vtl.texts import text
from mapping.vtl.values import as_key

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
        raise failure("a list or map cannot be the key of a map here", "a map's key")
    return as_key(key)


def findable(key: object) -> object:
    """A key to look for; for a list or map, which no map here holds, one that is in none."""
    return _NOWHERE if isinstance(key, list | dict) else as_key(key)


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
    if len(value) >= MOST:
        raise TemplateBoundError(f"a map of more than {MOST} keys", construct="put", expected=f"at most {MOST}")
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


@MAP.add("remove", Kind.OBJECT, Kind.OBJECT)
def _map_remove_pair(value: dict[object, object], key: object, item: object) -> bool:
    found = findable(key)
    if found not in value or not equals(value[found], item):
        return False
    del value[found]
    return True


@MAP.add("replace", Kind.OBJECT, Kind.OBJECT)
def _map_replace(value: dict[object, object], key: object, item: object) -> object:
    return map_put(value, key, item) if findable(key) in value else None


@MAP.add("replace", Kind.OBJECT, Kind.OBJECT, Kind.OBJECT)
def _map_replace_pair(value: dict[object, object], key: object, old: object, item: object) -> bool:
    found = findable(key)
    if found not in value or not equals(value[found], old):
        return False
    value[found] = item
    return True


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
