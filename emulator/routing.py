"""Which method answers a path. Pure.

Recorded or asserted on AWS (docs/fidelity.md): trailing and doubled slashes match; a fixed part beats a variable one
and both beat a greedy one; a match that lacks the method falls through to the next candidate, and a dead end goes
back to a greedy part higher up; unknown path and wrong method are the same 403.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from emulator.api import Api, Method


def _children() -> "dict[str, Node]":
    return {}


@dataclass(slots=True)
class Node:
    """One part of the resource tree. `variable` and `greedy` hold the parameter's name and where it leads."""

    methods: Mapping[str, Method] = field(default_factory=dict[str, Method])
    fixed: "dict[str, Node]" = field(default_factory=_children)
    variable: "tuple[str, Node] | None" = None
    greedy: "tuple[str, Node] | None" = None


Match = tuple[Method, dict[str, str]]


def tree(api: Api) -> Node:
    """Build the resource tree of an API."""
    root = Node()
    for path, methods in api.resources.items():
        node = root
        for part in _parts(path):
            node = _child(node, part)
        node.methods = methods
    return root


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _child(node: Node, part: str) -> Node:
    if part.startswith("{") and part.endswith("+}"):
        node.greedy = node.greedy or (part[1:-2], Node())
        return node.greedy[1]
    if part.startswith("{") and part.endswith("}"):
        node.variable = node.variable or (part[1:-1], Node())
        return node.variable[1]
    return node.fixed.setdefault(part, Node())


def find(root: Node, verb: str, path: str) -> Match | None:
    """Return the method for a path below the stage, and its path parameters, percent-decoded; None for a 403."""
    return next(_candidates(root, verb, _parts(path), {}), None)


def _candidates(node: Node, verb: str, parts: list[str], seen: dict[str, str]) -> Iterator[Match]:
    if not parts:
        method = node.methods.get(verb) or node.methods.get("ANY")
        if method is not None:
            yield method, seen
        return
    first, rest = parts[0], parts[1:]
    if first in node.fixed:
        yield from _candidates(node.fixed[first], verb, rest, seen)
    if node.variable is not None:
        name, child = node.variable
        yield from _candidates(child, verb, rest, {**seen, name: unquote(first)})
    if node.greedy is not None:
        name, child = node.greedy
        yield from _candidates(child, verb, [], {**seen, name: unquote("/".join(parts))})
