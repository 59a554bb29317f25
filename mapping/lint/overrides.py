"""Overrides: one that may be applied twice on some way through a template, and headers that end every request."""

from collections.abc import Iterator
from typing import Final

from mapping.lint.evaluate import literal, place
from mapping.lint.model import Finding, Rule
from mapping.vtl import tree
from mapping.vtl.gateway_context import Place, is_parameter

FATAL_AWS: Final = frozenset(
    {"content-length", "transfer-encoding", "authorization", "connection", "expect", "proxy-authenticate", "te"}
    | {"x-amzn-trace-id"}
)
"""Headers of the integration request that make every call of an AWS or AWS_PROXY integration fail."""

FATAL_HTTP: Final = frozenset({"content-length", "transfer-encoding"})
"""The same for HTTP and HTTP_PROXY."""

Counts = dict[Place, int]
"""How often each parameter may have been overridden."""


class Overrides:
    """The overrides of one template: `findings`, and in `counts` the most that any way through it applies."""

    def __init__(self, root: tree.Node, file: str, before: Counts | None = None) -> None:
        """Follow the template; `before` is what the request template may have overridden already."""
        self.file = file
        self.findings: list[Finding] = []
        self._said: set[Place] = set()
        self.counts, _ = self._follow(root, dict(before or {}))

    def _follow(self, node: tree.Node, counts: Counts) -> tuple[Counts, bool]:
        """Return the counts behind a node, and whether the template may go on there."""
        match node:
            case tree.Block():
                for child in node.children:
                    counts, goes_on = self._follow(child, counts)
                    if not goes_on:
                        return counts, False
            case tree.If():
                return self._choose(node, counts)
            case tree.Foreach():
                for _ in range(2):  # twice is enough to meet an override of a fixed name again
                    counts, _ = self._follow(node.body, counts)
            case tree.Stop():
                return counts, False
            case tree.Set():
                target = place(node.target)
                self._count(node, target, counts)
                for inner in tree.walk(node.value):
                    self._put(inner, counts)
            case _:
                for inner in tree.walk(node):
                    self._put(inner, counts)
        return counts, True

    def _choose(self, node: tree.If, counts: Counts) -> tuple[Counts, bool]:
        ends: list[Counts] = []
        for condition, body in node.branches:
            for inner in tree.walk(condition) if condition is not None else ():
                self._put(inner, counts)
            end, goes_on = self._follow(body, dict(counts))
            if goes_on:
                ends.append(end)
        if all(condition is not None for condition, _ in node.branches):
            ends.append(counts)
        most: Counts = {}
        for end in ends:
            for name, times in end.items():
                most[name] = max(times, most.get(name, 0))
        return most, bool(ends)

    def _put(self, node: tree.Node, counts: Counts) -> None:
        """Count `$context.requestOverride.header.put('X', ...)`."""
        if not isinstance(node, tree.Reference) or not node.parts:
            return
        last = node.parts[-1]
        if isinstance(last, tree.Call) and last.name == "put" and len(last.arguments) == 2:  # noqa: PLR2004 - key, value
            self._count(node, (*place(node, -1), literal(last.arguments[0])), counts)

    def _count(self, node: tree.Node, target: tuple[str | None, ...], counts: Counts) -> None:
        names = tuple(name for name in target if name is not None)
        if len(names) < len(target) or names[:1] != ("context",) or not is_parameter(names[1:]):
            return
        counts[names] = counts.get(names, 0) + 1
        if counts[names] > 1 and names not in self._said:
            self._said.add(names)
            self._report(node, Rule.OVERRIDE_TWICE, f"${'.'.join(names)} may be overridden more than once")
        if names[1:3] == ("requestOverride", "header") and names[-1].lower() in FATAL_AWS:
            self._report(node, Rule.FATAL_HEADER, f"a request with the header {names[-1]} overridden fails")

    def _report(self, node: tree.Node, rule: Rule, message: str) -> None:
        finding = Finding(self.file, node.line, node.column, rule, message)
        if finding not in self.findings:
            self.findings.append(finding)


def fatal_mappings(names: Iterator[str], integration: str) -> Iterator[str]:
    """Return which of an integration's mapped parameters make every call fail; `integration` is its type."""
    fatal = FATAL_AWS if integration.lower().startswith("aws") else FATAL_HTTP
    for name in names:
        prefix, _, header = name.rpartition(".")
        if prefix == "integration.request.header" and header.lower() in fatal:
            yield name
