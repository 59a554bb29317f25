"""What the components register beyond what dev and prod ask for (those are in `tests/program/golden/`)."""

import json
from dataclasses import replace

import pytest

from components.account import LogRole, LogRoleArgs
from components.endpoint import CaptureArgs, ModelEndpoint, ModelEndpointArgs
from components.errors import ArgumentError
from components.methods import MethodArgs
from components.registry import ReleaseRegistry, ReleaseRegistryArgs
from components.stage import CanaryStage, CanaryStageArgs, Track
from components.training_role import TrainingRole, TrainingRoleArgs
from emulator.recording import Recording, Registration, registered
from tests.components.test_arguments import CLOUD, ENDPOINT, STAGE


def names(recording: Recording) -> list[tuple[str, str]]:
    return [(each.type.rpartition(":")[2], each.name) for each in recording.registrations]


def one(recording: Recording, kind: str) -> Registration:
    (found,) = (each for each in recording.registrations if each.type.endswith(f":{kind}"))
    return found


def test_an_endpoint_without_scaling_and_with_data_capture() -> None:
    args: ModelEndpointArgs = replace(
        ENDPOINT,
        capture=CaptureArgs(destination="s3://store/captures", percent=20),
        environment={"SAGEMAKER_PROGRAM": "inference.py"},
    )
    recording = registered(lambda: ModelEndpoint("model-r1", args))
    assert names(recording) == [
        ("ModelEndpoint", "model-r1"),
        ("LogGroup", "model-r1-logs"),
        ("Role", "model-r1-role"),
        ("RolePolicy", "model-r1-access"),
        ("Model", "model-r1-model"),
        ("EndpointConfiguration", "model-r1-configuration"),
        ("Endpoint", "model-r1-endpoint"),
    ]
    configuration = one(recording, "EndpointConfiguration").inputs
    assert configuration["dataCaptureConfig"] == {
        "enableCapture": True,
        "initialSamplingPercentage": 20,
        "destinationS3Uri": "s3://store/captures",
        "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
        "captureContentTypeHeader": {"jsonContentTypes": ["application/json"]},
    }
    assert configuration["name"] == args.configuration_name != args.endpoint_name
    assert one(recording, "Endpoint").inputs["name"] == args.endpoint_name
    assert "arn:aws:s3:::store/captures/*" in one(recording, "RolePolicy").inputs["policy"]
    assert one(recording, "Model").inputs["primaryContainer"] == {
        "image": ENDPOINT.image,
        "modelDataUrl": ENDPOINT.artifact,
        "environment": {"SAGEMAKER_PROGRAM": "inference.py"},
    }


def test_a_model_carries_the_bytes_that_its_archive_has() -> None:
    args: ModelEndpointArgs = replace(ENDPOINT, artifact_sha256="0a" * 32, tags={"stack": "dev"})
    recording = registered(lambda: ModelEndpoint("model-r1", args))
    assert one(recording, "Model").inputs["tags"] == {"stack": "dev", "artifact-sha256": "0a" * 32}
    assert one(recording, "Endpoint").inputs["tags"] == {"stack": "dev"}


