"""A world from a preset's name, a mapping, or a file (YAML, and so JSON), with every key checked.

Keys are those of `rollout.simulation.worlds`; an unknown key is refused with the ones that exist.
"""

import dataclasses
import types
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from rollout.simulation.errors import WorldError
from rollout.simulation.presets import WORLDS
from rollout.simulation.worlds import World


def find_world(name_or_file: str) -> World:
    """A preset by its name, or else the file at that path; raise `WorldError` if it is neither or is refused."""
    if name_or_file in WORLDS:
        return WORLDS[name_or_file]
    path = Path(name_or_file)
    if not path.is_file():
        known = ", ".join(sorted(WORLDS))
        raise WorldError(f"world: {name_or_file!r} is neither a file nor one of the presets: {known}")
    return parse_world(path.read_text(encoding="utf-8"), path.stem)


def parse_world(text: str, name: str) -> World:
    """A world from YAML or JSON text; `name` is taken if the text names none."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only a file needs it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - only a file needs it

    try:
        loaded: object = YAML(typ="safe", pure=True).load(text)  # pyright: ignore[reportUnknownMemberType] # untyped
    except YAMLError as error:
        raise WorldError(f"world: {name}: not YAML: {error}") from error
    if not isinstance(loaded, Mapping):
        raise WorldError(f"world: {name}: must be a mapping of keys, not {type(loaded).__name__}")
    return make_world({"name": name, **cast("Mapping[str, object]", loaded)})


def make_world(mapping: Mapping[str, object]) -> World:
    """A world from a mapping; raise `WorldError` naming the first key that is unknown or has no sensible value."""
    return cast("World", _make(World, mapping, "world"))


def _make(kind: type[Any], value: object, key: str) -> object:
    if not isinstance(value, Mapping):
        raise WorldError(f"{key}: must be a mapping of keys, not {value!r}")
    given = cast("Mapping[str, object]", value)
    known = {field.name for field in dataclasses.fields(kind)}
    for name in given:
        if name not in known:
            raise WorldError(f"{key}: unknown key {name!r}; known are {', '.join(sorted(known))}")
    hints = get_type_hints(kind)
    made = {name: _convert(hints[name], inner, f"{key}.{name}") for name, inner in given.items()}
    try:
        return kind(**made)
    except TypeError as error:
        raise WorldError(f"{key}: {error}") from error


def _convert(hint: Any, value: object, key: str) -> object:  # noqa: ANN401 - a type hint is any object
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        return _convert(next(h for h in inner if h is not type(None)), value, key)
    if origin is tuple:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise WorldError(f"{key}: must be a list, not {value!r}")
        items = cast("Sequence[object]", value)
        hints = inner[:1] * len(items) if inner[-1] is Ellipsis else inner
        if len(hints) != len(items):
            raise WorldError(f"{key}: must have {len(inner)} entries, not {len(items)}")
        return tuple(_convert(h, item, f"{key}[{i}]") for i, (h, item) in enumerate(zip(hints, items, strict=True)))
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise WorldError(f"{key}: must be a mapping of keys, not {value!r}")
        pairs = cast("Mapping[object, object]", value)
        return {str(name): _convert(inner[1], item, f"{key}.{name}") for name, item in pairs.items()}
    if dataclasses.is_dataclass(hint):
        return _make(cast("type[Any]", hint), value, key)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if value not in list(hint):
            raise WorldError(f"{key}: must be one of {', '.join(hint)}, not {value!r}")
        return hint(value)
    return _plain(cast("type[Any]", hint), value, key)


def _plain(kind: type[Any], value: object, key: str) -> object:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (int, str) and isinstance(value, kind) and not isinstance(value, bool):
        return value
    words = {float: "a number", int: "a whole number", str: "a text"}
    raise WorldError(f"{key}: must be {words.get(kind, kind.__name__)}, not {value!r}")
