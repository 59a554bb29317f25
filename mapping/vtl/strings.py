"""Methods of java.lang.String and java.lang.Character.

Positions count UTF-16 units, as Java does; text outside the Basic Multilingual Plane takes the slow way.
"""

import re
from typing import cast

from mapping.vtl.equality import equals, string_hash
from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.formatting import java_format
from mapping.vtl.methods import Kind, Table
from mapping.vtl.regex import checked, expand, split
from mapping.vtl.texts import text
from mapping.vtl.values import MAX_TEXT, Array, Byte, Char, utf16

STRING = Table()
CHARACTER = Table()
_BLANKS = "".join(map(chr, range(33)))


def _joined(value: str) -> str:
    """The opposite of `utf16`; a surrogate alone stays."""
    if value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _bounds(value: str, start: int, end: int) -> TemplateRunError:
    return TemplateRunError(
        f"begin {start}, end {end}, length {length(value)}: the positions do not fit the text",
        construct="substring",
        expected="0 <= begin <= end <= length",
    )


def _checked(size: int) -> None:
    if size > MAX_TEXT:
        raise TemplateBoundError(f"a text of {size} characters", expected=f"at most {MAX_TEXT}")


@STRING.add("length")
def length(value: str) -> int:
    """UTF-16 units."""
    return len(value) if value.isascii() else len(utf16(value))


@STRING.add("isEmpty")
def _is_empty(value: str) -> bool:
    return not value


@STRING.add("isBlank")
def _is_blank(value: str) -> bool:
    return not value.strip()


@STRING.add("charAt", Kind.INT)
def _char_at(value: str, index: int) -> Char:
    units = utf16(value)
    if not 0 <= index < len(units):
        raise TemplateRunError(f"index {index}, length {len(units)}", construct="charAt")
    return Char(units[index])


@STRING.add("codePointAt", Kind.INT)
def _code_point_at(value: str, index: int) -> int:
    units = utf16(value)
    if not 0 <= index < len(units):
        raise TemplateRunError(f"index {index}, length {len(units)}", construct="codePointAt")
    return ord(_joined(units[index : index + 2])[0])


@STRING.add("substring", Kind.INT)
def _substring_from(value: str, start: int) -> str:
    units = utf16(value)
    if not 0 <= start <= len(units):
        raise _bounds(value, start, len(units))
    return _joined(units[start:])


@STRING.add("substring", Kind.INT, Kind.INT)
@STRING.add("subSequence", Kind.INT, Kind.INT)
def _substring(value: str, start: int, end: int) -> str:
    units = utf16(value)
    if not 0 <= start <= end <= len(units):
        raise _bounds(value, start, end)
    return _joined(units[start:end])


def _needle(what: object) -> str:
    """A `char` parameter comes as an int code point or a string."""
    return chr(what & 0x1FFFFF) if isinstance(what, int) and what <= 0x10FFFF else cast("str", what)  # noqa: PLR2004


@STRING.add("indexOf", Kind.STRING)
@STRING.add("indexOf", Kind.INT)
def _index_of(value: str, what: object) -> int:
    if isinstance(what, int) and not 0 <= what <= 0x10FFFF:  # noqa: PLR2004 - Unicode's last code point
        return -1
    return utf16(value).find(utf16(_needle(what)))


@STRING.add("indexOf", Kind.STRING, Kind.INT)
@STRING.add("indexOf", Kind.INT, Kind.INT)
def _index_of_from(value: str, what: object, start: int) -> int:
    if isinstance(what, int) and not 0 <= what <= 0x10FFFF:  # noqa: PLR2004 - Unicode's last code point
        return -1
    units, needle = utf16(value), utf16(_needle(what))
    if start >= len(units):
        return -1 if needle else len(units)
    return units.find(needle, max(start, 0))


@STRING.add("lastIndexOf", Kind.STRING)
@STRING.add("lastIndexOf", Kind.INT)
def _last_index_of(value: str, what: object) -> int:
    if isinstance(what, int) and not 0 <= what <= 0x10FFFF:  # noqa: PLR2004 - Unicode's last code point
        return -1
    return utf16(value).rfind(utf16(_needle(what)))


