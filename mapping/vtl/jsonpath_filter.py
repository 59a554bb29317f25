"""A filter's tree made into a Python function: which elements `[?(...)]` keeps.

Comparisons follow Jayway's value nodes: strings and numbers compare with each other through their texts, JSON
arrays and objects as Java's collections do (1 is not 1.0 inside them), and an operator that does not fit its
operands refuses the element rather than the path. `TYPE`, `MATCHES` and `ALL` need operands that a text cannot
write, so they never keep anything, as in Jayway.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol, cast

from mapping.vtl.equality import equals
from mapping.vtl.errors import TemplateError
from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.jsonpath_cursor import unescape
from mapping.vtl.jsonpath_errors import EvaluationError, InvalidPathError, PathBoundError, PathNotFoundError
from mapping.vtl.jsonpath_functions import is_number
from mapping.vtl.jsonpath_tree import (
    AllOf,
    AnyOf,
    Bool,
    Comparison,
    Exists,
    Expression,
    JsonText,
    Not,
    Null,
    Number,
    Operator,
    Path,
    PathTerm,
    Regex,
    Term,
    Text,
    Undefined,
)
from mapping.vtl.regex import java_pattern
from mapping.vtl.texts import text as to_text

_DECIMAL: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_INLINE: Final = "imsx"  # of Java's flags those that Python's expressions have too
_MAX_DIGITS: Final = 400

MAX_VISITS: Final = 1_000_000
"""Values that one reading of a path may look at: `$..*..*..*` would look at a small document for ever."""


@dataclass(slots=True)
class Root:
    """The document that `$` means, and how many values the whole reading, filters in filters too, has looked at."""

    document: object
    visits: list[int]

    def visit(self, count: int = 1) -> None:
        """Count values that are looked at.

        Raises:
            PathBoundError: there were too many.

        """
        self.visits[0] += count
        if self.visits[0] > MAX_VISITS:
            raise PathBoundError(f"the JSONPath looks at more than {MAX_VISITS} values: name the way to them instead")


class Paths(Protocol):
    """What a filter asks of the evaluator."""

    def compile(self, path: Path) -> Callable[[object, Root, bool], object]:
        """Make a function of a path: it takes document, root and whether a missing property is an error."""
        ...

    def parse(self, text: str) -> Path:
        """Read a path."""
        ...


@dataclass(frozen=True, slots=True)
class _Json:
    """An array or object found by a path."""

    value: object


_Node = Number | Text | Bool | Null | Undefined | JsonText | Regex | PathTerm | _Json
_Item = Callable[[object, Root], bool]
_Source = Callable[[object, Root], _Node]


def compile_filter(expression: Expression, paths: Paths) -> _Item:
    """Return a function of element and document root that says whether the filter keeps the element."""
    test = _compile(expression, paths)

    def keeps(item: object, root: Root) -> bool:
        try:
            return test(item, root)
        except InvalidPathError:
            return False

    return keeps


def _compile(expression: Expression, paths: Paths) -> _Item:
    match expression:
        case AnyOf(operands):
            tests = [_compile(operand, paths) for operand in operands]
            return lambda item, root: any(test(item, root) for test in tests)
        case AllOf(operands):
            tests = [_compile(operand, paths) for operand in operands]
            return lambda item, root: all(test(item, root) for test in tests)
        case Not(operand):
            inner = _compile(operand, paths)
            return lambda item, root: not inner(item, root)
        case Exists(path, negated):
            return _exists(paths.compile(path), negated=negated)
        case Comparison(left, operator, right):
            first, second = _source(left, paths), _source(right, paths)
            compare = _Comparisons(paths).of(operator)
            return lambda item, root: compare(first(item, root), second(item, root))


def _exists(read: Callable[[object, Root, bool], object], *, negated: bool) -> _Item:
    def test(item: object, root: Root) -> bool:
        try:
            read(item, root, True)
        except PathNotFoundError:
            return negated
        return not negated

    return test


def _source(term: Term, paths: Paths) -> _Source:
    if isinstance(term, Regex):
        compiled(term)  # a malformed one is an error of the path, not of the element
    if not isinstance(term, PathTerm):
        return lambda _item, _root: term
    read = paths.compile(term.path)
    at_root = term.path.at_root

    def source(item: object, root: Root) -> _Node:
        try:
            return _node(read(root.document if at_root else item, root, False))
        except PathNotFoundError:
            return Undefined()

    return source


def _node(value: object) -> _Node:
    if value is None:
        return Null()
    if isinstance(value, bool):
        return Bool(value)
    if is_number(value):
        return Number(_decimal(value))
    if isinstance(value, str):
        return Text(value)
    if not isinstance(value, list | dict):
        raise EvaluationError("a filter compares no set of keys")
    return _Json(cast("object", value))


def _decimal(value: object) -> Decimal:
    text = to_text(value) or ""
    if not _DECIMAL.match(text):  # NaN and the infinities
        raise EvaluationError(f"a filter cannot compare the number {text}")
    return Decimal(text)


def compiled(regex: Regex) -> re.Pattern[str]:
    """Return the pattern, its flags written inside.

    Raises:
        InvalidPathError: it is malformed, or could run for ever.

    """
    flags = "".join(letter for letter in dict.fromkeys(regex.flags) if letter in _INLINE)
    try:
        return java_pattern(f"(?{flags}){regex.pattern}" if flags else regex.pattern)
    except TemplateError as error:
        raise InvalidPathError(str(error)) from error


def _equal(left: _Node, right: _Node) -> bool:
    match left, right:
        case (Number(a), Number(b)):
            return a == b
        case (Number(a), Text(text)):
            return bool(_DECIMAL.match(text)) and a == Decimal(text)
        case (Text(text), Number(b)):
            return text == str(b)
        case (_Json(a), _Json(b)):
            return equals(a, b)
        case (Text(), Text()) | (Bool(), Bool()) | (Null(), Null()) | (JsonText(), JsonText()):
            return left == right
        case _:
            return False


def _order(left: _Node, right: _Node) -> int | None:
    """Return -1, 0 or 1 for two numbers or two strings, None for anything else."""
    match left, right:
        case (Number(a), Number(b)):
            return (a > b) - (a < b)
        case (Text(a), Text(b)):
            first, second = (text.encode("utf-16-be", "surrogatepass") for text in (a, b))
            return (first > second) - (first < second)
        case _:
            return None


def _parsed(node: _Json | JsonText) -> object:
    if isinstance(node, _Json):
        return node.value
    try:
        return parse_json(node.text)
    except BodyError as error:
        raise EvaluationError(f"the JSON {node.text} in a filter cannot be read: {error}") from error


def _small_int(number: Decimal) -> int:
    """Java's BigDecimal.intValue: the low 32 bits of the integral part, as a signed number."""
    if number.adjusted() > _MAX_DIGITS:
        return 0
    low = int(number) & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


