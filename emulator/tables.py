"""DynamoDB's reading by key, from files: what a function finds in the tables that the program registers.

A table NAME has what lies in `tables/NAME.jsonl` of the store's folder, one item a line in DynamoDB's JSON
(`{"movie_id": {"N": "1"}}`); without a file it is empty, and a file that changes is read again. GetItem and
BatchGetItem are answered; every other operation, and every parameter beyond the keys, is refused by name. Bounds and
errors: DynamoDB API reference (BatchGetItem), compared with moto's in the tests.
"""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

import orjson

from emulator.graph import TableSpec

Item = Mapping[str, Mapping[str, Any]]
Key = tuple[object, ...]
KEYS: Final = 100
NAMESPACE: Final = "com.amazonaws.dynamodb.v20120810#"
_IGNORED: Final = {"ConsistentRead", "ReturnConsumedCapacity"}


class TableError(Exception):
    """What DynamoDB answers with an error: its name, and a message for people."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.kind, self.status = kind, status


@dataclass(slots=True)
class _Rows:
    stamp: tuple[int, int] | None = None
    items: Mapping[Key, Item] = field(default_factory=dict[Key, Item])


class Tables:
    """The tables of one account and region, by name; `known` are those that the program registers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: Mapping[str, TableSpec] = {}
        self._rows: dict[str, _Rows] = {}

    def file(self, table: str) -> Path:
        """Return where a table's items lie."""
        return self.folder / f"{table}.jsonl"

    def read(self) -> None:
        """Read every table's items; what cannot be read is told, and refused when it is asked for."""
        for spec in self.known.values():
            with contextlib.suppress(TableError):
                self._items(spec)

    def answer(self, operation: str, body: bytes) -> tuple[int, Mapping[str, object]]:
        """Return status and document of an operation (`GetItem`) with its parameters as JSON."""
        try:
            asked = cast("Mapping[str, Any]", orjson.loads(body))
            match operation:
                case "GetItem":
                    return 200, self._get(asked)
                case "BatchGetItem":
                    return 200, self._batch(asked)
                case _:
                    reason = f"the emulator answers DynamoDB's GetItem and BatchGetItem, not {operation}"
                    raise TableError("UnknownOperationException", reason)  # noqa: TRY301 - one place answers all
        except TableError as error:
            return error.status, {"__type": NAMESPACE + error.kind, "message": str(error)}
        except ValueError as error:
            return 400, {"__type": f"{NAMESPACE}SerializationException", "message": f"no JSON: {error}"}

    def _get(self, asked: Mapping[str, Any]) -> Mapping[str, object]:
        _only({"TableName", "Key"}, asked)
        spec = self._spec(str(asked.get("TableName")))
        found = self._items(spec).get(_key(spec, asked.get("Key")))
        return {} if found is None else {"Item": found}

    def _batch(self, asked: Mapping[str, Any]) -> Mapping[str, object]:
        _only({"RequestItems"}, asked)
        wanted = cast("Mapping[str, Mapping[str, Any]]", asked.get("RequestItems") or {})
        if not wanted or not all(each.get("Keys") for each in wanted.values()):
            raise TableError("ValidationException", "the requestItems and each one's keys must hold one at least")
        if sum(len(each["Keys"]) for each in wanted.values()) > KEYS:
            raise TableError("ValidationException", "Too many items requested for the BatchGetItem call")
        found: dict[str, Sequence[Item]] = {}
        for name, each in wanted.items():
            _only({"Keys"}, each)
            spec = self._spec(name)
            keys = [_key(spec, key) for key in each["Keys"]]
            if len(set(keys)) < len(keys):
                raise TableError("ValidationException", "Provided list of item keys contains duplicates")
            items = self._items(spec)
            found[name] = [items[key] for key in keys if key in items]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _spec(self, name: str) -> TableSpec:
        if name not in self.known:
            raise TableError("ResourceNotFoundException", "Requested resource not found")
        return self.known[name]

    def _items(self, spec: TableSpec) -> Mapping[Key, Item]:
        rows, path = self._rows.setdefault(spec.name, _Rows()), self.file(spec.name)
        try:
            status = path.stat()
        except FileNotFoundError:
            return {}
        stamp = status.st_mtime_ns, status.st_size
        if rows.stamp != stamp:
            try:
                rows.items = dict(_read(spec, path))
            except (OSError, ValueError, TableError) as error:
                print(f"emulator: table {spec.name}: {error}", file=sys.stderr)
                raise TableError("InternalServerError", f"{path} cannot be read", status=500) from error
            rows.stamp = stamp
        return rows.items


def _read(spec: TableSpec, path: Path) -> Iterator[tuple[Key, Item]]:
    names = {name for name, _ in spec.keys}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            item = cast("Item", orjson.loads(line))
            yield _key(spec, {name: value for name, value in item.items() if name in names}), item
        except (ValueError, AttributeError, TableError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error


def _key(spec: TableSpec, given: object) -> Key:
    """Return an item's key as values; a number's are equal however they are written."""
    key = cast("Item", given if isinstance(given, Mapping) else {})
    if set(key) != {name for name, _ in spec.keys} or any(set(key[name]) != {kind} for name, kind in spec.keys):
        raise TableError("ValidationException", "The provided key element does not match the schema")
    return tuple(Decimal(key[name][kind]) if kind == "N" else key[name][kind] for name, kind in spec.keys)


def _only(known: set[str], asked: Mapping[str, object]) -> None:
    for name in asked:
        if name not in known | _IGNORED:
            raise TableError("ValidationException", f"the emulator reads items whole, by key: {name} is not imitated")


def document(body: Mapping[str, object]) -> bytes:
    """Return an answer's body."""
    return json.dumps(body, separators=(",", ":")).encode()
