"""The stack's stable release behind endpoints of the probe's own: one instance, and one serverless that throttles.

Image, artifact and environment are read from what the stack's program registers, as the emulator reads everything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.errors import ProbeError
from emulator.probe.errand import Release

if TYPE_CHECKING:
    from emulator.probe.clients import Caller
    from emulator.probe.errand import Errand
    from emulator.probe.ledger import Ledger
    from emulator.recording import Recording

INSTANCE_TYPE = "ml.t2.medium"
SERVICE_SECONDS = 25 * 60.0
MODEL = "aws:sagemaker/model:Model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The names of those that are in service, empty where there is none; `why` says why there is none."""

    instance: str = ""
    serverless: str = ""
    why: str = ""


def no_endpoints() -> Endpoints:
    """None, because the stack serves nothing."""
    return Endpoints(why="the stack names no stable release with an artifact on S3")


def served_release(recording: "Recording", captures: str) -> Release | None:
    """The first Model whose archive lies on S3 of those that a program registers; None where there is none."""
    for registration in recording.of_type(MODEL):
        container: Any = registration.inputs.get("primaryContainer") or {}
        if str(container.get("modelDataUrl", "")).startswith("s3://"):
            return Release(
                image=container["image"],
                artifact=container["modelDataUrl"],
                environment=dict(container.get("environment") or {}),
                captures=captures,
            )
    return None


def invoke_role(errand: "Errand") -> str:
    """Make the role by which API Gateway calls the probe's endpoints and no others; return its ARN."""
    caller = errand.caller
    endpoints = f"arn:aws:sagemaker:{caller.region}:{caller.account}:endpoint/{errand.stem}-*"
    allowed = {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": endpoints}
    return role(errand, "invoke", "apigateway", [allowed])


def serve(errand: "Errand", release: Release) -> Endpoints:
    """Bring both endpoints into service, and say why where one does not come.

    Raises:
        ClientError: AWS refuses to make one (a quota, a role); what was made so far is in the ledger.
    """
    there, ledger, stem = errand.there, errand.ledger, errand.stem
    own = role(errand, "model", "sagemaker", _rights(errand.caller, stem, release))
    errand.clock.sleep(10.0)  # a role is known everywhere after some seconds
    container: Any = {
        "Image": release.image,
        "ModelDataUrl": release.artifact,
        "Environment": dict(release.environment),
    }
    there.sagemaker.create_model(
        ModelName=ledger.intend("model", stem), PrimaryContainer=container, ExecutionRoleArn=own
    )
    sizes: Mapping[str, Any] = {
        "instance": {"InitialInstanceCount": 1, "InstanceType": INSTANCE_TYPE},
        "serverless": {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}},
    }
    for kind, size in sizes.items():
        name, capture = f"{stem}-{kind}", kind == "instance" and release.captures
        variant: Any = {"VariantName": "AllTraffic", "ModelName": stem, **size}
        there.sagemaker.create_endpoint_config(
            EndpointConfigName=ledger.intend("endpoint configuration", name),
            ProductionVariants=[variant],
            **({"DataCaptureConfig": _capture(release.captures, ledger)} if capture else {}),
        )
        there.sagemaker.create_endpoint(EndpointName=ledger.intend("endpoint", name), EndpointConfigName=name)
        ledger.intend("log group", f"/aws/sagemaker/Endpoints/{name}")
    found = {kind: _in_service(errand, f"{stem}-{kind}") for kind in sizes}
    faults = "; ".join(fault for fault in found.values() if fault)
    names = {kind: "" if fault else f"{stem}-{kind}" for kind, fault in found.items()}
    return Endpoints(**names, why=faults)


def _in_service(errand: "Errand", name: str) -> str:
    """Wait for an endpoint; return what went wrong, or nothing."""
    found: dict[str, str] = {}

    def settled() -> bool:
        said = errand.there.sagemaker.describe_endpoint(EndpointName=name)
        found.update(status=said["EndpointStatus"], reason=said.get("FailureReason", "no reason given"))
        return said["EndpointStatus"] in {"InService", "Failed"}

    if errand.clock.wait(settled, at_most=SERVICE_SECONDS, every=15.0) is None:
        return f"{name} was not in service after {SERVICE_SECONDS / 60:g} minutes"
    return "" if found["status"] == "InService" else f"{name} failed: {found['reason']}"


def _capture(destination: str, ledger: "Ledger") -> Any:  # noqa: ANN401 - a dictionary that the stubs type finely
    ledger.intend("captures", destination.removeprefix("s3://"))
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": destination,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }


def _rights(caller: "Caller", stem: str, release: Release) -> list[Mapping[str, object]]:
    logs = f"arn:aws:logs:{caller.region}:{caller.account}:log-group:/aws/sagemaker/Endpoints/{stem}-*"
    rights: list[Mapping[str, object]] = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": _object(release.artifact)},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": logs,
        },
        {
            "Effect": "Allow",
            "Action": [
                "ecr:GetAuthorizationToken",
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            "Resource": "*",
        },
    ]
    if release.captures:
        rights.append({"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{_object(release.captures)}/*"})
    return rights


def _object(uri: str) -> str:
    if not uri.startswith("s3://"):
        raise ProbeError(f"{uri} is no s3:// address")
    return f"arn:aws:s3:::{uri.removeprefix('s3://')}"


def role(errand: "Errand", purpose: str, service: str, statements: list[Mapping[str, object]]) -> str:
    """Make a role of the probe's that `service` may assume, with these rights; return its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    text, rights = (json.dumps({"Version": "2012-10-17", "Statement": each}) for each in ([trust], statements))
    name = errand.ledger.intend("role", f"{errand.stem}-{purpose}")
    made = errand.there.iam.create_role(RoleName=name, AssumeRolePolicyDocument=text)
    errand.there.iam.put_role_policy(RoleName=name, PolicyName="probe", PolicyDocument=rights)
    return str(made["Role"]["Arn"])
