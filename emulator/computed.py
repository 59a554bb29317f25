"""What AWS would compute: physical names, ids and ARNs of recorded resources.

Pure and repeatable: an id is a hash of the resource's URN, so the same program gives the same graph. Shapes are
those of the Pulumi AWS provider 7.x (https://www.pulumi.com/registry/packages/aws/api-docs/).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Inputs = Mapping[str, object]
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The account (12 digits), region and partition that a recording pretends to be deployed in."""

    account: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
        where = f"{self.region if region else ''}:{self.account if account else ''}"
        return f"arn:{self.partition}:{service}:{where}:{resource}"


def token(urn: str, length: int, alphabet: str = "0123456789abcdefghijklmnopqrstuvwxyz") -> str:
    """Return `length` characters of `alphabet` that depend on `urn` alone."""
    number = int.from_bytes(hashlib.sha256(urn.encode()).digest(), "big")
    letters: list[str] = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A resource as its rule sees it: `name` is physical (given, or made as Pulumi makes it)."""

    inputs: Inputs
    urn: str
    name: str
    place: Place

    def text(self, key: str) -> str:
        return str(self.inputs.get(key, ""))


Rule = Callable[[_Made], tuple[str, dict[str, object]]]


def _rest_api(made: _Made) -> tuple[str, dict[str, object]]:
    api = token(made.urn, 10)
    return api, {
        "name": made.name,
        "arn": made.place.arn("apigateway", f"/restapis/{api}", account=False),
        "executionArn": made.place.arn("execute-api", api),
        "rootResourceId": token(made.urn + "/", 10),
    }


def _stage(made: _Made) -> tuple[str, dict[str, object]]:
    api, stage, place = made.text("restApi"), made.text("stageName"), made.place
    return f"ags-{api}-{stage}", {
        "arn": place.arn("apigateway", f"/restapis/{api}/stages/{stage}", account=False),
        "executionArn": place.arn("execute-api", f"{api}/{stage}"),
        "invokeUrl": f"https://{api}.execute-api.{place.region}.amazonaws.com/{stage}",
    }


def _named(service: str, kind: str, *, regional: bool = True, lower: bool = True) -> Rule:
    """Build a rule for what is identified by its name and has the ARN `<kind>/<name>`."""

    def rule(made: _Made) -> tuple[str, dict[str, object]]:
        resource = kind + (made.name.lower() if lower else made.name)
        return made.name, {"name": made.name, "arn": made.place.arn(service, resource, region=regional)}

    return rule


def _by_arn(service: str, kind: str) -> Rule:
    def rule(made: _Made) -> tuple[str, dict[str, object]]:
        arn = made.place.arn(service, kind + made.name)
        return arn, {"name": made.name, "arn": arn}

    return rule


def _bucket(made: _Made) -> tuple[str, dict[str, object]]:
    name = made.text("bucket") or made.name
    domain = f"{name}.s3.{made.place.region}.amazonaws.com"
    arn = made.place.arn("s3", name, region=False, account=False)
    return name, {
        "bucket": name,
        "arn": arn,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": domain,
    }


def _role_policy(made: _Made) -> tuple[str, dict[str, object]]:
    return f"{made.text('role')}:{made.name}", {"name": made.name}


def _scalable(made: _Made) -> tuple[str, dict[str, object]]:
    arn = made.place.arn("application-autoscaling", f"scalable-target/{token(made.urn, 32, '0123456789abcdef')}")
    return made.text("resourceId"), {"arn": arn}


def _deployment(made: _Made) -> tuple[str, dict[str, object]]:
    return token(made.urn, 6), {"createdDate": "1970-01-01T00:00:00Z"}


def _lambda(made: _Made) -> tuple[str, dict[str, object]]:
    arn = made.place.arn("lambda", f"function:{made.name}")
    path = (
        f"arn:{made.place.partition}:apigateway:{made.place.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    )
    return made.name, {"name": made.name, "arn": arn, "invokeArn": path, "qualifiedArn": f"{arn}:$LATEST"}


def _api_key(made: _Made) -> tuple[str, dict[str, object]]:
    key = token(made.urn, 10)
    value = made.inputs.get("value") or token(made.urn + "/value", 40, ALPHANUMERIC)
    return key, {
        "name": made.name,
        "value": value,
        "arn": made.place.arn("apigateway", f"/apikeys/{key}", account=False),
    }


def _usage_plan(made: _Made) -> tuple[str, dict[str, object]]:
    plan = token(made.urn, 6)
    return plan, {"name": made.name, "arn": made.place.arn("apigateway", f"/usageplans/{plan}", account=False)}


def _usage_plan_key(made: _Made) -> tuple[str, dict[str, object]]:
    return made.text("keyId"), {}


def _domain_name(made: _Made) -> tuple[str, dict[str, object]]:
    domain = made.text("domainName")
    return domain, {
        "arn": made.place.arn("apigateway", f"/domainnames/{domain}", account=False),
        "regionalDomainName": f"d-{token(made.urn, 10)}.execute-api.{made.place.region}.amazonaws.com",
        "regionalZoneId": token(made.urn + "/zone", 14).upper(),
        "cloudfrontDomainName": f"{token(made.urn, 14)}.cloudfront.net",
        "cloudfrontZoneId": "Z2FDTNDATAQYW2",
    }


def _base_path(made: _Made) -> tuple[str, dict[str, object]]:
    return f"{made.text('domainName')}/{made.text('basePath')}", {}


RULES: Mapping[str, Rule] = {
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/deployment:Deployment": _deployment,
    "aws:apigateway/stage:Stage": _stage,
    "aws:apigateway/apiKey:ApiKey": _api_key,
    "aws:apigateway/usagePlan:UsagePlan": _usage_plan,
    "aws:apigateway/usagePlanKey:UsagePlanKey": _usage_plan_key,
    "aws:apigateway/domainName:DomainName": _domain_name,
    "aws:apigateway/basePathMapping:BasePathMapping": _base_path,
    "aws:sagemaker/model:Model": _named("sagemaker", "model/"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _named("sagemaker", "endpoint-config/"),
    "aws:sagemaker/endpoint:Endpoint": _named("sagemaker", "endpoint/"),
    "aws:iam/role:Role": _named("iam", "role/", regional=False, lower=False),
    "aws:iam/policy:Policy": _named("iam", "policy/", regional=False, lower=False),
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketV2:BucketV2": _bucket,
    "aws:cloudwatch/logGroup:LogGroup": _named("logs", "log-group:", lower=False),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch", "alarm:", lower=False),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _named("cloudwatch", "alarm:", lower=False),
    "aws:cloudwatch/eventRule:EventRule": _named("events", "rule/", lower=False),
    "aws:appautoscaling/target:Target": _scalable,
    "aws:appautoscaling/policy:Policy": _named("autoscaling", "scalingPolicy:", lower=False),
    "aws:sns/topic:Topic": _by_arn("sns", ""),
    "aws:sfn/stateMachine:StateMachine": _by_arn("states", "stateMachine:"),
    "aws:lambda/function:Function": _lambda,
}

# The property that holds the physical name, where it is not `name`.
NAME_PROPERTY: Mapping[str, str] = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
    "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
}


def computed(kind: str, name: str, urn: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, object]]:
    """Return the id and the outputs beyond the inputs of the resource `name` of type `kind`.

    A type without a rule gets a name, an id of name and suffix, and an ARN of its service: enough for a program
    that hands them on, and no claim about what AWS would say.
    """
    given = inputs.get(NAME_PROPERTY.get(kind, "name"))
    physical = str(given) if given else f"{inputs.get('namePrefix', name + '-')}{token(urn, 7, '0123456789abcdef')}"
    made = _Made(inputs=inputs, urn=urn, name=physical, place=place)
    rule = RULES.get(kind)
    if rule is not None:
        return rule(made)
    service = kind.split(":", maxsplit=2)[1].split("/", maxsplit=1)[0] if kind.count(":") > 1 else kind
    return physical, {"name": physical, "arn": place.arn(service, physical)}
