"""From a stack's raw configuration to `Settings`, or to every fault in it. Pure."""

import difflib
import json
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NoReturn, cast

from settings.agreement import agree
from settings.errors import Fault, SettingsError
from settings.field import Declared, Section, Sections, settings_of
from settings.model import PROJECT, Settings
from settings.rules import UNREAD, shown

_FOREIGN = ("aws:region",)
"""Keys of other namespaces that a `Settings` carries; every other one of theirs is passed over."""
_ENCRYPTED = {"secure": ""}
"""What stands for a value that nobody may see, whichever way the engine said so."""


def parse(
    raw: Mapping[str, object], releases: Collection[str] | None = None, secret_keys: Collection[str] = ()
) -> Settings:
    """Read the whole configuration of one stack.

    Args:
        raw: every key with its namespace (`predicted-ratings:api`; without one it is ours too), its value decoded,
            as `load_stack` gives it, or as text, as the engine hands it to the program (structured values as JSON).
            Keys of other namespaces are passed over, but for `aws:region`. An empty value is none: `stable: ""`.
        releases: the ids in the stack's store; None where nobody has looked, and then no id is missed.
        secret_keys: the keys that the engine says are secret (`PULUMI_CONFIG_SECRET_KEYS`).

    Raises:
        SettingsError: with every fault, first those of single keys, then those between keys.
    """
    faults: list[Fault] = []
    given = dict(_given(raw, secret_keys, faults))
    draft: dict[str, Any] = {}
    _read(Settings, given, "", draft, faults)
    faults.extend(agree(draft, releases))
    if faults:
        raise SettingsError(faults)
    return cast("Settings", _build(Settings, "", draft))


def store_uri(raw: Mapping[str, object]) -> str:
    """Read the store's address alone, for the step that finds out which releases there are.

    Raises:
        SettingsError: the address is missing or is none. What else is wrong with `raw` is left to `parse`.
    """
    faults: list[Fault] = []
    draft: dict[str, Any] = {}
    store = next(declared for declared in settings_of(Settings) if declared.key == "store")
    given = {key: value for key, value in _given(raw, (), []) if key == "store"}
    _read_one(store, given, "store", draft, faults)
    if faults:
        raise SettingsError(faults)
    return cast("str", draft["store"])


def _given(
    raw: Mapping[str, object], secret_keys: Collection[str], faults: list[Fault]
) -> Iterator[tuple[str, object]]:
    """Give the keys that are ours, without their namespace, decoded."""
    declared = {one.key: one for one in settings_of(Settings)}
    seen: set[str] = set()
    for full, value in raw.items():
        namespace, _, name = full.rpartition(":")
        if namespace not in ("", PROJECT) and full not in _FOREIGN:
            continue
        key = full if full in _FOREIGN else name
        if key in seen:
            faults.append(Fault(key, "stands twice, with its namespace and without", "each once", "Take one out"))
        elif full in secret_keys or _encrypted(value):
            yield key, _ENCRYPTED
        elif key not in declared:
            yield key, value
        elif declared[key].required or not _says_none(declared[key], value):
            yield key, _decoded(declared[key], value)
        seen.add(key)


def _says_none(declared: Declared, value: object) -> bool:
    """Say whether a key stands there without a value.

    The engine refuses a stack that lacks a key which Pulumi.yaml declares, so "none" has to be written: as `""`
    (a null reaches the program as that too), or as `{}` for a section.
    """
    return value in ("", None) or (isinstance(declared.rule, Section) and _decoded(declared, value) == {})


def _encrypted(value: object) -> bool:
    return isinstance(value, Mapping) and set(cast("Mapping[object, object]", value)) == {"secure"}


def _secret(path: str) -> Fault:
    bound = "plain values; a secret is a key of its own that no setting reads"
    return Fault(path, "is encrypted", bound, "Set it again without --secret")


