"""`$foreach` as an object, for templates that use more of it than a position: `$foreach.parent`, `#break($foreach)`."""

from mapping.vtl.errors import TemplateRunError
from mapping.vtl.maps import MAP, findable
from mapping.vtl.runtime import Broken
from mapping.vtl.texts import text
from mapping.vtl.values import NO_METHOD, Host


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

    # the outermost scope, what the outermost one hid, and a value put into this scope or one around it

    def topmost(self) -> "Scope":
        return self if self.parent is None else self.parent.topmost()

    def find_replaced(self) -> object:
        if self.replaced is None and self.parent is not None:
            return self.parent.find_replaced()
        return self.replaced

    def stored(self, key: object) -> object:
        if key in self.storage or self.parent is None:
            return self.storage.get(key)
        return self.parent.stored(key)

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
                return self.topmost()
            case "Replaced":
                return self.find_replaced()
            case _:
                return NO_METHOD

    def vtl_get(self, name: str) -> object:
        """A position by its name, else a value put there."""
        found = self._getter(name[:1].upper() + name[1:])
        return self.stored(name) if found is NO_METHOD else found

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Getters by their full names, else the methods of a map."""
        if name == "get" and len(args) == 1:
            return self.stored(findable(args[0]))
        if not args:
            if name == "hasNext":
                return self.has_next
            if name in ("isFirst", "isLast"):
                return self._getter(name[2:])
            if name.startswith("get") and (found := self._getter(name[3:])) is not NO_METHOD:
                return found
        return MAP.call(self.storage, name, args)

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
    return current.parent if current.parent is not None else current.find_replaced()


def break_for(scope: object) -> None:
    """`#break($scope)`.

    Raises Broken for the loop that the scope belongs to, TemplateRunError where it is no scope.
    """
    if not isinstance(scope, Scope):
        raise TemplateRunError("#break takes a scope", construct="#break", expected="#break($foreach)")
    raise Broken(scope)
