"""Reading of a document's parts: what is there, what is refused, and with which words. Pure."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar, cast

from emulator import expressions
from emulator.errors import GraphError, UnsupportedError

Document = Mapping[str, Any]
Word = TypeVar("Word", bound=StrEnum)


def read_document(resource: str, text: str) -> Document:
    """Parse JSON or YAML text.

    Raises:
        GraphError: neither, or no OpenAPI document. AWS says `Invalid OpenAPI input.` (recorded 2025-11-18).
        UnsupportedError: a version other than 3.0.
    """
    try:
        document: object = json.loads(text)
    except ValueError:
        from ruamel.yaml import YAML, YAMLError  # noqa: PLC0415 - most documents are JSON

        try:
            document = YAML(typ="safe").load(text)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # ruamel.yaml has no types
        except YAMLError as error:
            raise GraphError(
                resource, "body", f"neither JSON nor YAML (AWS: Invalid OpenAPI input.): {error}"
            ) from error
    if not isinstance(document, dict):
        raise GraphError(resource, "body", "no OpenAPI document (AWS: Invalid OpenAPI input.)")
    document = cast("dict[str, Any]", document)
    if "swagger" in document:
        raise UnsupportedError(resource, "body.swagger", f"version {document['swagger']}: write OpenAPI 3.0.1")
    if not str(document.get("openapi", "")).startswith("3.0"):
        raise GraphError(resource, "body.openapi", f"must be 3.0.x, is {document.get('openapi')!r}")
    return document


def mapping(value: object) -> Document:
    return cast("Document", value or {})


def listing(value: object) -> list[Any]:
    return cast("list[Any]", value or [])


class DocumentReader:
    """One document; `resource` names it in every message."""

    def __init__(self, resource: str, identifier: str, document: Document) -> None:
        self.resource, self.identifier, self.document = resource, identifier, document

    def known(self, entry: Document, where: str, extensions: set[str]) -> None:
        for key in entry:
            if key.startswith("x-amazon-apigateway-") and key not in extensions:
                raise self.unsupported(f"{where}: {key}" if where else key, "not imitated")

    def resolved(self, entry: Document) -> Document:
        reference = entry.get("$ref")
        if reference is None:
            return entry
        found: Any = self.document
        for part in str(reference).removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # JSON
        if not isinstance(found, dict):
            raise GraphError(self.resource, "body", f"{reference} leads nowhere")
        return cast("Document", found)

    def member(self, words: type[Word], where: str, prop: str, entry: Document) -> Word | None:
        """Take one word of a closed vocabulary, written in any casing; None where the property is not there."""
        value = entry.get(prop)
        if value is None:
            return None
        try:
            return words(str(value).upper())
        except ValueError:
            there = ", ".join(each.value for each in words)
            raise GraphError(self.resource, f"{where}: {prop}", f"{value!r} is none of {there}") from None

    def expressions(
        self, where: str, entries: Document | None, prefix: str, sources: tuple[str, ...]
    ) -> dict[str, str]:
        """Take mappings, their targets without `prefix`. A value that is no text is dropped (recorded 2025-07-02)."""
        taken: dict[str, str] = {}
        for target, value in (entries or {}).items():
            if not isinstance(value, str):
                continue
            if not target.startswith(prefix) or not expressions.supported(value, sources):
                reason = f"from {value!r}: imitated are literals and {', '.join(f'{source}X' for source in sources)}"
                raise self.unsupported(f"{where}: {target}", reason)
            taken[target.removeprefix(prefix)] = value
        return taken

    def unsupported(self, prop: str, reason: str) -> UnsupportedError:
        return UnsupportedError(self.resource, f"body: {prop}", reason)
