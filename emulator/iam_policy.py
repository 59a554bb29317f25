"""Policies in IAM's language, as far as an API's callers meet it: resource policies and what authorizers return. Pure.

Evaluation: IAM user guide, "Policy evaluation logic" (a Deny wins, nothing said is no Allow) and "IAM JSON policy
elements: Condition operators" (a negated operator is true where the key is absent, `...IfExists` any of them). Callers
here are unsigned: they have no principal, so a statement for an account's or a role's ARN is none of theirs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, cast

Document = Mapping[str, Any]
ACTION = "execute-api:Invoke"


class Decision(StrEnum):
    """What a policy says to one call."""

    ALLOW = "allow"
    """A statement allows it, none denies it."""
    DENY = "deny"
    """A statement denies it; nothing else counts then."""
    SILENT = "silent"
    """No statement is about it. That is no permission by itself."""


class PolicyError(Exception):
    """A document is no policy, or asks for what is not imitated; the text says where and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: the method's ARN, and condition keys in lower case with their values; an absent key is not there."""

    arn: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One operator on one key; true where any value fits, or for a negated one where none does."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, as it is for an unsigned caller. Patterns are those of the element, `excluded` is its Not-form."""

    allow: bool
    everybody: bool
    actions: tuple[str, ...]
    actions_excluded: bool
    resources: tuple[str, ...]
    resources_excluded: bool
    conditions: tuple[Condition, ...]


def decide(statements: tuple[Statement, ...], call: Call) -> Decision:
    """Say what a policy says to a call."""
    fitting = [each.allow for each in statements if _fits(each, call)]
    if not fitting:
        return Decision.SILENT
    return Decision.ALLOW if all(fitting) else Decision.DENY


def _fits(statement: Statement, call: Call) -> bool:
    action = any(_wild(each.lower(), ACTION.lower()) for each in statement.actions)
    resource = any(_wild(each, call.arn) for each in statement.resources)
    return (
        statement.everybody
        and action != statement.actions_excluded
        and resource != statement.resources_excluded
        and all(_holds(each, call.values) for each in statement.conditions)
    )


def _wild(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Translate IAM's wildcards: `*` any characters, slashes too, `?` one."""
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), re.DOTALL)


def _address(pattern: str, value: str) -> bool:
    try:
        return ip_address(value) in ip_network(pattern, strict=False)
    except ValueError:
        return False


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "stringequals": lambda pattern, value: pattern == value,
    "stringequalsignorecase": lambda pattern, value: pattern.lower() == value.lower(),
    "stringlike": _wild,
    "arnequals": _wild,
    "arnlike": _wild,
    "bool": lambda pattern, value: pattern.lower() == value.lower(),
    "ipaddress": _address,
}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}


def _holds(condition: Condition, values: Mapping[str, str]) -> bool:
    operator, value = condition.operator.removesuffix("ifexists"), values.get(condition.key)
    if operator == "null":
        return (value is None) == (condition.values[0].lower() == "true")
    if value is None:
        return operator in _NEGATED or operator != condition.operator
    test = _TESTS[_NEGATED.get(operator, operator)]
    return any(test(pattern, value) for pattern in condition.values) != (operator in _NEGATED)


def parse(document: object, *, principals: bool, api_arn: str = "") -> tuple[Statement, ...]:
    """Read a policy. `principals`: each statement names some (a resource policy); `api_arn` completes `execute-api:/`.

    Raises:
        PolicyError: it is no policy, or has an element that is not imitated.
    """
    if not isinstance(document, dict):
        raise PolicyError("the policy must be an object")
    raw = cast("Document", document).get("Statement")
    statements = cast("list[object]", raw if isinstance(raw, list) else [raw])
    found: list[Statement] = []
    for number, each in enumerate(statements):
        if not isinstance(each, dict):
            raise PolicyError(f"Statement[{number}] must be an object")
        found.append(_statement(f"Statement[{number}]", cast("Document", each), api_arn, principals=principals))
    return tuple(found)


def _statement(where: str, raw: Document, api_arn: str, *, principals: bool) -> Statement:
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyError(f"{where}.Effect must be Allow or Deny, is {effect!r}")
    if "NotPrincipal" in raw:
        raise PolicyError(f"{where}.NotPrincipal is not imitated")
    resources, resources_excluded = _element(where, raw, "Resource")
    actions, actions_excluded = _element(where, raw, "Action")
    return Statement(
        allow=effect == "Allow",
        everybody=_everybody(where, raw.get("Principal")) if principals else True,
        actions=actions,
        actions_excluded=actions_excluded,
        resources=tuple(_whole(each, api_arn) for each in resources),
        resources_excluded=resources_excluded,
        conditions=_conditions(where, raw.get("Condition")),
    )


def _whole(resource: str, api_arn: str) -> str:
    """Complete the short form of a resource policy: `execute-api:/stage/GET/path` is below the API's own ARN."""
    return f"{api_arn}/{resource.removeprefix('execute-api:/')}" if resource.startswith("execute-api:/") else resource


def _texts(where: str, value: object) -> tuple[str, ...]:
    values = cast("list[object]", value if isinstance(value, list) else [value])
    if not values or not all(isinstance(each, str | bool) for each in values):
        raise PolicyError(f"{where} must be a text, or a list of them")
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in values)


def _element(where: str, raw: Document, name: str) -> tuple[tuple[str, ...], bool]:
    given = [key for key in (name, f"Not{name}") if key in raw]
    if len(given) != 1:
        raise PolicyError(f"{where} needs either {name} or Not{name}")
    return _texts(f"{where}.{given[0]}", raw[given[0]]), given[0] != name


def _everybody(where: str, principal: object) -> bool:
    """Say whether a principal is everybody, unsigned callers among them."""
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        raise PolicyError(f'{where}.Principal must be "*" or an object')
    named = cast("Document", principal).get("AWS", [])
    return "*" in (cast("list[object]", named) if isinstance(named, list) else [named])


def _conditions(where: str, raw: object) -> tuple[Condition, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, dict):
        raise PolicyError(f"{where}.Condition must be an object")
    found: list[Condition] = []
    for operator, entries in cast("Mapping[str, Document]", raw).items():
        name = operator.lower()
        known = name.removesuffix("ifexists")
        if known not in _TESTS and known not in _NEGATED and known != "null":
            raise PolicyError(f"{where}.Condition.{operator} is not imitated")
        if not isinstance(entries, dict):  # pyright: ignore[reportUnnecessaryIsInstance] # JSON of a stranger
            raise PolicyError(f"{where}.Condition.{operator} must be an object")
        for key, value in entries.items():
            values = _texts(f"{where}.Condition.{operator}.{key}", value)
            found.append(Condition(operator=name, key=key.lower(), values=values))
    return tuple(found)
