"""HTTP to model contract and back: templates as files, JSON Schemas, the OpenAPI document. Pure."""

from mapping.contract import Contract, load_contract, read_contract
from mapping.openapi import Api, Route, document, document_hash

__all__ = ["Api", "Contract", "Route", "document", "document_hash", "load_contract", "read_contract"]
