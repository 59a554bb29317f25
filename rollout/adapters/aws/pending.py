"""What an engine was creating when it was killed: looked up by its name, and put into the state or cleared.

The engine writes down what it begins to create and forgets it when it is created. After a kill neither it nor anybody
else knows whether it was. Names here are fixed by the release, so a second create would fail, and the answer is found
by a read. What has no look-up here is not guessed at. The state is edited as `pulumi stack export` and `import` allow,
and refreshed by the update that follows; `pulumi refresh --import-pending-creates` (3.260) clears without importing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from rollout.adapters.aws.clients import Clients, code_of, told
from rollout.adapters.aws.errors import AwsError, EngineError

CREATING = "creating"
_ABSENT = frozenset({"NotFoundException", "ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException"})
_NOT_FOUND = ("could not find", "does not exist")
"""How SageMaker says it, in a ValidationException."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One create that was begun: `urn`, the provider's `type`, and the inputs that were sent."""

    urn: str
    type: str
    inputs: Mapping[str, Any]


def pending_in(deployment: Mapping[str, Any]) -> tuple[Pending, ...]:
    """Return the begun creates in an exported state's deployment, each once."""
    found: dict[str, Pending] = {}
    operations = cast("list[dict[str, Any]]", deployment.get("pending_operations") or [])
    for each in operations:
        resource = each["resource"]
        if each["type"] == CREATING:
            found[resource["urn"]] = Pending(
                urn=resource["urn"], type=resource["type"], inputs=resource.get("inputs") or {}
            )
    return tuple(found.values())


def settled(deployment: Mapping[str, Any], ids: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the state without begun creates: those with an id are resources now, as they were asked for.

    `ids` are by URN, None for what was not created. A refresh fills in what AWS made of the rest.
    """
    operations = cast("list[dict[str, Any]]", deployment.get("pending_operations") or [])
    begun = {each["resource"]["urn"]: each["resource"] for each in operations if each["type"] == CREATING}
    resources = cast("list[dict[str, Any]]", deployment.get("resources") or [])
    there = {each["urn"] for each in resources}
    made: list[dict[str, Any]] = [
        {**resource, "id": ids[urn], "outputs": resource.get("inputs") or {}}
        for urn, resource in begun.items()
        if ids[urn] is not None and urn not in there
    ]
    left = [each for each in operations if each["type"] != CREATING]
    return {**deployment, "resources": [*resources, *made], "pending_operations": left}


Look = Callable[[Clients, Mapping[str, Any]], str | None]
"""Asks AWS for what was to be created; its id in the state, or None where it is not there. Raises AwsError."""


def state_id(clients: Clients, pending: Pending) -> str | None:
    """Return the id that a begun create has in the provider's state; None where nothing was created.

    Raises:
        AwsError: AWS could not be asked.
        EngineError: there is no way to look this type up; the message says what a person does.
    """
    look = _LOOKS.get(pending.type)
    if look is None:
        raise EngineError(
            f"an engine was killed while it created {pending.urn}, and nobody here knows how to look up a "
            f"{pending.type}. Look whether it is there: where it is not, pulumi refresh --clear-pending-creates; where "
            "it is, delete it first"
        )
    try:
        return look(clients, pending.inputs)
    except AwsError as error:
        absent = code_of(error) in _ABSENT or (
            code_of(error) == "ValidationException" and any(text in str(error).lower() for text in _NOT_FOUND)
        )
        if absent:
            return None
        raise


def _named(what: str, call: Callable[[Clients, str], object]) -> Look:
    def look(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
        with told(f"{what} {inputs['name']}"):
            call(clients, inputs["name"])
        return str(inputs["name"])

    return look


def _log_group(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
    name = str(inputs["name"])
    with told(f"logs DescribeLogGroups {name}"):
        said = clients.logs.describe_log_groups(logGroupNamePrefix=name)
    return name if any(each.get("logGroupName") == name for each in said["logGroups"]) else None


def _alarm(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
    name = str(inputs["name"])
    with told(f"cloudwatch DescribeAlarms {name}"):
        said = clients.cloudwatch.describe_alarms(AlarmNames=[name])
    return name if said["MetricAlarms"] else None


def _role_policy(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
    with told(f"iam GetRolePolicy {inputs['name']}"):
        clients.iam.get_role_policy(RoleName=inputs["role"], PolicyName=inputs["name"])
    return f"{inputs['role']}:{inputs['name']}"


def _deployment(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
    with told(f"apigateway GetDeployments {inputs['restApi']}"):
        pages = clients.apigateway.get_paginator("get_deployments").paginate(restApiId=inputs["restApi"])
        same = [each for page in pages for each in page["items"] if each.get("description") == inputs["description"]]
    newest = max(same, key=lambda each: str(each.get("createdDate", "")), default=None)
    return None if newest is None else str(newest.get("id"))


def _scaling_target(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
    space, resource, dimension = _scaled(inputs)
    with told(f"application-autoscaling DescribeScalableTargets {resource}"):
        said: dict[str, Any] = clients.scaling.describe_scalable_targets(
            ServiceNamespace=space, ResourceIds=[resource], ScalableDimension=dimension
        )
    return resource if said["ScalableTargets"] else None


def _scaling_policy(clients: Clients, inputs: Mapping[str, Any]) -> str | None:
    space, resource, dimension = _scaled(inputs)
    with told(f"application-autoscaling DescribeScalingPolicies {inputs['name']}"):
        said: dict[str, Any] = clients.scaling.describe_scaling_policies(
            ServiceNamespace=space, ResourceId=resource, ScalableDimension=dimension, PolicyNames=[inputs["name"]]
        )
    return str(inputs["name"]) if said["ScalingPolicies"] else None


def _scaled(inputs: Mapping[str, Any]) -> Iterator[str]:
    return (str(inputs[key]) for key in ("serviceNamespace", "resourceId", "scalableDimension"))


_LOOKS: Mapping[str, Look] = {
    "aws:apigateway/deployment:Deployment": _deployment,
    "aws:appautoscaling/policy:Policy": _scaling_policy,
    "aws:appautoscaling/target:Target": _scaling_target,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:iam/role:Role": _named("iam GetRole", lambda c, name: c.iam.get_role(RoleName=name)),
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:lambda/function:Function": _named(
        "lambda GetFunctionConfiguration", lambda c, name: c.functions.get_function_configuration(FunctionName=name)
    ),
    "aws:sagemaker/endpoint:Endpoint": _named(
        "sagemaker DescribeEndpoint", lambda c, name: c.sagemaker.describe_endpoint(EndpointName=name)
    ),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _named(
        "sagemaker DescribeEndpointConfig",
        lambda c, name: c.sagemaker.describe_endpoint_config(EndpointConfigName=name),
    ),
    "aws:sagemaker/model:Model": _named(
        "sagemaker DescribeModel", lambda c, name: c.sagemaker.describe_model(ModelName=name)
    ),
}
"""By the provider's type: what one rollout creates (ids: `d.SetId` in terraform-provider-aws 6)."""
