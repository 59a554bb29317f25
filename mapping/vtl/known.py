"""What the compiler knows of a value before anything is rendered: enough to leave out checks, never to change a result.

A kind says which Python type an expression gives whatever the variables hold; the compiler learns it from literals,
from methods of a known type, and from #set, statement by statement, and forgets it where branches and loops meet.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_SIMPLE = re.compile(r"[A-Za-z_]\w*|\d+|\(-\d+\)|'(?:[^'\\]|\\.)*'")


class Kind(StrEnum):
    """What an expression can give."""

    TEXT = "str, not a Character"
    INT = "int: Integer or Long"
    BOOL = "bool"
    LIST = "list, ArrayList or Array"
    SOME = "anything but null"
    ANY = "anything, null too"


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression: its text, its kind, and the string that it always gives, if it does."""

    text: str
    kind: Kind = Kind.ANY
    constant: str | None = None

    @property
    def nullable(self) -> bool:
        """Whether it can give None."""
        return self.kind is Kind.ANY

    @property
    def simple(self) -> bool:
        """Whether it is a name or a literal, which may be written twice and evaluated at any moment."""
        return _SIMPLE.fullmatch(self.text) is not None

    def renamed(self, text: str) -> "Code":
        """The same knowledge of another expression."""
        return Code(text, self.kind, self.constant)


def either(one: Code | None, other: Code | None) -> Code | None:
    """What is known of a variable that holds one of two values; None for nothing."""
    if one is None or other is None:
        return None
    if one.kind is other.kind:
        return one if one.constant == other.constant else Code(one.text, one.kind)
    return None if one.nullable or other.nullable else Code(one.text, Kind.SOME)
