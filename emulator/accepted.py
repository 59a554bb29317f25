"""What of a registered resource is imitated, what changes no answer, and what is refused: tables of data.

A property in none of the three columns is refused as unknown: better a clear end than a wrong answer. Properties are
those of the Pulumi AWS provider 7.x. Types outside `apigateway`, `apigatewayv2` and `sagemaker` take no part in a
request here and are passed over: permissions are not evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.errors import UnsupportedError
from emulator.findings import Feature, Findings
from emulator.recording import Registration

REST_API = "aws:apigateway/restApi:RestApi"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
MODEL = "aws:sagemaker/model:Model"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
FUNCTION = "aws:lambda/function:Function"
TABLE = "aws:dynamodb/table:Table"
API_KEY = "aws:apigateway/apiKey:ApiKey"
USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan"
USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey"
DOMAIN = "aws:apigateway/domainName:DomainName"
BASE_PATH = "aws:apigateway/basePathMapping:BasePathMapping"
WEB_ACL_ASSOCIATIONS = (
    "aws:wafv2/webAclAssociation:WebAclAssociation",
    "aws:wafregional/webAclAssociation:WebAclAssociation",
)


def _none() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One type's properties: imitated, without effect on an answer, and refused (with the reason) where truthy.

    `noted` are without effect too, and said so to whoever serves; `cache` are refused unless ignored by order.
    """

    imitated: frozenset[str]
    without_effect: frozenset[str] = frozenset()
    noted: Mapping[str, str] = field(default_factory=_none)
    cache: Mapping[str, str] = field(default_factory=_none)
    refused: Mapping[str, str] = field(default_factory=_none)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENDPOINT_TYPE = "edge, regional and private answer the same here, on loopback"
TLS = "plain HTTP is spoken here"
CACHE = "the stage's cache is not imitated"
ACCEPTED: Mapping[str, Columns] = {
    REST_API: Columns(
        imitated=_words(
            "name body binaryMediaTypes policy disableExecuteApiEndpoint minimumCompressionSize apiKeySource"
        ),
        without_effect=_words("description tags region putRestApiMode failOnWarnings endpointAccessMode"),
        noted={"endpointConfiguration": ENDPOINT_TYPE, "securityPolicy": TLS},
        refused={"parameters": "import parameters (basepath) are not imitated"},
    ),
    DEPLOYMENT: Columns(
        imitated=_words("restApi triggers"),
        without_effect=_words("description region"),
        refused={"variables": "set the variables on the Stage"},
    ),
    STAGE: Columns(
        imitated=_words("restApi deployment stageName variables canarySettings accessLogSettings"),
        without_effect=_words("description tags region documentationVersion cacheClusterSize clientCertificateId"),
        noted={"xrayTracingEnabled": "no traces are sent"},
        cache={"cacheClusterEnabled": CACHE},
    ),
    METHOD_SETTINGS: Columns(imitated=_words("restApi stageName methodPath settings"), without_effect=_words("region")),
    MODEL: Columns(
        imitated=_words("name primaryContainer"),
        without_effect=_words("executionRoleArn tags region vpcConfig enableNetworkIsolation"),
        refused={
            "containers": "inference pipelines are not imitated; use --endpoint NAME=URL",
            "inferenceExecutionConfig": "multi-container endpoints are not imitated; use --endpoint NAME=URL",
        },
    ),
    CONFIGURATION: Columns(
        imitated=_words("name namePrefix productionVariants dataCaptureConfig"),
        without_effect=_words("tags region kmsKeyArn executionRoleArn"),
        refused={
            "asyncInferenceConfig": "asynchronous inference is not imitated",
            "shadowProductionVariants": "shadow variants are not imitated",
        },
    ),
    ENDPOINT: Columns(
        imitated=_words("name endpointConfigName"), without_effect=_words("tags region deploymentConfig")
    ),
    API_KEY: Columns(
        imitated=_words("name value enabled"), without_effect=_words("description tags region customerId")
    ),
    USAGE_PLAN: Columns(
        imitated=_words("name apiStages throttleSettings quotaSettings"),
        without_effect=_words("description tags region productCode"),
    ),
    USAGE_PLAN_KEY: Columns(imitated=_words("keyId usagePlanId"), without_effect=_words("keyType region")),
    DOMAIN: Columns(
        imitated=_words("domainName"),
        without_effect=_words(
            "certificateArn certificateBody certificateChain certificateName certificatePrivateKey region tags "
            "regionalCertificateArn regionalCertificateName ownershipVerificationCertificateArn endpointAccessMode"
        ),
        noted={
            "endpointConfiguration": ENDPOINT_TYPE,
            "securityPolicy": TLS,
            "mutualTlsAuthentication": f"{TLS}, and no client's certificate is asked for",
        },
        refused={
            "policy": "private domains are not imitated",
            "routingMode": "routing rules are not imitated; BASE_PATH_MAPPING_ONLY is the default: leave it out",
        },
    ),
    BASE_PATH: Columns(
        imitated=_words("domainName basePath restApi stageName"),
        without_effect=_words("region"),
        refused={"domainNameId": "private domains are not imitated"},
    ),
}

