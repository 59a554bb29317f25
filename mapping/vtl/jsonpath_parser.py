"""From the text of a JSONPath to its tree, reading what Jayway JsonPath 2.10.0 reads.

Where Jayway is lax (a path without `$.`, a function name that nobody checks) or odd (after `f()` the closing
bracket begins the next name) this is too: the golden vectors in tests/oracle_jsonpath hold it to that.
"""

import re
from typing import Final

from mapping.vtl.jsonpath_cursor import BLANK, Cursor, unescape
from mapping.vtl.jsonpath_errors import InvalidPathError
from mapping.vtl.jsonpath_filter_parser import FilterParser
from mapping.vtl.jsonpath_tree import Filter, Function, Index, Path, Property, Scan, Slice, Step, Wildcard

MAX_LENGTH: Final = 10_000
"""Characters of a path that are read; a longer one is refused (ours: Jayway has no limit)."""

_MAX_NESTING: Final = 50
_INT_MAX: Final = 2**31 - 1
_INTEGER: Final = re.compile(r"-?[0-9]+\Z")


def parse(text: str) -> Path:
    """Read a path.

    Raises:
        InvalidPathError: it is not one; the message names the character and what was expected.

    """
    return _parse(text, 0)


def _parse(text: str, nesting: int) -> Path:
    if len(text) > MAX_LENGTH:
        raise InvalidPathError(f"a JSONPath may have {MAX_LENGTH} characters, this one has {len(text)}")
    if nesting > _MAX_NESTING:
        raise InvalidPathError(f"filters and functions in a JSONPath may be nested {_MAX_NESTING} levels deep")
    if not text:
        raise InvalidPathError("a JSONPath cannot be empty: write '$' for the whole document")
    cursor = Cursor(text if text[0] in "$@" else "$." + text)
    if cursor.text[cursor.last] == ".":
        raise cursor.fail("a name after '.'", cursor.last)
    return _PathParser(cursor, nesting).path()


def _integer(text: str) -> int:
    value = int(text) if _INTEGER.match(text) else None
    if value is None or not -_INT_MAX - 1 <= value <= _INT_MAX:
        raise InvalidPathError(f"expected an integer of 32 bits as index, found {text!r}")
    return value


class _PathParser:
    def __init__(self, cursor: Cursor, nesting: int) -> None:
        self.cursor = cursor
        self.nesting = nesting
        self.steps: list[Step] = []

    def path(self) -> Path:
        cursor = self.cursor
        while cursor.inside(cursor.pos) and cursor.here in " \t\r\n":
            cursor.pos += 1
        if cursor.here not in "$@":
            raise cursor.fail("'$' or '@'")
        at_root = cursor.here == "$"
        if not cursor.at_tail:
            cursor.pos += 1
            if cursor.here not in ".[":
                raise cursor.fail("'.' or '['")
            self.step()
            while not cursor.at_tail:
                self.step()
        return Path(at_root, tuple(self.steps))

    def step(self) -> None:
        cursor = self.cursor
        match cursor.here:
            case "[":
                for read in (self.names, self.indexes, self.wildcard, self.filter):
                    if read():
                        return
                raise cursor.fail("?, ', 0-9 or * in brackets")
            case ".":
                self.dot()
            case "*":
                self.wildcard()
            case _:
                self.name_or_function()

    def dot(self) -> None:
        cursor = self.cursor
        if cursor.inside(cursor.pos + 1) and cursor.at(cursor.pos + 1) == ".":
            self.steps.append(Scan())
            cursor.pos += 2
        elif cursor.inside(cursor.pos + 1):
            cursor.pos += 1
        else:
            raise cursor.fail("a name after '.'")
        if cursor.here == ".":
            raise cursor.fail("a name")
        self.step()

    def name_or_function(self) -> None:
        cursor = self.cursor
        if cursor.here in "[*. ":
            raise cursor.fail("a name")
        start = end = cursor.pos
        while cursor.inside(end) and cursor.text[end] not in ".[(":
            if cursor.text[end] == BLANK:
                raise cursor.fail("no blank in a name (write ['my name'])", end)
            end += 1
        name = cursor.text[start:end]
        if not cursor.inside(end) or cursor.text[end] != "(":
            # A name that ends the path at its very first character is read to the end, as Jayway reads it.
            cursor.pos = end
            self.steps.append(Property((name,)))
            return
        self._check_brackets(end, name)
        cursor.pos = end + 1
        arguments: list[Path | str] = []
        if cursor.here != ")":
            arguments = _ArgumentParser(cursor, name, self.nesting).arguments()
        self.steps.append(Function(name, tuple(arguments)))

    def _check_brackets(self, start: int, name: str) -> None:
        depth = 0
        for char in self.cursor.text[start : self.cursor.last + 1]:
            depth += (char == "(") - (char == ")")
            if depth == 0:
                return
        raise self.cursor.fail(f"')' after the arguments of {name}()", self.cursor.last + 1)

    def names(self) -> bool:
        cursor = self.cursor
        quote = cursor.next_significant(cursor.pos)
        if quote not in "'\"":
            return False
        found: list[str] = []
        index = start = cursor.pos + 1
        end = 0
        inside = comma = False
        while cursor.inside(index):
            char = cursor.text[index]
            if char == "\\":
                index += 1
            elif char == "]" and not inside:
                if comma:
                    raise cursor.fail("a name after ','", index)
                break
            elif char == quote:
                if inside:
                    if cursor.next_significant(index) not in "],":
                        raise cursor.fail("',' or ']' after a name", index + 1)
                    end = index
                    found.append(unescape(cursor.text[start:end]))
                else:
                    start = index + 1
                    comma = False
                inside = not inside
            elif char == "," and not inside:
                if comma:
                    raise cursor.fail("a name after ','", index)
                comma = True
            index += 1
        close = cursor.significant_after(end)
        if inside or cursor.at(close) != "]":
            raise cursor.fail("a closing quote and ']'", close)
        if not found:
            raise cursor.fail("a name in brackets")
        cursor.pos = close + 1
        self.steps.append(Property(tuple(found)))
        return True

    def indexes(self) -> bool:
        cursor = self.cursor
        first = cursor.next_significant(cursor.pos)
        end = cursor.find("]", cursor.pos + 1)
        if not (first.isdigit() or first in "-:") or end < 0:
            return False
        text = cursor.text[cursor.pos + 1 : end].strip()
        if any(not char.isdigit() and char not in ",-: " for char in text):
            return False
        self.steps.append(self._slice(text) if ":" in text else self._index(text))
        cursor.pos = end + 1
        return True

    def _slice(self, text: str) -> Slice:
        if "," in text or BLANK in text:
            raise self.cursor.fail("one slice, without blanks, in brackets")
        parts = text.split(":")
        start, stop = parts[0], parts[1]
        if not start and not stop:
            raise self.cursor.fail("a number before or after ':'")
        return Slice(_integer(start) if start else None, _integer(stop) if stop else None)

    def _index(self, text: str) -> Index:
        return Index(tuple(_integer(part) for part in re.split(r"\s*,\s*", text)))

    def wildcard(self) -> bool:
        cursor = self.cursor
        if cursor.here == "[":
            star = cursor.significant_after(cursor.pos)
            if not cursor.inside(star) or cursor.text[star] != "*":
                return False
            close = cursor.significant_after(star)
            if not cursor.inside(close) or cursor.text[close] != "]":
                raise cursor.fail("']' after '*'", close)
            cursor.pos = close + 1
        else:
            cursor.pos += 1
        self.steps.append(Wildcard())
        return True

    def filter(self) -> bool:
        cursor = self.cursor
        mark = cursor.significant_after(cursor.pos)
        if cursor.at(mark) != "?":
            return False
        opening = cursor.significant_after(mark)
        if cursor.at(opening) != "(":
            return False
        closing = cursor.find_closing(opening, "()", regexes=True)
        if closing < 0:
            return False
        end = cursor.significant_after(closing)
        if not cursor.inside(end) or cursor.text[end] != "]":
            return False
        text = cursor.text[opening : closing + 1]
        parser = FilterParser(text, lambda path: _parse(path, self.nesting + 1))
        self.steps.append(Filter(parser.expression()))
        cursor.pos = end + 1
        return True


