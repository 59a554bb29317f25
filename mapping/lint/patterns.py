"""What a whole-string `.matches(pattern)` guarantees: whether anything dangerous, or anything endless, passes it.

A small reading of Java's regular expressions, on the safe side: whatever it does not know lets everything pass.
"""

from dataclasses import dataclass
from typing import Final

DANGEROUS: Final = frozenset('"\\{}[]:\n\r\t')
"""Characters with which a value can leave its place in JSON."""

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS: Final = frozenset("0123456789")
_EVERYTHING: Final = frozenset(map(chr, range(128)))
_CLASSES: Final = {
    "d": _DIGITS,
    "w": _LETTERS | _DIGITS | {"_"},
    "s": frozenset(" \t\n\x0b\f\r"),
    "p{Alpha}": _LETTERS,
    "p{Digit}": _DIGITS,
    "p{Alnum}": _LETTERS | _DIGITS,
    "p{XDigit}": _DIGITS | frozenset("abcdefABCDEF"),
}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Allowed:
    """The ASCII characters that a matching string may hold, and whether its length has a bound."""

    characters: frozenset[str]
    bounded: bool

    @property
    def harmless(self) -> bool:
        """Whether no dangerous character passes."""
        return not self.characters & DANGEROUS


def allowed(pattern: str) -> Allowed:
    """Return what strings that match `pattern` as a whole may hold."""
    reader = _Reader(pattern)
    try:
        return reader.read()
    except _UnknownError:
        return Allowed(_EVERYTHING, bounded=False)


def keeps(pattern: str) -> frozenset[str]:
    """Return the characters left after `replaceAll(pattern, "")`; everything unless it is one negated class."""
    reader = _Reader(pattern)
    try:
        if pattern.startswith("[^"):
            removed = reader.one()
            if pattern[reader.at :] in ("", "+"):
                return _EVERYTHING - removed
    except _UnknownError:
        pass
    return _EVERYTHING


class _UnknownError(Exception):
    """A construct that this reading does not know."""


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at >= len(self.pattern):
            raise _UnknownError
        self.at += 1
        return self.pattern[self.at - 1]

    def read(self) -> Allowed:
        characters: frozenset[str] = frozenset()
        bounded = True
        while self.at < len(self.pattern):
            char = self._peek()
            if char == "(":
                self.at += 1
                self._group()
            elif char in ")|^$":
                self.at += 1
            elif char in "*+":
                bounded = False
                self.at += 1
            elif char == "?":
                self.at += 1
            elif char == "{":
                bounded &= self._counted()
            else:
                characters |= self.one()
        return Allowed(characters, bounded)

    def _group(self) -> None:
        if self._peek() != "?":
            return
        for opening in ("?:", "?=", "?!", "?<=", "?<!"):
            if self.pattern.startswith(opening, self.at):
                self.at += len(opening)
                return
        raise _UnknownError

    def _counted(self) -> bool:
        end = self.pattern.find("}", self.at)
        if end < 0:
            raise _UnknownError
        text = self.pattern[self.at + 1 : end]
        self.at = end + 1
        return not text.endswith(",")

    def one(self) -> frozenset[str]:
        """Read one character or class and return what it stands for."""
        char = self._take()
        if char == ".":
            return _EVERYTHING - {"\n", "\r"}
        if char == "\\":
            return self._escape()
        return self._class() if char == "[" else frozenset(char)

    def _escape(self) -> frozenset[str]:
        char = self._take()
        if char in "pP":
            end = self.pattern.find("}", self.at)
            name = "p" + self.pattern[self.at : end + 1]
            self.at = end + 1
            found = _CLASSES.get(name)
            if end < 0 or found is None:
                raise _UnknownError
            return _EVERYTHING - found if char == "P" else found
        if char in _CLASSES:
            return _CLASSES[char]
        if char.lower() in _CLASSES:
            return _EVERYTHING - _CLASSES[char.lower()]
        if char in _CONTROLS:
            return frozenset(_CONTROLS[char])
        if char.isalnum():
            return frozenset() if char in "bBAzZ" else self._unknown()
        return frozenset(char)

    def _unknown(self) -> frozenset[str]:
        raise _UnknownError

    def _class(self) -> frozenset[str]:
        negated = self._peek() == "^"
        self.at += negated
        found: frozenset[str] = frozenset()
        first = True
        while True:
            char = self._take()
            if char == "]" and not first:
                break
            first = False
            if char == "[" or (char == "&" and self._peek() == "&"):
                raise _UnknownError
            single = self._escape() if char == "\\" else frozenset(char)
            if self._peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", "") and len(single) == 1:
                self.at += 1
                upper = self._take()
                end = self._escape() if upper == "\\" else frozenset(upper)
                single = frozenset(map(chr, range(ord(min(single)), min(ord(max(end)), 127) + 1)))
            found |= single
        return _EVERYTHING - found if negated else found
