"""The body of a request or response as values: JSON read as json-smart reads it.

API Gateway reads bodies with Jayway JsonPath, whose default reader is json-smart in its permissive mode: keys and
strings need no quotes, single quotes will do, spare commas and trailing text pass, the last of two equal keys wins,
and a text that is no JSON at all is one string. (That AWS reads a MOCK's `{statusCode: 200}` was recorded
2024-11-29, and its authors' note says "lenient token parser"; the rest is json-smart 2.6.0's own behaviour, kept by
golden vectors.) Well-formed JSON, nearly all there is, takes the fast way through orjson.
"""

import json
import re
from typing import Final, cast

import orjson

from mapping.vtl.values import BigDecimal

MAX_DEPTH: Final = 400
"""Nesting of objects and arrays that json-smart reads (its MAX_DEPTH)."""

DOUBLE_CHARS: Final = 18
"""A number with a fraction or exponent whose text is longer than this is a BigDecimal, not a double."""

_END: Final = "\x1a"  # json-smart marks the end of the text with this character, and takes the character for it
_BLANK: Final = " \r\n\t"
_DIGITS: Final = frozenset("0123456789")
_STOP_TOP: Final = frozenset(_END)
_STOP_KEY: Final = frozenset(":" + _END)
_STOP_VALUE: Final = frozenset(",}" + _END)
_STOP_ARRAY: Final = frozenset(",]" + _END)
_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b", "\\": "\\", "/": "/", "'": "'", '"': '"'}
_WORDS: Final = {"null": None, "true": True, "false": False, "NaN": float("nan")}
_HIGH_ASCII: Final = 126
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SURROGATE_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")

# Every byte that can stand in a number becomes "0", every other one a blank: so a long number is found in one search.
_NUMBER_RUNS: Final = bytes(0x30 if chr(b) in "0123456789+-.eE" else 0x20 for b in range(256))
_LONG_RUN: Final = b"0" * (DOUBLE_CHARS + 1)
_NOT_BRACKETS: Final = bytes(b for b in range(256) if chr(b) not in "[]{}")
_SHALLOW: Final = 16  # levels that are taken away by replacing; what is deeper is walked


class BodyError(ValueError):
    """The text cannot be read even leniently; the message names the position and what stood there."""


def parse_json(text: str) -> object:
    """Read `text` into str, bool, int, float, `BigDecimal`, dict, list, None.

    A fraction of more than 18 characters is a BigDecimal. Keys keep their order.

    Raises:
        BodyError: where json-smart's permissive mode raises a ParseException.

    """
    try:
        data = text.encode()
        exact = _LONG_RUN in data.translate(_NUMBER_RUNS)
        value = _parse_exact(text) if exact else cast("object", orjson.loads(data))
    except ValueError:
        return _Reader(text).first()
    brackets = data.translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MAX_DEPTH and not _shallow(brackets) and _depth(value) > MAX_DEPTH:
        raise BodyError(f"the body is nested deeper than {MAX_DEPTH} levels: send a flatter document")
    return value


def _parse_exact(text: str) -> object:
    """Strict JSON with big integers and long fractions kept to the digit; ValueError where it is not strict."""
    if "\\ud" in text or "\\uD" in text:
        raise ValueError("surrogates are the lenient reader's business")
    try:
        return cast("object", json.loads(text, parse_float=_fraction, parse_int=int, parse_constant=_refuse))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _fraction(text: str) -> float | BigDecimal:
    return BigDecimal(text) if len(text) > DOUBLE_CHARS else float(text)


def _refuse(word: str) -> object:
    raise ValueError(word)


def _shallow(brackets: bytes) -> bool:
    """Whether pairs of brackets, taken away from the inside out, are gone after a few rounds."""
    for _ in range(_SHALLOW):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


def _depth(value: object) -> int:
    depth = 0
    level = [value]
    while level and depth <= MAX_DEPTH:
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                below.extend(cast("dict[str, object]", node).values())
            elif isinstance(node, list):
                below.extend(cast("list[object]", node))
        depth += any(isinstance(node, dict | list) for node in level)
        level = below
    return depth