class _ArgumentParser:
    """The arguments of one function: JSON, kept as text, or paths. Everything else is passed over, as Jayway does."""

    def __init__(self, cursor: Cursor, name: str, nesting: int) -> None:
        self.cursor = cursor
        self.name = name
        self.nesting = nesting
        self.found: list[Path | str] = []

    def arguments(self) -> list[Path | str]:
        cursor = self.cursor
        kind: str | None = None
        text: list[str] = []
        depth = {"(": 1, "[": 0, "{": 0}
        closing = {")": "(", "]": "[", "}": "{"}
        quotes = 0
        before = ""
        done = False
        while cursor.inside(cursor.pos) and not done:
            char = cursor.here
            cursor.pos += 1
            if kind is None:
                if char in " \t\r\n":
                    continue
                if char in '{"-' or char.isdigit():
                    kind = "json"
                elif char in "$@":
                    kind = "path"
            if char == '"':
                quotes += -1 if before != "\\" and quotes > 0 else 1
            elif char in depth:
                depth[char] += 1
            elif char in "]}":
                if depth[closing[char]] == 0:
                    raise cursor.fail(f"no {char} that nothing opened", cursor.pos - 1)
                depth[closing[char]] -= 1
            elif char == ")":
                depth["("] -= 1
                if depth["("] < 0 or before == "(":
                    text.append(char)
            if char in "),":
                level = depth["("]
                if not (quotes or depth["["] or depth["{"]) and (level == 1 or (level == 0 and char == ")")):
                    done = level == 0
                    if kind is not None:
                        self._add(kind, "".join(text))
                        text.clear()
                        kind = None
            if kind is not None and not (char == "," and depth == {"(": 1, "[": 0, "{": 0}):
                text.append(char)
            before = char
        if any(depth.values()):
            raise cursor.fail(f"')' after the arguments of {self.name}()")
        return self.found

    def _add(self, kind: str, text: str) -> None:
        if kind == "json":
            self.found.append(text)
            return
        if self.nesting >= _MAX_NESTING:
            raise InvalidPathError(f"functions in a JSONPath may be nested {_MAX_NESTING} levels deep")
        self.found.append(_PathParser(Cursor(text, trim=False), self.nesting + 1).path())
