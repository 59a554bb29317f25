"""A template as a typed tree: what the compiler turns into Python and the linter walks.

Every node carries the line and column (from 1) of its first character in the template. Nodes are not changed after
`build` made them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import cast


@dataclass(slots=True, frozen=True)
class Node:
    """Anything in a template."""

    line: int
    column: int


# what has a value


@dataclass(slots=True, frozen=True)
class Value(Node):
    """Anything that can stand in an expression; `source` is its text in the template."""

    source: str


@dataclass(slots=True, frozen=True)
class Property(Node):
    """`.name` behind a reference."""

    name: str


@dataclass(slots=True, frozen=True)
class Call(Node):
    """`.name(arguments)` behind a reference."""

    name: str
    arguments: "tuple[Value, ...]"


@dataclass(slots=True, frozen=True)
class Index(Node):
    """`[key]` behind a reference."""

    key: Value


@dataclass(slots=True, frozen=True)
class Reference(Value):
    r"""`$name` and what hangs on it.

    `quiet` is `$!`, `formal` `${}`. `escaped`: an odd number of backslashes stands before it, so its source is
    printed. `prefix` is printed before it (half of the backslashes, dollars too many), twice over `escape` where
    there is no value; `null_text` is what is printed instead of a value that is not there. `computable` is False
    for `$\!name`, which is text. `bare` is a name without a dollar among a method's arguments: null.
    """

    name: str
    parts: "tuple[Property | Call | Index, ...]" = ()
    quiet: bool = False
    formal: bool = False
    escaped: bool = False
    escape: str = ""
    prefix: str = ""
    null_text: str = ""
    computable: bool = True
    bare: bool = False


@dataclass(slots=True, frozen=True)
class String(Value):
    """A string literal: `value` as it is, or a `template` to render (`padded`: with one blank too many)."""

    value: str
    template: "Block | None" = None
    padded: bool = False


@dataclass(slots=True, frozen=True)
class Number(Value):
    """An integer or floating-point literal, as the Java type that 1.7 gives it."""

    value: object


@dataclass(slots=True, frozen=True)
class Boolean(Value):
    """`true` or `false`."""

    value: bool


@dataclass(slots=True, frozen=True)
class Range(Value):
    """`[start..end]`, both included, upwards or downwards."""

    start: Value
    end: Value


@dataclass(slots=True, frozen=True)
class ListLiteral(Value):
    """`[a, b]`."""

    items: tuple[Value, ...]


@dataclass(slots=True, frozen=True)
class MapLiteral(Value):
    """`{key : value}`."""

    pairs: tuple[tuple[Value, Value], ...]


@dataclass(slots=True, frozen=True)
class Not(Value):
    """`!a`, `not a`."""

    operand: Value


@dataclass(slots=True, frozen=True)
class Binary(Value):
    """`left operator right`; the operator is its symbol, also where the template has the word."""

    operator: str
    left: Value
    right: Value


@dataclass(slots=True, frozen=True)
class Word(Value):
    """A bare word among a directive's arguments: `in`, a macro's name."""

    word: str


# what is rendered


@dataclass(slots=True, frozen=True)
class Text(Node):
    """Text printed as it is."""

    text: str


@dataclass(slots=True, frozen=True)
class Comment(Node):
    """A comment; `text` is what 1.7 prints all the same (dollars that ran into it)."""

    text: str


@dataclass(slots=True, frozen=True)
class Block(Node):
    """Statements one after the other."""

    children: tuple[Node, ...]


@dataclass(slots=True, frozen=True)
class Set(Node):
    """`#set(target = value)`; `name` is the variable it sets where the target is a bare one."""

    target: Reference
    value: Value
    name: str


@dataclass(slots=True, frozen=True)
class If(Node):
    """`#if ... #elseif ... #else`: the first branch whose condition holds (None: always)."""

    branches: tuple[tuple[Value | None, Block], ...]


@dataclass(slots=True, frozen=True)
class Foreach(Node):
    """`#foreach($name in items) body`."""

    name: str
    items: Value
    body: Node


@dataclass(slots=True, frozen=True)
class Define(Node):
    """`#define($name) body`: the body is rendered wherever the reference is printed."""

    name: str
    body: Node


@dataclass(slots=True, frozen=True)
class Macro(Node):
    """`#macro(name $parameters) body`; in the `aws` dialect it defines nothing."""

    name: str
    parameters: tuple[str, ...]
    body: Block


@dataclass(slots=True, frozen=True)
class MacroCall(Node):
    """`#name(arguments)`, `#@name(arguments) body #end`, or any other word after `#`; `source` if nobody defined it."""

    name: str
    arguments: tuple[Value, ...]
    body: Block | None
    source: str


@dataclass(slots=True, frozen=True)
class Evaluate(Node):
    """`#evaluate(value)`, in the `velocity` dialect only."""

    value: Value


@dataclass(slots=True, frozen=True)
class Break(Node):
    """`#break` or `#break($foreach)`."""

    scope: Value | None


@dataclass(slots=True, frozen=True)
class Stop(Node):
    """`#stop`."""

    message: Value | None


@dataclass(slots=True, frozen=True)
class Fault(Node):
    """A directive that 1.7 parses but cannot run: an error when it is reached."""

    problem: str


def walk(node: Node) -> Iterator[Node]:
    """Give a node and everything in it, in the order of the template."""
    yield node
    for field in fields(node):
        yield from _walk_value(getattr(node, field.name))


def _walk_value(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield from walk(value)
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from _walk_value(item)
