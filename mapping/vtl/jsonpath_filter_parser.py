"""From the text of a filter, `(@.price < 10 && @.isbn)`, to its tree, reading what Jayway reads.

or         = and { "||" and }
and        = operand { "&&" operand }
operand    = comparison | "(" or ")" | "!" operand
comparison = term [ operator term ]
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final

from mapping.vtl.jsonpath_cursor import BLANK, Cursor, unescape
from mapping.vtl.jsonpath_errors import InvalidPathError
from mapping.vtl.jsonpath_tree import (
    AllOf,
    AnyOf,
    Bool,
    Comparison,
    Exists,
    Expression,
    JsonText,
    Not,
    Null,
    Number,
    Operator,
    Path,
    PathTerm,
    Regex,
    Term,
    Text,
)

REGEX_FLAGS: Final = "dixmsuU"
"""Letters that Java's Pattern knows as flags."""

_RELATIONAL: Final = frozenset("<>=~!")
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_MAX_NESTING: Final = 100


class FilterParser:
    """One filter; `parse_path` reads the paths in it."""

    def __init__(self, text: str, parse_path: Callable[[str], Path]) -> None:
        """Take the filter's text, brackets included."""
        self.cursor = Cursor(text)
        self.parse_path = parse_path
        self.nesting = 0

    def expression(self) -> Expression:
        """Read the whole filter.

        Raises:
            InvalidPathError: it is not one.

        """
        result = self._any()
        while self.cursor.inside(self.cursor.pos) and self.cursor.here == BLANK:
            self.cursor.pos += 1
        if self.cursor.inside(self.cursor.pos):
            raise self.cursor.fail("the end of the filter")
        return result

    def _any(self) -> Expression:
        operands = [self._all()]
        while self._take("||"):
            operands.append(self._all())
        return operands[0] if len(operands) == 1 else AnyOf(tuple(operands))

    def _all(self) -> Expression:
        operands = [self._operand()]
        while self._take("&&"):
            operands.append(self._operand())
        return operands[0] if len(operands) == 1 else AllOf(tuple(operands))

    def _take(self, word: str) -> bool:
        cursor = self.cursor
        start = cursor.pos
        while cursor.inside(cursor.pos) and cursor.pos < cursor.last and cursor.here == BLANK:
            cursor.pos += 1
        end = cursor.pos + len(word)
        if cursor.inside(end - 1) and cursor.text[cursor.pos : end] == word:
            cursor.pos = end
            return True
        cursor.pos = start
        return False

    def _operand(self) -> Expression:
        cursor = self.cursor
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise cursor.fail(f"at most {_MAX_NESTING} levels of brackets in a filter")
        try:
            start = cursor.pos
            if cursor.skip_blanks() == "!":
                start = cursor.pos
                cursor.pos += 1
                if cursor.skip_blanks() not in "$@":
                    return Not(self._operand())
                cursor.pos = start
            if cursor.skip_blanks() == "(":
                cursor.pos += 1
                inner = self._any()
                if cursor.skip_blanks() != ")":
                    raise cursor.fail("')'")
                cursor.pos += 1
                return inner
            return self._comparison()
        finally:
            self.nesting -= 1

    def _comparison(self) -> Expression:
        left = self._term()
        start = self.cursor.pos
        try:
            return Comparison(left, self._operator(), self._term())
        except InvalidPathError:
            self.cursor.pos = start
            if not isinstance(left, PathTerm):
                raise
        return Exists(left.path, left.negated)

    def _operator(self) -> Operator:
        cursor = self.cursor
        cursor.skip_blanks()
        start = cursor.pos
        if cursor.here in _RELATIONAL:
            while cursor.inside(cursor.pos) and cursor.here in _RELATIONAL:
                cursor.pos += 1
        else:
            while cursor.inside(cursor.pos) and cursor.here != BLANK:
                cursor.pos += 1
        word = cursor.text[start : cursor.pos]
        try:
            return Operator(word.upper())
        except ValueError:
            raise cursor.fail("an operator", start) from None

    def _term(self) -> Term:
        cursor = self.cursor
        match cursor.skip_blanks():
            case "$" | "@":
                return self._path()
            case "!":
                cursor.pos += 1
                if cursor.skip_blanks() not in "$@":
                    raise cursor.fail("a path after '!'")
                return self._path()
            case "'" | '"':
                return self._string()
            case "t" | "f":
                return self._boolean()
            case "n":
                return self._null()
            case "{" | "[":
                return self._json()
            case "/":
                return self._regex()
            case _:
                return self._number()

    def _path(self) -> PathTerm:
        cursor = self.cursor
        begin = cursor.pos
        before = begin - 1
        while cursor.inside(before) and cursor.text[before] == BLANK:
            before -= 1
        negated = cursor.inside(before) and cursor.text[before] == "!"
        cursor.pos += 1
        while cursor.inside(cursor.pos):
            if cursor.here == "[":
                end = cursor.find_closing(cursor.pos, "[]")
                if end < 0:
                    raise cursor.fail("a closing ']'")
                cursor.pos = end + 1
            closes_group = cursor.here == ")" and not self._closes_call(begin)
            if not cursor.inside(cursor.pos) or cursor.here in _RELATIONAL or cursor.here == BLANK or closes_group:
                break
            cursor.pos += 1
        return PathTerm(self.parse_path(cursor.text[begin : cursor.pos]), negated)

    def _closes_call(self, begin: int) -> bool:
        """Whether the bracket here ends a call without arguments, `.length()`."""
        text = self.cursor.text
        index = self.cursor.pos - 1
        while index >= 0 and text[index] == BLANK:
            index -= 1
        if index < 0 or text[index] != "(":
            return False
        return "." in text[begin + 1 : index]

    def _string(self) -> Text:
        cursor = self.cursor
        end = cursor.find_unescaped(cursor.here, cursor.pos)
        if end < 0:
            raise cursor.fail("a closing quote")
        text = unescape(cursor.text[cursor.pos + 1 : end])
        cursor.pos = end + 1
        return Text(text)

    def _boolean(self) -> Bool:
        for word in ("true", "false"):
            if self._word(word):
                return Bool(word == "true")
        raise self.cursor.fail("true or false")

    def _null(self) -> Null:
        if not self._word("null"):
            raise self.cursor.fail("null")
        return Null()

    def _word(self, word: str) -> bool:
        cursor = self.cursor
        end = cursor.pos + len(word)
        if not cursor.inside(end - 1) or cursor.text[cursor.pos : end] != word:
            return False
        cursor.pos = end
        return True

    def _json(self) -> JsonText:
        cursor = self.cursor
        start = cursor.pos
        end = cursor.find_closing(start, "[]" if cursor.here == "[" else "{}")
        if end < 0:
            raise cursor.fail("a closing bracket")
        cursor.pos = end + 1
        return JsonText(cursor.text[start : cursor.pos])

    def _regex(self) -> Regex:
        cursor = self.cursor
        start = cursor.pos
        end = cursor.find_unescaped("/", start)
        if end < 0:
            raise cursor.fail("a closing '/'")
        cursor.pos = end + 1
        while cursor.inside(cursor.pos) and cursor.here in REGEX_FLAGS:
            cursor.pos += 1
        return Regex(cursor.text[start + 1 : end], cursor.text[end + 1 : cursor.pos])

    def _number(self) -> Number:
        cursor = self.cursor
        start = cursor.pos
        while cursor.inside(cursor.pos) and (cursor.here.isdigit() or cursor.here in "-.Ee"):
            cursor.pos += 1
        text = cursor.text[start : cursor.pos]
        if not _NUMBER.match(text):
            raise cursor.fail("a value", start)
        try:
            return Number(Decimal(text))
        except InvalidOperation:
            raise cursor.fail("a number", start) from None