class _Reader:
    """json-smart's permissive reader over one text: one character of lookahead in `c`, its place in `pos`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = -1
        self.depth = 0
        self.c: str = ""

    def first(self) -> object:
        """Read the first value; whatever follows it is ignored."""
        self._read()
        return self._value(_STOP_TOP, top=True)

    def _read(self) -> None:
        self.pos += 1
        self.c = self.text[self.pos] if self.pos < len(self.text) else _END

    def _fail(self, expected: str) -> BodyError:
        found = "the end" if self.pos >= len(self.text) else repr(self.c)
        return BodyError(f"the body cannot be read at character {self.pos}: expected {expected}, found {found}")

    def _skip_space(self) -> str:
        while self.c <= " " and self.c != _END:
            self._read()
        return self.c

    def _bare(self, stop: frozenset[str]) -> str:
        """Read up to the first character in `stop` and return it without blanks around it."""
        start = self.pos
        while self.c != _END and self.c not in stop:
            self._read()
        return self._trimmed(start)

    def _trimmed(self, start: int) -> str:
        text = self.text[start : self.pos]
        return text.strip() or text[:1]

    def _value(self, stop: frozenset[str], *, top: bool = False) -> object:
        while self.c in _BLANK:
            self._read()
        c = self.c
        if c == "{":
            return self._object()
        if c == "[":
            return self._array()
        if c in "\"'":
            return self._string()
        if c in _DIGITS or c == "-":
            return self._number(stop)
        if c in ":}]" or (c == _END and not top):
            raise self._fail("a value")
        word = self._bare(stop)
        return _WORDS.get(word, word)

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._fail(f"at most {MAX_DEPTH} levels")

    def _leave(self) -> None:
        self.depth -= 1
        self._read()

    def _array(self) -> list[object]:
        self._enter()
        values: list[object] = []
        self._read()
        while True:
            if self.c in _BLANK or self.c == ",":
                self._read()
            elif self.c == "]":
                self._leave()
                return values
            else:
                values.append(self._value(_STOP_ARRAY))

    def _object(self) -> dict[str, object]:
        self._enter()
        members: dict[str, object] = {}
        while True:
            self._read()
            if self.c in _BLANK or self.c == ",":
                continue
            if self.c == "}":
                self._leave()
                return members
            if self.c in ":[]{":
                raise self._fail("a key")
            key = self._string() if self.c in "\"'" else self._bare(_STOP_KEY)
            if self._skip_space() != ":":
                raise self._fail("':'")
            self._read()
            members[key] = self._value(_STOP_VALUE)
            after = self._skip_space()
            if after == "}":
                self._leave()
                return members
            if after != ",":
                raise self._fail("',' or '}'")

    def _number(self, stop: frozenset[str]) -> object:
        start = self.pos
        self._read()
        self._digits()
        integer = self.c not in ".eE"
        if self.c == ".":
            self._read()
            self._digits()
        if not integer and self.c in "eE":
            self._read()
            if self.c not in "+-" and self.c not in _DIGITS:
                self._bare(stop)
                return self._trimmed(start)
            self._read()
            self._digits()
        self._skip_space()
        if self.c < chr(_HIGH_ASCII) and self.c != _END and self.c not in stop:
            self._bare(stop)
            return self._trimmed(start)
        text = self._trimmed(start)
        try:
            if integer:
                return 0 if text == "-" else int(text)
            return _fraction(text)
        except (ArithmeticError, ValueError) as error:  # Decimal's word, and int's and float's
            raise self._fail("a number") from error

    def _digits(self) -> None:
        while self.c in _DIGITS:
            self._read()

    def _string(self) -> str:
        quote = self.c
        end = self.text.find(quote, self.pos + 1)
        if end < 0:
            raise BodyError(f"the body cannot be read: the string that begins at character {self.pos} has no end")
        text = self.text[self.pos + 1 : end]
        if "\\" not in text:
            self.pos = end
            self._read()
            return text
        return self._escaped(quote)

    def _escaped(self, quote: str) -> str:
        out: list[str] = []
        while True:
            self._read()
            c = self.c
            if c == quote:
                self._read()
                return _joined("".join(out))
            if c == _END:
                raise self._fail("the end of a string")
            if c == "\\":
                self._read()
                if self.c in "ux":
                    out.append(self._unicode(4 if self.c == "u" else 2))
                else:
                    out.append(_ESCAPES.get(self.c, ""))
            elif c >= " " and c != "\x7f":
                out.append(c)

    def _unicode(self, digits: int) -> str:
        value = 0
        for _ in range(digits):
            self._read()
            if self.c not in "0123456789abcdefABCDEF":
                raise self._fail("a hexadecimal digit")
            value = value * 16 + int(self.c, 16)
        return chr(value)


def _joined(text: str) -> str:
    """Make one character of each pair of surrogates; a lone one leaves Java's encoder as '?', and us too."""
    if not _LONE_SURROGATE.search(text):
        return text
    text = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _LONE_SURROGATE.sub("?", text)
