"""Names that mean something else on API Gateway, or nothing at all: hyphens, macros, tools, unset references."""

from collections.abc import Iterator
from typing import Final

from mapping.lint.model import Finding, Rule
from mapping.vtl import tree
from mapping.vtl.gateway_util import NAMES as UTIL_NAMES

GIVEN: Final = frozenset({"input", "util", "context", "stageVariables", "foreach", "velocityCount", "null"})
"""References that API Gateway and the engine set; `$null` is unset by custom, and means null."""

TOOLS: Final = frozenset(
    {"esc", "math", "date", "number", "list", "sorter", "display", "render", "alternator", "class", "field"}
    | {"convert", "json", "xml", "text", "link", "mill", "params", "cookies", "import", "resource", "loop"}
)
"""Names under which Velocity's own tools are known elsewhere."""

_INPUT_NAMES: Final = frozenset({"path", "json", "params", "body"})
_REFUSED: Final = frozenset({"evaluate", "include", "parse"})


def check_names(root: tree.Node, file: str) -> list[Finding]:
    """Report names that are not what they seem."""
    return list(_Names(root, file).findings())


class _Names:
    def __init__(self, root: tree.Node, file: str) -> None:
        self.file = file
        self.nodes = list(tree.walk(root))
        self.set = frozenset(_set_names(self.nodes)) | GIVEN
        # A macro's own words do not count: on API Gateway it defines nothing, and one finding says so.
        self.macros = frozenset(node.name for node in self.nodes if isinstance(node, tree.Macro))

    def findings(self) -> Iterator[Finding]:
        for node in self.nodes:
            match node:
                case tree.Macro():
                    yield self._found(node, Rule.NO_MACROS, f"#macro({node.name}) defines nothing")
                case tree.MacroCall():
                    yield from self._call(node)
                case tree.Fault():
                    yield self._found(node, Rule.NO_EVALUATE, node.problem)
                case tree.Reference() if node.computable and not node.escaped:
                    yield from self._reference(node)
                case _:
                    pass

    def _found(self, node: tree.Node, rule: Rule, message: str) -> Finding:
        return Finding(self.file, node.line, node.column, rule, message)

    def _call(self, node: tree.MacroCall) -> Iterator[Finding]:
        if node.name in _REFUSED:
            yield self._found(node, Rule.NO_EVALUATE, f"#{node.name} is no directive on API Gateway")
        elif node.name in self.macros or "(" in node.source:
            yield self._found(node, Rule.NO_MACROS, f"#{node.name}(...) is no directive: it prints as it stands")

    def _reference(self, node: tree.Reference) -> Iterator[Finding]:
        printed = node.source.strip()
        name, _, rest = node.name.partition("-")
        last = node.parts[-1] if node.parts else None
        if node.name not in self.set and "-" in node.name and (name in self.set or not rest):
            yield self._found(node, Rule.HYPHEN_IN_NAME, f"{printed} is a reference called {node.name}, not ${name}")
        elif isinstance(last, tree.Property) and last.name.endswith("-"):
            yield self._found(node, Rule.HYPHEN_IN_NAME, f"{printed} asks for a property called {last.name}")
        elif node.name not in self.set:
            if node.name in TOOLS:
                yield self._found(node, Rule.NO_TOOLS, f"{printed}: API Gateway has no ${node.name}")
            else:
                yield self._found(node, Rule.NEVER_SET, f"{printed}: nothing sets ${node.name}")
        else:
            yield from self._member(node)

    def _member(self, node: tree.Reference) -> Iterator[Finding]:
        """Look at the first member of `$util` and `$input`, which have a few only."""
        known = {"util": UTIL_NAMES, "input": _INPUT_NAMES}.get(node.name)
        first = node.parts[0] if node.parts else None
        if known is None or not isinstance(first, tree.Call | tree.Property) or first.name in known:
            return
        names = ", ".join(sorted(known))
        yield self._found(node, Rule.NEVER_SET, f"${node.name} has no {first.name}: it has {names}")


def _set_names(nodes: list[tree.Node]) -> Iterator[str]:
    for node in nodes:
        match node:
            case tree.Set():
                if not node.target.parts:
                    yield node.target.name
            case tree.Foreach() | tree.Define():
                yield node.name
            case tree.Macro():
                yield from node.parameters
            case _:
                pass