FUNCTION_COLUMNS = Columns(
    imitated=_words("name code handler runtime environment timeout memorySize"),
    without_effect=_words(
        "role description tags region architectures publish publishTo tracingConfig loggingConfig vpcConfig kmsKeyArn "
        "deadLetterConfig ephemeralStorage skipDestroy sourceCodeHash codeSha256 codeSigningConfigArn snapStart "
        "reservedConcurrentExecutions sourceKmsKeyArn replaceSecurityGroupsOnDestroy replacementSecurityGroupIds"
    ),
    refused={
        "packageType": "images are not run here; package a zip (packageType Zip is the default: leave it out)",
        "imageUri": "images are not run here",
        "layers": "layers are not fetched; put what the handler needs into its archive",
        "s3Bucket": "code in a bucket is not fetched; give an archive of this machine",
        "fileSystemConfig": "no file systems are mounted",
    },
)
"""Held against a function that an API invokes; any other may be what it wants."""

TREE = "the API must be one OpenAPI document (RestApi's body), not a tree of resources"
REFUSED_TYPES: Mapping[str, str] = {
    "aws:apigateway/method:Method": TREE,
    "aws:apigateway/methodResponse:MethodResponse": TREE,
    "aws:apigateway/resource:Resource": TREE,
    "aws:apigateway/integration:Integration": TREE,
    "aws:apigateway/integrationResponse:IntegrationResponse": TREE,
    "aws:apigateway/model:Model": TREE,
    "aws:apigateway/requestValidator:RequestValidator": TREE,
    "aws:apigateway/response:Response": "put gateway responses into the document: they belong to its snapshot",
    "aws:apigateway/authorizer:Authorizer": "put authorizers into the document: they belong to its snapshot",
    "aws:apigateway/restApiPolicy:RestApiPolicy": "put the policy into the document (x-amazon-apigateway-policy): an "
    "overwriting import drops one that stands beside it",
}
WITHOUT_EFFECT_TYPES = frozenset(
    {
        "aws:apigateway/account:Account",
        "aws:apigateway/clientCertificate:ClientCertificate",
        "aws:apigateway/documentationPart:DocumentationPart",
        "aws:apigateway/documentationVersion:DocumentationVersion",
    }
)
GATEWAYS = ("aws:apigateway/", "aws:apigatewayv2/")


def check(registration: Registration, findings: Findings) -> None:
    """Refuse what the emulator would answer wrongly, and write down what it accepts without effect.

    Raises:
        UnsupportedError: with the resource, the property and the reason.
    """
    kind, resource = registration.type, f"{registration.type} {registration.name!r}"
    columns = ACCEPTED.get(kind)
    if columns is None:
        if kind in REFUSED_TYPES:
            raise UnsupportedError(resource, "type", REFUSED_TYPES[kind])
        if kind.startswith(GATEWAYS) and kind not in WITHOUT_EFFECT_TYPES:
            raise UnsupportedError(resource, "type", "not imitated")
        return
    check_properties(registration, columns, findings)


def check_properties(registration: Registration, columns: Columns, findings: Findings) -> None:
    """Refuse a property that would make a difference which the emulator does not make.

    Raises:
        UnsupportedError: with the resource, the property and the reason.
    """
    resource = f"{registration.type} {registration.name!r}"
    for prop in sorted(registration.inputs, key=lambda name: (name not in columns.refused, name)):
        value = registration.inputs[prop]
        if prop in columns.imitated or prop in columns.without_effect or value in (None, False, "", [], {}):
            continue
        if prop in columns.noted:
            findings.note(resource, prop, columns.noted[prop])
            continue
        if prop in columns.cache:
            findings.refuse(Feature.CACHE, resource, prop, columns.cache[prop])
            continue
        raise UnsupportedError(resource, prop, columns.refused.get(prop, f"{value!r}: not known to the emulator"))
