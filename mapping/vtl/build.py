"""The concrete tree to the typed one: escapes, literals, strings with references, directives.

What Velocity 1.7 does when it initialises a parsed template, in the same order: children first, left to right, so
that a trimmed backslash or a macro is known to what comes behind it.
"""

import re
from collections.abc import Iterable

from mapping.vtl import tree
from mapping.vtl.concrete import Concrete, Rule
from mapping.vtl.errors import TemplateError, TemplateSyntaxError
from mapping.vtl.limits import Dialect, Limits
from mapping.vtl.parser import Parser
from mapping.vtl.tokens import Kind, Token
from mapping.vtl.values import integer_literal

DIRECTIVES = {
    Dialect.AWS: frozenset({"foreach", "include", "parse", "macro", "literal", "break", "define", "stop"}),
    Dialect.VELOCITY: frozenset(
        {"foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop"}
    ),
}
"""The pluggable directives: AWS runs without #evaluate."""

_HEX = re.compile(r"[+-]?[0-9a-fA-F]+")


def build(
    text: str,
    dialect: Dialect,
    limits: Limits,
    *,
    macros: Iterable[str] = (),
    depth: int = 0,
) -> tree.Block:
    """Parse a template. `macros` are names that an enclosing or earlier template has defined.

    Raises TemplateSyntaxError, TemplateBoundError.
    """
    return _Builder(text, dialect, limits, set(macros), depth).template()


