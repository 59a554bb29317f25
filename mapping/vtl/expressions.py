"""Values of a template to Python expressions.

One value is one expression, so `&&`, `||` and method arguments run exactly when Velocity runs them. Temporary names
come from `:=`.
"""

from typing import Protocol

from mapping.vtl import tree
from mapping.vtl.analysis import Uses, is_scope_property
from mapping.vtl.errors import TemplateError
from mapping.vtl.limits import Dialect
from mapping.vtl.regex import java_pattern, plain
from mapping.vtl.regex_cost import degree
from mapping.vtl.source import Function, literal

_COMPARE = {"<": "less", ">": "greater", "<=": "at_most", ">=": "at_least"}
_CONDITIONS = (tree.Reference, tree.Boolean, tree.Not)


class Loop(Protocol):
    """What an expression needs to know of the loop around it: names of its counter and size."""

    counter: str
    size: str
    scope: str | None


class Expressions:
    """Expression half of the compiler; `Compiler` adds statements."""

    dialect: Dialect
    used: Uses
    function: Function
    constants: dict[str, object]
    loops: "list[Loop]"

    def load(self, name: str) -> str:
        """The Python expression for a variable."""
        raise NotImplementedError

    def captured(self, template: tree.Block, *, padded: bool) -> str:
        """The Python expression for a string with directives in it."""
        raise NotImplementedError

    def constant(self, value: object) -> str:
        """A global name for a value."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    # values

    def nullable(self, node: tree.Value) -> bool:
        """Tell whether a value can be null."""
        match node:
            case tree.Reference():
                return self.dialect is not Dialect.AWS or not node.computable or node.bare
            case tree.Binary():
                return node.operator in "+-*/%"
            case tree.Range() | tree.Word():
                return True
            case _:
                return False

    def value(self, node: tree.Value) -> str:
        """The expression for a value; None for null."""
        match node:
            case tree.Reference():
                return self.reference(node)
            case tree.String():
                return self.string(node)
            case tree.Number():
                return self.number(node.value)
            case tree.Boolean():
                return str(node.value)
            case tree.Range():
                return f"b.range({self.value(node.start)}, {self.value(node.end)})"
            case tree.ListLiteral():
                return f"ArrayList(({''.join(self.value(item) + ',' for item in node.items)}))"
            case tree.MapLiteral():
                pairs = ", ".join(f"{self.key(key)}: {self.value(item)}" for key, item in node.pairs)
                return f"{{{pairs}}}"
            case tree.Not():
                return f"(not {self.truth(node.operand)})"
            case tree.Binary():
                return self.binary(node)
            case _:
                return "None"

    def key(self, node: tree.Value) -> str:
        """A map's key."""
        if isinstance(node, tree.String | tree.Number | tree.Boolean):
            return self.value(node)
        return f"hashable({self.value(node)})"

    def number(self, value: object) -> str:
        """A literal number."""
        if value.__class__ is int or (value.__class__ is float and abs(float(str(value))) < 1e300):  # noqa: PLR2004
            return f"({value!r})" if str(value).startswith("-") else repr(value)
        return self.constant(value)

    def binary(self, node: tree.Binary) -> str:
        """Operators; `&&` and `||` through their conditions."""
        operator = node.operator
        if operator == "&&":
            return f"({self.truth(node.left)} and {self.truth(node.right)})"
        if operator == "||":
            return f"({self.truth(node.left)} or {self.truth(node.right)})"
        left, right = self.value(node.left), self.value(node.right)
        if operator in ("==", "!="):
            return self.equality(node, left, right)
        if operator in _COMPARE:
            return f"{_COMPARE[operator]}({left}, {right})"
        if operator == "+":
            return f"b.add({left}, {right}, {literal(node.left.source)}, {literal(node.right.source)})"
        return f"arithmetic('{operator}', {left}, {right})"

    def equality(self, node: tree.Binary, left: str, right: str) -> str:
        """`==` and `!=`; a string literal on the right is compared directly where the left is a string."""
        negated = "not " if node.operator == "!=" else ""
        if isinstance(node.right, tree.String) and node.right.template is None:
            temp = self.function.temp()
            direct = f"{temp} {node.operator} {right}"
            return f"({direct} if ({temp} := {left}).__class__ is str else {negated}same({temp}, {right}))"
        return f"({negated}same({left}, {right}))"

    def truth(self, node: tree.Value) -> str:
        """The expression for a condition: references by 1.7's truth, other values than conditions are false."""
        match node:
            case tree.Reference():
                simple = self.loop_property(node)
                if simple is not None and node.parts[0].name not in ("index", "count"):  # type: ignore[union-attr] # a Property
                    return simple
                if self.used.defines or self.used.macros:
                    return f"truth({self.reference(node)})"
                if self.dialect is Dialect.AWS and not node.bare:
                    return f"(({self.raw(node)}) is not False)"
                temp = self.function.temp()
                return f"(({temp} := {self.reference(node)}) is not None and {temp} is not False)"
            case tree.Boolean():
                return str(node.value)
            case tree.Not():
                return f"(not {self.truth(node.operand)})"
            case tree.Binary() if node.operator not in "+-*/%":
                return self.binary(node)
            case _:
                return "False"

    # references

    def reference(self, node: tree.Reference) -> str:
        """The value of a reference: "" instead of null in `aws`."""
        if not node.computable or node.bare:
            return "None"
        raw = self.raw(node)
        if self.dialect is not Dialect.AWS or not self.nullable_raw(node):
            return raw
        if not node.parts:
            return f"({raw} if {raw} is not None else '')"
        temp = self.function.temp()
        return f"('' if ({temp} := {raw}) is None else {temp})"

    def nullable_raw(self, node: tree.Reference) -> bool:
        """Tell whether `raw` can give None."""
        return self.loop_property(node) is None

    # the loop around

    def loop_property(self, node: tree.Reference) -> str | None:
        """`$foreach.hasNext` and its like as arithmetic on the loop's counter, where there is no scope object."""
        if not self.loops or self.used.scope_objects or not is_scope_property(node):
            return None
        loop = self.loops[-1]
        part = node.parts[0]
        assert isinstance(part, tree.Property)  # noqa: S101 - is_scope_property said so
        return {
            "hasNext": f"({loop.counter} < {loop.size})",
            "last": f"({loop.counter} == {loop.size})",
            "first": f"({loop.counter} == 1)",
            "index": f"({loop.counter} - 1)",
            "count": loop.counter,
        }[part.name]

    def raw(self, node: tree.Reference) -> str:
        """A reference and all its parts, null as None."""
        simple = self.loop_property(node)
        if simple is not None:
            return simple
        current = self.load(node.name)
        for part in node.parts:
            current = self.part(current, part)
        return current

    def part(self, current: str, part: tree.Property | tree.Call | tree.Index) -> str:
        """One step further."""
        temp = self.function.temp()
        bound = f"({temp} := {current})"
        match part:
            case tree.Property():
                name = literal(part.name)
                if part.name in ("class", "Class"):
                    return f"prop({current}, {name})"
                return f"({temp}.get({name}) if {bound}.__class__ is dict else prop({temp}, {name}))"
            case tree.Index():
                return self.index(bound, temp, part.key)
            case tree.Call():
                return self.method(bound, temp, part)

    def index(self, bound: str, temp: str, key: tree.Value) -> str:
        """`[key]`."""
        if isinstance(key, tree.Number) and isinstance(key.value, int) and 0 <= key.value < 1 << 31:
            at = key.value
            return f"({temp}[{at}] if {bound}.__class__ in LISTS and len({temp}) > {at} else index({temp}, {at}))"
        if isinstance(key, tree.String) and key.template is None:
            name = literal(key.value)
            return f"({temp}.get({name}) if {bound}.__class__ is dict else index({temp}, {name}))"
        return f"(None if {bound} is None else index({temp}, {self.value(key)}))"

    def method(self, bound: str, temp: str, part: tree.Call) -> str:
        """`.name(arguments)`; the ones loops are full of without a look-up."""
        arguments = [self.value(argument) for argument in part.arguments]
        general = f"b.call({temp}, {literal(part.name)}, ({''.join(argument + ',' for argument in arguments)}))"
        fast = self.fast_method(temp, part)
        if fast is not None:
            return f"({fast} if {bound}.__class__ is str else None if {temp} is None else {general})"
        if part.name == "size" and not arguments:
            return f"(len({temp}) if {bound}.__class__ in LISTS else None if {temp} is None else {general})"
        return f"(None if {bound} is None else {general})"

    def fast_method(self, temp: str, part: tree.Call) -> str | None:
        """A string method with a constant argument."""
        if len(part.arguments) != 1:
            return None
        argument = part.arguments[0]
        if not isinstance(argument, tree.String) or argument.template is not None:
            return None
        text = argument.value
        match part.name:
            case "matches":
                try:
                    compiled = java_pattern(text)
                except TemplateError:
                    return None
                if degree(compiled.pattern) > 1:
                    return None
                return f"({self.constant(compiled.fullmatch)}({temp}) is not None)"
            case "split" if text and plain(text):
                return f"split_plain({temp}, {literal(text)})"
            case "equals":
                return f"({temp} == {literal(text)})"
            case "contains":
                return f"({literal(text)} in {temp})"
            case _:
                return None

    # strings

    def string(self, node: tree.String) -> str:
        """A string literal, or a template of its own."""
        if node.template is None:
            return literal(node.value)
        children = [child for child in node.template.children if not isinstance(child, tree.Comment)]
        if not all(isinstance(child, tree.Text | tree.Reference) for child in children) or any(
            isinstance(child, tree.Comment) and child.text for child in node.template.children
        ):
            return self.captured(node.template, padded=node.padded)
        last = children[-1] if children else None
        if not node.padded:
            pieces = [self.piece(child) for child in children]
        elif isinstance(last, tree.Text) and last.text:
            pieces = [self.piece(child) for child in children[:-1]]
            if len(last.text) > 1:
                pieces.append(literal(last.text[:-1]))
        else:
            return self.captured(node.template, padded=True)
        return f"b.join(({''.join(piece + ',' for piece in pieces)}))"

    def piece(self, node: tree.Node) -> str:
        """Text or a reference as a Python str."""
        if isinstance(node, tree.Text):
            return literal(node.text)
        assert isinstance(node, tree.Reference)  # noqa: S101 - the caller chose
        lead, body = self.printed(node)
        return f"({literal(lead)} + {body})" if lead else body

    def printed(self, node: tree.Reference) -> tuple[str, str]:
        """What a reference prints: constant text before it, and an expression that is a str."""
        value = self.raw(node) if node.computable or self.dialect is Dialect.AWS else "None"
        temp = self.function.temp()
        if node.escaped:
            if self.dialect is Dialect.AWS:
                return node.escape, f"({literal(node.null_text)} if {value} is None or True else '')"
            return (
                node.escape,
                f"({literal(chr(92) + node.null_text)} if {value} is None else {literal(node.null_text)})",
            )
        if self.dialect is Dialect.AWS and not self.used.defines:
            return node.escape + node.prefix, f"({temp} if ({temp} := {value}).__class__ is str else shown({temp}))"
        if self.dialect is Dialect.AWS:
            value = self.reference(node) if node.computable else f"({value} or '')"
        instead = literal(node.null_text)
        if node.escape:
            arguments = f"{value}, {literal(node.escape)}, {literal(node.prefix)}, {instead}"
            return "", f"shown_escaped({arguments})"
        return node.prefix, f"({temp} if ({temp} := {value}).__class__ is str else shown_or({temp}, {instead}))"
