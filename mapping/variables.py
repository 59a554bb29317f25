"""What a mapping template sees and what it leaves behind: the types on both sides of `render`.

Facts: API Gateway developer guide, "API Gateway mapping template and access logging variable reference".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def _empty() -> dict[str, object]:
    return {}


class Overrides(NamedTuple):
    """`$context.requestOverride` and `$context.responseOverride` as plain nested mappings.

    `request` starts with the keys `path`, `header`, `querystring`, `response` with `header` (recorded on AWS
    2025-05-20); `response` has `status` once a template has set it. Invented keys are kept (2024-11-06).
    """

    request: Mapping[str, object] = _NOTHING
    response: Mapping[str, object] = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """One request or response as a template sees it.

    `body` is the payload as text; an empty one is `{}` to the template. `path`, `querystring`, `header` are
    `$input.params()`; `context` is `$context` without the overrides (nested mappings of strings, numbers,
    booleans); `stage_variables` is `$stageVariables`; `overrides` is what an earlier template of the same
    request left behind.
    """

    body: str = ""
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    querystring: Mapping[str, str] = field(default_factory=dict[str, str])
    header: Mapping[str, str] = field(default_factory=dict[str, str])
    context: Mapping[str, object] = field(default_factory=_empty)
    stage_variables: Mapping[str, str] = field(default_factory=dict[str, str])
    overrides: Overrides = field(default_factory=Overrides)


class Rendered(NamedTuple):
    """What a template gave: its text, and the overrides after it (those it was given included)."""

    text: str
    overrides: Overrides
