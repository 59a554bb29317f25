"""`$context`: what API Gateway knows of a call, and the two maps in it through which a template overrides things.

Recorded on AWS (2025-05-20 and the tests named in docs/templates.md): nested maps print as nothing; keys come in
the order of a java.util.HashMap; `requestOverride` begins with path, header, querystring, `responseOverride` with
header; both can be written by `=`, by index and by `put`; what the request template wrote is read by the response
template; invented names are kept. The developer guide ("Override your API's request and response parameters"): an
override may be applied to each parameter once, a second one answers 5XX.
"""

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
_NO_REQUEST: Final[dict[str, object]] = {kind: {} for kind in _REQUEST_KINDS}
_NO_RESPONSE: Final[dict[str, object]] = {"header": {}}
_LEAVES: Final = frozenset({str, int, bool, float})
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
    """A map in `$context`: prints as nothing, puts into `twice` what is overridden a second time.

    It takes what it is given as it is, and copies it when a template first looks at it.
    """

    __slots__ = ("_given", "_own", "_place", "twice")

    def __init__(self, given: Mapping[str, object], place: Place, twice: set[Place]) -> None:
        self._given = given
        self._own: dict[str, object] | None = None
        self._place = place
        self.twice = twice

    @property
    def _values(self) -> dict[str, object]:
        own = self._own
        if own is None:
            own = self._own = dict(self._given)
            for name, value in own.items():
                if value.__class__ not in _LEAVES:
                    own[name] = self._wrapped(name, value)
        return own

    def _wrapped(self, name: str, value: object) -> object:
        if isinstance(value, dict | Mapping):  # dict first: asking for the protocol is slow
            return ContextMap(cast("Mapping[str, object]", value), (*self._place, name), self.twice)
        return value

    def plain(self) -> dict[str, object]:
        """Return the map as plain nested dictionaries."""
        values = dict(self._given if self._own is None else self._own)
        for name, value in values.items():
            if value.__class__ is ContextMap:
                values[name] = cast("ContextMap", value).plain()
            elif isinstance(value, dict):
                values[name] = _copied(cast("Mapping[str, object]", value))
        return values

    def put(self, key: object, value: object) -> object:
        """Set a key and return what it had before."""
        name = text(key) or ""
        place = (*self._place, name)
        values = self._values
        if name in values and is_parameter(place):
            self.twice.add(place)
        before = values.get(name)
        values[name] = self._wrapped(name, value)
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
        before = variables.overrides
        given = before.request or before.response
        request = {**_NO_REQUEST, **before.request} if given else _NO_REQUEST
        response = {**_NO_RESPONSE, **before.response} if given else _NO_RESPONSE
        super().__init__({**variables.context, _REQUEST: request, _RESPONSE: response}, (), set())

    def overrides(self) -> Overrides:
        """Return both override maps as the template leaves them.

        Raises:
            TemplateRunError: a parameter was overridden a second time, by this template or an earlier one.

        """
        if self.twice:
            places = ", ".join(sorted("$context." + ".".join(place) for place in self.twice))
            raise TemplateRunError(
                f"{places} overridden more than once",
                construct="an override",
                expected="each parameter to be overridden once, over request and response template together",
            )
        values = self._given if self._own is None else self._own
        if values.get(_REQUEST) is _NO_REQUEST:  # nobody has looked at $context, nobody has overridden anything
            return Overrides(request={"path": {}, "header": {}, "querystring": {}}, response={"header": {}})
        return Overrides(request=_branch(values.get(_REQUEST)), response=_branch(values.get(_RESPONSE)))


def _branch(branch: object) -> dict[str, object]:
    if isinstance(branch, ContextMap):
        return branch.plain()
    return _copied(cast("Mapping[str, object]", branch)) if isinstance(branch, dict) else {}


def _copied(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _copied(cast("Mapping[str, object]", value)) if isinstance(value, dict) else value
        for name, value in values.items()
    }
