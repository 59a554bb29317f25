"""Tokens to a concrete tree, by Velocity 1.7's grammar.

The lexer's state depends on what was read, so this parser looks ahead exactly as far as 1.7's does: by `peek` one
token, by `_scan` as many as the grammar's LOOKAHEAD says. What the tree means is `build.py`'s affair.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import StrEnum

from mapping.vtl.errors import TemplateBoundError, TemplateSyntaxError
from mapping.vtl.lexer import Lexer
from mapping.vtl.limits import Limits
from mapping.vtl.tokens import Kind, State, Token


class Rule(StrEnum):
    """Which production of the grammar a node comes from."""

    TEMPLATE = "template"
    BLOCK = "block"
    TEXT = "text"
    TEXTBLOCK = "text block"
    COMMENT = "comment"
    ESCAPE = "escape"
    ESCAPED_DIRECTIVE = "escaped directive"
    REFERENCE = "reference"
    IDENTIFIER = "property"
    METHOD = "method"
    INDEX = "index"
    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    TRUE = "true"
    FALSE = "false"
    RANGE = "range"
    LIST = "list"
    MAP = "map"
    WORD = "word"
    NOT = "not"
    EXPRESSION = "expression"
    BINARY = "operator"
    SET = "#set"
    IF = "#if"
    ELSEIF = "#elseif"
    ELSE = "#else"
    DIRECTIVE = "directive"


def _no_nodes() -> "list[Concrete]":
    return []


@dataclass(slots=True)
class Concrete:
    """One node as it was read: tokens `first` to `last` (indexes), `name` a directive's name or an operator."""

    rule: Rule
    first: int
    last: int = -1
    children: "list[Concrete]" = field(default_factory=_no_nodes)
    name: str = ""


BLOCK_DIRECTIVES = frozenset({"foreach", "macro", "literal", "define"})
_CONTROL = frozenset({"if", "end", "set", "else", "elseif"})
_PRECEDENCE: dict[Kind, tuple[int, str]] = {
    Kind.OR: (1, "||"),
    Kind.AND: (2, "&&"),
    Kind.EQ: (3, "=="),
    Kind.NE: (3, "!="),
    Kind.LT: (4, "<"),
    Kind.GT: (4, ">"),
    Kind.LE: (4, "<="),
    Kind.GE: (4, ">="),
    Kind.PLUS: (5, "+"),
    Kind.MINUS: (5, "-"),
    Kind.MULTIPLY: (6, "*"),
    Kind.DIVIDE: (6, "/"),
    Kind.MODULUS: (6, "%"),
}
_STATEMENTS: dict[Kind, Rule] = {
    Kind.TEXTBLOCK: Rule.TEXTBLOCK,
    Kind.ESCAPE_DIRECTIVE: Rule.ESCAPED_DIRECTIVE,
    Kind.BLOCK_COMMENT: Rule.COMMENT,
    Kind.FORMAL_COMMENT: Rule.COMMENT,
    Kind.TEXT: Rule.TEXT,
    Kind.DOT: Rule.TEXT,
    Kind.RPAREN: Rule.TEXT,
    Kind.LPAREN: Rule.TEXT,
    Kind.INTEGER_LITERAL: Rule.TEXT,
    Kind.FLOATING_POINT_LITERAL: Rule.TEXT,
    Kind.STRING_LITERAL: Rule.TEXT,
    Kind.ESCAPE: Rule.TEXT,
    Kind.LCURLY: Rule.TEXT,
    Kind.RCURLY: Rule.TEXT,
    Kind.EMPTY_INDEX: Rule.TEXT,
}
_STATEMENT_STARTS = frozenset(_STATEMENTS) | {
    Kind.IF,
    Kind.IDENTIFIER,
    Kind.LINE_COMMENT_START,
    Kind.SET_DIRECTIVE,
    Kind.DOUBLE_ESCAPE,
    Kind.WORD,
    Kind.BRACKETED_WORD,
}
_SIMPLE: dict[Kind, Rule] = {
    Kind.STRING_LITERAL: Rule.STRING,
    Kind.INTEGER_LITERAL: Rule.INTEGER,
    Kind.FLOATING_POINT_LITERAL: Rule.FLOAT,
    Kind.TRUE: Rule.TRUE,
    Kind.FALSE: Rule.FALSE,
}
_INDEXES = frozenset({Kind.STRING_LITERAL, Kind.INTEGER_LITERAL, Kind.TRUE, Kind.FALSE})
_LITERALS = frozenset(_SIMPLE)