class _Builder:
    def __init__(self, text: str, dialect: Dialect, limits: Limits, macros: set[str], depth: int) -> None:
        self._dialect = dialect
        self._limits = limits
        self._macros = macros
        self._depth = depth
        self._parser = Parser(text, DIRECTIVES[dialect], limits, macros=macros, depth=depth)

    def template(self) -> tree.Block:
        """Parse and build the whole text."""
        root = self._parser.parse()
        return tree.Block(1, 1, tuple(self._statement(child) for child in root.children))

    # places and sources

    def _place(self, node: Concrete) -> tuple[int, int]:
        return self._parser.lexer.place(self._first(node).start)

    def _first(self, node: Concrete) -> Token:
        return self._parser.tokens[node.first]

    def _literal(self, node: Concrete) -> str:
        return "".join(_token_literal(token) for token in self._parser.tokens[node.first : node.last + 1])

    def _images(self, node: Concrete) -> str:
        return "".join(token.image for token in self._parser.tokens[node.first : node.last + 1])

    def _fault(self, node: Concrete, problem: str, expected: str) -> TemplateSyntaxError:
        line, column = self._place(node)
        return TemplateSyntaxError(problem, line=line, column=column, construct=f"#{node.name}", expected=expected)

    # statements

    def _statement(self, node: Concrete) -> tree.Node:
        line, column = self._place(node)
        match node.rule:
            case Rule.TEXT:
                return tree.Text(line, column, _token_literal(self._first(node)))
            case Rule.TEXTBLOCK:
                return tree.Text(line, column, self._first(node).image[3:-3])
            case Rule.COMMENT:
                return tree.Comment(line, column, _before_comment(self._first(node).image))
            case Rule.ESCAPE:
                return tree.Text(line, column, node.name)
            case Rule.ESCAPED_DIRECTIVE:
                return tree.Text(line, column, self._first(node).image)
            case Rule.REFERENCE:
                return self._reference(node)
            case Rule.SET:
                target = self._reference(node.children[0])
                value = self._value(node.children[1])
                return tree.Set(line, column, target, value, self._first(node.children[0]).image[1:])
            case Rule.IF:
                return self._if(node)
            case Rule.BLOCK:
                return self._block(node)
            case Rule.DIRECTIVE:
                return self._directive(node)
            case _:
                return self._value(node)

    def _block(self, node: Concrete) -> tree.Block:
        return tree.Block(*self._place(node), tuple(self._statement(child) for child in node.children))

    def _if(self, node: Concrete) -> tree.If:
        branches: list[tuple[tree.Value | None, tree.Block]] = [
            (self._value(node.children[0]), self._block(node.children[1]))
        ]
        for branch in node.children[2:]:
            if branch.rule is Rule.ELSEIF:
                branches.append((self._value(branch.children[0]), self._block(branch.children[1])))
            else:
                branches.append((None, self._block(branch.children[0])))
        return tree.If(*self._place(node), tuple(branches))

    def _directive(self, node: Concrete) -> tree.Node:
        line, column = self._place(node)
        children = [self._statement(child) for child in node.children]
        count = len(children)
        match node.name:
            case "include" | "parse":
                raise self._fault(node, "files cannot be read from a template", "the text itself")
            case "foreach":
                return self._foreach(node, children)
            case "macro":
                return self._macro(node, children)
            case "define":
                if count != 2:  # noqa: PLR2004 - name and block
                    raise self._fault(node, "#define takes one name", "#define($name)")
                return tree.Define(line, column, self._first(node.children[0]).image[1:], children[1])
            case "literal":
                if not children or node.children[0].first > node.children[0].last:
                    raise self._fault(node, "#literal has nothing to print", "#literal() text #end")
                return tree.Text(line, column, self._literal(node.children[0]))
            case "break" | "stop":
                if count > 1:
                    raise self._fault(node, f"#{node.name} takes at most one argument", f"#{node.name}")
                argument = _as_value(children[0]) if children else None
                if node.name == "break":
                    return tree.Break(line, column, argument)
                return tree.Stop(line, column, argument)
            case "evaluate" if self._dialect is Dialect.VELOCITY:
                if count != 1 or not isinstance(children[0], tree.Reference | tree.String):
                    raise self._fault(node, "#evaluate takes one string or reference", "#evaluate($text)")
                return tree.Evaluate(line, column, children[0])
            case name if name.startswith("@") and not children:
                return tree.Text(line, column, "#" + name)
            case name:
                body = children.pop() if name.startswith("@") else None
                return tree.MacroCall(
                    line,
                    column,
                    name.removeprefix("@") if body is not None else name,
                    tuple(_as_value(child) for child in children),
                    body if isinstance(body, tree.Block) else None,
                    self._images(node),
                )

    def _foreach(self, node: Concrete, children: list[tree.Node]) -> tree.Node:
        line, column = self._place(node)
        if not children:
            raise self._fault(node, "#foreach has no arguments", "#foreach($item in $items)")
        if len(children) == 3:  # noqa: PLR2004 - nothing to go through but the block, which is null
            return tree.Text(line, column, "")
        if len(children) < 3:  # noqa: PLR2004 - the same
            return tree.Fault(line, column, "#foreach needs a variable, the word in, and something to go through")
        first = children[0]
        name = first.name if isinstance(first, tree.Reference) else self._first(node.children[0]).image[1:]
        return tree.Foreach(line, column, name, _as_value(children[2]), children[3])

    def _macro(self, node: Concrete, children: list[tree.Node]) -> tree.Macro:
        names = [self._first(child).image for child in node.children[:-1]]
        body = children[-1]
        if self._dialect is Dialect.VELOCITY:
            self._macros.add(names[0])
        parameters = tuple(name.removeprefix("$") for name in names[1:])
        line, column = self._place(node)
        if not isinstance(body, tree.Block):
            raise self._fault(node, "#macro has no body", "#macro(name) ... #end")
        return tree.Macro(line, column, names[0], parameters, body)

    # values

    def _value(self, node: Concrete) -> tree.Value:
        if node.rule is Rule.REFERENCE:
            return self._reference(node)
        if node.rule is Rule.STRING:
            return self._string(node)
        if node.rule is Rule.EXPRESSION:
            return self._expression(node)
        values = [self._value(child) for child in node.children]
        line, column = self._place(node)
        source = self._literal(node)
        image = self._first(node).image
        match node.rule:
            case Rule.INTEGER | Rule.FLOAT:
                return tree.Number(line, column, source, self._number(node, image))
            case Rule.TRUE | Rule.FALSE:
                return tree.Boolean(line, column, source, node.rule is Rule.TRUE)
            case Rule.RANGE:
                return tree.Range(line, column, source, values[0], values[1])
            case Rule.LIST:
                return tree.ListLiteral(line, column, source, tuple(values))
            case Rule.MAP:
                pairs = tuple(zip(values[::2], values[1::2], strict=True))
                return tree.MapLiteral(line, column, source, pairs)
            case Rule.NOT:
                return tree.Not(line, column, source, values[0])
            case Rule.BINARY:
                return tree.Binary(values[0].line, values[0].column, source, node.name, values[0], values[1])
            case _:
                return tree.Word(line, column, source, image)

    def _number(self, node: Concrete, image: str) -> object:
        """A literal's value; a `#` that ran into its token makes it none."""
        try:
            return integer_literal(image) if node.rule is Rule.INTEGER else float(image)
        except ValueError as error:
            line, column = self._place(node)
            raise TemplateSyntaxError(
                f"{image!r} is not a number", line=line, column=column, construct=image[:40], expected="digits"
            ) from error

    def _expression(self, node: Concrete) -> tree.Value:
        """What is in parentheses; for #set, #if and parentheses themselves. Its source is all that is inside."""
        value = self._value(node.children[0])
        if isinstance(value, tree.Binary):
            return tree.Binary(value.line, value.column, self._literal(node), value.operator, value.left, value.right)
        return value

    def _reference(self, node: Concrete) -> tree.Reference:
        parts = tuple(self._part(child) for child in node.children)
        line, column = self._place(node)
        token = self._first(node)
        image = token.image
        slash = image.find("\\!")
        if slash >= 0:
            return self._slash_bang(node, image, parts)
        stripped = image.lstrip("\\")
        slashes = len(image) - len(stripped)
        dollar = max(stripped.rfind("$"), 0)
        prefix, image = stripped[:dollar], stripped[dollar:]
        token.image = image
        source = self._literal(node)
        escaped, quiet = bool(slashes % 2), image.startswith("$!")
        formal = image in ("${", "$!{")
        bare = not image.startswith("$")
        if bare:
            name = image
        elif formal:
            name = self._parser.tokens[node.first + 1].image
        else:
            name = image[2:] if quiet else image[1:]
        return tree.Reference(
            line,
            column,
            source,
            name,
            parts,
            quiet=quiet,
            formal=formal,
            escaped=escaped,
            escape="\\" * (slashes // 2),
            prefix=prefix,
            null_text="" if quiet and not escaped else source,
            bare=bare,
        )

    def _slash_bang(
        self, node: Concrete, image: str, parts: tuple[tree.Property | tree.Call | tree.Index, ...]
    ) -> tree.Reference:
        r"""`$\!name`: one backslash less, printed as it is where no variable has that odd name."""
        dollar = image.index("$")
        start = image.index("\\", dollar)
        end = start
        while end < len(image) and image[end] == "\\":
            end += 1
        name = image[: end - 1] + image[end:]
        line, column = self._place(node)
        source = self._literal(node)
        return tree.Reference(line, column, source, name, parts, null_text=name, computable=False)

    def _part(self, node: Concrete) -> tree.Property | tree.Call | tree.Index:
        line, column = self._place(node)
        if node.rule is Rule.INDEX:
            return tree.Index(line, column, self._value(node.children[0]))
        name = self._first(node).image
        if node.rule is Rule.METHOD:
            return tree.Call(line, column, name, tuple(self._value(child) for child in node.children))
        return tree.Property(line, column, name)

    def _string(self, node: Concrete) -> tree.String:
        line, column = self._place(node)
        image = self._first(node).image
        quote, value = image[0], image[1:-1]
        if quote == '"' and "\\u" in value:
            value = self._unescape(node, value)
        if quote in "\"'":
            value = value.replace(quote * 2, quote)
        if quote != '"' or ("$" not in image and "#" not in image):
            return tree.String(line, column, image, value)
        padded = "##" not in value
        try:
            template = build(
                value + " " if padded else value,
                self._dialect,
                self._limits,
                macros=self._macros | self._parser.defined,
                depth=self._depth + 1,
            )
        except TemplateError as error:
            error.line, error.column = line, column
            error.construct = error.construct or image[:60]
            raise
        if all(isinstance(child, tree.Text) for child in template.children):
            constant = "".join(child.text for child in template.children if isinstance(child, tree.Text))
            return tree.String(line, column, image, constant[:-1] if padded else constant)
        return tree.String(line, column, image, value, template, padded)

    def _unescape(self, node: Concrete, value: str) -> str:
        r"""Replace `\uXXXX`; 1.7 reads the four characters as a signed hexadecimal number."""
        pieces = value.split("\\u")
        for i, piece in enumerate(pieces[1:], 1):
            digits = piece[:4]
            if len(digits) < 4 or not _HEX.fullmatch(digits):  # noqa: PLR2004 - as \uXXXX says
                line, column = self._place(node)
                raise TemplateSyntaxError(
                    "\\u is not followed by four hexadecimal digits",
                    line=line,
                    column=column,
                    construct=value[:60],
                    expected="\\uXXXX",
                )
            pieces[i] = chr(int(digits, 16) & 0xFFFF) + piece[4:]
        joined = "".join(pieces)
        return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _as_value(node: tree.Node) -> tree.Value:
    if isinstance(node, tree.Value):
        return node
    return tree.Word(node.line, node.column, "", "")


def _before_comment(image: str) -> str:
    line = image.find("##")
    block = image.find("#*")
    if line < 0 and block < 0:
        return ""
    return image[: block if line < 0 else line]


def _token_literal(token: Token) -> str:
    if token.kind is Kind.BLOCK_COMMENT:
        return ""
    if not token.special or token.special[-1].startswith("##"):
        return token.image
    return "".join(_special_text(text) for text in token.special) + token.image


def _special_text(text: str) -> str:
    r"""Of what the lexer skipped, 1.7 prints `#`, `$` and backslashes that stand before a `$`."""
    printed: list[str] = []
    i = 0
    while i < len(text):
        char = text[i]
        if char in "#$":
            printed.append(char)
        elif char == "\\":
            end = i
            while end < len(text) and text[end] == "\\":
                end += 1
            if end < len(text) and text[end] == "$":
                printed.append(text[i : end + 1])
                i = end + 1
        i += 1
    return "".join(printed)
