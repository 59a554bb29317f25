"""One release's model behind an endpoint of its own.

Nothing here changes once it is made: a promotion moves a stage variable from one endpoint to another and leaves
both alone. Physical names carry the release's id and a short hash of its identity, so that a second create of the
same release fails instead of doubling the bill.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.errors import ArgumentError
from components.limits import SAGEMAKER_NAME, require, require_between
from components.logs import endpoint_log_group, log_group
from components.policies import model_policy, trust

VARIANT = "AllTraffic"
"""The one production variant's name, as SageMaker's own tools call it; metrics and scaling are per variant."""

ARTIFACT_TAG = "artifact-sha256"
"""The tag of a Model that says which bytes its archive has. SageMaker compares nothing; whoever looks at the Model
can, and the emulator does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingArgs:
    """Target tracking on `SageMakerVariantInvocationsPerInstance`: invocations per minute and instance."""

    min_instances: int
    max_instances: int
    target_invocations_per_instance: float
    scale_in_cooldown_seconds: int = 300
    scale_out_cooldown_seconds: int = 300

    def __post_init__(self) -> None:
        require_between("scaling's minimum of instances", self.min_instances, 1)
        require_between("scaling's maximum of instances", self.max_instances, self.min_instances)
        require_between("target invocations per instance", self.target_invocations_per_instance, 0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureArgs:
    """Data capture of requests and answers: `percent` (0 to 100) of them, below `destination`.

    SageMaker takes `s3://` prefixes only and says so itself; a folder is for the stack that runs on this machine.
    """

    destination: str
    percent: int

    def __post_init__(self) -> None:
        require_between("data capture's percent", self.percent, 0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEndpointArgs:
    """`stem` and `identity` make the physical name: `{stem}-{identity}`; the rest is the release, resolved.

    `image` is an ECR image, `environment` its variables, `artifact` the URI of `model.tar.gz`, `artifact_sha256` its
    SHA-256 (64 hex), where known.
    """

    stem: str
    identity: str
    image: str
    artifact: str
    artifact_sha256: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    instance_type: str
    instance_count: int
    cloud: Cloud
    log_retention_days: int
    scaling: ScalingArgs | None = None
    capture: CaptureArgs | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("endpoint", self.endpoint_name, SAGEMAKER_NAME)
        require_between("instance count", self.instance_count, 1)
        if self.scaling is not None and self.instance_type.startswith("ml.t2."):
            raise ArgumentError(
                f"{self.instance_type} is burstable and cannot be scaled: take another type, or no scaling"
            )

    @property
    def endpoint_name(self) -> str:
        """The physical name of endpoint and model."""
        return f"{self.stem}-{self.identity}"

    @property
    def configuration_name(self) -> str:
        """The endpoint configuration's name: an endpoint sees a changed configuration by a changed name only.

        Data capture is a setting of the stack's and no part of the release, so it has a say in this name alone.
        """
        if self.capture is None:
            return self.endpoint_name
        text = f"{self.identity} {self.capture.destination} {self.capture.percent}"
        return f"{self.stem}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class ModelEndpoint(pulumi.ComponentResource):
    """Role, log group, model, endpoint configuration, endpoint and, where asked for, target tracking.

    Outputs: `endpoint_name` (known at preview), `endpoint_arn`, `role_arn`. `endpoint` is what to wait for.
    """

    endpoint_name: pulumi.Output[str]
    endpoint_arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ModelEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:ModelEndpoint", name, None, opts)
        own, tags = pulumi.ResourceOptions(parent=self), dict(args.tags)
        group = endpoint_log_group(args.endpoint_name)
        logs = log_group(f"{name}-logs", group, args.log_retention_days, args.tags, own)
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust("sagemaker"), tags=tags, opts=own)
        access = aws.iam.RolePolicy(
            f"{name}-access",
            role=role.name,
            policy=model_policy(
                args.cloud,
                image=args.image,
                artifact=args.artifact,
                log_group=group,
                capture=None if args.capture is None else args.capture.destination,
            ),
            opts=own,
        )
        model = aws.sagemaker.Model(
            f"{name}-model",
            name=args.endpoint_name,
            execution_role_arn=role.arn,
            primary_container=aws.sagemaker.ModelPrimaryContainerArgs(
                image=args.image, model_data_url=args.artifact, environment=dict(args.environment)
            ),
            tags=tags if args.artifact_sha256 is None else {**tags, ARTIFACT_TAG: args.artifact_sha256},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[access]),  # SageMaker tries the role at once
        )
        configuration = aws.sagemaker.EndpointConfiguration(
            f"{name}-configuration",
            name=args.configuration_name,
            production_variants=[
                aws.sagemaker.EndpointConfigurationProductionVariantArgs(
                    variant_name=VARIANT,
                    model_name=model.name,
                    instance_type=args.instance_type,
                    initial_instance_count=args.instance_count,
                    initial_variant_weight=1,
                )
            ],
            data_capture_config=_capture(args.capture),
            tags=tags,
            opts=own,
        )
        self.endpoint = aws.sagemaker.Endpoint(
            f"{name}-endpoint",
            name=args.endpoint_name,
            endpoint_config_name=configuration.name,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )
        if args.scaling is not None:
            self._scale(name, args.scaling, tags)
        self.endpoint_name, self.endpoint_arn, self.role_arn = self.endpoint.name, self.endpoint.arn, role.arn
        self.register_outputs(
            {"endpointName": self.endpoint_name, "endpointArn": self.endpoint_arn, "roleArn": self.role_arn}
        )

    def _scale(self, name: str, scaling: ScalingArgs, tags: Mapping[str, str]) -> None:
        target = aws.appautoscaling.Target(
            f"{name}-target",
            service_namespace="sagemaker",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            resource_id=pulumi.Output.concat("endpoint/", self.endpoint.name, "/variant/", VARIANT),
            min_capacity=scaling.min_instances,
            max_capacity=scaling.max_instances,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.appautoscaling.Policy(
            f"{name}-scaling",
            policy_type="TargetTrackingScaling",  # the provider's own default is StepScaling
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=scaling.target_invocations_per_instance,
                predefined_metric_specification=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                    predefined_metric_type="SageMakerVariantInvocationsPerInstance"
                ),
                scale_in_cooldown=scaling.scale_in_cooldown_seconds,
                scale_out_cooldown=scaling.scale_out_cooldown_seconds,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _capture(args: CaptureArgs | None) -> aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs | None:
    if args is None:
        return None
    return aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs(
        enable_capture=True,
        initial_sampling_percentage=args.percent,
        destination_s3_uri=args.destination,
        capture_options=[
            aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureOptionArgs(capture_mode=mode)
            for mode in ("Input", "Output")
        ],
        capture_content_type_header=aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureContentTypeHeaderArgs(
            json_content_types=["application/json"]
        ),
    )