class _Comparisons:
    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def of(self, operator: Operator) -> Callable[[_Node, _Node], bool]:
        table: dict[Operator, Callable[[Any, Any], bool]] = {
            Operator.EQ: self.equal,
            Operator.NE: lambda a, b: not self.equal(a, b),
            Operator.TYPE_EQ: self.same_type_equal,
            Operator.TYPE_NE: lambda a, b: not self.same_type_equal(a, b),
            Operator.LT: lambda a, b: (_order(a, b) or 0) < 0,
            Operator.LE: lambda a, b: (o := _order(a, b)) is not None and o <= 0,
            Operator.GT: lambda a, b: (_order(a, b) or 0) > 0,
            Operator.GE: lambda a, b: (o := _order(a, b)) is not None and o >= 0,
            Operator.REGEX: self.regex,
            Operator.IN: self.contained,
            Operator.NIN: lambda a, b: not self.contained(a, b),
            Operator.CONTAINS: self.contains,
            Operator.SIZE: self.size,
            Operator.EMPTY: self.empty,
            Operator.SUBSETOF: self.subset,
            Operator.ANYOF: lambda a, b: self.overlap(a, b, found=True),
            Operator.NONEOF: lambda a, b: self.overlap(a, b, found=False),
            Operator.ALL: self.unusable,
            Operator.TYPE: self.unusable,
            Operator.MATCHES: self.unusable,
            Operator.EXISTS: self.exists,
        }
        return table[operator]

    def equal(self, left: _Node, right: _Node) -> bool:
        if isinstance(left, _Json) and isinstance(right, JsonText):
            return equals(left.value, _parsed(right))
        if isinstance(left, JsonText) and isinstance(right, JsonText):
            return left is right
        return _equal(left, right)

    def same_type_equal(self, left: _Node, right: _Node) -> bool:
        json = (_Json, JsonText)
        if type(left) is not type(right) and not (isinstance(left, json) and isinstance(right, json)):
            return False
        return self.equal(left, right)

    def unusable(self, _left: _Node, _right: _Node) -> bool:
        raise InvalidPathError("this operator needs an operand that a path cannot write")

    def exists(self, left: _Node, right: _Node) -> bool:
        if not isinstance(left, Bool) and not isinstance(right, Bool):
            raise EvaluationError("EXISTS compares with true or false")
        return self._bool(left) == self._bool(right)

    @staticmethod
    def _bool(node: _Node) -> bool:
        if not isinstance(node, Bool):
            raise InvalidPathError("expected true or false")
        return node.value

    def nodes(self, node: _Node) -> list[_Node] | None:
        """Return an array's elements as nodes, None for JSON that is no array."""
        if not isinstance(node, _Json | JsonText):
            raise InvalidPathError("expected an array")
        value = _parsed(node)
        if not isinstance(value, list):
            return None
        return [self.element(v) for v in cast("list[object]", value)]

    def element(self, value: object) -> _Node:
        """Return the node of an array's element, whose strings Jayway looks into for paths, JSON and quotes."""
        if isinstance(value, list | dict):
            raise EvaluationError("a filter cannot look for arrays or objects in an array")
        if not isinstance(value, str):
            return _node(value)
        text = value.strip()
        if text[:1] in ("$", "@"):
            try:
                return PathTerm(self.paths.parse(text))
            except InvalidPathError:
                pass
        if len(text) > 1 and text[0] + text[-1] in ("[]", "{}"):
            try:
                parse_json(text)
            except BodyError:
                pass
            else:
                return JsonText(value)
        if len(value) > 1:
            if value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            value = unescape(value)
        return Text(value)

    def contained(self, left: _Node, right: _Node) -> bool:
        nodes = self.nodes(right)
        return nodes is not None and any(_equal(left, node) for node in nodes)

    def contains(self, left: _Node, right: _Node) -> bool:
        if isinstance(left, Text) and isinstance(right, Text):
            return right.value in left.value
        if not isinstance(left, _Json | JsonText):
            return False
        nodes = self.nodes(left)
        return nodes is not None and any(_equal(right, node) for node in nodes)

    def size(self, left: _Node, right: _Node) -> bool:
        if not isinstance(right, Number):
            return False
        expected = _small_int(right.value)
        if isinstance(left, Text):
            return len(left.value.encode("utf-16-be", "surrogatepass")) // 2 == expected
        if not isinstance(left, _Json | JsonText):
            return False
        value = _parsed(left)
        return (len(cast("list[object]", value)) if isinstance(value, list) else -1) == expected

    def empty(self, left: _Node, right: _Node) -> bool:
        if isinstance(left, Text):
            return (not left.value) == self._bool(right)
        if not isinstance(left, _Json | JsonText):
            return False
        value = _parsed(left)
        if isinstance(value, dict):
            raise EvaluationError("EMPTY works on strings and arrays, not on objects")
        return (not value) == self._bool(right)

    def subset(self, left: _Node, right: _Node) -> bool:
        theirs = self.nodes(right)
        ours = None if theirs is None else self.nodes(left)
        if theirs is None or ours is None:
            return False
        return all(any(_equal(a, b) for b in theirs) for a in ours)

    def overlap(self, left: _Node, right: _Node, *, found: bool) -> bool:
        theirs = self.nodes(right)
        ours = None if theirs is None else self.nodes(left)
        if theirs is None or ours is None:
            return False
        return any(_equal(a, b) for a in ours for b in theirs) == found

    def regex(self, left: _Node, right: _Node) -> bool:
        if isinstance(left, Regex) == isinstance(right, Regex):
            return False
        pattern, other = (left, right) if isinstance(left, Regex) else (right, left)
        match = compiled(cast("Regex", pattern)).fullmatch
        if isinstance(other, _Json | JsonText) and isinstance(_parsed(other), list):
            return any(match(_input(node)) for node in self.nodes(other) or ())
        return bool(match(_input(other)))


def _input(node: _Node) -> str:
    match node:
        case Text(text):
            return text
        case Number(number):
            return str(number)
        case Bool(value):
            return "true" if value else "false"
        case _:
            return ""
