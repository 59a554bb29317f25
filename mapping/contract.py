"""Contracts: what callers and a model agree on, read from the folders under `mapping/contracts`.

A contract is its files. Its hash is the SHA-256 over their names and bytes, so that a release can name the
contract that it was made with, and a later edit of a released contract is found instead of served.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlencode

from mapping.errors import ContractError, UnknownContractError

CONTRACTS = Path(__file__).parent / "contracts"
FILES = (
    "contract.json",
    "check.vtl",
    "request.vtl",
    "response.vtl",
    "error.vtl",
    "model-request.schema.json",
    "model-response.schema.json",
    "response.schema.json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One required parameter of the route; `pattern` documents what the templates check."""

    name: str
    location: Literal["path", "query"]
    description: str
    pattern: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One contract: `files` maps each name in `FILES` to its text."""

    name: str
    files: Mapping[str, str]

    @cached_property
    def hash(self) -> str:
        """SHA-256 (64 hex) over the names and texts of all files, in the order of `FILES`."""
        digest = hashlib.sha256()
        for name in FILES:
            data = self.files[name].encode()
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()

    @cached_property
    def _head(self) -> Mapping[str, object]:
        return cast("Mapping[str, object]", json.loads(self.files["contract.json"]))

    @property
    def path(self) -> str:
        """The route's path with its parameters in braces."""
        return str(self._head["path"])

    @property
    def method(self) -> str:
        """The route's HTTP method in lower case, as OpenAPI writes it."""
        return str(self._head["method"])

    @property
    def operation(self) -> str:
        """The operation's id, letters and digits."""
        return str(self._head["operation"])

    @property
    def summary(self) -> str:
        """One line for people."""
        return str(self._head["summary"])

    @property
    def stage_variable(self) -> str:
        """The stage variable that names the endpoint: letters and digits only (a canary can override no other)."""
        return str(self._head["stageVariable"])

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The route's parameters, all of them required."""
        entries = cast("list[dict[str, str]]", self._head["parameters"])
        return tuple(
            Parameter(
                name=entry["name"],
                location="path" if entry["in"] == "path" else "query",
                description=entry["description"],
                pattern=entry["pattern"],
                example=entry["example"],
            )
            for entry in entries
        )

    @property
    def example(self) -> str:
        """Path and query of one real request, from the parameters' examples."""
        path, query = self.path, dict[str, str]()
        for parameter in self.parameters:
            if parameter.location == "path":
                path = path.replace(f"{{{parameter.name}}}", parameter.example)
            else:
                query[parameter.name] = parameter.example
        return f"{path}?{urlencode(query, safe=',')}" if query else path

    def schema(self, name: str) -> Mapping[str, object]:
        """The JSON Schema (draft 4) `model-request`, `model-response` or `response`."""
        return cast("Mapping[str, object]", json.loads(self.files[f"{name}.schema.json"]))

    def request_template(self, *, max_items: int) -> str:
        """The request template with its checks, for at most `max_items` items."""
        return self._template("request.vtl", max_items=max_items)

    def response_template(self, *, max_items: int) -> str:
        """The response template for 2xx, with the same checks."""
        return self._template("response.vtl", max_items=max_items)

    def error_template(self, *, backend: str, max_items: int) -> str:
        """The response template for every other class of status of SageMaker's (`backend`: 400, 424, 5xx...)."""
        return self._template("error.vtl", max_items=max_items).replace("@BACKEND@", backend)

    def _template(self, name: str, *, max_items: int) -> str:
        return (self.files["check.vtl"] + self.files[name]).replace("@MAX_ITEMS@", str(max_items))


@lru_cache
def load_contract(name: str, expected_hash: str | None = None) -> Contract:
    """Read the contract `name`; with `expected_hash`, only if its files are those that the hash was made of.

    Raises:
        UnknownContractError: no such folder, or another hash.
        ContractError: a file is missing or does not parse, or the stage variable has other than letters and digits.
    """
    return read_contract(CONTRACTS / name, expected_hash)


def read_contract(folder: Path, expected_hash: str | None = None) -> Contract:
    """Read a contract from any folder; see `load_contract`."""
    if not folder.is_dir():
        there = ", ".join(sorted(p.name for p in folder.parent.glob("*/"))) or "none"
        raise UnknownContractError(f"no contract {folder.name!r}; there are: {there}")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ContractError(f"contract {folder.name!r} lacks {', '.join(missing)}")
    contract = Contract(name=folder.name, files={n: (folder / n).read_text(encoding="utf-8") for n in FILES})
    for name in FILES:
        if name.endswith(".json"):
            try:
                json.loads(contract.files[name])
            except ValueError as error:
                raise ContractError(f"contract {folder.name!r}: {name} is not JSON: {error}") from error
    if not contract.stage_variable.isalnum() or not contract.stage_variable.isascii():
        raise ContractError(
            f"contract {folder.name!r}: stageVariable {contract.stage_variable!r} must be letters and digits only"
        )
    if expected_hash is not None and contract.hash != expected_hash:
        raise UnknownContractError(
            f"contract {folder.name!r} has the hash {contract.hash[:12]}, the release was made with "
            f"{expected_hash[:12]}: a released contract never changes; restore its files, or give the new "
            "templates a folder of their own"
        )
    return contract
