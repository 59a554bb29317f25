"""Which words may be a release's id. Pure.

An id stands in stack files, object keys, and names of AWS resources; so it is short, in lower case, and no word
that any reader of YAML takes for something other than a string. The words are those of YAML 1.1's `bool`, `null`,
`float` and `merge` types (https://yaml.org/type/) and of YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103),
as far as the pattern lets them through.
"""

import re

ID_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
ID_MAX_LENGTH = 20
ID_BOUND = (
    f"a release id: lower-case letters, digits and single hyphens, a letter first, at most {ID_MAX_LENGTH} characters"
)
YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "none", "nil"})
"""`none` and `nil` are strings to every YAML, and read as nothing by people."""

_ID = re.compile(ID_PATTERN.removesuffix("$") + r"\Z")


def id_problem(text: str) -> str | None:
    """Say what keeps `text` from being a release id, or None where it is one."""
    if len(text) > ID_MAX_LENGTH:
        return f"is {len(text)} characters long, at most {ID_MAX_LENGTH} are allowed"
    if text.lower() in YAML_WORDS:
        return "is a word that YAML or its readers take for something else"
    if _ID.match(text) is None:
        return f"does not match {ID_PATTERN}"
    return None
