"""How a setting is declared: a dataclass field that carries its rule and its description. Pure.

One declaration drives three things: the default that a `Settings` is built with, what `parse` accepts, and the
line on the reference page. So none of them can say something else than the others.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass
from typing import Any, TypeVar, cast, dataclass_transform

from settings.rules import Rule, Text

_KEY = "setting"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Section:
    """A nested mapping, read into the dataclass `of`."""

    of: type[Any]
    kind: str = "object"

    @property
    def bound(self) -> str:
        return "a mapping with " + ", ".join(declared.key for declared in settings_of(self.of))


@dataclass(frozen=True, slots=True)
class Sections:
    """A mapping of names, each by the rule `key` and at most `most`, to mappings read into the dataclass `of`.

    `noun` is what one of them is called.
    """

    of: type[Any]
    key: Text
    most: int
    noun: str
    kind: str = "object"

    @property
    def bound(self) -> str:
        return f"at most {self.most}, each by its name ({self.key.bound})"


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting as its dataclass declares it. `default` is `MISSING` where a value is required."""

    attribute: str
    key: str
    rule: Rule | Section | Sections
    description: str
    unit: str | None
    default: object

    @property
    def required(self) -> bool:
        return self.default is MISSING


def setting(
    rule: Rule | Sections | type[Any],
    description: str,
    *,
    default: Any = MISSING,  # noqa: ANN401 - of the field's own type, which the annotation beside it gives
    unit: str | None = None,
    key: str | None = None,
) -> Any:  # noqa: ANN401 - as dataclasses.field, which it wraps
    """Declare a setting. `rule` is a rule, or the dataclass of a nested mapping; `key` where camelCase is not it.

    Without a `default` the setting is required. A description is a sentence without its full stop.
    """
    held = Section(rule) if isinstance(rule, type) else rule
    metadata = {_KEY: (held, description, unit, key)}
    if default is MISSING:
        return dataclasses.field(metadata=metadata)
    if getattr(default, "__hash__", None) is None:
        return dataclasses.field(default_factory=lambda: default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(setting,))
def section(cls: type[_T]) -> type[_T]:
    """Make `cls` a frozen dataclass of settings, keyword-only and with slots."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


def settings_of(cls: type[Any]) -> Iterator[Declared]:
    """Give the settings that `cls` declares, in their order."""
    for field in dataclasses.fields(cls):
        rule, description, unit, key = cast(
            "tuple[Rule | Section | Sections, str, str | None, str | None]", field.metadata[_KEY]
        )
        factory = field.default_factory
        default: object = field.default if factory is MISSING else factory()
        yield Declared(field.name, key or _camel(field.name), rule, description, unit, default)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
