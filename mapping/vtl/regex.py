r"""Java's regular expressions on Python's: translate a pattern, and refuse one that could run for ever.

Sources: java.util.regex.Pattern and Matcher (JDK 17 documentation). Not translated, and refused with an error: class
intersections (`&&`), `\G`, `\X`, Unicode properties beyond the POSIX ones below.
"""

import re
from functools import lru_cache

from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.regex_cost import degree, repeats_ambiguously

_POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0b\f\r",
}
_HORIZONTAL = r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
_VERTICAL = r"\n\x0b\f\r\x85\u2028\u2029"
_SETS = {"h": _HORIZONTAL, "v": _VERTICAL}
_ANY = r"[^\n\r\x85\u2028\u2029]"


def _fault(pattern: str, problem: str) -> TemplateRunError:
    return TemplateRunError(
        problem, construct=f"the regular expression {pattern[:60]!r}", expected="a java.util.regex pattern"
    )


class _Translator:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.out: list[str] = []

    def translate(self) -> str:
        pattern = self.pattern
        while self.at < len(pattern):
            char = pattern[self.at]
            self.at += 1
            if char == "\\":
                self._escape()
            elif char == "[":
                self.out.append(self._class())
            elif char == ".":
                self.out.append(_ANY)
            elif char == "(" and pattern.startswith("?<", self.at) and pattern[self.at + 2 : self.at + 3] not in "=!":
                self.out.append("(?P<")
                self.at += 2
            elif char == "$":
                self.out.append(r"(?=(?:\r\n|[\n\r\x85\u2028\u2029])?\Z)")
            elif char == "^":
                self.out.append(r"\A")
            else:
                self.out.append(char)
        return "".join(self.out)

    def _next(self) -> str:
        if self.at >= len(self.pattern):
            raise _fault(self.pattern, "the pattern ends inside an escape or a class")
        self.at += 1
        return self.pattern[self.at - 1]

    def _escape(self) -> None:
        char = self._next()
        if char == "Q":
            end = self.pattern.find("\\E", self.at)
            end = len(self.pattern) if end < 0 else end
            self.out.append(re.escape(self.pattern[self.at : end]))
            self.at = end + 2
        elif char in "pP":
            name = self._property()
            self.out.append(f"[{'^' if char == 'P' else ''}{name}]")
        elif char.lower() in _SETS:
            self.out.append(f"[{'^' if char.isupper() else ''}{_SETS[char.lower()]}]")
        elif char == "R":
            self.out.append(r"(?>\r\n|[\n\x0b\f\r\x85\u2028\u2029])")
        elif char == "z":
            self.out.append(r"\Z")
        elif char == "Z":
            self.out.append(r"(?=(?:\r\n|[\n\r\x85\u2028\u2029])?\Z)")
        elif char == "k":
            end = self.pattern.find(">", self.at)
            if not self.pattern.startswith("<", self.at) or end < 0:
                raise _fault(self.pattern, r"\k is not followed by <name>")
            self.out.append(f"(?P={self.pattern[self.at + 1 : end]})")
            self.at = end + 1
        else:
            self.out.append(self._simple(char))

    def _simple(self, char: str) -> str:
        """An escape that means one character or one of the sets both languages share."""
        if char == "e":
            return r"\x1b"
        if char == "0":
            digits = re.compile("[0-3]?[0-7]{1,2}").match(self.pattern, self.at)
            if digits is None:
                raise _fault(self.pattern, r"\0 is not followed by octal digits")
            self.at = digits.end()
            return f"\\x{int(digits[0], 8):02x}"
        if char in "xu" or char == "c":
            if char == "c":
                return f"\\x{ord(self._next()) ^ 64:02x}"
            length = 2 if char == "x" else 4
            digits = self.pattern[self.at : self.at + length]
            if re.fullmatch(f"[0-9a-fA-F]{{{length}}}", digits) is None:
                raise _fault(self.pattern, f"\\{char} is not followed by {length} hexadecimal digits")
            self.at += length
            return f"\\{char}{digits}"
        if char.isascii() and char.isalnum() and char not in "dDsSwWbBAtnrfa123456789":
            raise _fault(self.pattern, f"\\{char} is not an escape, or not one of those translated here")
        return "\\" + char if char.isascii() else char

    def _property(self) -> str:
        char = self._next()
        if char == "{":
            end = self.pattern.find("}", self.at)
            if end < 0:
                raise _fault(self.pattern, r"\p{ is not closed")
            char, self.at = self.pattern[self.at : end], end + 1
        name = char.removeprefix("Is")
        if name in _POSIX:
            return _POSIX[name]
        raise _fault(self.pattern, f"\\p{{{char}}} is not one of the classes translated here")

    def _class(self) -> str:
        pattern, parts, negated = self.pattern, [""], False
        if pattern.startswith("^", self.at):
            negated = True
            self.at += 1
        first = True
        while True:
            char = self._next()
            if char == "]" and not first:
                break
            starts, first = first, False
            if char == "-":  # two in a row would be taken for a set difference of the future
                parts.append(self._dash(starts=starts))
            elif char == "\\":
                parts.append(self._class_escape())
            elif char == "[":
                inner = self._class()
                if inner.startswith("[^"):
                    raise _fault(pattern, "a negated class inside a class is not translated here")
                parts.append(inner[1:-1])
            elif char == "&" and pattern.startswith("&", self.at):
                raise _fault(pattern, "&& in a class is not translated here")
            else:
                parts.append("\\" + char if char in "[]&~|^" else char)
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _dash(self, *, starts: bool) -> str:
        if starts:
            return "\\-"
        if self.pattern.startswith("-", self.at):
            self.at += 1
            return "-\\-"
        return "-"

    def _class_escape(self) -> str:
        char = self._next()
        if char == "Q":
            end = self.pattern.find("\\E", self.at)
            end = len(self.pattern) if end < 0 else end
            quoted = re.escape(self.pattern[self.at : end])
            self.at = end + 2
            return quoted
        if char == "p":
            return self._property()
        if char in _SETS:
            return _SETS[char]
        if char in "dDsSwW":
            return "\\" + char
        if char in "bBAzZGRXkPHV":
            raise _fault(self.pattern, f"\\{char} in a class is not translated here")
        return self._simple(char)


