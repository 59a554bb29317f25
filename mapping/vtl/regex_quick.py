r"""The same regular expressions, made quicker: what Python's `re` cannot see for itself is told to it.

Three rewritings of a parsed pattern, none of which changes what it matches:

- a group that nobody can ask for is not captured (`matches` says yes or no, a replacement without `$` names none);
- a repeated character is possessive where what follows cannot begin with it: giving some back could never help
  (`[0-9]{1,9}(,[0-9]{1,9})*` takes half of the time over 1000 numbers);
- a look-behind in front of a character is asked after it, so that the search can run to that character
  (`(?<![0-9])0+` as `0(?<![0-9]0)0*`: a tenth of the time).
"""

from collections.abc import Callable
from functools import lru_cache
from re import ASCII, Match, Pattern
from re import _compiler as compiler  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] # re's own
from re import _constants as constants  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] # same
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] # the same
from typing import Any, cast

from mapping.vtl.regex import java_pattern
from mapping.vtl.regex_cost import ALL, characters

_ONE_CHARACTER = ("LITERAL", "NOT_LITERAL", "IN", "CATEGORY", "ANY")
_OP = cast("Any", constants)
_NONE: frozenset[int] = frozenset()


def matcher(pattern: str) -> Callable[[str], Match[str] | None]:
    """`fullmatch` of a Java pattern; its groups are not to be asked for.

    Raises what `java_pattern` raises.
    """
    return _quick(pattern).fullmatch


def replacer(pattern: str) -> Callable[[str, str], str]:
    """`sub` of a Java pattern, for replacements that name no group.

    Raises what `java_pattern` raises.
    """
    return _quick(pattern).sub


@lru_cache(maxsize=512)
def _quick(pattern: str) -> Pattern[str]:
    plain = java_pattern(pattern)
    parsed = cast("Any", parser).parse(plain.pattern, ASCII)
    if parsed.state.flags != ASCII or "(?P=" in plain.pattern or not _plain_groups(parsed):
        return plain
    _rewrite(parsed, _NONE)
    parsed.state.groupdict.clear()
    parsed.state.groupwidths = [None]  # no groups are left
    _look_behind_last(parsed)
    return cast("Pattern[str]", cast("Any", compiler).compile(parsed, ASCII))


def _plain_groups(nodes: Any) -> bool:  # noqa: ANN401 - the tree of re's own parser has no types
    """Whether no group is referred to and none has flags of its own, at any depth."""
    for name, argument in nodes:
        match str(name):
            case "GROUPREF" | "GROUPREF_EXISTS" | "GROUPREF_IGNORE":
                return False
            case "SUBPATTERN" if argument[1] or argument[2]:
                return False
            case _:
                if not all(_plain_groups(inner) for inner in _inside(str(name), argument)):
                    return False
    return True


def _inside(name: str, argument: Any) -> list[Any]:  # noqa: ANN401 - the same
    """The sequences inside of a node."""
    match name:
        case "SUBPATTERN":
            return [argument[-1]]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return [argument[2]]
        case "BRANCH":
            return list(argument[1])
        case "ASSERT" | "ASSERT_NOT":
            return [argument[1]]
        case "ATOMIC_GROUP":
            return [argument]
        case _:
            return []


def _rewrite(nodes: Any, follow: frozenset[int]) -> None:  # noqa: ANN401 - the same
    """Rewrite a sequence from its end; `follow`: what can come behind it, nothing at the pattern's end."""
    for i in range(len(nodes) - 1, -1, -1):
        operator, argument = nodes[i]
        name = str(operator)
        first, empty = _first(name, argument)
        match name:
            case "SUBPATTERN":
                nodes[i] = (operator, (None, *argument[1:]))
                _rewrite(argument[-1], follow)
            case "BRANCH":
                for branch in argument[1]:
                    _rewrite(branch, follow)
            case "MAX_REPEAT" if _is_character(argument[2]):
                if not first & follow:
                    nodes[i] = (_OP.POSSESSIVE_REPEAT, argument)
            case "MAX_REPEAT" | "MIN_REPEAT":
                _rewrite(argument[2], follow | first)
            case _:
                for inner in _inside(name, argument):
                    _rewrite(inner, ALL)
        follow = first | follow if empty else first


def _first(name: str, argument: Any) -> tuple[frozenset[int], bool]:  # noqa: ANN401 - the same
    """The characters that a node can begin with, and whether it can take none. What only looks sees all."""
    if name in _ONE_CHARACTER:
        return characters(name, argument), False
    match name:
        case "SUBPATTERN":
            return _first_of(argument[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            first, empty = _first_of(argument[2])
            return first, empty or int(argument[0]) == 0
        case "BRANCH":
            branches = [_first_of(branch) for branch in argument[1]]
            return _NONE.union(*(first for first, _ in branches)), any(empty for _, empty in branches)
        case _:
            return ALL, True


def _first_of(nodes: Any) -> tuple[frozenset[int], bool]:  # noqa: ANN401 - the same
    found = _NONE
    for operator, argument in nodes:
        first, empty = _first(str(operator), argument)
        found |= first
        if not empty:
            return found, False
    return found, True


def _is_character(nodes: Any) -> bool:  # noqa: ANN401 - the same
    return len(nodes) == 1 and str(nodes[0][0]) in _ONE_CHARACTER


def _look_behind_last(nodes: Any) -> None:  # noqa: ANN401 - the same
    """`(?<!A)c...` as `c(?<!Ac)...`."""
    if len(nodes) < 2 or str(nodes[0][0]) not in ("ASSERT", "ASSERT_NOT") or nodes[0][1][0] != -1:  # noqa: PLR2004 - both
        return
    assertion, (direction, behind) = nodes[0]
    operator, argument = nodes[1]
    rest: list[Any] = []
    if str(operator) in ("MAX_REPEAT", "POSSESSIVE_REPEAT") and int(argument[0]) > 0:
        least, most, body = argument
        if not _is_character(body) or str(body[0][0]) != "LITERAL":
            return
        first = body[0]
        if most != 1:
            rest = [(operator, (least - 1, most if most is _OP.MAXREPEAT else most - 1, body))]
    elif str(operator) == "LITERAL":
        first = (operator, argument)
    else:
        return
    longer = cast("Any", parser).SubPattern(nodes.state, [*behind.data, first])
    nodes.data[:2] = [first, (assertion, (direction, longer)), *rest]
    nodes.width = None
