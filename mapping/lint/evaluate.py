"""What the linter knows of an expression's value: where it comes from, what it was put through, what it proves."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from mapping.lint.abstract import CLEAN, MISSING, NO_FACTS, Check, Facts, State, Value, join
from mapping.lint.model import Side
from mapping.lint.patterns import DANGEROUS, allowed, keeps
from mapping.vtl import tree

MAX_ITERATIONS: Final = 1000
"""Service Quotas, Maximum Iterations In Mapping Template."""

CONTEXT_ALWAYS: Final = frozenset(
    [
        "resourceId",
        "resourcePath",
        "httpMethod",
        "extendedRequestId",
        "requestTime",
        "path",
        "accountId",
        "protocol",
        "requestOverride",
        "stage",
        "domainPrefix",
        "requestTimeEpoch",
        "requestId",
        "identity",
        "domainName",
        "deploymentId",
        "responseOverride",
        "apiId",
    ]
)
"""Keys of `$context` on every call (recorded on AWS 2025-05-20)."""

_CALLERS: Final = ("$context.identity.userAgent", "$context.path")
_HARMLESS: Final = frozenset(
    [
        "size",
        "length",
        "hashCode",
        "indexOf",
        "lastIndexOf",
        "compareTo",
        "isEmpty",
        "contains",
        "containsKey",
        "containsValue",
        "containsAll",
        "matches",
        "equals",
        "equalsIgnoreCase",
        "startsWith",
        "endsWith",
        "intValue",
        "longValue",
        "doubleValue",
        "parseInt",
        "parseLong",
        "parseDouble",
        "add",
        "addAll",
        "put",
        "putAll",
        "set",
        "remove",
        "clear",
        "hasNext",
        "getClass",
    ]
)
"""Methods whose answer holds nothing of the text, and is never null."""

_CHANGING: Final = frozenset({"add", "addAll", "put", "putAll", "set"})
_COUNTING: Final = frozenset({"size", "length", "parseInt", "parseLong", "intValue", "longValue"})
_SAME_LENGTH: Final = frozenset({"keySet", "values", "entrySet", "subList", "split", "get", "iterator", "toArray"})
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def source(reference: tree.Reference, upto: int | None = None) -> str:
    """Return a reference as one text, whatever its `!` and braces, with its first `upto` parts."""
    text = "$" + reference.name
    for part in reference.parts[:upto]:
        match part:
            case tree.Property():
                text += f".{part.name}"
            case tree.Call():
                text += f".{part.name}({','.join(argument.source for argument in part.arguments)})"
            case tree.Index():
                text += f"[{part.key.source}]"
    return text


def place(reference: tree.Reference, upto: int | None = None) -> tuple[str | None, ...]:
    """Return the names that a reference leads through, None for one that only running would tell."""
    names: list[str | None] = [reference.name]
    for part in reference.parts[:upto]:
        match part:
            case tree.Property():
                names.append(part.name)
            case tree.Index():
                names.append(literal(part.key))
            case tree.Call() if part.name == "get" and len(part.arguments) == 1:
                names.append(literal(part.arguments[0]))
            case tree.Call():
                names.append(None)
    return tuple(names)


def literal(value: tree.Value) -> str | None:
    """Return a string literal's text, None for anything else."""
    return value.value if isinstance(value, tree.String) and value.template is None else None


def integer(value: tree.Value) -> int | None:
    """Return an integer literal's number, None for anything else."""
    found = value.value if isinstance(value, tree.Number) else None
    return int(found) if isinstance(found, int) else None


def _safe(value: Value) -> Facts:
    return frozenset((Check.SAFE, root) for root in value.raw)


def _bounded(roots: Iterable[str]) -> Facts:
    return frozenset((Check.BOUNDED, root) for root in roots)


def _both(one: Facts | None, other: Facts | None) -> Facts | None:
    return None if one is None or other is None else one | other


def _either(one: Facts | None, other: Facts | None) -> Facts | None:
    if one is None:
        return other
    return one if other is None else one & other


