"""What is printed: references and interpolated strings to expressions that are a Python str."""

from mapping.vtl import tree
from mapping.vtl.expressions import Expressions
from mapping.vtl.known import Code, Kind
from mapping.vtl.limits import Dialect
from mapping.vtl.runtime import LONG_TEXT
from mapping.vtl.source import literal

_MOST_JOINED = 8
"""Pieces of a string that are joined before their length is looked at: each is within the bound of a text."""


class Printing(Expressions):
    """References and strings as text."""

    def captured(self, template: tree.Block, *, padded: bool) -> Code:
        """The Python expression for a string with directives in it."""
        raise NotImplementedError

    def string(self, node: tree.String) -> Code:
        """A string literal, or a template of its own."""
        if node.template is None:
            return Code(literal(node.value), Kind.TEXT, node.value)
        children = [child for child in node.template.children if not isinstance(child, tree.Comment)]
        if not all(isinstance(child, tree.Text | tree.Reference) for child in children) or any(
            isinstance(child, tree.Comment) and child.text for child in node.template.children
        ):
            return self.captured(node.template, padded=node.padded)
        last = children[-1] if children else None
        if not node.padded:
            return self.joined([self.piece(child) for child in children])
        if not isinstance(last, tree.Text) or not last.text:
            return self.captured(node.template, padded=True)
        pieces = [self.piece(child) for child in children[:-1]]
        if len(last.text) > 1:
            pieces.append(literal(last.text[:-1]))
        return self.joined(pieces)

    def joined(self, pieces: list[str]) -> Code:
        """Pieces of a string as one, counted where it is long."""
        if len(pieces) > _MOST_JOINED:
            return Code(f"b.join(({''.join(piece + ',' for piece in pieces)}))", Kind.TEXT)
        whole = pieces[0] if len(pieces) == 1 else f"join(({''.join(piece + ',' for piece in pieces)}))"
        name = self.function.temp()
        return Code(f"({name} if len({name} := {whole}) <= {LONG_TEXT} else b.long({name}))", Kind.TEXT)

    def piece(self, node: tree.Node) -> str:
        """Text or a reference as a Python str."""
        if isinstance(node, tree.Text):
            return literal(node.text)
        assert isinstance(node, tree.Reference)  # noqa: S101 - the caller chose
        lead, body = self.printed(node)
        return f"({literal(lead)} + {body.text})" if lead else body.text

    def printed(self, node: tree.Reference) -> tuple[str, Code]:
        """What a reference prints: constant text before it, and an expression that is a str."""
        aws = self.dialect is Dialect.AWS
        value = self.raw(node) if node.computable or aws else Code("None")
        if node.escaped:
            return node.escape, Code(self.escaped(node, value.text), Kind.TEXT)
        if value.kind is Kind.TEXT and not self.used.defines:
            return node.escape + node.prefix, value
        if aws and not self.used.defines:
            return node.escape + node.prefix, self.shown(value)
        if aws:
            value = self.reference(node) if node.computable else Code(f"({value.text} or '')")
        instead = literal(node.null_text)
        if node.escape:
            arguments = f"{value.text}, {literal(node.escape)}, {literal(node.prefix)}, {instead}"
            return "", Code(f"shown_escaped({arguments})", Kind.TEXT)
        bound, name = self.bind(value)
        shown = f"({name} if {bound}.__class__ is str else shown_or({name}, {instead}))"
        return node.prefix, Code(shown, Kind.TEXT)

    def escaped(self, node: tree.Reference, value: str) -> str:
        """A reference behind an odd number of backslashes: its source, after the look at its value."""
        source = literal(node.null_text)
        if self.dialect is Dialect.AWS:
            return f"({source} if {value} is None or True else '')"
        return f"({literal(chr(92) + node.null_text)} if {value} is None else {source})"

    def shown(self, value: Code) -> Code:
        """A value's text, "" for null; texts and ordinary doubles without a call (orjson's digits are repr's)."""
        bound, name = self.bind(value)
        if value.kind is Kind.INT:
            return Code(f"repr({value.text})", Kind.TEXT)
        double = f"dumps({name}).decode() if {name}.__class__ is float and 0.001 <= {name} < 1e7 else shown({name})"
        return Code(f"({name} if {bound}.__class__ is str else {double})", Kind.TEXT)
