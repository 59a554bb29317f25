r"""`$util`: six functions on strings.

escapeJavaScript is commons-lang's: `'` becomes `\'`, which JSON does not know (AWS's own reference says so and asks
for `.replaceAll("\\'","'")`), `"`, `\` and `/` get a backslash, characters outside ASCII become `\uXXXX`. The URL
functions are java.net's, where a blank is `+` (recorded). A broken `%`, base64 or JSON text is an error, as Java
throws there.
"""

import base64
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote_plus

from mapping.vtl.errors import TemplateRunError
from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.texts import text
from mapping.vtl.values import NO_METHOD, Host

_ESCAPES: Final = {
    "'": "\\'",
    '"': '\\"',
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
}
_ESCAPED: Final = re.compile(r"""['"\\/\x00-\x1f\x80-\U0010ffff]""")
_PERCENT: Final = re.compile("(?:%[0-9a-fA-F]{2})+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}\Z")


def escape_java_script(value: str) -> str:
    """Return `value` as commons-lang's StringEscapeUtils.escapeJavaScript writes it."""
    return _ESCAPED.sub(_escape, value)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))


def url_encode(value: str) -> str:
    """Return `value` as java.net.URLEncoder writes it in UTF-8: letters, digits and `.-*_` stay, blank is `+`."""
    return quote_plus(value, safe="*", errors="replace").replace("~", "%7E")


def url_decode(value: str) -> str:
    """Undo `url_encode`.

    Raises:
        TemplateRunError: a `%` without two hexadecimal digits behind it.

    """
    plain = _PERCENT.sub("", value)
    if "%" in plain:
        raise TemplateRunError(
            "urlDecode met a broken escape", construct="$util.urlDecode", expected="two hexadecimal digits after %"
        )
    return _PERCENT.sub(_decode, value.replace("+", " "))


def _decode(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")


def base64_encode(value: str) -> str:
    """Return the UTF-8 bytes of `value` in base64."""
    return base64.b64encode(value.encode("utf-8", "replace")).decode("ascii")


def base64_decode(value: str) -> str:
    """Undo `base64_encode`; bytes that are no UTF-8 become U+FFFD.

    Raises:
        TemplateRunError: the text is not base64. (AWS's answer to such a text is not recorded.)

    """
    digits = value.rstrip("=")
    if not _BASE64.match(value) or len(digits) % 4 == 1:
        raise TemplateRunError(
            "base64Decode met a text that is not base64",
            construct="$util.base64Decode",
            expected="letters, digits, + and /, in groups of four",
        )
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


def parse_json_text(value: str) -> object:
    """Return the value of a JSON text.

    Raises:
        TemplateRunError: it cannot be read.

    """
    try:
        return parse_json(value)
    except BodyError as error:
        raise TemplateRunError(str(error), construct="$util.parseJson", expected="a JSON text") from error


_FUNCTIONS: Final[dict[str, Callable[[str], object]]] = {
    "escapeJavaScript": escape_java_script,
    "parseJson": parse_json_text,
    "urlEncode": url_encode,
    "urlDecode": url_decode,
    "base64Encode": base64_encode,
    "base64Decode": base64_decode,
}

NAMES: Final = frozenset(_FUNCTIONS)
"""What `$util` of API Gateway knows; AppSync's `$util.toJson` and `$util.error` are not among it."""


class Util(Host):
    """`$util`."""

    __slots__ = ()

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Call one of the six functions; a value that is no string is taken by its text, null gives null."""
        function = _FUNCTIONS.get(name)
        if function is None or len(args) != 1:
            return NO_METHOD
        value = text(args[0])
        return None if value is None else function(value)
