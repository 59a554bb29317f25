"""Generated code, loaded: the names that it can reach, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orjson import dumps

from mapping.vtl import access, runtime
from mapping.vtl.arithmetic import arithmetic
from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.maps import hashable
from mapping.vtl.regex import split
from mapping.vtl.scope import Scope, break_for, leave_scope
from mapping.vtl.source import Line
from mapping.vtl.values import NO_METHOD, Array, ArrayList, Host

FILE = "<vtl template>"
"""File name of generated code in tracebacks."""


def _split_plain(text: str, separator: str) -> Array:
    """String.split by a text that is no pattern, as `regex.split` does it."""
    pieces = text.split(separator)
    if pieces[-1] or len(pieces) == 1:
        return Array(pieces)
    return Array(split(text, separator))


GLOBALS: dict[str, object] = {
    "ArrayList": ArrayList,
    "Host": Host,
    "NO_METHOD": NO_METHOD,
    "LISTS": frozenset({list, ArrayList, Array}),
    "SIZED": frozenset({list, ArrayList, Array, dict, str}),
    "ALIKE": frozenset({str, int, bool}),
    "prop": access.prop,
    "index": access.index,
    "set_prop": access.set_prop,
    "set_index": access.set_index,
    "elements": access.elements,
    "guarded": access.guarded,
    "hashable": hashable,
    "arithmetic": arithmetic,
    "same": runtime.same,
    "less": runtime.less,
    "greater": runtime.greater,
    "at_most": runtime.at_most,
    "at_least": runtime.at_least,
    "truth": runtime.truth,
    "shown": runtime.shown,
    "shown_or": runtime.shown_or,
    "shown_escaped": runtime.shown_escaped,
    "show_into": runtime.show_into,
    "fault": runtime.fault,
    "Define": runtime.Define,
    "Halt": runtime.Halt,
    "Broken": runtime.Broken,
    "Scope": Scope,
    "break_for": break_for,
    "leave_scope": leave_scope,
    "split_plain": _split_plain,
    "join": "".join,
    "dumps": dumps,
    "enumerate": enumerate,
    "isinstance": isinstance,
    "len": len,
    "repr": repr,
    "str": str,
    "int": int,
    "float": float,
    "dict": dict,
    "list": list,
    "__builtins__": {},
}
"""All that generated code can reach."""


@dataclass(frozen=True, slots=True)
class Program:
    """Compiled code: the function, its source, and the template's place of each of its lines (from 1)."""

    run: Callable[..., object]
    source: str
    places: tuple[tuple[int, int, str], ...]


def load(lines: list[Line], names: Mapping[str, object]) -> Program:
    """Compile generated lines, which define `render`.

    Raises TemplateBoundError where Python cannot compile them.
    """
    source = "\n".join("    " * line.depth + line.text for line in lines) + "\n"
    namespace = dict(names)
    try:
        exec(compile(source, FILE, "exec", dont_inherit=True), namespace)  # noqa: S102 - our own generated code
    except (SyntaxError, MemoryError, RecursionError, OverflowError) as error:
        number = error.lineno if isinstance(error, SyntaxError) and error.lineno else 1
        line, column, _ = lines[min(number, len(lines)) - 1].place
        raise TemplateBoundError(
            "an expression or block is too deep to compile",
            line=line,
            column=column,
            construct=str(error)[:80],
            expected="shorter chains and fewer levels: #set a part of it first",
        ) from error
    run = namespace["render"]
    assert callable(run)  # noqa: S101 - the source above defines it
    return Program(run, source, tuple(line.place for line in lines))
