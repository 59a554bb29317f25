"""References to Python expressions: a variable, then property after index after method."""

from mapping.vtl import tree
from mapping.vtl.analysis import is_scope_property
from mapping.vtl.emitter import Emitter
from mapping.vtl.known import Code, Kind
from mapping.vtl.limits import Dialect
from mapping.vtl.methods_inline import inline
from mapping.vtl.source import literal

_LARGEST_INDEX = 1 << 31


class References(Emitter):
    """The half of expressions that begins with a dollar."""

    def code(self, node: tree.Value) -> Code:
        """The expression for a value; None for null."""
        raise NotImplementedError

    def reference(self, node: tree.Reference) -> Code:
        """The value of a reference: "" instead of null in `aws`."""
        if not node.computable or node.bare:
            return Code("None")
        raw = self.raw(node)
        if self.dialect is not Dialect.AWS or not raw.nullable:
            return raw
        bound, name = self.bind(raw)
        return Code(f"('' if {bound} is None else {name})", Kind.SOME)

    def loop_property(self, node: tree.Reference) -> Code | None:
        """`$foreach.hasNext` and its like as arithmetic on the loop's counter, where there is no scope object."""
        if not self.loops or self.used.scope_objects or not is_scope_property(node):
            return None
        loop = self.loops[-1]
        part = node.parts[0]
        assert isinstance(part, tree.Property)  # noqa: S101 - is_scope_property said so
        return {
            "hasNext": Code(f"({loop.counter} < {loop.size})", Kind.BOOL),
            "last": Code(f"({loop.counter} == {loop.size})", Kind.BOOL),
            "first": Code(f"({loop.counter} == 1)", Kind.BOOL),
            "index": Code(f"({loop.counter} - 1)", Kind.INT),
            "count": Code(loop.counter, Kind.INT),
        }[part.name]

    def raw(self, node: tree.Reference) -> Code:
        """A reference and all its parts, null as None."""
        simple = self.loop_property(node)
        if simple is not None:
            return simple
        current = self.load(node.name)
        for i, part in enumerate(node.parts):
            current = self.part(current, part, first=i == 0)
        return current

    def part(self, current: Code, part: tree.Property | tree.Call | tree.Index, *, first: bool) -> Code:
        """One step further; `first` from a variable itself."""
        match part:
            case tree.Property():
                name = literal(part.name)
                if part.name in ("class", "Class"):
                    return Code(f"prop({current.text}, {name})")
                bound, temp = self.bind(current)
                other = f"prop({temp}, {name})"
                if current.kind is Kind.ANY:
                    other = f"{temp}.vtl_get({name}) if isinstance({temp}, Host) else {other}"
                return Code(f"({temp}.get({name}) if {bound}.__class__ is dict else {other})")
            case tree.Index():
                return self.index(current, part.key)
            case tree.Call():
                return self.method(current, part, first=first)

    def index(self, current: Code, key: tree.Value) -> Code:
        """`[key]`."""
        bound, temp = self.bind(current)
        if isinstance(key, tree.Number) and isinstance(key.value, int) and 0 <= key.value < _LARGEST_INDEX:
            at = key.value
            return Code(f"({temp}[{at}] if {bound}.__class__ in LISTS and len({temp}) > {at} else index({temp}, {at}))")
        if isinstance(key, tree.String) and key.template is None:
            name = literal(key.value)
            return Code(f"({temp}.get({name}) if {bound}.__class__ is dict else index({temp}, {name}))")
        return Code(f"(None if {bound} is None else index({temp}, {self.code(key).text}))")

    def method(self, current: Code, part: tree.Call, *, first: bool) -> Code:
        """`.name(arguments)`: inline where that is known, by the host's own answer for a variable's, else looked up."""
        bound, temp = self.bind(current)
        arguments = [self.code(argument) for argument in part.arguments]
        given = f"({''.join(argument.text + ',' for argument in arguments)})"
        general = f"b.call({temp}, {literal(part.name)}, {given})"
        quick = inline(temp, part.name, arguments, self.constant)
        if quick is not None and current.kind in quick.tested:
            if not quick.more:
                return quick.code if bound == temp else Code(f"({quick.code.text} if {bound} is {temp} else None)")
            test = quick.more if bound == temp else f"{bound} is {temp} and {quick.more}"
            return Code(f"({quick.code.text} if {test} else {general})", quick.code.kind)
        missing = general if not current.nullable else f"None if {temp} is None else {general}"
        if quick is not None:
            return Code(f"({quick.code.text} if {bound}{quick.test} else {missing})")
        if first and all(argument.simple for argument in arguments):
            answer = self.function.temp()
            asked = f"{temp}.vtl_call({literal(part.name)}, {given})"
            host = f"({answer} if ({answer} := {asked}) is not NO_METHOD else None)"
            return Code(f"({host} if isinstance({bound}, Host) else {missing})")
        if current.nullable:
            return Code(f"(None if {bound} is None else {general})")
        return Code(f"b.call({current.text}, {literal(part.name)}, {given})")
