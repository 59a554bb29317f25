"""What the provider will ask of AWS for the API's features, checked against botocore's models and carried out on moto.

The inputs are those that the program registers for prod with everything on. The provider's names are AWS's, a letter's
case apart; what is not is said in `RENAMED`. Enumerations are compared too, which botocore itself lets pass.
"""

import io
import json
import zipfile
from collections.abc import Generator, Mapping
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto import mock_aws

from emulator.recording import Recording
from tests.program.golden import LINEUPS, World

RENAMED = {"CloudwatchMetricsEnabled": "CloudWatchMetricsEnabled"}
REGION = "us-east-1"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return World(tmp_path_factory.mktemp("calls") / "world", "prod").run(**LINEUPS["everything"])


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        session: Any = boto3.Session(region_name=REGION)
        yield session.client


def inputs(recording: Recording, kind: str, index: int = 0) -> dict[str, Any]:
    found = [each for each in recording.registrations if each.type.endswith(f":{kind}")]
    return dict(found[index].inputs)


def pascal(value: Any) -> Any:
    """`managedRuleGroupStatement` as WAF names it."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        names = {key: key[0].upper() + key[1:] for key, _ in items}
        return {RENAMED.get(names[key], names[key]): pascal(each) for key, each in items}
    return [pascal(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


def enumerated(shape: Shape, value: Any, path: str = "") -> list[str]:
    """Return the places whose words are in no enumeration of the model's."""
    if isinstance(shape, StructureShape):
        return [e for name, each in value.items() for e in enumerated(shape.members[name], each, f"{path}.{name}")]
    if isinstance(shape, ListShape):
        return [e for index, each in enumerate(value) for e in enumerated(shape.member, each, f"{path}[{index}]")]
    if isinstance(shape, MapShape):
        return [e for name, each in value.items() for e in enumerated(shape.value, each, f"{path}.{name}")]
    enum = cast("list[str]", getattr(shape, "enum", []))
    return [f"{path} is {value!r}, none of {enum}"] if enum and value not in enum else []


def call(client: Any, operation: str, **asked: Any) -> Any:
    """Call AWS with every word checked."""
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape
    assert enumerated(shape, asked) == []
    return getattr(client, operation)(**asked)


def test_a_wrong_word_and_a_wrong_name_are_noticed(aws: Any) -> None:
    with pytest.raises(AssertionError, match="is 'PLANET', none of"):
        call(aws("wafv2"), "list_web_acls", Scope="PLANET")
    with pytest.raises((ParamValidationError, KeyError)):
        call(aws("wafv2"), "list_web_acls", Scpe="REGIONAL")


def test_the_firewall(recording: Recording, aws: Any) -> None:
    waf, acl = aws("wafv2"), inputs(recording, "WebAcl")
    tags = [{"Key": key, "Value": value} for key, value in acl.pop("tags").items()]
    made = call(waf, "create_web_acl", **pascal(acl), Tags=tags)["Summary"]
    logging = pascal(inputs(recording, "WebAclLoggingConfiguration"))
    call(waf, "put_logging_configuration", LoggingConfiguration={**logging, "ResourceArn": made["ARN"]})
    group = logging["LogDestinationConfigs"][0].split(":log-group:")[1]
    assert group.startswith("aws-waf-logs-")
    assert [
        len(each["RedactedFields"])
        for each in waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"]
    ] == [2]


