"""`$foreach` as an object, for templates that use more of it than a position: `$foreach.parent`, `#break($foreach)`."""

from mapping.vtl.errors import TemplateRunError
from mapping.vtl.runtime import Broken
from mapping.vtl.values import NO_METHOD, Host, text


class Scope(Host):
    """What a loop binds to `$foreach`: its position, the scope outside, and a map of the template's own values."""

    __slots__ = ("column", "has_next", "index", "line", "parent", "replaced", "storage")

    def __init__(self, previous: object, line: int, column: int) -> None:
        self.index = -1
        self.has_next = False
        self.parent = previous if isinstance(previous, Scope) else None
        self.replaced = None if self.parent is not None else previous
        self.storage: dict[object, object] = {}
        self.line = line
        self.column = column

    def _topmost(self) -> "Scope":
        return self if self.parent is None else self.parent._topmost()

    def _replaced(self) -> object:
        if self.replaced is None and self.parent is not None:
            return self.parent._replaced()
        return self.replaced

    def _stored(self, key: object) -> object:
        if key in self.storage or self.parent is None:
            return self.storage.get(key)
        return self.parent._stored(key)

    def _getter(self, name: str) -> object:
        match name:
            case "Index":
                return self.index
            case "Count":
                return self.index + 1
            case "HasNext":
                return self.has_next
            case "First":
                return self.index < 1
            case "Last":
                return not self.has_next
            case "Parent":
                return self.parent
            case "Topmost":
                return self._topmost()
            case "Replaced":
                return self._replaced()
            case _:
                return NO_METHOD

    def vtl_get(self, name: str) -> object:
        """A position by its name, else a value put there."""
        found = self._getter(name[:1].upper() + name[1:])
        return self._stored(name) if found is NO_METHOD else found

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Getters by their full names, and a map's get, put, containsKey, size, isEmpty."""
        if name == "get" and len(args) == 1:
            return self._stored(args[0])
        if name == "put" and len(args) == 2:  # noqa: PLR2004 - key and value
            old = self.storage.get(args[0])
            self.storage[args[0]] = args[1]
            return old
        if name == "containsKey" and len(args) == 1:
            return args[0] in self.storage
        if args:
            return NO_METHOD
        match name:
            case "hasNext":
                return self.has_next
            case "isFirst" | "isLast":
                return self._getter(name[2:])
            case "size":
                return len(self.storage)
            case "isEmpty":
                return not self.storage
            case "toString":
                return self.vtl_str()
            case _:
                return self._getter(name[3:]) if name.startswith("get") else NO_METHOD

    def vtl_put(self, name: str, value: object) -> None:
        """`#set($foreach.name = value)`."""
        self.storage[name] = value

    def vtl_str(self) -> str | None:
        """As the map it is."""
        return text(self.storage)


def leave_scope(current: object) -> object:
    """What `$foreach` is after a loop: the scope outside, what it replaced, or what the template has put there."""
    if not isinstance(current, Scope):
        return current
    return current.parent if current.parent is not None else current._replaced()


def break_for(scope: object) -> None:
    """`#break($scope)`.

    Raises Broken for the loop that the scope belongs to, TemplateRunError where it is no scope.
    """
    if not isinstance(scope, Scope):
        raise TemplateRunError("#break takes a scope", construct="#break", expected="#break($foreach)")
    raise Broken(scope)
