"""A text with a position, and the looks ahead that Jayway's two parsers share.

Only the blank counts as insignificant space. Looking outside the text is an InvalidPathError, as every exception
in Jayway's parsers is.
"""

from typing import Final

from mapping.vtl.jsonpath_errors import InvalidPathError

BLANK: Final = " "


class Cursor:
    """`text` seen from `pos` up to and including `last`."""

    __slots__ = ("last", "pos", "text")

    def __init__(self, text: str, *, trim: bool = True) -> None:
        """Start at the first character, blanks at both ends left out unless `trim` is False."""
        self.text = text
        self.pos = 0
        self.last = len(text) - 1
        if trim:
            self.trim()

    def trim(self) -> None:
        """Leave out blanks at both ends, but never the last character."""
        while self.pos < self.last and self.text[self.pos] == BLANK:
            self.pos += 1
        while self.pos < self.last and self.text[self.last] == BLANK:
            self.last -= 1

    def at(self, index: int) -> str:
        """Return the character at `index`.

        Raises:
            InvalidPathError: where there is none.

        """
        if 0 <= index < len(self.text):
            return self.text[index]
        raise InvalidPathError(f"JSONPath {self.text!r} ends where more is expected (character {index})")

    @property
    def here(self) -> str:
        """The character at the position."""
        return self.at(self.pos)

    def inside(self, index: int) -> bool:
        """Whether `index` lies in the part that is read."""
        return 0 <= index <= self.last

    @property
    def at_tail(self) -> bool:
        """Whether the position is the last character or behind it."""
        return self.pos >= self.last

    def skip_blanks(self) -> str:
        """Move over blanks and return the character there."""
        while self.pos < self.last and self.at(self.pos) == BLANK:
            self.pos += 1
        return self.here

    def significant_after(self, index: int) -> int:
        """Return the place of the first character after `index` that is no blank (it may lie outside)."""
        index += 1
        while self.inside(index) and self.text[index] == BLANK:
            index += 1
        return index

    def next_significant(self, index: int) -> str:
        """Return the first character after `index` that is no blank, or a blank where there is none."""
        place = self.significant_after(index)
        return self.text[place] if self.inside(place) else BLANK

    def find(self, char: str, start: int) -> int:
        """Return the place of `char` at or after `start`, or -1."""
        return self.text.find(char, start, self.last + 1)

    def find_unescaped(self, char: str, start: int) -> int:
        """Return the place of `char` after `start` that no backslash precedes, or -1."""
        index = start + 1
        while self.inside(index):
            if self.text[index] == "\\":
                index += 1
            elif self.text[index] == char:
                return index
            index += 1
        return -1

    def find_closing(self, start: int, pair: str, *, regexes: bool = False) -> int:
        """Return the place of the bracket that closes the one at `start`, or -1.

        Strings are jumped over, and regular expressions between slashes where `regexes` is set. A character that
        follows a jumped one directly is looked at as a bracket, not as the beginning of another string.
        """
        opened = 1
        index = start + 1
        while self.inside(index):
            if self.at(index) in "'\"":
                index = self._jump(index)
            if regexes and self.at(index) == "/":
                index = self._jump(index)
            char = self.at(index)
            if char == pair[0]:
                opened += 1
            elif char == pair[1]:
                opened -= 1
                if opened == 0:
                    return index
            index += 1
        return -1

    def _jump(self, start: int) -> int:
        end = self.find_unescaped(self.text[start], start)
        if end < 0:
            raise self.fail(f"a closing {self.text[start]}")
        return end + 1

    def fail(self, expected: str, index: int | None = None) -> InvalidPathError:
        """Return the error for something else than `expected` at `index` (the position, when left out)."""
        place = self.pos if index is None else index
        found = repr(self.text[place]) if self.inside(place) else "the end"
        return InvalidPathError(f"JSONPath {self.text!r}: expected {expected} at character {place}, found {found}")


_ESCAPES: Final = {"r": "\r", "f": "\f", "t": "\t", "n": "\n", "b": "\b"}
_UNICODE_DIGITS: Final = 4


def unescape(text: str) -> str:
    r"""Undo backslashes in a name or string: `\n`, `\u0041`, and any other character for itself."""
    if "\\" not in text:
        return text
    out: list[str] = []
    index = 0
    while index < len(text):
        char = text[index]
        index += 1
        if char != "\\" or index == len(text):
            out.append(char)
            continue
        escaped = text[index]
        index += 1
        if escaped != "u":
            out.append(_ESCAPES.get(escaped, escaped))
            continue
        digits = text[index : index + _UNICODE_DIGITS]
        index += _UNICODE_DIGITS
        if len(digits) == _UNICODE_DIGITS:
            try:
                out.append(chr(int(digits, 16)))
            except ValueError as error:
                raise InvalidPathError(f"expected four hexadecimal digits after \\u, found {digits!r}") from error
    return "".join(out)
