"""Values of a template to Python expressions.

One value is one expression, so `&&`, `||` and method arguments run exactly when Velocity runs them. Temporary names
come from `:=`.
"""

from mapping.vtl import tree
from mapping.vtl.known import Code, Kind
from mapping.vtl.limits import Dialect
from mapping.vtl.references import References
from mapping.vtl.source import literal

_COMPARE = {"<": "less", ">": "greater", "<=": "at_most", ">=": "at_least"}
_SMALL = 2**31 - 1
"""Literals that may be added to an Integer without a look at its size."""


class Expressions(References):
    """Values and conditions; statements are the compiler's."""

    def code(self, node: tree.Value) -> Code:
        """The expression for a value; None for null."""
        match node:
            case tree.Reference():
                return self.reference(node)
            case tree.String():
                return self.string(node)
            case tree.Number():
                return self.number(node.value)
            case tree.Boolean():
                return Code(str(node.value), Kind.BOOL)
            case tree.Range():
                return Code(f"b.range({self.code(node.start).text}, {self.code(node.end).text})")
            case tree.ListLiteral():
                items = "".join(self.code(item).text + "," for item in node.items)
                return Code(f"ArrayList(({items}))", Kind.LIST)
            case tree.MapLiteral():
                pairs = ", ".join(f"{self.key(key)}: {self.code(item).text}" for key, item in node.pairs)
                return Code(f"{{{pairs}}}", Kind.SOME)
            case tree.Not():
                return Code(f"(not {self.truth(node.operand)})", Kind.BOOL)
            case tree.Binary():
                return self.binary(node)
            case _:
                return Code("None")

    def string(self, node: tree.String) -> Code:
        """The Python expression for a string literal."""
        raise NotImplementedError

    def key(self, node: tree.Value) -> str:
        """A map's key."""
        code = self.code(node)
        return code.text if code.kind in (Kind.TEXT, Kind.INT) else f"hashable({code.text})"

    def number(self, value: object) -> Code:
        """A literal number."""
        if value.__class__ is int or (value.__class__ is float and abs(float(str(value))) < 1e300):  # noqa: PLR2004
            text = f"({value!r})" if str(value).startswith("-") else repr(value)
            return Code(text, Kind.INT if value.__class__ is int else Kind.SOME)
        return Code(self.constant(value), Kind.SOME)

    # operators

    def binary(self, node: tree.Binary) -> Code:
        """Operators; `&&` and `||` through their conditions."""
        operator = node.operator
        if operator == "&&":
            return Code(f"({self.truth(node.left)} and {self.truth(node.right)})", Kind.BOOL)
        if operator == "||":
            return Code(f"({self.truth(node.left)} or {self.truth(node.right)})", Kind.BOOL)
        if operator in ("==", "!="):
            return self.equality(self.code(node.left), self.code(node.right), operator)
        if operator in _COMPARE:
            return self.order(self.operand(node.left), self.operand(node.right), operator)
        left, right = self.code(node.left), self.code(node.right)
        if operator == "+":
            return self.addition(node, left, right)
        return Code(f"arithmetic('{operator}', {left.text}, {right.text})")

    def operand(self, node: tree.Value) -> Code:
        """A side of `<` and its like: whatever is not a number counts alike, so null need not become ""."""
        if isinstance(node, tree.Reference) and node.computable and not node.bare:
            return self.raw(node)
        return self.code(node)

    def equality(self, left: Code, right: Code, operator: str) -> Code:
        """`==` and `!=`: texts, whole numbers and booleans of one type directly."""
        negated = "not " if operator == "!=" else ""
        if left.kind is right.kind and left.kind in (Kind.TEXT, Kind.INT, Kind.BOOL):
            return Code(f"({left.text} {operator} {right.text})", Kind.BOOL)
        bound, name = self.bind(left)
        if right.simple and right.kind in (Kind.TEXT, Kind.INT):
            kind = "str" if right.kind is Kind.TEXT else "int"
            direct, test = f"{name} {operator} {right.text}", f"{bound}.__class__ is {kind}"
            return Code(f"({direct} if {test} else {negated}same({name}, {right.text}))", Kind.BOOL)
        if left.kind is Kind.LIST or right.kind is Kind.LIST:
            return Code(f"({negated}same({left.text}, {right.text}))", Kind.BOOL)
        name = self.function.temp()  # the right side may set the left one's variable
        bound = f"({name} := {left.text})"
        other, its_name = self.bind(right)
        alike = f"{bound}.__class__ is {other}.__class__ and {name}.__class__ in ALIKE"
        return Code(
            f"({name} {operator} {its_name} if {alike} else {negated}same({name}, {its_name}))",
            Kind.BOOL,
        )

    def order(self, left: Code, right: Code, operator: str) -> Code:
        """`<` and its like: whole numbers directly."""
        if left.kind is Kind.INT and right.kind is Kind.INT:
            return Code(f"({left.text} {operator} {right.text})", Kind.BOOL)
        function = _COMPARE[operator]
        if right.kind is Kind.INT and right.simple:
            bound, name = self.bind(left)
            direct = f"{name} {operator} {right.text}"
            test = f"{bound}.__class__ is int"
            return Code(f"({direct} if {test} else {function}({name}, {right.text}))", Kind.BOOL)
        if left.kind is Kind.INT and left.simple:
            bound, name = self.bind(right)
            direct = f"{left.text} {operator} {name}"
            test = f"{bound}.__class__ is int"
            return Code(f"({direct} if {test} else {function}({left.text}, {name}))", Kind.BOOL)
        return Code(f"{function}({left.text}, {right.text})", Kind.BOOL)

    def addition(self, node: tree.Binary, left: Code, right: Code) -> Code:
        """`+`; a small number is added to an Integer directly."""
        sources = f"{literal(node.left.source)}, {literal(node.right.source)}"
        kind = Kind.TEXT if Kind.TEXT in (left.kind, right.kind) else Kind.ANY
        if right.kind is Kind.INT and right.text.isdigit() and int(right.text) <= _SMALL and kind is Kind.ANY:
            bound, name = self.bind(left)
            direct = f"{name} + {right.text}"
            test = f"{bound}.__class__ is int and -{_SMALL} <= {name} <= {_SMALL}"
            return Code(f"({direct} if {test} else b.add({name}, {right.text}, {sources}))")
        return Code(f"b.add({left.text}, {right.text}, {sources})", kind)

    # conditions

    def truth(self, node: tree.Value) -> str:
        """The expression for a condition: references by 1.7's truth, other values than conditions are false."""
        match node:
            case tree.Reference():
                return self.holds(node)
            case tree.Boolean():
                return str(node.value)
            case tree.Not():
                return f"(not {self.truth(node.operand)})"
            case tree.Binary() if node.operator not in "+-*/%":
                return self.binary(node).text
            case _:
                return "False"

    def holds(self, node: tree.Reference) -> str:
        """A reference as a condition."""
        simple = self.loop_property(node)
        if simple is not None and simple.kind is Kind.BOOL:
            return simple.text
        if self.used.defines or self.used.macros or self.used.writes:
            return f"truth({self.reference(node).text})"
        if self.dialect is Dialect.AWS and not node.bare:
            raw = self.raw(node)
            return raw.text if raw.kind is Kind.BOOL else f"({raw.text} is not False)"
        code = self.reference(node)
        if code.kind is Kind.BOOL:
            return code.text
        bound, name = self.bind(code)
        return f"({bound} is not None and {name} is not False)"