def test_plans_and_keys(recording: Recording, aws: Any) -> None:
    gateway, plan = aws("apigateway"), inputs(recording, "UsagePlan")
    api = gateway.create_rest_api(name="p")["id"]
    stages = [
        {
            "apiId": api,
            "stage": "v1",
            "throttle": {each.pop("path"): each for each in map(dict, stage.get("throttles", []))},
        }
        for stage in plan["apiStages"]
    ]
    made = call(
        gateway,
        "create_usage_plan",
        name=plan["name"],
        apiStages=stages,
        throttle={name: plan["throttleSettings"][name] for name in ("rateLimit", "burstLimit")},
        quota=plan.get("quotaSettings") or {"limit": 1, "period": "DAY"},
    )
    key = inputs(recording, "ApiKey")
    secret = call(gateway, "create_api_key", name=key["name"], enabled=key["enabled"], tags=key["tags"])
    joined = inputs(recording, "UsagePlanKey")
    call(gateway, "create_usage_plan_key", usagePlanId=made["id"], keyId=secret["id"], keyType=joined["keyType"])
    assert gateway.get_usage_plan_key(usagePlanId=made["id"], keyId=secret["id"])["id"] == secret["id"]
    assert len(gateway.get_api_key(apiKey=secret["id"], includeValue=True)["value"]) == 40


def test_the_domain_and_its_mapping(recording: Recording, aws: Any) -> None:
    gateway, domain = aws("apigateway"), inputs(recording, "DomainName")
    domain["endpointConfiguration"] = {"types": [domain["endpointConfiguration"]["types"]]}
    call(gateway, "create_domain_name", **domain)
    mapping = inputs(recording, "BasePathMapping")
    api = gateway.create_rest_api(name="p")["id"]
    mapped = {"basePath": mapping["basePath"], "restApiId": api}
    call(gateway, "create_base_path_mapping", domainName=mapping["domainName"], **mapped)
    assert gateway.get_base_path_mapping(domainName=mapping["domainName"], basePath="ratings")["restApiId"] == api


def test_the_document_is_imported(recording: Recording, aws: Any) -> None:
    """Without preflights: moto imports no MOCK integration that has neither URI nor method, as AWS does."""
    gateway, api = aws("apigateway"), inputs(recording, "RestApi")
    body = json.loads(api["body"])
    body["paths"] = {path: {"get": operations["get"]} for path, operations in body["paths"].items()}
    made = gateway.create_rest_api(name=api["name"])["id"]
    text = json.dumps(body).encode()
    call(gateway, "put_rest_api", restApiId=made, mode=api["putRestApiMode"], failOnWarnings=True, body=text)
    found = {
        each["path"]: set(each.get("resourceMethods", {})) for each in gateway.get_resources(restApiId=made)["items"]
    }
    assert found["/predicted-ratings/{user_id}"] == found["/enriched-ratings/{user_id}"] == {"GET"}


def test_the_stage_and_its_methods(recording: Recording, aws: Any) -> None:
    model = aws("apigateway").meta.service_model
    stage = inputs(recording, "Stage")
    assert stage["cacheClusterSize"] in model.shape_for("CacheClusterSize").enum
    for index in (0, 1):
        settings = inputs(recording, "MethodSettings", index)["settings"]
        shape = model.shape_for("MethodSetting")
        assert set(settings) <= set(shape.members)
        strategy = settings["unauthorizedCacheControlHeaderStrategy"]
        assert strategy in shape.members["unauthorizedCacheControlHeaderStrategy"].enum


def test_the_authorizers_function(recording: Recording, aws: Any) -> None:
    functions = [each for each in recording.registrations if each.name == "authorizer-function"]
    (asked,) = (dict(each.inputs) for each in functions)
    del asked["code"]
    iam = aws("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    given = {RENAMED.get(name, name[0].upper() + name[1:]): each for name, each in asked.items() if name != "name"}
    given |= {
        "Role": role,
        "Environment": {"Variables": asked["environment"]["variables"]},
        "Code": {"ZipFile": archive(recording)},
    }
    made = call(aws("lambda"), "create_function", FunctionName=asked["name"], **given)
    assert made["FunctionArn"].endswith(":function:predicted-ratings-prod-authorizer")


def archive(recording: Recording) -> bytes:
    (found,) = (each for each in recording.registrations if each.name == "authorizer-function")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for path, asset in found.inputs["code"]["assets"].items():
            file.writestr(path, asset["text"])
    return buffer.getvalue()
