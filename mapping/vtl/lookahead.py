"""The tokens of a template as the grammar of Velocity 1.7 looks at them: one ahead, or as many as LOOKAHEAD says.

The lexer's state depends on what was read, so nothing here reads further than 1.7's own parser does.
"""

from collections.abc import Callable, Container

from mapping.vtl.concrete import Concrete, Rule
from mapping.vtl.errors import TemplateBoundError, TemplateSyntaxError
from mapping.vtl.lexer import Lexer
from mapping.vtl.limits import Limits
from mapping.vtl.tokens import Kind, Token

INDEXES = frozenset({Kind.STRING_LITERAL, Kind.INTEGER_LITERAL, Kind.TRUE, Kind.FALSE})
"""Literals that can stand in `[ ]`."""

LITERALS = INDEXES | {Kind.FLOATING_POINT_LITERAL}


_NAMELESS = frozenset({Rule.TEMPLATE, Rule.BLOCK, Rule.EXPRESSION, Rule.BINARY, Rule.NOT, Rule.TEXT, Rule.ESCAPE})


class _Seen(Exception):  # noqa: N818 - not an error: the lookahead is as long as the grammar asks
    """The lookahead matched as many tokens as the grammar asks for."""


class Lookahead:
    """The tokens of one template. `directives` are the pluggable directives of the dialect."""

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
        self._at: int = -1
        self._depth: int = depth
        self._scan_start = 0
        self._scan_limit = 0
        self._budget = 10_000 + 200 * len(text)
        self._opened: list[Concrete] = []

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
        return TemplateSyntaxError(
            f"unexpected {shown}", line=line, column=column, construct=self._construct(), expected=expected
        )

    def _construct(self) -> str:
        """What is being read, for an error: a directive, a reference so far, a list."""
        named = [node for node in self._opened if node.rule not in _NAMELESS]
        for node in reversed(named):
            if node.rule is Rule.DIRECTIVE:
                return f"#{node.name}"
            if node.rule not in (Rule.REFERENCE, Rule.METHOD, Rule.INDEX):
                return node.rule.value if node.rule.startswith("#") else f"a {node.rule}"
            first = next(outer.first for outer in named if outer.rule is Rule.REFERENCE)
            read = "".join(token.image for token in self.tokens[first : self._at + 1])
            if read:
                return read[:40]
        return "the text between directives"

    def _open(self, rule: Rule) -> Concrete:
        self._token(self._at + 1)
        node = Concrete(rule, self._at + 1)
        self._opened.append(node)
        return node

    def _close(self, node: Concrete) -> Concrete:
        node.last = self._at
        while self._opened.pop() is not node:
            pass
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
            line, column = self.lexer.place(self._token(self._at + 1).start)
            raise TemplateBoundError(
                "the arguments nest in a way that cannot be read in bounded time",
                line=line,
                column=column,
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
            behind = self._scan_any(inner, INDEXES)
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
        behind = self._scan_any(at, LITERALS)
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

    def _scan_not(self, at: int) -> int:
        return self._scan_token(self._scan_blank(at), Kind.NOT)
