"""From an OpenAPI document with `x-amazon-apigateway-*` to an `Api`. Pure.

What would make the emulator answer otherwise than AWS is refused with the place in the document, the property and
the reason; what changes no answer (descriptions, examples, response models) is passed over. Extensions: API Gateway
developer guide, "OpenAPI extensions for API Gateway".
"""

import re

from emulator import expressions
from emulator.api import (
    Api,
    ContentHandling,
    CustomResponse,
    Integration,
    IntegrationResponse,
    IntegrationType,
    Method,
    Passthrough,
    Validation,
)
from emulator.api_settings import ApiSettingsReader, Beside
from emulator.computed import token
from emulator.document import Document, DocumentReader, listing, mapping, read_document
from emulator.errors import GraphError
from emulator.findings import Findings
from emulator.lambda_uri import names_function
from emulator.security import SecurityReader

VERBS = {"get", "put", "post", "delete", "options", "head", "patch"}
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
DEFAULT_TIMEOUT_MILLISECONDS = 29_000  # PutIntegration's default, recorded 2023-05-31
EMULATED_EXTENSIONS = {
    "x-amazon-apigateway-request-validators",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-policy",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-auth",
}
WITHOUT_EFFECT = {
    "x-amazon-apigateway-documentation",
    "x-amazon-apigateway-tag-value",
    "x-amazon-apigateway-importexport-version",
    "x-amazon-apigateway-endpoint-configuration",
}
INTEGRATION_PROPERTIES = {
    "type", "uri", "httpMethod", "credentials", "passthroughBehavior", "timeoutInMillis", "requestParameters",
    "requestTemplates", "responses", "contentHandling", "cacheNamespace", "cacheKeyParameters", "connectionType",
}  # fmt: skip


def api_of(resource: str, text: str, beside: Beside, findings: Findings) -> Api:
    """Build the frozen API from a document's text; `resource` names it in errors.

    Raises:
        GraphError: the document contradicts itself or is none.
        UnsupportedError: something in it cannot be imitated.
    """
    return _Reader(resource, beside, read_document(resource, text), findings).api()


