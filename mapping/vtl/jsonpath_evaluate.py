"""A path's tree made into one Python function, each step a closure that hands what it finds to the next.

The order of results, what a missing property or a null in the middle does, and which steps swallow whose errors
are Jayway's (its defaults: no option set). One oddity needs a word: after `..[n]` a last name is looked up in every
element of every array and only kept for the n-th, through an index that Jayway leaves behind in the step (`left`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.jsonpath_errors import EvaluationError, InvalidPathError, PathNotFoundError
from mapping.vtl.jsonpath_filter import Root, compile_filter
from mapping.vtl.jsonpath_functions import LENGTH_NAMES, OutOfBoundsError, function, length
from mapping.vtl.jsonpath_parser import parse
from mapping.vtl.jsonpath_tree import (
    Filter,
    Function,
    Index,
    Path,
    Property,
    Scan,
    Slice,
    Step,
    Wildcard,
    is_definite,
)

Read = Callable[[object, Root, bool], object]
"""Takes the document a path begins at, the root that `$` in filters means, and whether properties are required."""


@dataclass(slots=True)
class _Run:
    """One evaluation."""

    root: Root
    strict: bool
    results: list[object] = field(default_factory=list[object])
    left: dict[int, int] = field(default_factory=dict[int, int])


_Go = Callable[[object, _Run], None]


def compile_path(path: Path) -> Read:
    """Return the function that reads `path`.

    The function raises PathNotFoundError where a definite path finds nothing, and JsonPathError otherwise.
    """
    inverted = _inverted(path)
    return _reader(inverted.go(), definite=inverted.definite)


def _reader(go: _Go, *, definite: bool) -> Read:
    def read(document: object, root: Root, strict: bool) -> object:
        run = _Run(root, strict)
        go(document, run)
        if not definite:
            return run.results
        if not run.results:
            raise PathNotFoundError("the document has nothing at this path")
        return run.results[-1]

    return read


@dataclass(frozen=True, slots=True)
class _Inverted:
    """A path ready to be compiled; `scanned`: it began with `..`, whose looseness its steps keep."""

    steps: tuple[Step, ...]
    definite: bool
    scanned: bool = False

    def go(self, *, lengthened: bool = False) -> _Go:
        compiler = _Compiler(self.steps, scanned=self.scanned, lengthened=lengthened)
        return compiler.step(0) if self.steps else _collect


def _inverted(path: Path) -> _Inverted:
    """Turn `$..a.f()` into `$.f($..a)`, so that the function sees all matches at once."""
    steps = path.steps
    if not path.ends_in_function or not isinstance(steps[0], Scan):
        return _Inverted(steps, path.definite)
    at = next(i for i, step in enumerate(steps) if isinstance(step, Function))
    inner = cast("Function", steps[at])
    turned = Path(at_root=True, steps=(Function(inner.name, (Path(True, steps[:at]),)), *steps[at + 1 :]))
    return _Inverted(turned.steps, turned.definite, scanned=True)


def _collect(value: object, run: _Run) -> None:
    run.results.append(value)


class _Paths:
    """The evaluator as filters see it."""

    def compile(self, path: Path) -> Read:
        return compile_path(path)

    def parse(self, text: str) -> Path:
        return parse(text)


class _Compiler:
    def __init__(self, steps: tuple[Step, ...], *, scanned: bool, lengthened: bool) -> None:
        self.steps = steps
        self.lengthened = lengthened
        self.scanned = scanned
        self.last = len(steps) - 1

    def step(self, at: int) -> _Go:
        """Return the closure of the step at `at` with everything behind it."""
        match self.steps[at]:
            case Property(names):
                return self._property(at, names)
            case Index(indexes):
                return self._array(at, lambda _count: indexes)
            case Slice(start, stop):
                return self._array(at, _slice(start, stop))
            case Wildcard():
                return self._wildcard(at)
            case Filter(expression):
                return self._filter(at, compile_filter(expression, _Paths()))
            case Scan():
                return self._scan(at)
            case Function() as called:
                return self._function(at, called)

    def _then(self, at: int) -> _Go:
        return _collect if at == self.last else self.step(at + 1)

    def _definite_before(self, at: int) -> bool:
        return not self.scanned and all(is_definite(step, leaf=False) for step in self.steps[:at])

    def _found(self, at: int) -> _Go:
        """What a name's value goes to: the next step, or the results unless another element's index is left."""
        if at < self.last or at < 2 or not isinstance(self.steps[at - 2], Scan):  # noqa: PLR2004 - `..`, a step, this
            return self._then(at)
        before = self.steps[at - 1]
        # length() adds a step that Jayway does not know to be the last: no index fits it
        wanted = before.single if isinstance(before, Index) and not self.lengthened else None

        def found(value: object, run: _Run) -> None:
            left = run.left.get(at, -1)
            if left in (-1, wanted):
                run.results.append(value)

        return found

    def _property(self, at: int, names: tuple[str, ...]) -> _Go:
        leaf = at == self.last
        required = self._definite_before(at)
        if leaf and len(names) > 1:
            return _merged(names, required=required)
        found = self._found(at)
        complain = not leaf and required and len(names) == 1

        def go(model: object, run: _Run) -> None:
            if not isinstance(model, dict):
                if required:
                    raise PathNotFoundError(f"expected an object with {' or '.join(names)}")
                return
            members = cast("dict[str, object]", model)
            for name in names:
                if name in members:
                    found(members[name], run)
                elif complain or run.strict:
                    raise PathNotFoundError(f"no property {name!r}")

        return go

    def _element(self, at: int) -> Callable[[int, list[object], _Run], None]:
        then = self._then(at)

        def element(index: int, values: list[object], run: _Run) -> None:
            place = index + len(values) if index < 0 else index
            if 0 <= place < len(values):
                try:
                    then(values[place], run)
                except OutOfBoundsError:
                    return

        return element

    def _array(self, at: int, indexes: Callable[[int], range | tuple[int, ...]]) -> _Go:
        required = self._definite_before(at)
        element = self._element(at)

        def go(model: object, run: _Run) -> None:
            if isinstance(model, list):
                values = cast("list[object]", model)
                chosen = indexes(len(values))
                run.root.visit(len(chosen))
                for index in chosen:
                    element(index, values, run)
            elif required:
                raise PathNotFoundError("expected an array")

        return go

    def _wildcard(self, at: int) -> _Go:
        element = self._element(at)
        found = self._found(at)

        def go(model: object, run: _Run) -> None:
            if isinstance(model, dict):
                run.root.visit(len(cast("dict[str, object]", model)))
                for value in list(cast("dict[str, object]", model).values()):
                    found(value, run)
            elif isinstance(model, list):
                values = cast("list[object]", model)
                run.root.visit(len(values))
                for index in range(len(values)):
                    try:
                        element(index, values, run)
                    except PathNotFoundError:
                        if run.strict:
                            raise

        return go

    def _filter(self, at: int, keeps: Callable[[object, Root], bool]) -> _Go:
        required = self._definite_before(at)
        then = self._then(at)
        element = self._element(at)

        def go(model: object, run: _Run) -> None:
            if isinstance(model, dict):
                if keeps(cast("object", model), run.root):
                    then(cast("object", model), run)
            elif isinstance(model, list):
                values = cast("list[object]", model)
                run.root.visit(len(values))
                for index, value in enumerate(values):
                    if keeps(value, run.root):
                        element(index, values, run)
            elif required:
                raise InvalidPathError("a filter applies to objects and arrays only")

        return go

    def _scan(self, at: int) -> _Go:
        if at == self.last:
            raise_at_end = EvaluationError("'..' must be followed by a step")

            def refuse(_model: object, _run: _Run) -> None:
                raise raise_at_end

            return refuse
        target = self.step(at + 1)
        matches = _matcher(self.steps[at + 1], leaf=at + 1 == self.last)
        behind = None if at + 1 == self.last else self.step(at + 2)

        def go(model: object, run: _Run) -> None:
            stack = [model]
            while stack:
                node = stack.pop()
                run.root.visit()
                if isinstance(node, dict):
                    if matches(cast("object", node), run.root):
                        target(cast("object", node), run)
                    stack.extend(reversed(cast("dict[str, object]", node).values()))
                elif isinstance(node, list):
                    values = cast("list[object]", node)
                    if matches(values, run.root):
                        if behind is None:
                            target(values, run)
                        else:
                            for index, value in enumerate(values):
                                run.left[at + 2] = index
                                behind(value, run)
                    stack.extend(reversed(values))

        return go

    def _function(self, at: int, called: Function) -> _Go:
        evaluate = _length(called) if called.name in LENGTH_NAMES else _call(called)
        then = None if at == self.last else self.step(at + 1)

        def go(model: object, run: _Run) -> None:
            result = evaluate(model, run)
            run.results.append(result)
            if then is not None:
                then(result, run)

        return go


def _merged(names: tuple[str, ...], *, required: bool) -> _Go:
    """`['a','b']` at the end: one object of those that are there."""

    def go(model: object, run: _Run) -> None:
        if not isinstance(model, dict):
            if required:
                raise PathNotFoundError(f"expected an object with {' or '.join(names)}")
            return
        members = cast("dict[str, object]", model)
        if run.strict and not all(name in members for name in names):
            raise PathNotFoundError(f"not all of the properties {', '.join(names)}")
        run.results.append({name: members[name] for name in names if name in members})

    return go


def _slice(start: int | None, stop: int | None) -> Callable[[int], range]:
    """Return which indexes a slice means for an array of `count`; between two numbers a negative start walks up."""

    def indexes(count: int) -> range:
        if start is not None and stop is not None:
            return range(max(start, -count), min(count, stop))
        if start is not None:
            return range(max(0, start + count if start < 0 else start), count)
        end = cast("int", stop)
        return range(min(count, end + count if end < 0 else end))

    return indexes


def _matcher(step: Step, *, leaf: bool) -> Callable[[object, Root], bool]:
    """Return which nodes `..` applies its target to."""
    match step:
        case Property(names) if len(names) > 1 and not leaf:
            return lambda node, _root: isinstance(node, dict)
        case Property(names):
            return lambda node, _root: isinstance(node, dict) and all(name in node for name in names)
        case Index() | Slice():
            return lambda node, _root: isinstance(node, list)
        case Wildcard():
            return lambda _node, _root: True
        case Filter(expression):
            return compile_filter(expression, _Paths())
        case _:
            return lambda _node, _root: False


def _values(called: Function) -> list[Callable[[Root], object]]:
    return [_json_value(a) if isinstance(a, str) else _path_value(a) for a in called.arguments]


def _json_value(text: str) -> Callable[[Root], object]:
    def value(_root: Root) -> object:
        try:
            return parse_json(text)
        except BodyError as error:
            raise EvaluationError(f"the argument {text} cannot be read: {error}") from error

    return value


def _path_value(path: Path) -> Callable[[Root], object]:
    read = compile_path(path)
    return lambda root: read(root.document, root, False)


def _call(called: Function) -> Callable[[object, _Run], object]:
    values = _values(called)

    def evaluate(model: object, run: _Run) -> object:
        return function(called.name)(model, [value(run.root) for value in values])

    return evaluate


def _length(called: Function) -> Callable[[object, _Run], object]:
    """Jayway counts what lies below the argument's matches, reading it again from the function's own model."""
    values = _values(called)
    first = called.arguments[0] if called.arguments else None
    inner: Read | None = None
    if isinstance(first, Path):
        below = first
        if not first.ends_in_function and first.steps:
            below = Path(first.at_root, (*first.steps, Wildcard()))
        inner = _reader(_inverted(below).go(lengthened=below is not first), definite=_inverted(first).definite)

    def evaluate(model: object, run: _Run) -> object:
        for value in values:
            value(run.root)
        if isinstance(first, str):
            raise EvaluationError("length() takes a path, not a value")
        if inner is not None:
            counted = inner(model, Root(model, run.root.visits), False)
            if isinstance(counted, list):
                return len(cast("list[object]", counted))
        return length(model)

    return evaluate