@STRING.add("lastIndexOf", Kind.STRING, Kind.INT)
@STRING.add("lastIndexOf", Kind.INT, Kind.INT)
def _last_index_of_to(value: str, what: object, start: int) -> int:
    if start < 0 or (isinstance(what, int) and not 0 <= what <= 0x10FFFF):  # noqa: PLR2004 - as above
        return -1
    needle = utf16(_needle(what))
    return utf16(value).rfind(needle, 0, start + len(needle))


@STRING.add("contains", Kind.STRING)
def _contains(value: str, what: str) -> bool:
    return what in value


@STRING.add("startsWith", Kind.STRING)
def _starts_with(value: str, what: str) -> bool:
    return value.startswith(what)


@STRING.add("startsWith", Kind.STRING, Kind.INT)
def _starts_with_at(value: str, what: str, start: int) -> bool:
    units = utf16(value)
    return 0 <= start <= len(units) and units.startswith(utf16(what), start)


@STRING.add("endsWith", Kind.STRING)
def _ends_with(value: str, what: str) -> bool:
    return value.endswith(what)


@STRING.add("equals", Kind.OBJECT)
@STRING.add("contentEquals", Kind.STRING)
def _equals(value: str, other: object) -> bool:
    return other.__class__ is str and value == other


@STRING.add("equalsIgnoreCase", Kind.STRING)
def _equals_ignore_case(value: str, other: str | None) -> bool:
    return other is not None and len(value) == len(other) and value.upper().lower() == other.upper().lower()


@STRING.add("compareTo", Kind.STRING)
def _compare_to(value: str, other: str) -> int:
    ours, theirs = utf16(value), utf16(other)
    for one, two in zip(ours, theirs, strict=False):
        if one != two:
            return ord(one) - ord(two)
    return len(ours) - len(theirs)


@STRING.add("compareToIgnoreCase", Kind.STRING)
def _compare_ignoring_case(value: str, other: str) -> int:
    ours, theirs = utf16(value), utf16(other)
    for one, two in zip(ours, theirs, strict=False):
        low, high = one.upper().lower(), two.upper().lower()
        if low != high:
            return ord(low[0]) - ord(high[0])
    return len(ours) - len(theirs)


@STRING.add("hashCode")
def _hash_code(value: str) -> int:
    return string_hash(value)


@STRING.add("concat", Kind.STRING)
def _concat(value: str, other: str) -> str:
    _checked(len(value) + len(other))
    return value + other


@STRING.add("replace", Kind.STRING, Kind.STRING)
@STRING.add("replace", Kind.CHAR, Kind.CHAR)
def _replace(value: str, old: str, new: str) -> str:
    _checked(len(value) + value.count(old) * len(new))
    return str.replace(value, str(old), str(new))


@STRING.add("replaceAll", Kind.STRING, Kind.STRING)
def _replace_all(value: str, pattern: str, replacement: str) -> str:
    return _replace_matches(value, pattern, replacement, 0)


@STRING.add("replaceFirst", Kind.STRING, Kind.STRING)
def _replace_first(value: str, pattern: str, replacement: str) -> str:
    return _replace_matches(value, pattern, replacement, 1)


def _replace_matches(value: str, pattern: str, replacement: str, count: int) -> str:
    compiled = checked(pattern, value)
    if "$" not in replacement and "\\" not in replacement:
        if len(replacement) > 1:
            found = sum(1 for _ in compiled.finditer(value))
            _checked(len(value) + found * len(replacement))
        return compiled.sub(lambda _: replacement, value, count)
    size = len(value)

    def expanded(match: re.Match[str]) -> str:
        nonlocal size
        piece = expand(match, replacement)
        size += len(piece)
        _checked(size)
        return piece

    return compiled.sub(expanded, value, count)


@STRING.add("matches", Kind.STRING)
def _matches(value: str, pattern: str) -> bool:
    return checked(pattern, value).fullmatch(value) is not None


