"""Values, references and expressions of a template, from tokens to the concrete tree."""

from mapping.vtl.concrete import Concrete, Rule
from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.lookahead import INDEXES, Lookahead
from mapping.vtl.tokens import Kind

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
_SIMPLE: dict[Kind, Rule] = {
    Kind.STRING_LITERAL: Rule.STRING,
    Kind.INTEGER_LITERAL: Rule.INTEGER,
    Kind.FLOATING_POINT_LITERAL: Rule.FLOAT,
    Kind.TRUE: Rule.TRUE,
    Kind.FALSE: Rule.FALSE,
}


class ValueParser(Lookahead):
    """The productions that give a value; `Parser` adds statements."""

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
            if kind in INDEXES:
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
