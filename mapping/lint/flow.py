"""Follows a template's statements in order and reports what goes wrong with the values on the way.

Each way through an #if is followed once, each loop's body once; what a condition proves holds where it is true (or
false), and behind the #if as `abstract.merge` says. That is coarse, and errs on the side of silence after a check.
"""

from collections.abc import Iterator
from dataclasses import replace

from mapping.lint.abstract import CLEAN, NO_FACTS, Facts, State, join, merge
from mapping.lint.evaluate import MAX_ITERATIONS, Evaluator, integer, literal, place, source
from mapping.lint.model import Finding, Rule, Side
from mapping.vtl import tree


def check_flow(root: tree.Node, side: Side, file: str) -> list[Finding]:
    """Report unchecked values, conditions on missing ones, and loops without a bound."""
    flow = _Flow(root, side, file)
    flow.statement(root, State())
    return flow.findings


class _Flow:
    def __init__(self, root: tree.Node, side: Side, file: str) -> None:
        self.file = file
        self.evaluator = Evaluator(side)
        self.findings: list[Finding] = []
        self.json = _prints_json(root)
        self.asked = frozenset(_asked(root))

    def report(self, node: tree.Node, rule: Rule, message: str) -> None:
        self.findings.append(Finding(self.file, node.line, node.column, rule, message))

    def statement(self, node: tree.Node, state: State) -> None:
        """Follow one statement, changing `state` to what is known behind it."""
        match node:
            case tree.Block():
                for child in node.children:
                    if not state.stopped:
                        self.statement(child, state)
            case tree.Text():
                state.quoted = _quoted(node.text, inside=state.quoted)
            case tree.Reference():
                self._printed(node, state)
            case tree.Set():
                self._set(node, state)
            case tree.If():
                self._if(node, state)
            case tree.Foreach():
                self._foreach(node, state)
            case tree.Define():
                self.statement(node.body, state.branch(NO_FACTS))
                state.values[node.name] = CLEAN
            case tree.Stop():
                state.stopped = True
            case _:
                return

    def _printed(self, node: tree.Reference, state: State) -> None:
        value = self.evaluator.reference(node, state)
        self._overridden_by_put(node, state)
        if not value.raw or not self.json:
            return
        if state.quoted:
            if not value.escaped:
                what = "inside quotes of its own" if value.json else "without a check or escape"
                self._unchecked(node, value.raw, what)
        elif not value.json:
            what = "outside quotes, where escaping does not help" if value.escaped else "without a check or escape"
            self._unchecked(node, value.raw, what)

    def _unchecked(self, node: tree.Reference, roots: frozenset[str], what: str) -> None:
        origin = ", ".join(sorted(roots))
        from_where = "" if origin == source(node) else f" (from {origin})"
        self.report(node, Rule.UNCHECKED_VALUE, f"{node.source.strip()}{from_where} is printed into JSON {what}")

    def _set(self, node: tree.Set, state: State) -> None:
        value = self.evaluator.value(node.value, state)
        if not node.target.parts:
            state.values[node.target.name] = value
            return
        for part in node.target.parts:
            if isinstance(part, tree.Index):
                self.evaluator.value(part.key, state)
        if place(node.target)[:2] == ("context", "requestOverride"):
            self._into_request(node.target, value.raw)
        elif node.target.name in state.values:
            held = replace(value, missing=False, endless=frozenset())
            state.values[node.target.name] = join([state.values[node.target.name], held])

    def _overridden_by_put(self, node: tree.Reference, state: State) -> None:
        last = node.parts[-1] if node.parts else None
        if place(node)[:2] != ("context", "requestOverride"):
            return
        if isinstance(last, tree.Call) and last.name == "put" and len(last.arguments) > 1:
            self._into_request(node, self.evaluator.value(last.arguments[1], state).raw)

    def _into_request(self, node: tree.Reference, roots: frozenset[str]) -> None:
        if roots:
            message = f"{', '.join(sorted(roots))} goes into {node.source.strip()} without a check"
            self.report(node, Rule.UNCHECKED_PATH, message)

    def _if(self, node: tree.If, state: State) -> None:
        ends: list[tuple[State, bool]] = []
        refused: Facts = NO_FACTS
        complete = False
        for condition, body in node.branches:
            before = state.branch(refused)
            if condition is None:
                complete = True
                way = before
            else:
                self._condition(condition, before)
                value = self.evaluator.value(condition, before)
                way = before.branch(value.when_true)
                refused |= value.when_false or NO_FACTS
            self.statement(body, way)
            ends.append((way, self._reacts(body)))
        if not complete:
            ends.append((state.branch(refused), False))
        after = merge(state, ends)
        state.values, state.facts, state.quoted = after.values, after.facts, after.quoted
        state.stopped = after.stopped

    def _reacts(self, body: tree.Node) -> bool:
        return any(isinstance(node, tree.Set) and node.target.name in self.asked for node in tree.walk(body))

    def _condition(self, condition: tree.Value, state: State) -> None:
        compared = {source(reference) for reference in _compared_with_empty(condition)}
        for reference in _bare(condition):
            value = self.evaluator.reference(reference, state)
            if value.missing and source(reference) not in compared:
                message = f"{reference.source.strip()} may be missing, and is true then"
                self.report(reference, Rule.MISSING_IS_TRUE, message)

    def _foreach(self, node: tree.Foreach, state: State) -> None:
        value = self.evaluator.value(node.items, state)
        breaks = any(isinstance(inner, tree.Break) for inner in tree.walk(node.body))
        if not breaks:
            self._length(node, value.endless)
        inside = state.branch(NO_FACTS)
        inside.values[node.name] = replace(value, missing=False, endless=frozenset(), outer=False)
        self.statement(node.body, inside)
        inside.stopped = False
        after = merge(state, [(state.branch(NO_FACTS), False), (inside, False)])
        state.values, state.quoted = after.values, after.quoted

    def _length(self, node: tree.Foreach, endless: frozenset[str]) -> None:
        if endless:
            message = f"#foreach over {node.items.source.strip()}: nothing bounds {', '.join(sorted(endless))}"
            self.report(node, Rule.LOOP_LIMIT, message)
        elif isinstance(node.items, tree.Range):
            start, end = integer(node.items.start), integer(node.items.end)
            if start is not None and end is not None and abs(end - start) >= MAX_ITERATIONS:
                message = f"#foreach over {node.items.source.strip()} runs {abs(end - start) + 1} times"
                self.report(node, Rule.LOOP_LIMIT, message)


