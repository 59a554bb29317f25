"""Changes to a stack file's text that leave every other byte, comments included, as it was. Pure.

A YAML library that writes a whole document anew moves comments and loses those beside what it takes away. Here only
the lines of the keys that change are touched; `settings/stackfile.py` reads the result back before it is kept.
"""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from settings.errors import StackFileError
from settings.scalars import scalar

_CONFIG = "config"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where one key of a block mapping stands: character offsets of key and value, comments not included."""

    key: str
    start: int
    value: int
    end: int
    on_its_line: bool


def edit(text: str, changes: Mapping[str, object], name: str) -> str:
    """Return `text` with keys under `config` set, or taken away where the value is None.

    `text` is a stack file that can be read. Keys are spelt as in the file.

    Raises:
        StackFileError: `config` is not written as a block, or YAML cannot say a value.
    """
    text = text if not text or text.endswith("\n") else text + "\n"
    config = {entry.key: entry for entry in _entries(text, (), name)}.get(_CONFIG)
    entries = [] if config is None else _entries(text, (_CONFIG,), name)
    column = _column(text, entries[0].start) if entries else 2
    added = "".join(
        _block(key, value, column, name)
        for key, value in changes.items()
        if value is not None and key not in {entry.key for entry in entries}
    )
    pieces = [_Piece(_line_end(text, entries[-1].end), _line_end(text, entries[-1].end), added)] if entries else []
    pieces += [_piece(text, entry, changes[entry.key], column, name) for entry in entries if entry.key in changes]
    if not entries and added:
        start, end = (len(text), len(text)) if config is None else (config.start, _line_end(text, config.end))
        pieces.append(_Piece(start, end, f"{_CONFIG}:\n{added}"))
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end), reverse=True):
        text = text[: piece.start] + piece.text + text[piece.end :]
    return text


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands from `start` to `end` is replaced by `text`."""

    start: int
    end: int
    text: str


def _piece(text: str, entry: _Entry, value: object, column: int, name: str) -> _Piece:
    line = text.rfind("\n", 0, entry.start) + 1
    if value is None:
        return _Piece(line, _line_end(text, entry.end), "")
    if entry.on_its_line and _is_scalar(value):  # the comment behind it stays
        return _Piece(entry.value, entry.end, _block("k", value, 0, name).removeprefix("k: ").rstrip("\n"))
    return _Piece(line, _line_end(text, entry.end), _block(entry.key, value, column, name))


def _entries(text: str, under: tuple[str, ...], name: str) -> list[_Entry]:
    """Find the keys of the block mapping under the keys `under`, in their order."""
    yaml: Any = YAML(typ="safe", pure=True)  # Any: ruamel's own annotations are incomplete
    node = yaml.compose(io.StringIO(text))
    for key in under:
        node = next((value for held, value in node.value if held.value == key), None) if node is not None else None
    if node is None or not node.value:
        return []
    what = ".".join(under) or "the file"
    if type(node).__name__ != "MappingNode" or node.flow_style:
        raise StackFileError(f"{name}: {what} is not written as a block, a key a line. Edit it by hand")
    if any(value.start_mark.index < key.start_mark.index for key, value in node.value):
        raise StackFileError(f"{name}: {what} holds an alias (*), whose value stands elsewhere. Edit it by hand")
    return [
        _Entry(key.value, key.start_mark.index, value.start_mark.index, _end(value, key), _on_its_line(key, value))
        for key, value in node.value
    ]


def _on_its_line(key: Any, value: Any) -> bool:  # noqa: ANN401 - as above
    """Say whether a value is a scalar that begins and ends on its key's line. (Blocks, `|` and `>`, do not.)"""
    if not isinstance(value.value, str) or value.value == "" or value.style in ("|", ">"):
        return False
    return key.start_mark.line == value.start_mark.line == value.end_mark.line


def _end(node: Any, key: Any) -> int:  # noqa: ANN401 - as above
    """Return the offset behind a node's last content; a block's own mark stands behind the comments after it.

    A value that is not there has no offset of its own: the marks of an empty one may be the next token's.
    """
    held: Any = node.value
    if held == "" and node.style is None:
        return key.end_mark.index
    if isinstance(held, str) or node.flow_style or not held:
        return node.end_mark.index
    last = held[-1]
    return _end(last[1], last[0]) if isinstance(last, tuple) else _end(last, last)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float)


def _column(text: str, offset: int) -> int:
    return offset - (text.rfind("\n", 0, offset) + 1)


def _line_end(text: str, offset: int) -> int:
    """Return the offset behind the line in which `offset` stands; a block scalar's end is behind its line already."""
    if offset > 0 and text[offset - 1] == "\n":
        return offset
    return text.find("\n", offset) + 1 or len(text)


def _block(key: str, value: object, column: int, name: str) -> str:
    yaml: Any = YAML(typ="rt", pure=True)  # Any: as above
    yaml.Representer = _Representer
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump({_spelt(key, name): _spelt(value, name)}, stream)
    return "".join(f"{' ' * column}{line}\n" for line in stream.getvalue().splitlines())


class _Representer(RoundTripRepresenter):
    """Writes null as a word: a value that is not there could not be told from what follows it."""


def _null(representer: Any, _: None) -> object:  # noqa: ANN401 - as above
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


cast("Any", _Representer).add_representer(type(None), _null)


def _spelt(value: object, name: str) -> object:
    """Give a value the form in which the engine reads it back as it is."""
    if isinstance(value, str):
        plain = value and value.isprintable() and scalar(value) == value and value != "<<"
        return str(value) if plain else DoubleQuotedScalarString(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {_spelt(str(key), name): _spelt(entry, name) for key, entry in pairs.items()}
    if isinstance(value, list | tuple):
        return [_spelt(entry, name) for entry in cast("list[object]", value)]
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise StackFileError(f"{name}: a stack file cannot hold {value!r}")