class Evaluator:
    """Evaluates expressions of a template that maps `side`."""

    def __init__(self, side: Side) -> None:
        """Remember on which side `$input.path`, `$input.json` and `$input.body` are the caller's."""
        self.side = side

    def value(self, node: tree.Node, state: State) -> Value:
        """Return what is known of an expression."""
        match node:
            case tree.Reference():
                return self.reference(node, state)
            case tree.String():
                return self._string(node, state)
            case tree.Boolean():
                return Value(when_true=NO_FACTS if node.value else None, when_false=None if node.value else NO_FACTS)
            case tree.ListLiteral():
                return self._container([self.value(item, state) for item in node.items])
            case tree.MapLiteral():
                return self._container([self.value(part, state) for pair in node.pairs for part in pair])
            case tree.Range():
                ends = join([self.value(node.start, state), self.value(node.end, state)])
                return Value(endless=ends.endless | ends.raw)
            case tree.Not():
                operand = self.value(node.operand, state)
                return Value(when_true=operand.when_false, when_false=operand.when_true)
            case tree.Binary():
                return self._binary(node, state)
            case _:
                return CLEAN

    @staticmethod
    def _container(values: list[Value]) -> Value:
        return replace(join(values), missing=False, endless=frozenset(), when_true=NO_FACTS, when_false=NO_FACTS)

    def _string(self, node: tree.String, state: State) -> Value:
        if node.template is None:
            return Value(missing=not node.value)
        parts = [child for child in tree.walk(node.template) if isinstance(child, tree.Reference)]
        whole = join(self.reference(part, state) for part in parts)
        alone = len(node.template.children) == 1
        return replace(whole, json=whole.json and alone, when_true=NO_FACTS, when_false=NO_FACTS, endless=frozenset())

    # references

    def reference(self, node: tree.Reference, state: State) -> Value:
        """Return what is known of a reference; `put` and `add` on a variable are remembered in the state."""
        if node.escaped or not node.computable:
            return CLEAN
        value, start = self._start(node, state)
        for at, part in enumerate(node.parts[start:], start):
            match part:
                case tree.Property():
                    value = replace(value, missing=True, outer=False, when_true=NO_FACTS, when_false=NO_FACTS)
                case tree.Index():
                    value = replace(value, missing=True, outer=False, when_true=NO_FACTS, when_false=NO_FACTS)
                case tree.Call():
                    arguments = [self.value(argument, state) for argument in part.arguments]
                    if part.name in _CHANGING:
                        self._change(node, at, arguments, state)
                    value = self._call(value, part, arguments)
        return value.under(state.facts)

    def _start(self, node: tree.Reference, state: State) -> tuple[Value, int]:
        """Return the value of a reference's beginning, and how many of its parts that takes up."""
        match node.name:
            case "input":
                return self._input(node, state)
            case "util":
                return self._util(node, state)
            case "context":
                return self._context(node)
            case "stageVariables":
                return (MISSING if node.parts else CLEAN), len(node.parts[:1])
            case "foreach" | "velocityCount" | "macro":
                return CLEAN, len(node.parts)
            case _:
                return state.read(node.name), 0

    def _input(self, node: tree.Reference, state: State) -> tuple[Value, int]:
        first = node.parts[0] if node.parts else None
        root = frozenset({source(node, 1)})
        mine = root if self.side is Side.REQUEST else frozenset[str]()
        match first:
            case tree.Call(name="params"):
                if not first.arguments:
                    return self._parameters(node)
                return Value(raw=root, missing=True), 1
            case tree.Call(name="path"):
                for argument in first.arguments:
                    self.value(argument, state)
                return Value(raw=mine, endless=root, missing=True), 1
            case tree.Call(name="json"):
                return Value(raw=mine, json=True, missing=True), 1
            case tree.Property(name="body"):
                return Value(raw=mine), 1
            case _:
                return MISSING, len(node.parts[:1])

    @staticmethod
    def _parameters(node: tree.Reference) -> tuple[Value, int]:
        """`$input.params()`: a place in it is a root of its own, `$input.params().path.get('x')`."""
        names = place(node)[2:]
        depth = 0
        while depth < len(names) and depth < 2 and names[depth] is not None:  # noqa: PLR2004 - kind, then name
            depth += 1
        root = frozenset({source(node, 1 + depth)})
        return Value(raw=root, endless=root, missing=depth > 1, outer=depth == 0), 1 + depth

    def _util(self, node: tree.Reference, state: State) -> tuple[Value, int]:
        first = node.parts[0] if node.parts else None
        if not isinstance(first, tree.Call):
            return MISSING, len(node.parts[:1])
        value = join(self.value(argument, state) for argument in first.arguments)
        value = replace(value, when_true=NO_FACTS, when_false=NO_FACTS)
        match first.name:
            case "escapeJavaScript":
                return replace(value, escaped=True, json=False), 1
            case "urlEncode" | "base64Encode":
                return CLEAN, 1
            case "parseJson":
                return replace(value, escaped=False, json=False, missing=True, endless=value.raw), 1
            case _:
                return replace(value, escaped=False, json=False), 1

    @staticmethod
    def _context(node: tree.Reference) -> tuple[Value, int]:
        names = place(node)
        text = ".".join(["$context", *(name or "?" for name in names[1:])])
        raw = frozenset({text}) if text in _CALLERS else frozenset[str]()
        return Value(raw=raw, missing=len(names) > 1 and names[1] not in CONTEXT_ALWAYS), len(node.parts)

    def _change(self, node: tree.Reference, at: int, arguments: list[Value], state: State) -> None:
        if at == 0 and node.name in state.values:
            held = [replace(argument, missing=False, endless=frozenset()) for argument in arguments]
            state.values[node.name] = join([state.values[node.name], *held])

    def _call(self, value: Value, part: tree.Call, arguments: list[Value]) -> Value:
        first = part.arguments[0] if part.arguments else None
        match part.name:
            case "matches":
                found = allowed(text) if first is not None and (text := literal(first)) is not None else None
                facts = _safe(value) if found is not None and found.harmless else NO_FACTS
                if found is not None and found.bounded:
                    facts |= _bounded(value.raw | value.endless)
                return Value(when_true=facts)
            case "equals" | "equalsIgnoreCase" if first is not None and _plain(first):
                return Value(when_true=_safe(value))
            case "contains" if len(arguments) == 1 and not value.raw:
                return Value(when_true=_safe(arguments[0]))
            case "replaceAll" if len(part.arguments) == 2 and _cleans(part):  # noqa: PLR2004 - pattern, replacement
                return replace(value, raw=frozenset(), escaped=False, json=False)
            case name if name in _HARMLESS:
                counted = join([value, *arguments])
                return Value(endless=counted.endless | counted.raw if name in _COUNTING else frozenset())
            case "keySet" if value.outer:
                return CLEAN
            case name:
                whole = join([value, *arguments])
                endless = (value.endless | value.raw) if name in _SAME_LENGTH else frozenset[str]()
                missing = name == "get" or value.missing
                return Value(raw=whole.raw, escaped=whole.escaped, endless=endless, missing=missing)

    # conditions

    def _binary(self, node: tree.Binary, state: State) -> Value:
        left = self.value(node.left, state)
        if node.operator in ("&&", "||"):  # the right side runs only after the left one was true, or false
            state = state.branch(left.when_true if node.operator == "&&" else left.when_false)
        right = self.value(node.right, state)
        match node.operator:
            case "&&":
                return Value(
                    when_true=_both(left.when_true, right.when_true),
                    when_false=_either(left.when_false, right.when_false),
                )
            case "||":
                return Value(
                    when_true=_either(left.when_true, right.when_true),
                    when_false=_both(left.when_false, right.when_false),
                )
            case "+" | "-" | "*" | "/" | "%":
                return replace(join([left, right]), missing=False, when_true=NO_FACTS, when_false=NO_FACTS)
            case operator:
                true, false = _counted(operator, left, node.right, right)
                more_true, more_false = _counted(_FLIPPED.get(operator, ""), right, node.left, left)
                if operator in ("==", "!="):
                    equal = _compared(node, left, right)
                    true, false = (true | equal, false) if operator == "==" else (true, false | equal)
                return Value(when_true=true | more_true, when_false=false | more_false)