def _quoted(text: str, *, inside: bool) -> bool:
    """Whether the text printed so far stands inside a JSON string."""
    escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif inside and char == "\\":
            escaped = True
        elif char == '"':
            inside = not inside
    return inside


def _prints_json(root: tree.Node) -> bool:
    """Whether the first thing that a template prints by itself looks like JSON."""
    for node in _printed_nodes(root):
        if isinstance(node, tree.Text) and node.text.strip():
            return node.text.lstrip()[0] in '{["'
    return False


def _printed_nodes(node: tree.Node) -> Iterator[tree.Node]:
    match node:
        case tree.Block():
            for child in node.children:
                yield from _printed_nodes(child)
        case tree.If():
            for _, body in node.branches:
                yield from _printed_nodes(body)
        case tree.Foreach() | tree.Define():
            yield from _printed_nodes(node.body)
        case _:
            yield node


def _asked(root: tree.Node) -> Iterator[str]:
    """Return the variables that conditions ask for."""
    for node in tree.walk(root):
        if isinstance(node, tree.If):
            for condition, _ in node.branches:
                for inner in tree.walk(condition) if condition is not None else ():
                    if isinstance(inner, tree.Reference):
                        yield inner.name


def _bare(condition: tree.Value) -> Iterator[tree.Reference]:
    """Return the references whose mere presence a condition asks for."""
    match condition:
        case tree.Reference() if not condition.escaped:
            yield condition
        case tree.Not():
            yield from _bare(condition.operand)
        case tree.Binary(operator="&&" | "||"):
            yield from _bare(condition.left)
            yield from _bare(condition.right)
        case _:
            return


def _compared_with_empty(condition: tree.Value) -> Iterator[tree.Reference]:
    """Return the references that the same condition compares with the empty string as well."""
    for node in tree.walk(condition):
        if isinstance(node, tree.Binary) and node.operator in ("!=", "=="):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if literal(other) == "":
                    yield from (inner for inner in tree.walk(side) if isinstance(inner, tree.Reference))