def test_the_accounts_log_role_may_write_logs_before_it_is_set() -> None:
    recording = registered(lambda: LogRole("account", LogRoleArgs(role_name="ratings-logs", cloud=CLOUD)))
    assert names(recording) == [
        ("LogRole", "account"),
        ("Role", "account-role"),
        ("RolePolicyAttachment", "account-policy"),
        ("Account", "account-setting"),
    ]
    role, policy, setting = recording.registrations[1:]
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Service": "apigateway.amazonaws.com"
    }
    assert policy.inputs == {
        "role": "ratings-logs",
        "policyArn": "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    }
    assert setting.inputs == {"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/ratings-logs"}
    assert set(setting.dependencies) == {role.urn, policy.urn}


def test_a_private_api_names_its_vpc_endpoints() -> None:
    args: CanaryStageArgs = replace(STAGE, endpoint_type="PRIVATE", vpc_endpoints=("vpce-0123456789abcdef0",))
    api = one(registered(lambda: CanaryStage("gateway", args)), "RestApi")
    assert api.inputs["endpointConfiguration"] == {"types": "PRIVATE", "vpcEndpointIds": ["vpce-0123456789abcdef0"]}


def test_protection_covers_api_and_stage_and_nothing_of_a_document() -> None:
    recording = registered(lambda: CanaryStage("gateway", replace(STAGE, protect=True)))
    protected = {each.name for each in recording.registrations if each.protect}
    assert protected == {"gateway-api", "gateway-stage"}
    assert not any(each.protect for each in registered(lambda: CanaryStage("gateway", STAGE)).registrations)


def test_every_deployment_is_guarded_by_a_hook_that_knows_this_updates_body() -> None:
    kept = Track(release="r0", document="C", variables={})
    recording = registered(lambda: CanaryStage("gateway", replace(STAGE, kept=(kept,))))
    deployments = recording.of_type("aws:apigateway/deployment:Deployment")
    assert {each.inputs["triggers"]["document"] for each in deployments} == {"A", "C"}
    assert {each.hooks["before_create"] for each in deployments} == {("gateway-snapshot",)}
    assert list(recording.hooks) == ["gateway-snapshot"]


def test_the_throttle_and_the_log_are_set_for_every_method() -> None:
    methods = MethodArgs(rate=0.5, burst=3, log_level="INFO", data_trace=True)
    recording = registered(lambda: CanaryStage("gateway", replace(STAGE, methods=methods)))
    settings = one(recording, "MethodSettings").inputs
    assert (settings["methodPath"], settings["stageName"]) == ("*/*", "v1")
    assert settings["settings"] == {
        "metricsEnabled": True,
        "loggingLevel": "INFO",
        "dataTraceEnabled": True,
        "throttlingRateLimit": 0.5,
        "throttlingBurstLimit": 3,
        "cachingEnabled": False,
    }


def test_a_release_that_takes_nothing_leaves_the_stage_without_a_canary() -> None:
    assert "canarySettings" not in one(registered(lambda: CanaryStage("gateway", STAGE)), "Stage").inputs


def test_the_training_role_has_a_fixed_name_and_one_policy() -> None:
    args = TrainingRoleArgs(role_name="ratings-training", bucket="b-1", prefix="jobs", images=[], cloud=CLOUD)
    recording = registered(lambda: TrainingRole("training-role", args))
    assert names(recording) == [
        ("TrainingRole", "training-role"),
        ("Role", "training-role-role"),
        ("RolePolicy", "training-role-access"),
    ]
    role, policy = recording.registrations[1:]
    assert role.inputs["name"] == "ratings-training"
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Service": "sagemaker.amazonaws.com"
    }
    assert "arn:aws:s3:::b-1/jobs/*" in policy.inputs["policy"]


def test_the_registry_is_two_policies_over_the_store() -> None:
    args = ReleaseRegistryArgs(stem="ratings-registry", store="s3://store/dev", cloud=CLOUD, tags={"stack": "dev"})
    recording = registered(lambda: ReleaseRegistry("registry", args))
    assert names(recording) == [
        ("ReleaseRegistry", "registry"),
        ("Policy", "registry-read"),
        ("Policy", "registry-publish"),
    ]
    read, publish = recording.registrations[1:]
    assert read.inputs["name"] == f"ratings-registry-read-{CLOUD.region}"
    assert publish.inputs["name"] == f"ratings-registry-publish-{CLOUD.region}"
    assert "PutObject" not in read.inputs["policy"]
    assert "PutObject" in publish.inputs["policy"]
    assert publish.inputs["tags"] == {"stack": "dev"}


def test_a_registry_in_a_folder_has_no_policies() -> None:
    with pytest.raises(ArgumentError, match="the registry's store is '/folder'; only one on S3"):
        ReleaseRegistryArgs(stem="ratings-registry", store="/folder", cloud=CLOUD)