def _plain(node: tree.Value) -> bool:
    """Whether an expression is a string literal without dangerous characters."""
    text = literal(node)
    return text is not None and not frozenset(text) & DANGEROUS


def _cleans(part: tree.Call) -> bool:
    pattern, replacement = (literal(argument) for argument in part.arguments)
    if pattern is None or replacement is None:
        return False
    return not keeps(pattern) & DANGEROUS and not frozenset(replacement) & DANGEROUS


def _compared(node: tree.Binary, left: Value, right: Value) -> Facts:
    facts = NO_FACTS
    if _plain(node.right):
        facts |= _safe(left)
    if _plain(node.left):
        facts |= _safe(right)
    return facts


def _counted(operator: str, value: Value, other: tree.Value, other_value: Value) -> tuple[Facts, Facts]:
    """Return what `value operator other` proves about the value's length when true and when false."""
    number = integer(other)
    facts = _bounded(value.endless)
    if number is None and (other_value.endless or not isinstance(other, tree.Reference)):
        return NO_FACTS, NO_FACTS
    limit = 0 if number is None else number
    match operator:
        case "==":
            return (facts if limit <= MAX_ITERATIONS else NO_FACTS), NO_FACTS
        case "!=":
            return NO_FACTS, (facts if limit <= MAX_ITERATIONS else NO_FACTS)
        case "<" | "<=":
            return (facts if limit <= MAX_ITERATIONS + (operator == "<") else NO_FACTS), NO_FACTS
        case ">" | ">=":
            return NO_FACTS, (facts if limit <= MAX_ITERATIONS + (operator == ">=") else NO_FACTS)
        case _:
            return NO_FACTS, NO_FACTS