@lru_cache(maxsize=512)
def java_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a Java pattern.

    Raises TemplateRunError where Java throws PatternSyntaxException, TemplateBoundError for a pattern in which one
    repetition inside another can split the same text in many ways: on an unlucky value it would never end.
    """
    if len(pattern) > 2000:  # noqa: PLR2004 - ours: Python compiles longer ones slowly
        raise TemplateBoundError(f"a regular expression has {len(pattern)} characters", expected="at most 2000")
    translated = _Translator(pattern).translate()
    try:
        compiled = re.compile(translated, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise _fault(pattern, f"the pattern cannot be read: {error}") from error
    if repeats_ambiguously(translated):
        raise TemplateBoundError(
            "a repetition inside a repetition can split the same text in many ways",
            construct=f"the regular expression {pattern[:60]!r}",
            expected="a separator between the repeated parts, or a possessive quantifier (a++)",
        )
    return compiled


_COST = 10**9


def checked(pattern: str, text: str) -> re.Pattern[str]:
    """A compiled pattern to use on a text.

    Raises TemplateBoundError where the text is so long that a failing match could take minutes.
    """
    compiled = java_pattern(pattern)
    if len(text) > 1000:  # noqa: PLR2004 - shorter ones are quick at any degree that a template has
        power = _degree(compiled.pattern)
        if power > 1 and len(text) ** power > _COST:
            raise TemplateBoundError(
                f"a text of {len(text)} characters is too long for a pattern with {power} open repetitions in a row",
                construct=f"the regular expression {pattern[:60]!r}",
                expected="a shorter text, or parts that share no characters",
            )
    return compiled


@lru_cache(maxsize=512)
def _degree(translated: str) -> int:
    return degree(translated)


def expand(match: re.Match[str], replacement: str) -> str:
    r"""Matcher.appendReplacement: `$1`, `${name}` and `\` as escape."""
    out: list[str] = []
    at = 0
    while at < len(replacement):
        char = replacement[at]
        at += 1
        if char == "\\":
            if at == len(replacement):
                raise TemplateRunError("character to be escaped is missing", construct=repr(replacement))
            out.append(replacement[at])
            at += 1
        elif char == "$":
            group, at = _group(match, replacement, at)
            out.append(group)
        else:
            out.append(char)
    return "".join(out)


def _group(match: re.Match[str], replacement: str, at: int) -> tuple[str, int]:
    if replacement.startswith("{", at):
        end = replacement.find("}", at)
        name = replacement[at + 1 : end] if end > 0 else ""
        if name not in match.re.groupindex:
            raise TemplateRunError(f"no group with name {{{name}}}", construct=repr(replacement))
        return match[name] or "", end + 1
    if at >= len(replacement) or not ("0" <= replacement[at] <= "9"):
        raise TemplateRunError("illegal group reference", construct=repr(replacement), expected="$1 or \\$")
    number = int(replacement[at])
    at += 1
    if number > match.re.groups:
        raise TemplateRunError(f"no group {number}", construct=repr(replacement))
    while at < len(replacement) and "0" <= replacement[at] <= "9":
        longer = number * 10 + int(replacement[at])
        if longer > match.re.groups:
            break
        number = longer
        at += 1
    return match[number] or "", at


def plain(pattern: str) -> bool:
    """Tell whether a pattern means its own characters."""
    return not any(char in r"\.[]{}()*+?^$|" for char in pattern)


def split(text: str, pattern: str, limit: int = 0) -> list[str]:
    """String.split: empty pieces at the end are dropped with limit 0, kept below; above, at most that many."""
    if plain(pattern) and pattern:
        pieces = text.split(pattern, limit - 1 if limit > 0 else -1)
    else:
        pieces = _pieces(text, checked(pattern, text), limit)
    if len(pieces) == 1:
        return [text]
    if limit == 0:
        while pieces and not pieces[-1]:
            pieces.pop()
    return pieces


def _pieces(text: str, pattern: re.Pattern[str], limit: int) -> list[str]:
    pieces: list[str] = []
    start = 0
    for match in pattern.finditer(text):
        if limit > 0 and len(pieces) == limit - 1:
            break
        if match.end() == 0:
            continue
        pieces.append(text[start : match.start()])
        start = match.end()
    pieces.append(text[start:])
    return pieces
