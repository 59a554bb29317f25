"""A JSONPath as a tree: what the parser builds and the evaluator runs."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Property:
    """`.a`, `['a']`, `['a','b']`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`[0]`, `[-1]`, `[0,2]`."""

    indexes: tuple[int, ...]

    @property
    def single(self) -> int | None:
        """The index, where it is one only."""
        return self.indexes[0] if len(self.indexes) == 1 else None


@dataclass(frozen=True, slots=True)
class Slice:
    """`[start:]`, `[start:stop]`, `[:stop]`; a step is not known to Jayway."""

    start: int | None
    stop: int | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`*`, `[*]`."""


@dataclass(frozen=True, slots=True)
class Scan:
    """`..`, always before another step."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(...)]`."""

    expression: "Expression"


@dataclass(frozen=True, slots=True)
class Function:
    """`length()`, `sum($.a, 3)`: `arguments` are paths, or JSON as text."""

    name: str
    arguments: tuple["Path | str", ...] = ()


Step = Property | Index | Slice | Wildcard | Scan | Filter | Function


@dataclass(frozen=True, slots=True)
class Path:
    """A whole path; `at_root` tells `$` from a filter's `@`."""

    at_root: bool
    steps: tuple[Step, ...]
    definite: bool = field(init=False)

    def __post_init__(self) -> None:
        """Work out whether the path gives one value or a list."""
        last = len(self.steps) - 1
        object.__setattr__(self, "definite", all(is_definite(s, leaf=i == last) for i, s in enumerate(self.steps)))

    @property
    def ends_in_function(self) -> bool:
        """Whether the last step is a function."""
        return bool(self.steps) and isinstance(self.steps[-1], Function)


def is_definite(step: Step, *, leaf: bool) -> bool:
    """Whether a step leads to one place: several names do at the end only, where they give one object."""
    if isinstance(step, Property):
        return len(step.names) == 1 or leaf
    if isinstance(step, Index):
        return len(step.indexes) == 1
    return isinstance(step, Function)


class Operator(StrEnum):
    """A filter's comparisons, as Jayway spells them in capitals."""

    GE = ">="
    LE = "<="
    EQ = "=="
    TYPE_EQ = "==="
    NE = "!="
    TYPE_NE = "!=="
    LT = "<"
    GT = ">"
    REGEX = "=~"
    NIN = "NIN"
    IN = "IN"
    CONTAINS = "CONTAINS"
    ALL = "ALL"
    SIZE = "SIZE"
    EXISTS = "EXISTS"
    TYPE = "TYPE"
    MATCHES = "MATCHES"
    EMPTY = "EMPTY"
    SUBSETOF = "SUBSETOF"
    ANYOF = "ANYOF"
    NONEOF = "NONEOF"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a filter; compared as a decimal."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A string in a filter."""

    value: str


@dataclass(frozen=True, slots=True)
class Bool:
    """`true`, `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Null:
    """`null`."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """What a path in a filter gives where the document has nothing."""


@dataclass(frozen=True, slots=True)
class JsonText:
    """`[1, 2]` or `{"a": 1}` written in a filter."""

    text: str


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/flags`."""

    pattern: str
    flags: str


@dataclass(frozen=True, slots=True)
class PathTerm:
    """A path in a filter; `negated` is the `!` before it, which counts only where existence is asked."""

    path: Path
    negated: bool = False


Term = Number | Text | Bool | Null | Undefined | JsonText | Regex | PathTerm


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`."""

    left: Term
    operator: Operator
    right: Term


@dataclass(frozen=True, slots=True)
class Exists:
    """`@.a` alone: whether it is there, or with `negated` whether it is not."""

    path: Path
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    """`!(...)`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`a || b`."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """`a && b`."""

    operands: tuple["Expression", ...]


Expression = Comparison | Exists | Not | AnyOf | AllOf
