"""`$context`: what API Gateway knows of a call, and the two maps in it through which a template overrides things.

Recorded on AWS (2025-05-20 and the tests named in docs/templates.md): nested maps print as nothing; keys come in
the order of a java.util.HashMap; `requestOverride` begins with path, header, querystring, `responseOverride` with
header; both can be written by `=`, by index and by `put`; what the request template wrote is read by the response
template; invented names are kept. The developer guide ("Override your API's request and response parameters"): an
override may be applied to each parameter once, a second one answers 5XX.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, cast

from mapping.variables import Overrides, Variables
from mapping.vtl.errors import TemplateRunError
from mapping.vtl.values import NO_METHOD, ArrayList, Host, equals, text

Place = tuple[str, ...]
"""The names that lead from `$context` to a value."""

_REQUEST: Final = "requestOverride"
_RESPONSE: Final = "responseOverride"
_REQUEST_KINDS: Final = ("path", "header", "querystring")
_SMALLEST_TABLE: Final = 16
_UNIT: Final = 2  # bytes of a UTF-16 unit


def _spread_hash(key: str) -> int:
    """java.util.HashMap.hash of a String."""
    units = key.encode("utf-16-be", "surrogatepass")
    code = 0
    for i in range(0, len(units), _UNIT):
        code = (31 * code + units[i] * 256 + units[i + 1]) & 0xFFFFFFFF
    return code ^ code >> 16


def hash_map_order(keys: Iterable[str]) -> list[str]:
    """Return keys in the order in which a java.util.HashMap gives them, if they were put in as they come here.

    By bucket; within one bucket in the order of their coming. The table doubles beyond three quarters.
    """
    given = list(keys)
    size = _SMALLEST_TABLE
    while len(given) > size * 3 // 4:
        size *= 2
    return sorted(given, key=lambda key: _spread_hash(key) & (size - 1))


def is_parameter(place: Place) -> bool:
    """Whether a place in `$context` is one that may be overridden once: a parameter, a header, the status."""
    match place:
        case ("requestOverride", kind, _):
            return kind in _REQUEST_KINDS
        case ("responseOverride", "header", _) | ("responseOverride", "status"):
            return True
        case _:
            return False


class ContextMap(Host):
    """A map in `$context`: prints as nothing, remembers in `written` how often each parameter was set."""

    __slots__ = ("_place", "_values", "_written")

    def __init__(self, values: Mapping[str, object], place: Place, written: Counter[Place]) -> None:
        self._place = place
        self._written = written
        self._values = {name: self._wrapped(name, value) for name, value in values.items()}

    def _wrapped(self, name: str, value: object) -> object:
        place = (*self._place, name)
        if isinstance(value, Mapping):
            return ContextMap(cast("Mapping[str, object]", value), place, self._written)
        if is_parameter(place):
            self._written[place] += 1
        return value

    def plain(self) -> dict[str, object]:
        """Return the map as plain nested dictionaries."""
        return {name: v.plain() if isinstance(v, ContextMap) else v for name, v in self._values.items()}

    def put(self, key: object, value: object) -> object:
        """Set a key and return what it had before."""
        name = text(key) or ""
        before = self._values.get(name)
        self._values[name] = self._wrapped(name, value)
        return before

    def _keys(self) -> list[str]:
        return hash_map_order(self._values)

    def _put_all(self, other: object) -> None:
        if isinstance(other, Mapping):
            for key, value in cast("Mapping[object, object]", other).items():
                self.put(key, value)

    def vtl_get(self, name: str) -> object:
        """`$map.name`."""
        return self._values.get(name)

    def vtl_put(self, name: str, value: object) -> None:
        """`#set($map.name = value)`."""
        self.put(name, value)

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Call one of java.util.Map's methods that templates use."""
        match name, args:
            case "get", (key,):
                return self._values.get(text(key) or "")
            case "put", (key, value):
                return self.put(key, value)
            case "putAll", (other,):
                return self._put_all(other)
            case "remove", (key,):
                return self._values.pop(text(key) or "", None)
            case "containsKey", (key,):
                return (text(key) or "") in self._values
            case "containsValue", (value,):
                return any(equals(held, value) for held in self._values.values())
            case "keySet", ():
                return ArrayList(self._keys())
            case "values", ():
                return ArrayList(self.vtl_iter())
            case "size", ():
                return len(self._values)
            case "isEmpty", ():
                return not self._values
            case "toString", ():
                return self.vtl_str()
            case _:
                return NO_METHOD

    def vtl_str(self) -> str:
        """Nothing: recorded for `$context.identity` and for the override maps."""
        return ""

    def vtl_iter(self) -> list[object]:
        """Return the values, as #foreach over a map goes through them."""
        return [self._values[key] for key in self._keys()]


class Context(ContextMap):
    """`$context` of one rendering."""

    __slots__ = ()

    def __init__(self, variables: Variables) -> None:
        empty = dict[str, object]()
        overrides: dict[str, object] = {
            _REQUEST: {**dict.fromkeys(_REQUEST_KINDS, empty), **variables.overrides.request},
            _RESPONSE: {"header": empty, **variables.overrides.response},
        }
        super().__init__({**variables.context, **overrides}, (), Counter())

    def overrides(self) -> Overrides:
        """Return both override maps as the template leaves them.

        Raises:
            TemplateRunError: a parameter was overridden a second time, by this template or an earlier one.

        """
        twice = sorted(place for place, times in self._written.items() if times > 1)
        if twice:
            raise TemplateRunError(
                f"{', '.join('$context.' + '.'.join(place) for place in twice)} overridden more than once",
                construct="an override",
                expected="each parameter to be overridden once, over request and response template together",
            )
        return Overrides(request=self._branch(_REQUEST), response=self._branch(_RESPONSE))

    def _branch(self, name: str) -> dict[str, object]:
        branch = self._values.get(name)
        return branch.plain() if isinstance(branch, ContextMap) else {}
