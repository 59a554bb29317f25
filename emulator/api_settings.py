"""What a document, and the RestApi's arguments beside it, say of the API as a whole. Pure.

Extensions: API Gateway developer guide, "x-amazon-apigateway-api-key-source property", "x-amazon-apigateway-policy",
"x-amazon-apigateway-minimum-compression-size" and "x-amazon-apigateway-endpoint-configuration object".
"""

import json
from dataclasses import dataclass

from emulator.api import KeySource
from emulator.document import DocumentReader, listing, mapping
from emulator.errors import GraphError
from emulator.iam_policy import PolicyError, Statement, parse

LARGEST_COMPRESSION = 10_485_760  # bytes (developer guide, "Enable payload compression for an API")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a document: the API's id and ARN (of execute-api), and the RestApi's own arguments.

    Where an argument is given it stands over the document's word, as the provider sends it after the import.
    """

    identifier: str
    arn: str = ""
    binary_media_types: tuple[str, ...] = ()
    key_source: str | None = None
    policy: str | None = None
    compression: str | None = None
    closed: bool | None = None


class ApiSettingsReader:
    """Reads one document's settings; an argument that is given stands over the document's word."""

    def __init__(self, reader: DocumentReader, beside: Beside) -> None:
        self.reader, self.beside = reader, beside

    def key_source(self) -> KeySource:
        """Return where API keys are read from."""
        word = "x-amazon-apigateway-api-key-source"
        entry = {word: self.beside.key_source or self.reader.document.get(word)}
        return self.reader.member(KeySource, "body", word, entry) or KeySource.HEADER

    def policy(self) -> tuple[Statement, ...] | None:
        """Return the resource policy.

        Raises:
            UnsupportedError: it is none, or has an element that is not imitated.
        """
        word = "x-amazon-apigateway-policy"
        given: object = self.reader.document.get(word)
        try:
            if self.beside.policy:
                given = json.loads(self.beside.policy)
            return None if given is None else parse(given, principals=True, api_arn=self.beside.arn)
        except (PolicyError, ValueError) as error:
            raise self.reader.unsupported(word, str(error)) from error

    def compression(self) -> int | None:
        """Return the bytes from which on answers are compressed.

        Raises:
            GraphError: more than AWS takes.
        """
        word = "x-amazon-apigateway-minimum-compression-size"
        given = self.reader.document.get(word) if self.beside.compression in (None, "") else self.beside.compression
        if given is None or int(str(given)) < 0:  # -1 is the provider's word for none
            return None
        size = int(str(given))
        if size > LARGEST_COMPRESSION:
            reason = f"must be 0 to {LARGEST_COMPRESSION}, is {size}"
            raise GraphError(self.reader.resource, f"body: {word}", reason)
        return size

    def closed(self) -> bool:
        """Say whether the API's own address is switched off, by the argument or in any of the servers' extensions."""
        if self.beside.closed is not None:
            return self.beside.closed
        word = "x-amazon-apigateway-endpoint-configuration"
        document = self.reader.document
        places = [document, *(mapping(each) for each in listing(document.get("servers")))]
        return any(bool(mapping(each.get(word)).get("disableExecuteApiEndpoint")) for each in places)
