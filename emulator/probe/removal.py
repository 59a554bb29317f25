"""Removes what a probe has made, the last first; what is gone already is no fault."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from emulator.probe.clients import Clients
    from emulator.probe.ledger import Ledger, Made

_ABSENT = {"NotFoundException", "ResourceNotFoundException", "NoSuchEntity", "ResourceNotFound"}
_TRIES = 6
_PAUSE_SECONDS = 10.0
"""DeleteRestApi is allowed once in 30 seconds an account (API Gateway developer guide, quotas)."""


def _apis(there: "Clients", name: str) -> None:
    pages = there.apigateway.get_paginator("get_rest_apis").paginate()
    for found in [each.get("id", "") for page in pages for each in page["items"] if each.get("name") == name]:
        there.apigateway.delete_rest_api(restApiId=found)


def _role(there: "Clients", name: str) -> None:
    for policy in there.iam.list_role_policies(RoleName=name)["PolicyNames"]:
        there.iam.delete_role_policy(RoleName=name, PolicyName=policy)
    there.iam.delete_role(RoleName=name)


def _captures(there: "Clients", name: str) -> None:
    bucket, _, prefix = name.partition("/")
    pages = there.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
    for key in [each["Key"] for page in pages for each in page.get("Contents", []) if "Key" in each]:
        there.s3.delete_object(Bucket=bucket, Key=key)


REMOVALS: Mapping[str, Callable[["Clients", str], object]] = {
    "rest api": _apis,
    "log group": lambda there, name: there.logs.delete_log_group(logGroupName=name),
    "endpoint": lambda there, name: there.sagemaker.delete_endpoint(EndpointName=name),
    "endpoint configuration": lambda there, name: there.sagemaker.delete_endpoint_config(EndpointConfigName=name),
    "model": lambda there, name: there.sagemaker.delete_model(ModelName=name),
    "role": _role,
    "function": lambda there, name: there.functions.delete_function(FunctionName=name),
    "captures": _captures,
}


def remove(there: "Clients", ledger: "Ledger", sleep: Callable[[float], None]) -> list[str]:
    """Remove everything in the ledger; return what could not be, each with AWS's word. What is left stays listed."""
    left: list[str] = []
    for made in reversed(list(ledger.entries)):
        fault = _removed(there, made, sleep)
        if fault:
            left.append(f"{made.kind} {made.name}: {fault}")
        else:
            ledger.gone(made)
    return left


def _removed(there: "Clients", made: "Made", sleep: Callable[[float], None]) -> str:
    fault = ""
    for attempt in range(_TRIES):
        if attempt:
            sleep(_PAUSE_SECONDS)
        try:
            REMOVALS[made.kind](there, made.name)
        except ClientError as error:
            said = error.response.get("Error", {})
            absent = said.get("Code") in _ABSENT or "Could not find" in said.get("Message", "")
            if absent:  # SageMaker has no code of its own for what is not there (botocore's model: ValidationException)
                return ""
            fault = f"{said.get('Message') or error} ({said.get('Code', '')})"
        except BotoCoreError as error:
            fault = str(error)
        else:
            return ""
    return fault