class _Seen(Exception):  # noqa: N818 - not an error: the lookahead is as long as the grammar asks
    """The lookahead matched as many tokens as the grammar asks for."""


class Parser:
    """One template's text to a `Concrete` tree. `directives` are the pluggable directives of the dialect."""

    def __init__(
        self,
        text: str,
        directives: Container[str],
        limits: Limits,
        *,
        macros: Container[str] = (),
        depth: int = 0,
    ) -> None:
        self.lexer = Lexer(text)
        self.tokens: list[Token] = []
        self._directives = directives
        self._limits = limits
        self._macros = macros
        self.defined: set[str] = set()
        self._at = -1
        self._depth = depth
        self._scan_start = 0
        self._scan_limit = 0
        self._budget = 10_000 + 200 * len(text)

    def parse(self) -> Concrete:
        """Read the whole template.

        Raises TemplateSyntaxError where the grammar is broken, TemplateBoundError where it nests too deep.
        """
        root = self._open(Rule.TEMPLATE)
        while self.peek() in _STATEMENT_STARTS:
            root.children.append(self._statement())
        self._expect(Kind.EOF, "text, a reference or a directive")
        return self._close(root)

    # tokens

    def _token(self, index: int) -> Token:
        while index >= len(self.tokens):
            self.tokens.append(self.lexer.next())
        return self.tokens[index]

    def peek(self) -> Kind:
        """Kind of the next token."""
        return self._token(self._at + 1).kind

    def _take(self) -> Token:
        self._at += 1
        return self._token(self._at)

    def _expect(self, kind: Kind, expected: str) -> Token:
        if self.peek() is not kind:
            raise self._unexpected(expected)
        return self._take()

    def _skip(self, kind: Kind) -> None:
        if self.peek() is kind:
            self._at += 1

    def _unexpected(self, expected: str) -> TemplateSyntaxError:
        token = self._token(self._at + 1)
        line, column = self.lexer.place(token.start)
        shown = "the end of the template" if token.kind is Kind.EOF else repr(token.image[:40])
        return TemplateSyntaxError(f"unexpected {shown}", line=line, column=column, expected=expected)

    def _open(self, rule: Rule) -> Concrete:
        self._token(self._at + 1)
        return Concrete(rule, self._at + 1)

    def _close(self, node: Concrete) -> Concrete:
        node.last = self._at
        return node

    def _leaf(self, rule: Rule) -> Concrete:
        node = self._open(rule)
        self._at += 1
        return self._close(node)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > self._limits.nesting:
            line, column = self.lexer.place(self._token(self._at + 1).start)
            raise TemplateBoundError(
                f"blocks and expressions nest deeper than {self._limits.nesting}",
                line=line,
                column=column,
                construct="a block or expression",
                expected="fewer levels: put a part into a variable first",
            )

    # lookahead

    def _scan(self, rule: Callable[[int], int], limit: int) -> bool:
        """Tell whether the next tokens fit a rule, as far as `limit` tokens."""
        self._scan_start, self._scan_limit = self._at, limit
        try:
            return rule(self._at + 1) >= 0
        except _Seen:
            return True

    def _scan_token(self, at: int, kind: Kind) -> int:
        """Position behind a token of this kind, -1 if it is another."""
        if at < 0:
            return -1
        self._budget -= 1
        if self._budget < 0:
            raise TemplateBoundError(
                "the arguments nest in a way that cannot be read in bounded time",
                construct="a list or range of method calls",
                expected="fewer lists inside calls inside lists",
            )
        if self._token(at).kind is not kind:
            return -1
        if at - self._scan_start == self._scan_limit:
            raise _Seen
        return at + 1

    def _scan_blank(self, at: int) -> int:
        if at < 0:
            return -1
        behind = self._scan_token(at, Kind.WHITESPACE)
        return at if behind < 0 else behind

    def _scan_any(self, at: int, kinds: frozenset[Kind]) -> int:
        for kind in kinds:
            behind = self._scan_token(at, kind)
            if behind >= 0:
                return behind
        return -1

    def _scan_indexes(self, at: int) -> int:
        while at >= 0:
            inner = self._scan_blank(self._scan_token(at, Kind.INDEX_LBRACKET))
            if inner < 0:
                return at
            behind = self._scan_any(inner, _INDEXES)
            if behind < 0:
                behind = self._scan_reference(inner)
            behind = self._scan_token(self._scan_blank(behind), Kind.INDEX_RBRACKET)
            if behind < 0:
                return at
            at = behind
        return at

    def _scan_method(self, at: int) -> int:
        at = self._scan_token(self._scan_token(at, Kind.IDENTIFIER), Kind.LPAREN)
        if at < 0:
            return -1
        behind = self._scan_parameters(at)
        return self._scan_token(at if behind < 0 else behind, Kind.REFMOD2_RPAREN)

    def _scan_parameters(self, at: int) -> int:
        at = self._scan_parameter(at)
        while at >= 0:
            behind = self._scan_parameter(self._scan_token(at, Kind.COMMA))
            if behind < 0:
                break
            at = behind
        return at

    def _scan_member(self, at: int) -> int:
        at = self._scan_token(at, Kind.DOT)
        if at < 0:
            return -1
        behind = self._scan_method(at)
        if behind < 0:
            behind = self._scan_token(at, Kind.IDENTIFIER)
        return self._scan_indexes(behind)

    def _scan_reference(self, at: int) -> int:
        plain = self._scan_indexes(self._scan_token(at, Kind.IDENTIFIER))
        if plain >= 0:
            return self._scan_members(plain)
        formal = self._scan_token(self._scan_token(at, Kind.LCURLY), Kind.IDENTIFIER)
        formal = self._scan_indexes(formal)
        if formal < 0:
            return -1
        return self._scan_token(self._scan_members(formal), Kind.RCURLY)

    def _scan_members(self, at: int) -> int:
        while True:
            behind = self._scan_member(at)
            if behind < 0:
                return at
            at = behind

    def _scan_bound(self, at: int) -> int:
        behind = self._scan_reference(at)
        return self._scan_token(at, Kind.INTEGER_LITERAL) if behind < 0 else behind

    def _scan_range_start(self, at: int) -> int:
        at = self._scan_bound(self._scan_blank(self._scan_token(at, Kind.LBRACKET)))
        return self._scan_token(self._scan_blank(at), Kind.DOUBLEDOT)

    def _scan_range(self, at: int) -> int:
        at = self._scan_bound(self._scan_blank(self._scan_range_start(at)))
        return self._scan_token(self._scan_blank(at), Kind.RBRACKET)

    def _scan_list(self, at: int) -> int:
        at = self._scan_token(at, Kind.LBRACKET)
        if at < 0:
            return -1
        behind = self._scan_parameters(at)
        return self._scan_token(at if behind < 0 else behind, Kind.RBRACKET)

    def _scan_pair(self, at: int) -> int:
        return self._scan_parameter(self._scan_token(self._scan_parameter(at), Kind.COLON))

    def _scan_map(self, at: int) -> int:
        at = self._scan_token(at, Kind.LEFT_CURLEY)
        if at < 0:
            return -1
        behind = self._scan_pair(at)
        if behind < 0:
            behind = self._scan_blank(at)
        else:
            while True:
                further = self._scan_pair(self._scan_token(behind, Kind.COMMA))
                if further < 0:
                    break
                behind = further
        end = self._scan_token(behind, Kind.RIGHT_CURLEY)
        return self._scan_token(behind, Kind.RCURLY) if end < 0 else end

    def _scan_value(self, at: int) -> int:
        behind = self._scan_any(at, _LITERALS)
        if behind >= 0:
            return behind
        for rule in (
            self._scan_range,
            self._scan_map,
            self._scan_list,
            self._scan_reference,
        ):
            behind = rule(at)
            if behind >= 0:
                return behind
        return -1

    def _scan_parameter(self, at: int) -> int:
        if at < 0:
            return -1
        return self._scan_blank(self._scan_value(self._scan_blank(at)))

    def _scan_argument(self, at: int) -> int:
        """An argument of a directive: `[blank] [, [blank]] value`."""
        at = self._scan_blank(at)
        comma = self._scan_token(at, Kind.COMMA)
        if comma >= 0:
            at = self._scan_blank(comma)
        word = self._scan_token(at, Kind.WORD)
        return self._scan_value(at) if word < 0 else word

    # statements

    def _statement(self) -> Concrete:
        kind = self.peek()
        if kind is Kind.IF:
            return self._if()
        if self._scan(self._scan_reference, 2):
            return self._reference()
        if kind is Kind.LINE_COMMENT_START:
            node = self._open(Rule.COMMENT)
            self._at += 1
            self._skip(Kind.LINE_COMMENT)
            return self._close(node)
        if kind is Kind.SET_DIRECTIVE:
            return self._set()
        if kind is Kind.DOUBLE_ESCAPE:
            return self._escape()
        if kind is Kind.WORD or kind is Kind.BRACKETED_WORD:
            return self._directive()
        rule = _STATEMENTS.get(kind)
        if rule is None:
            raise self._unexpected("text, a reference or a directive")
        node = self._leaf(rule)
        if rule is Rule.ESCAPED_DIRECTIVE:
            token = self.tokens[node.first]
            token.image = self._escaped_directive(token.image)
        return node

    def _known(self, name: str) -> bool:
        return name in self._directives or name in self.defined or name in self._macros

    def _escaped_directive(self, image: str) -> str:
        slash = image.rindex("\\")
        directive = image[slash + 1 :]
        name = directive[2:-1] if directive.startswith("#{") else directive[1:]
        if name in _CONTROL or self._known(name):
            return image[: slash // 2] + directive
        return image

    def _escape(self) -> Concrete:
        node = self._open(Rule.ESCAPE)
        count = 0
        while True:
            self._take()
            count += 1
            if self.peek() is not Kind.DOUBLE_ESCAPE:
                break
        self._close(node)
        token = self._token(self._at + 1)
        control = token.kind in (Kind.IF, Kind.ELSE, Kind.ELSEIF, Kind.END) or self._known(token.image[1:])
        node.name = ("\\" if control else "\\\\") * count
        return node

    def _block(self) -> Concrete:
        self._enter()
        node = self._open(Rule.BLOCK)
        while self.peek() in _STATEMENT_STARTS:
            node.children.append(self._statement())
        self._depth -= 1
        return self._close(node)

    def _condition(self, node: Concrete, name: str) -> None:
        self._at += 1
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.LPAREN, f"( after {name}")
        node.children.append(self._expression())
        self._expect(Kind.RPAREN, f") at the end of {name}'s condition")
        node.children.append(self._block())

    def _if(self) -> Concrete:
        node = self._open(Rule.IF)
        self._condition(node, "#if")
        while self.peek() is Kind.ELSEIF:
            branch = self._open(Rule.ELSEIF)
            self._condition(branch, "#elseif")
            node.children.append(self._close(branch))
        if self.peek() is Kind.ELSE:
            branch = self._open(Rule.ELSE)
            self._at += 1
            branch.children.append(self._block())
            node.children.append(self._close(branch))
        self._expect(Kind.END, f"#end of the #if {self._since(node)}")
        return self._close(node)

    def _since(self, node: Concrete) -> str:
        line, column = self.lexer.place(self.tokens[node.first].start)
        return f"in line {line}, column {column}"

    def _set(self) -> Concrete:
        node = self._open(Rule.SET)
        self._at += 1
        self._skip(Kind.WHITESPACE)
        node.children.append(self._reference())
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.EQUALS, "= in #set")
        node.children.append(self._expression())
        self._expect(Kind.RPAREN, ") at the end of #set")
        self.lexer.in_set = False
        self._skip(Kind.NEWLINE)
        return self._close(node)

    def _directive(self) -> Concrete:
        node = self._open(Rule.DIRECTIVE)
        image = self._take().image
        name = image[2:-1] if image.startswith("#{") else image[1:]
        node.name = name
        self.lexer.state = State.DIRECTIVE
        if not self.lexer.sees_parenthesis():
            if name == "macro":
                raise self._bad_argument(node, "a #macro has no name", "#macro(name $argument ...)")
            self.lexer.pop()
            return self._close(node)
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.LPAREN, f"( after #{name}")
        while self._scan(self._scan_argument, 2):
            self._skip(Kind.WHITESPACE)
            if self.peek() is Kind.COMMA:
                self._at += 1
                self._skip(Kind.WHITESPACE)
            argument = self._argument()
            self._check_argument(node, argument)
            node.children.append(argument)
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.RPAREN, f") at the end of #{name}'s arguments")
        if name not in BLOCK_DIRECTIVES and not name.startswith("@"):
            return self._close(node)
        node.children.append(self._block())
        self._expect(Kind.END, f"#end of the #{name} {self._since(node)}")
        if name == "macro":
            if len(node.children) < 2:  # noqa: PLR2004 - name and block
                raise self._bad_argument(node, "a #macro has no name", "#macro(name $argument ...)")
            self.defined.add(self.tokens[node.children[0].first].image)
        return self._close(node)

    def _check_argument(self, node: Concrete, argument: Concrete) -> None:
        """A bare word may stand in two places: a macro's name, and `in`."""
        place, name = len(node.children), node.name
        if argument.rule is not Rule.WORD:
            if name == "macro" and place == 0:
                raise self._bad_argument(node, "a #macro's first argument is not a name", "a bare word")
        elif (name == "macro" and place == 0) or (name == "foreach" and place == 1):
            return
        elif name in self._directives or name in self._macros:
            raise self._bad_argument(
                node, f"argument {place + 1} is the bare word {self.tokens[argument.first].image!r}", "a value"
            )

    def _bad_argument(self, node: Concrete, problem: str, expected: str) -> TemplateSyntaxError:
        line, column = self.lexer.place(self.tokens[node.first].start)
        return TemplateSyntaxError(problem, line=line, column=column, construct=f"#{node.name}", expected=expected)

    # values

    def _argument(self) -> Concrete:
        kind = self.peek()
        if kind is Kind.WORD:
            return self._leaf(Rule.WORD)
        return self._value("a value or a word")

    def _value(self, expected: str) -> Concrete:
        kind = self.peek()
        rule = _SIMPLE.get(kind)
        if rule is not None:
            return self._leaf(rule)
        if kind is Kind.IDENTIFIER or kind is Kind.LCURLY:
            return self._reference()
        if kind is Kind.LBRACKET:
            return self._range() if self._scan(self._scan_range_start, 1 << 62) else self._list()
        if kind is Kind.LEFT_CURLEY:
            return self._map()
        raise self._unexpected(expected)

    def _parameter(self) -> Concrete:
        self._enter()
        self._skip(Kind.WHITESPACE)
        node = self._value("a value")
        self._skip(Kind.WHITESPACE)
        self._depth -= 1
        return node

    def _bound(self) -> Concrete:
        self._skip(Kind.WHITESPACE)
        if self.peek() is Kind.INTEGER_LITERAL:
            node = self._leaf(Rule.INTEGER)
        elif self.peek() in (Kind.IDENTIFIER, Kind.LCURLY):
            node = self._reference()
        else:
            raise self._unexpected("an integer or a reference in a range")
        self._skip(Kind.WHITESPACE)
        return node

    def _range(self) -> Concrete:
        node = self._open(Rule.RANGE)
        self._at += 1
        node.children.append(self._bound())
        self._expect(Kind.DOUBLEDOT, ".. in a range")
        node.children.append(self._bound())
        self._expect(Kind.RBRACKET, "] at the end of a range")
        return self._close(node)

    def _list(self) -> Concrete:
        node = self._open(Rule.LIST)
        self._at += 1
        if self.peek() is not Kind.RBRACKET:
            self._items(node)
        self._expect(Kind.RBRACKET, ", or ] in a list")
        return self._close(node)

    def _items(self, node: Concrete) -> None:
        node.children.append(self._parameter())
        while self.peek() is Kind.COMMA:
            self._at += 1
            node.children.append(self._parameter())

    def _map(self) -> Concrete:
        node = self._open(Rule.MAP)
        self._at += 1
        if self._scan(self._scan_pair, 2):
            while True:
                node.children.append(self._parameter())
                self._expect(Kind.COLON, ": between a map's key and its value")
                node.children.append(self._parameter())
                if self.peek() is not Kind.COMMA:
                    break
                self._at += 1
        else:
            self._skip(Kind.WHITESPACE)
        if self.peek() not in (Kind.RIGHT_CURLEY, Kind.RCURLY):
            raise self._unexpected(", or } in a map")
        self._at += 1
        return self._close(node)

    def _reference(self) -> Concrete:
        node = self._open(Rule.REFERENCE)
        if self.peek() is Kind.LCURLY:
            self._at += 1
            self._expect(Kind.IDENTIFIER, "a name after ${")
            self._members(node)
            self._expect(Kind.RCURLY, "} at the end of ${...")
        else:
            self._expect(Kind.IDENTIFIER, "a reference: $ and a name")
            self._members(node)
        return self._close(node)

    def _members(self, node: Concrete) -> None:
        self._indexes(node)
        while self._scan(self._scan_member, 2):
            self._expect(Kind.DOT, ".")
            if self._scan(self._scan_method, 3):
                node.children.append(self._method())
            else:
                if self.peek() is not Kind.IDENTIFIER:
                    raise self._unexpected("a property or method name after .")
                node.children.append(self._leaf(Rule.IDENTIFIER))
            self._indexes(node)

    def _indexes(self, node: Concrete) -> None:
        while self.peek() is Kind.INDEX_LBRACKET:
            index = self._open(Rule.INDEX)
            self._at += 1
            self._enter()
            self._skip(Kind.WHITESPACE)
            kind = self.peek()
            if kind in _INDEXES:
                index.children.append(self._leaf(_SIMPLE[kind]))
            elif kind is Kind.IDENTIFIER or kind is Kind.LCURLY:
                index.children.append(self._reference())
            else:
                raise self._unexpected("a string, an integer, true, false or a reference in [ ]")
            self._skip(Kind.WHITESPACE)
            self._depth -= 1
            self._expect(Kind.INDEX_RBRACKET, "] at the end of an index")
            node.children.append(self._close(index))

    def _method(self) -> Concrete:
        node = self._open(Rule.METHOD)
        self._at += 1
        self._expect(Kind.LPAREN, "( after a method's name")
        if self.peek() is not Kind.REFMOD2_RPAREN:
            self._items(node)
        self._expect(Kind.REFMOD2_RPAREN, ", or ) in a method's arguments")
        return self._close(node)

    # expressions

    def _expression(self) -> Concrete:
        self._enter()
        node = self._open(Rule.EXPRESSION)
        node.children.append(self._binary(1))
        self._depth -= 1
        return self._close(node)

    def _binary(self, lowest: int) -> Concrete:
        """Operators of at least this precedence; all bind to the left."""
        left = self._unary()
        operands = 1
        while True:
            precedence, name = _PRECEDENCE.get(self.peek(), (0, ""))
            if precedence < lowest:
                return left
            operands += 1
            if operands > self._limits.nesting:
                raise self._too_long()
            self._at += 1
            node = self._open(Rule.BINARY)
            node.name = name
            node.children = [left, self._binary(precedence + 1)]
            left = self._close(node)

    def _too_long(self) -> TemplateBoundError:
        line, column = self.lexer.place(self._token(self._at + 1).start)
        return TemplateBoundError(
            f"more than {self._limits.nesting} operands in one expression",
            line=line,
            column=column,
            construct="an expression",
            expected="a shorter one: #set a part of it first",
        )

    def _scan_not(self, at: int) -> int:
        return self._scan_token(self._scan_blank(at), Kind.NOT)

    def _unary(self) -> Concrete:
        if not self._scan(self._scan_not, 2):
            return self._primary()
        self._enter()
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.NOT, "! or not")
        node = self._open(Rule.NOT)
        node.children.append(self._unary())
        self._depth -= 1
        return self._close(node)

    def _primary(self) -> Concrete:
        self._skip(Kind.WHITESPACE)
        if self.peek() is Kind.LPAREN:
            self._at += 1
            node = self._expression()
            self._expect(Kind.RPAREN, ") in an expression")
        else:
            node = self._value("a value")
        self._skip(Kind.WHITESPACE)
        return node