class _Reader(DocumentReader):
    def __init__(self, resource: str, beside: Beside, document: Document, findings: Findings) -> None:
        super().__init__(resource, beside.identifier, document)
        self.beside = beside
        self.security = SecurityReader(self, findings)
        self.settings = ApiSettingsReader(self, beside)

    def api(self) -> Api:
        document, beside = self.document, self.beside
        self.known(document, "", EMULATED_EXTENSIONS | WITHOUT_EFFECT)
        if document.get("security"):
            raise self.unsupported("security", "write it at each operation: what the root's does is not documented")
        paths = {path: self.path(path, entry) for path, entry in mapping(document.get("paths")).items()}
        responses = mapping(document.get("x-amazon-apigateway-gateway-responses"))
        return Api(
            id=self.identifier,
            name=str(mapping(document.get("info")).get("title", "")),
            resources={path: methods for path, methods in paths.items() if methods},
            responses={kind: self.custom(kind, entry) for kind, entry in responses.items()},
            binary_media_types=(
                *beside.binary_media_types,
                *listing(document.get("x-amazon-apigateway-binary-media-types")),
            ),
            authorizers=self.security.authorizers(),
            key_source=self.settings.key_source(),
            policy=self.settings.policy(),
            compression=self.settings.compression(),
            closed=self.settings.closed(),
        )

    def path(self, path: str, entry: Document) -> dict[str, Method]:
        shared = listing(entry.get("parameters"))
        methods: dict[str, Method] = {}
        for verb, operation in entry.items():
            if verb in VERBS or verb == ANY:
                name = "ANY" if verb == ANY else verb.upper()
                methods[name] = self.method(path, name, operation, shared)
        return methods

    def method(self, path: str, verb: str, operation: Document, shared: list[Document]) -> Method:
        where = f"{verb} {path}"
        self.known(operation, where, EMULATED_EXTENSIONS | WITHOUT_EFFECT | {INTEGRATION})
        if INTEGRATION not in operation:
            raise GraphError(self.resource, f"{where}: {INTEGRATION}", "missing: AWS deploys no method without one")
        demand = self.security.demand(where, operation)
        return Method(
            key_required=demand.key,
            authorizer=demand.authorizer,
            verb=verb,
            path=path,
            resource_id=token(f"{self.identifier}{path}", 6),
            validation=self.validation(where, operation, shared),
            integration=self.integration(where, operation[INTEGRATION]),
        )

    def validation(self, where: str, operation: Document, shared: list[Document]) -> Validation:
        validators = mapping(self.document.get("x-amazon-apigateway-request-validators"))
        word = "x-amazon-apigateway-request-validator"
        name = operation.get(word, self.document.get(word))
        if name is None:
            return Validation()
        if name not in validators:
            raise GraphError(self.resource, f"{where}: {word}", f"no validator is called {name!r}")
        parameters = [self.resolved(each) for each in [*shared, *listing(operation.get("parameters"))]]
        required = [each for each in parameters if each.get("required") or each.get("in") == "path"]
        names = {
            place: tuple(p["name"] for p in required if p.get("in") == place) for place in ("header", "path", "query")
        }
        if not validators[name].get("validateRequestParameters"):
            names = dict.fromkeys(names, ())
        bodies: dict[str, Document] = {}
        if validators[name].get("validateRequestBody"):
            for media, content in mapping(self.resolved(mapping(operation.get("requestBody"))).get("content")).items():
                if "schema" in content:
                    bodies[media] = {**content["schema"], "components": mapping(self.document.get("components"))}
        return Validation(headers=names["header"], paths=names["path"], querystrings=names["query"], bodies=bodies)

    def integration(self, where: str, entry: Document) -> Integration:
        kind = str(entry.get("type", "")).upper()
        for prop in entry:
            if prop not in INTEGRATION_PROPERTIES:
                raise self.unsupported(f"{where}: {INTEGRATION}.{prop}", "not imitated")
        if kind not in {each.value for each in IntegrationType}:
            raise self.unsupported(f"{where}: {INTEGRATION}.type", f"{kind or 'none'}: imitated are AWS and MOCK")
        uri = str(entry.get("uri", ""))
        if kind == IntegrationType.AWS and ":runtime.sagemaker:path/" not in uri and not names_function(uri):
            reason = (
                f"{uri!r}: of AWS's services SageMaker runtime (…:runtime.sagemaker:path/endpoints/…) and Lambda "
                "(…:lambda:path/2015-03-31/functions/…) are imitated"
            )
            raise self.unsupported(f"{where}: {INTEGRATION}.uri", reason)
        if kind == IntegrationType.AWS and entry.get("httpMethod") != "POST":
            reason = f"{entry.get('httpMethod')!r}: SageMaker runtime and Lambda's Invoke know POST only"
            raise self.unsupported(f"{where}: {INTEGRATION}.httpMethod", reason)
        if kind == IntegrationType.AWS and not entry.get("credentials") and not names_function(uri):
            raise GraphError(
                self.resource,
                f"{where}: {INTEGRATION}.credentials",
                "AWS: Role ARN must be specified for AWS integrations",
            )
        prefix = "integration.request."
        parameters = self.expressions(where, entry.get("requestParameters"), prefix, expressions.REQUEST_SOURCES)
        if any(target.lower() == "header.x-amz-invocation-type" for target in parameters):
            raise self.unsupported(f"{where}: {prefix}header.X-Amz-Invocation-Type", "only synchronous calls are made")
        return Integration(
            kind=IntegrationType(kind),
            uri=uri,
            credentials=str(entry.get("credentials", "")),
            passthrough=self.member(Passthrough, where, "passthroughBehavior", entry) or Passthrough.WHEN_NO_MATCH,
            timeout=int(entry.get("timeoutInMillis", DEFAULT_TIMEOUT_MILLISECONDS)) / 1000,
            parameters=parameters,
            templates=dict(mapping(entry.get("requestTemplates"))),
            responses=self.integration_responses(where, mapping(entry.get("responses"))),
            content_handling=self.member(ContentHandling, where, "contentHandling", entry),
        )

    def integration_responses(self, where: str, entries: Document) -> tuple[IntegrationResponse, ...]:
        """Read `responses`: the key is the pattern, `default` or nothing is the one without."""
        found: dict[str, IntegrationResponse] = {}
        for pattern, entry in entries.items():
            place, status = f"{where}: responses[{pattern!r}]", str(entry.get("statusCode", ""))
            if not re.fullmatch(r"[1-5]\d\d", status):
                raise GraphError(self.resource, f"{place}.statusCode", f"must match [1-5]\\d\\d, is {status!r}")
            if status in found:
                raise GraphError(
                    self.resource, f"{place}.statusCode", f"{status} is taken: API Gateway keeps one response a status"
                )
            try:
                re.compile(pattern)
            except re.error as error:
                raise GraphError(self.resource, place, f"no regular expression: {error}") from error
            prefix = "method.response.header."
            found[status] = IntegrationResponse(
                pattern=None if pattern in ("default", "") else pattern,
                status=int(status),
                parameters=self.expressions(
                    place, entry.get("responseParameters"), prefix, expressions.RESPONSE_SOURCES
                ),
                templates={key: text for key, text in mapping(entry.get("responseTemplates")).items() if text},
                content_handling=self.member(ContentHandling, where, "contentHandling", entry),
            )
        return tuple(found.values())

    def custom(self, kind: str, entry: Document) -> CustomResponse:
        prefix = "gatewayresponse.header."
        place = f"x-amazon-apigateway-gateway-responses.{kind}"
        status = entry.get("statusCode")
        return CustomResponse(
            status=None if status is None else int(status),
            parameters=self.expressions(place, entry.get("responseParameters"), prefix, expressions.REQUEST_SOURCES),
            templates=dict(mapping(entry.get("responseTemplates"))),
        )
