"""JSONPath as API Gateway's `$input.path` and `$input.json` read it: Jayway JsonPath, not RFC 9535.

`compile_path` reads a path once and remembers it; the paths that nearly every template uses, `$` and names joined
by dots, cost one or two dictionary look-ups. No library of Python's answers as Jayway does (a definite path gives
the value itself, `$..a.length()` counts children, `[?(@.a == '1')]` compares texts), so this is our own, held to
Jayway 2.10.0 by the vectors of tests/oracle_jsonpath.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from mapping.vtl.jsonpath_errors import (
    EvaluationError,
    InvalidPathError,
    JsonPathError,
    PathBoundError,
    PathNotFoundError,
)
from mapping.vtl.jsonpath_evaluate import compile_path as _compile_tree
from mapping.vtl.jsonpath_filter import Root
from mapping.vtl.jsonpath_parser import parse
from mapping.vtl.jsonpath_tree import Path, Property

CACHED_PATHS: Final = 1024
"""Compiled paths that are kept; the least recently used leaves first."""

_NOTHING: Final = "the document is null: nothing can be read from it"


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path that can be read from many documents, from several threads at once.

    `find` returns the value of a definite path, or the list of matches of an indefinite one, and raises
    PathNotFoundError or another JsonPathError; `definite` says which of the two it is.
    """

    text: str
    definite: bool
    find: Callable[[object], object]

    def read(self, document: object) -> object:
        """Return what `find` returns, and None where it would raise: what a template sees of a missing path.

        Raises:
            PathBoundError: reading it would take too long.

        """
        try:
            return self.find(document)
        except PathBoundError:
            raise
        except JsonPathError:
            return None


@lru_cache(maxsize=CACHED_PATHS)
def compile_path(text: str) -> JsonPath:
    """Read a path.

    Raises:
        InvalidPathError: the text is no JSONPath; the message names the character and what was expected.

    """
    try:
        return _compiled(text)
    except RecursionError as error:
        raise InvalidPathError("the JSONPath is nested too deep, or has too many steps") from error


def _compiled(text: str) -> JsonPath:
    path = parse(text)
    names = [step.names[0] for step in path.steps if isinstance(step, Property) and len(step.names) == 1]
    if len(names) == len(path.steps):
        return JsonPath(text, definite=True, find=_lookup(names))
    return JsonPath(text, path.definite, _find(path))


def _lookup(names: list[str]) -> Callable[[object], object]:
    def find(document: object) -> object:
        if document is None:
            raise EvaluationError(_NOTHING)
        for name in names:
            if not isinstance(document, dict) or name not in document:
                raise PathNotFoundError(f"the document has no {name!r} at this path")
            document = cast("dict[str, object]", document)[name]
        return document

    return find


def _find(path: Path) -> Callable[[object], object]:
    read = _compile_tree(path)

    def find(document: object) -> object:
        if document is None:
            raise EvaluationError(_NOTHING)
        try:
            return read(document, Root(document, [0]), False)
        except RecursionError as error:
            raise PathBoundError("the JSONPath is nested too deep, or has too many steps") from error

    return find
