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
from mapping.vtl.equality import equals
from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.texts import text
from mapping.vtl.values import NO_METHOD, ArrayList, Host

Place = tuple[str, ...]
"""The names that lead from `$context` to a value."""

_REQUEST: Final = "requestOverride"
_RESPONSE: Final = "responseOverride"
_REQUEST_KINDS: Final = ("path", "header", "querystring")
_NO_REQUEST: Final[dict[str, object]] = {kind: {} for kind in _REQUEST_KINDS}
_NO_RESPONSE: Final[dict[str, object]] = {"header": {}}
_NO_OVERRIDES: Final[dict[str, dict[str, object]]] = {_REQUEST: _NO_REQUEST, _RESPONSE: _NO_RESPONSE}
_LEAVES: Final = frozenset({str, int, bool, float, type(None)})
_METHODS: Final = frozenset(
    {
        "get", "put", "putAll", "remove", "containsKey", "containsValue", "keySet", "values", "size", "isEmpty",
        "toString",
    }
)  # fmt: skip
_DEEPEST: Final = 32
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
    """A map in `$context`: prints as nothing, tells `$context` what is overridden a second time.

    It reads from the mapping that it is given and copies it when a template first writes or lists it.
    """

    __slots__ = ("_given", "_name", "_nested", "_outer", "_own")

    def __init__(self, given: Mapping[str, object], outer: "ContextMap | None", name: str) -> None:
        self._given = given
        self._outer = outer
        self._name = name
        self._nested: dict[str, ContextMap] = {}
        self._own: dict[str, object] | None = None

    def _again(self, place: Place) -> None:
        """Tell the outermost map which of its places was written over."""
        if self._outer is not None:
            self._outer._again((self._name, *place))  # noqa: SLF001 - of its own class

    @property
    def _values(self) -> dict[str, object]:
        own = self._own
        if own is None:
            own = self._own = dict(self._given)
        return own

    def _wrapped(self, name: str, value: object) -> object:
        """A value as it is, a mapping as a map of this kind, the same one each time."""
        if value.__class__ in _LEAVES:
            return value
        if name in self._nested:
            return self._nested[name]
        if value.__class__ is dict or isinstance(value, Mapping):  # asking for the protocol is slow
            inner = cast("Mapping[str, object]", value)
            nested = self._nested[name] = ContextMap(inner, self, name)
            return nested
        return value

    def plain(self, depth: int = 0) -> dict[str, object]:
        """Return the map as plain nested dictionaries.

        Raises:
            TemplateBoundError: it contains itself, or is nested without end.

        """
        if depth > _DEEPEST:
            raise _endless()
        nested = self._nested
        return {
            name: value
            if value.__class__ in _LEAVES
            else nested[name].plain(depth + 1)
            if name in nested
            else value.plain(depth + 1)
            if isinstance(value, ContextMap)
            else _copied(value)
            for name, value in (self._given if self._own is None else self._own).items()
        }

    def put(self, key: object, value: object) -> object:
        """Set a key and return what it had before."""
        name = key if key.__class__ is str else text(key) or ""
        name = cast("str", name)
        values = self._values if self._own is None else self._own
        before = None
        if name in values:
            before = self._wrapped(name, values[name])
            self._nested.pop(name, None)
            self._again((name,))
        values[name] = value
        return before

    def _remove(self, name: str) -> object:
        before = self.vtl_get(name)
        self._values.pop(name, None)
        self._nested.pop(name, None)
        return before

    def _keys(self) -> list[str]:
        return hash_map_order(self._values)

    def _put_all(self, other: object) -> None:
        if isinstance(other, Mapping):
            for key, value in cast("Mapping[object, object]", other).items():
                self.put(key, value)

    def vtl_get(self, name: str) -> object:
        """`$map.name`."""
        return self._wrapped(name, (self._given if self._own is None else self._own).get(name))

    def vtl_put(self, name: str, value: object) -> None:
        """`#set($map.name = value)`."""
        self.put(name, value)

    def vtl_set(self, key: object, value: object) -> None:
        """`#set($map[key] = value)`."""
        self.put(key, value)

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Call one of java.util.Map's methods that templates use."""
        if name not in _METHODS:
            return NO_METHOD
        match name, args:
            case "get", (key,):
                return self.vtl_get(text(key) or "")
            case "put", (key, value):
                return self.put(key, value)
            case "putAll", (other,):
                return self._put_all(other)
            case "remove", (key,):
                return self._remove(text(key) or "")
            case "containsKey", (key,):
                return (text(key) or "") in self._values
            case "containsValue", (value,):
                return any(equals(held, value) for held in self.vtl_iter())
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
        return [self.vtl_get(key) for key in self._keys()]


class Context(ContextMap):
    """`$context` of one rendering: what is known of the call, and the two maps of overrides."""

    __slots__ = ("_branches", "twice")

    def __init__(self, variables: Variables) -> None:
        self._given = variables.context
        self._outer = None
        self._name = ""
        self._nested = {}
        self._own = None
        self.twice: set[Place] | None = None
        request, response = variables.overrides
        self._branches: dict[str, dict[str, object]] = _NO_OVERRIDES
        if request or response:
            self._branches = {_REQUEST: {**_NO_REQUEST, **request}, _RESPONSE: {**_NO_RESPONSE, **response}}

    def _again(self, place: Place) -> None:
        if is_parameter(place):
            self.twice = {place} if self.twice is None else self.twice | {place}

    @property
    def _values(self) -> dict[str, object]:
        own = self._own
        if own is None:
            own = self._own = {**self._given, **self._branches}
        return own

    def vtl_get(self, name: str) -> object:
        """`$context.name`."""
        own = self._own
        if own is not None:
            return self._wrapped(name, own.get(name))
        return self._wrapped(name, self._branches[name] if name in self._branches else self._given.get(name))

    def overrides(self) -> Overrides:
        """Return both override maps as the template leaves them.

        Raises:
            TemplateRunError: a parameter was overridden a second time, by this template or an earlier one.
            TemplateBoundError: a map contains itself.

        """
        if self.twice:
            places = ", ".join(sorted("$context." + ".".join(place) for place in self.twice))
            raise TemplateRunError(
                f"{places} overridden more than once",
                construct="an override",
                expected="each parameter to be overridden once, over request and response template together",
            )
        try:
            return self._left()
        except RecursionError as error:
            raise _endless() from error

    def _left(self) -> Overrides:
        nested = self._nested
        if self._own is None and self._branches is _NO_OVERRIDES:  # what nobody has looked at is as it was
            return Overrides(
                nested[_REQUEST].plain() if _REQUEST in nested else {"path": {}, "header": {}, "querystring": {}},
                nested[_RESPONSE].plain() if _RESPONSE in nested else {"header": {}},
            )
        return Overrides(self._branch(_REQUEST), self._branch(_RESPONSE))

    def _branch(self, name: str) -> dict[str, object]:
        """One of the two maps as the template leaves it."""
        branch = self.vtl_get(name)
        return branch.plain() if isinstance(branch, ContextMap) else {}


def _endless() -> TemplateBoundError:
    return TemplateBoundError(
        "a map in $context contains itself", construct="an override", expected=f"at most {_DEEPEST} levels"
    )


def _copied(value: object) -> object:
    """A value with its dictionaries copied, at every level."""
    if value.__class__ is not dict:
        return value
    values = cast("dict[str, object]", value)
    return {name: _copied(inner) for name, inner in values.items()} if values else {}