@STRING.add("split", Kind.STRING)
def _split(value: str, pattern: str) -> Array:
    return Array(split(value, pattern))


@STRING.add("split", Kind.STRING, Kind.INT)
def _split_limited(value: str, pattern: str, limit: int) -> Array:
    return Array(split(value, pattern, limit))


@STRING.add("trim")
def _trim(value: str) -> str:
    return value.strip(_BLANKS)


@STRING.add("strip")
def _strip(value: str) -> str:
    return value.strip()


@STRING.add("stripLeading")
def _strip_leading(value: str) -> str:
    return value.lstrip()


@STRING.add("stripTrailing")
def _strip_trailing(value: str) -> str:
    return value.rstrip()


@STRING.add("repeat", Kind.INT)
def _repeat(value: str, count: int) -> str:
    if count < 0:
        raise TemplateRunError(f"count is negative: {count}", construct="repeat")
    _checked(len(value) * count)
    return value * count


@STRING.add("toUpperCase")
def _upper(value: str) -> str:
    return value.upper()


@STRING.add("toLowerCase")
def _lower(value: str) -> str:
    return value.lower()


@STRING.add("toString")
@STRING.add("intern")
def _itself(value: str) -> str:
    return value


@STRING.add("toCharArray")
def _to_char_array(value: str) -> Array:
    return Array.of("C", map(Char, utf16(value)))


@STRING.add("getBytes")
@STRING.add("getBytes", Kind.STRING)
def _get_bytes(value: str, charset: str = "UTF-8") -> Array:
    try:
        encoded = value.encode(charset, "replace")
    except LookupError as error:
        raise TemplateRunError(f"no character set {charset}", construct="getBytes") from error
    return Array.of("B", (Byte(byte - 256 if byte > 127 else byte) for byte in encoded))  # noqa: PLR2004 - signed


@STRING.add("format", Kind.STRING, Kind.VARARGS)
def _format(_: str, pattern: str, *args: object) -> str:
    return java_format(pattern, _spread(args))


def _spread(args: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(cast("list[object]", args[0])) if len(args) == 1 and isinstance(args[0], Array) else args


@STRING.add("join", Kind.STRING, Kind.COLLECTION)
def _join_collection(_: str, separator: str, items: object) -> str:
    pieces = list(cast("list[object]", items))
    if not all(item is None or isinstance(item, str) for item in pieces):
        raise TemplateRunError("ClassCastException: not all elements are strings", construct="join")
    return _joined_with(separator, pieces)


@STRING.add("join", Kind.STRING, Kind.STRINGS)
def _join(_: str, separator: str, *items: object) -> str:
    return _joined_with(separator, list(_spread(items)))


def _joined_with(separator: str, items: list[object]) -> str:
    pieces = ["null" if item is None else str(item) for item in items]
    _checked(sum(map(len, pieces)) + len(separator) * len(pieces))
    return separator.join(pieces)


@STRING.add("valueOf", Kind.OBJECT)
def _value_of(_: str, value: object) -> str:
    shown = text(value)
    return "null" if shown is None else shown


@CHARACTER.add("toString")
def _char_text(value: Char) -> str:
    return str(value)


@CHARACTER.add("charValue")
def _char_value(value: Char) -> Char:
    return value


@CHARACTER.add("hashCode")
def _char_hash(value: Char) -> int:
    return ord(value)


@CHARACTER.add("equals", Kind.OBJECT)
def _char_equals(value: Char, other: object) -> bool:
    return equals(value, other)


@CHARACTER.add("compareTo", Kind.CHAR_BOX)
def _char_compare(value: Char, other: Char) -> int:
    return ord(value) - ord(other)


@CHARACTER.add("isDigit", Kind.CHAR)
def _is_digit(_: Char, other: Char) -> bool:
    return other.isdecimal()


@CHARACTER.add("isLetter", Kind.CHAR)
def _is_letter(_: Char, other: Char) -> bool:
    return other.isalpha()


STRING.comparable()
CHARACTER.comparable()
