"""Who may call, as a document says it: security requirements, their schemes, and the authorizers behind them. Pure.

API Gateway takes every scheme that an operation names, in one requirement or several: a key beside an authorizer.
Forms: API Gateway developer guide, "x-amazon-apigateway-authorizer object", "x-amazon-apigateway-authtype property",
"x-amazon-apigateway-auth object"; names and bounds: botocore's apigateway model, CreateAuthorizer.
"""

import re
from dataclasses import dataclass

from emulator import expressions
from emulator.api import Authorizer, AuthorizerKind
from emulator.document import Document, DocumentReader, listing, mapping
from emulator.errors import GraphError
from emulator.findings import Feature, Findings
from emulator.lambda_uri import names_function

AUTHORIZER = "x-amazon-apigateway-authorizer"
AUTHTYPE = "x-amazon-apigateway-authtype"
AUTH = "x-amazon-apigateway-auth"
DEFAULT_TTL, LONGEST_TTL = 300, 3600
IDENTITY_SOURCES = ("method.request.header.", "method.request.querystring.", "stageVariables.", "context.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one method asks of its caller."""

    key: bool = False
    authorizer: str | None = None


class SecurityReader:
    """Reads one document's security; `findings` takes what is ignored by order."""

    def __init__(self, reader: DocumentReader, findings: Findings) -> None:
        self.reader, self.findings = reader, findings
        components = mapping(reader.document.get("components"))
        self.schemes = mapping(components.get("securitySchemes"))

    def authorizers(self) -> dict[str, Authorizer]:
        """Return the Lambda authorizers that the document defines, by their scheme's name."""
        return {
            name: self._authorizer(name, self.reader.resolved(scheme))
            for name, scheme in self.schemes.items()
            if AUTHORIZER in scheme and self._kind(scheme) != "cognito_user_pools"
        }

    def demand(self, where: str, operation: Document) -> Demand:
        """Return what an operation asks of its caller.

        Raises:
            UnsupportedError: a signature or a user pool's token, which nobody checks here.
            GraphError: a scheme that the document does not have, or two authorizers.
        """
        auth = str(mapping(operation.get(AUTH)).get("type", "NONE")).upper()
        if auth == "AWS_IAM":
            self._iam(f"body: {where}: {AUTH}")
        elif auth != "NONE":
            raise self.reader.unsupported(f"{where}: {AUTH}", f"{auth}: imitated are NONE, and schemes under security")
        names = list(dict.fromkeys(name for entry in listing(operation.get("security")) for name in mapping(entry)))
        key, found = False, list[str]()
        for name in names:
            if name not in self.schemes:
                reason = f"components.securitySchemes has no {name!r}"
                raise GraphError(self.reader.resource, f"body: {where}: security", reason)
            scheme = self.reader.resolved(self.schemes[name])
            kind = self._kind(scheme)
            if kind == "awssigv4":
                self._iam(f"body: {where}: security.{name}")
            elif kind == "cognito_user_pools":
                prop = f"body: {where}: security.{name}"
                self.findings.refuse(Feature.COGNITO, self.reader.resource, prop, "user pools are not imitated")
            elif AUTHORIZER in scheme:
                found.append(name)
            elif scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
                key = True
            else:
                reason = f"{scheme.get('type')!r}: API Gateway knows API keys in x-api-key, {AUTHTYPE} and {AUTHORIZER}"
                raise self.reader.unsupported(f"{where}: security.{name}", reason)
        if len(found) > 1:
            reason = f"{', '.join(found)}: a method has one authorizer"
            raise GraphError(self.reader.resource, f"body: {where}: security", reason)
        return Demand(key=key, authorizer=found[0] if found else None)

    def _iam(self, prop: str) -> None:
        self.findings.refuse(Feature.IAM, self.reader.resource, prop, "signatures of AWS's are not checked")

    @staticmethod
    def _kind(scheme: Document) -> str:
        kind = str(scheme.get(AUTHTYPE, "")).lower()
        inner = str(mapping(scheme.get(AUTHORIZER)).get("type", "")).lower()
        return "cognito_user_pools" if "cognito_user_pools" in (kind, inner) else kind

    def _authorizer(self, name: str, scheme: Document) -> Authorizer:
        raw, where = mapping(scheme[AUTHORIZER]), f"body: components.securitySchemes.{name}: {AUTHORIZER}"
        resource = self.reader.resource
        kind = self.reader.member(AuthorizerKind, where, "type", raw)
        if kind is None:
            raise GraphError(resource, f"{where}.type", "missing: token or request")
        uri = str(raw.get("authorizerUri", ""))
        if not names_function(uri):
            reason = f"{uri!r}: must be …:lambda:path/2015-03-31/functions/<function's ARN>/invocations"
            raise GraphError(resource, f"{where}.authorizerUri", reason)
        ttl = int(raw.get("authorizerResultTtlInSeconds", DEFAULT_TTL))
        if not 0 <= ttl <= LONGEST_TTL:
            reason = f"must be 0 to {LONGEST_TTL}, is {ttl}"
            raise GraphError(resource, f"{where}.authorizerResultTtlInSeconds", reason)
        identity = self._identity(name, kind, raw, scheme)
        if kind is AuthorizerKind.REQUEST and ttl and not identity:
            reason = "missing: an answer that is kept is kept by its identity sources (or set the TTL to 0)"
            raise GraphError(resource, f"{where}.identitySource", reason)
        pattern = raw.get("identityValidationExpression")
        try:
            re.compile(str(pattern or ""))
        except re.error as error:
            reason = f"{pattern!r} is no regular expression: {error}"
            raise GraphError(resource, f"{where}.identityValidationExpression", reason) from error
        return Authorizer(
            name=name,
            kind=kind,
            uri=uri,
            identity=identity,
            pattern=str(pattern) if pattern and kind is AuthorizerKind.TOKEN else None,
            ttl=ttl,
        )

    def _identity(self, name: str, kind: AuthorizerKind, raw: Document, scheme: Document) -> tuple[str, ...]:
        if kind is AuthorizerKind.TOKEN:
            return (f"method.request.header.{scheme.get('name', 'Authorization')}",)
        sources = tuple(each.strip() for each in str(raw.get("identitySource", "")).split(",") if each.strip())
        for source in sources:
            if not expressions.supported(source, IDENTITY_SOURCES) or expressions.literal(source):
                reason = f"{source!r}: imitated are {', '.join(f'{each}X' for each in IDENTITY_SOURCES)}"
                raise self.reader.unsupported(f"components.securitySchemes.{name}: identitySource", reason)
        return sources