def _decoded(declared: Declared, value: object) -> object:
    """Undo the engine's text: everything but a string is JSON. What is not JSON stays, for the rule to refuse."""
    if not isinstance(value, str) or declared.rule.kind == "string":
        return value
    try:
        return json.loads(value, parse_constant=_refuse_constant)
    except ValueError:
        return value


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _read(cls: type[Any], given: Mapping[Any, object], prefix: str, draft: dict[str, Any], faults: list[Fault]) -> None:
    declared = list(settings_of(cls))
    for one in declared:
        path = f"{prefix}{one.key}"
        _read_one(one, given, path, draft, faults)
    known = [one.key for one in declared]
    for key, value in given.items():
        if key not in known:
            faults.append(
                _unknown(f"{prefix}{key}", key, known) if not _encrypted(value) else _secret(f"{prefix}{key}")
            )


def _unknown(path: str, key: object, known: list[str]) -> Fault:
    close = difflib.get_close_matches(str(key), known, n=1)
    todo = f"Write {close[0]}" if close else "Take it out"
    return Fault(path, "is no setting", ", ".join(known), todo)


def _read_one(
    one: Declared, given: Mapping[Any, object], path: str, draft: dict[str, Any], faults: list[Fault]
) -> None:
    rule = one.rule
    if one.key not in given:
        if one.required:
            faults.append(Fault(path, "is missing", rule.bound, f"Set it: {one.description}"))
        elif isinstance(rule, Section) and one.default is not None:
            _read(rule.of, {}, f"{path}.", draft, faults)
        else:
            draft[path] = one.default
        return
    value = given[one.key]
    if _encrypted(value):
        faults.append(_secret(path))
    elif not isinstance(rule, Section):
        read = _read_each(rule, value, path, faults) if isinstance(rule, Sections) else rule.read(value, path, faults)
        if read is not UNREAD:
            draft[path] = read
    elif isinstance(value, Mapping):
        draft[path] = True
        _read(rule.of, cast("Mapping[Any, object]", value), f"{path}.", draft, faults)
    else:
        faults.append(Fault(path, f"is {shown(value)}", rule.bound, "Write a mapping"))


def _read_each(rule: Sections, value: object, path: str, faults: list[Fault]) -> object:
    """Read a mapping of sections by name: all of them, or `UNREAD` with what is wrong in the faults."""
    if not isinstance(value, Mapping):
        faults.append(Fault(path, f"is {shown(value)}", rule.bound, "Write a mapping, {} for none"))
        return UNREAD
    before = len(faults)
    given = cast("Mapping[object, object]", value)
    found: dict[str, object] = {}
    if len(given) > rule.most:
        faults.append(Fault(path, f"has {len(given)}", rule.bound, "Take some out"))
    for name, entry in given.items():
        here, known = f"{path}.{name}", len(faults)
        rule.key.read(name, here, faults)
        if _encrypted(entry):
            faults.append(_secret(here))
            continue
        if not isinstance(entry, Mapping):
            faults.append(Fault(here, f"is {shown(entry)}", Section(rule.of).bound, "Write a mapping"))
            continue
        draft: dict[str, Any] = {}
        _read(rule.of, cast("Mapping[Any, object]", entry), f"{here}.", draft, faults)
        if len(faults) == known:
            found[str(name)] = _build(rule.of, f"{here}.", draft)
    return MappingProxyType(found) if len(faults) == before else UNREAD


def _build(cls: type[Any], prefix: str, draft: Mapping[str, Any]) -> object:
    """Make `cls` from a draft without faults. A section that may be left out is there where its path is True."""
    values: dict[str, object] = {}
    for one in settings_of(cls):
        path = f"{prefix}{one.key}"
        nested = isinstance(one.rule, Section) and draft.get(path, True) is not None
        values[one.attribute] = _build(cast("Section", one.rule).of, f"{path}.", draft) if nested else draft[path]
    return cls(**values)
