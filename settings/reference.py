"""The reference page of the settings, made from their declarations. Pure: `page()` is the text of docs/settings.md."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, cast

from settings.field import Declared, Section, Sections, settings_of
from settings.model import PROJECT, Settings

_HEAD = f"""# Settings

<!-- Made by `python -m settings reference` from settings/model.py. Change that, not this. -->

Every key of a stack's file, `Pulumi.<stack>.yaml`. A top-level key is written with the project's namespace,
`{PROJECT}:api`; nested keys are not. All faults of a configuration are reported together, each by its path.

- A key without a default must be set. A section without one may be left out where that is said.
- Pulumi wants every top-level key to stand in a stack's file (but not `aws:region`). What is not wanted is written
  empty: `stable: ""`, `canary: {{}}`, `warm: []`.
- Write release ids, rollout ids, hashes and dates in quotes where in doubt: the engine reads an unquoted `1234e56` as
  a number and an unquoted date as a long sentence. `10` is accepted where a number such as `0.5` is; `"10"` is not.
- Secrets are keys of their own, set with `pulumi config set --secret`, and no setting: an encrypted value is refused.
- A folder as `store` counts from the project's folder. `s3://replace-with-your-bucket/...` in the committed files is a
  placeholder: make a bucket (in the account of the credentials, which is checked), and put its name there.
- `serving` is for the next release registered in the stack. A release that is registered keeps what it was given.
"""


def page() -> str:
    """Return the whole page, with a newline at its end."""
    return "\n".join([_HEAD, f"## Top level\n\n{_table(Settings)}", *_sections(Settings, "")])


def _sections(cls: type[Any], prefix: str) -> Iterator[str]:
    for one in settings_of(cls):
        if isinstance(one.rule, Section):
            path = f"{prefix}{one.key}"
            left_out = " May be left out." if one.default is None else ""
            yield f"## `{path}`\n\n{one.description}.{left_out}\n\n{_table(one.rule.of)}"
            yield from _sections(one.rule.of, f"{path}.")
        elif isinstance(one.rule, Sections):
            path = f"{prefix}{one.key}.<{one.rule.noun}>"
            yield f"## `{path}`\n\n{one.description}.\n\n{_table(one.rule.of)}"
            yield from _sections(one.rule.of, f"{path}.")


def _table(cls: type[Any]) -> str:
    lines = ["| Key | Type | Default | Allowed | Meaning |", "|---|---|---|---|---|"]
    for one in settings_of(cls):
        if not isinstance(one.rule, Section):
            cells = f"`{one.key}`", _kind(one), _default(one), _cell(one.rule.bound), _cell(f"{one.description}.")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _kind(one: Declared) -> str:
    return f"{one.rule.kind}, {one.unit}" if one.unit else one.rule.kind


def _default(one: Declared) -> str:
    if one.required:
        return "must be set"
    value = one.default
    if value is None or value == () or (isinstance(value, Mapping) and not cast("Mapping[str, str]", value)):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in cast("tuple[object, ...]", value))
    return f"`{value.value if isinstance(value, StrEnum) else value}`"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
