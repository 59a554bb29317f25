"""The API, its deployments, and the one stage that splits traffic between a stable and a canary release.

A split is two things: a stage variable that names another endpoint, and, where the contract differs too, another
Deployment. Promotion makes the canary's variables the stage's own and drops the canary: one PATCH, no endpoint
touched. The stage is never deleted before it is replaced, and deployments in use outlive it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.access_log import access_log_format
from components.cloud import Cloud
from components.errors import ArgumentError
from components.limits import STAGE_NAME, VARIABLE_NAME, VARIABLE_VALUE, require, require_between
from components.logs import CANARY_SUFFIX, log_group
from components.methods import MethodArgs, method_settings
from components.snapshot import DOCUMENT, SnapshotGuard, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What one release's requests meet: a document, and the stage variables that name its endpoint."""

    release: str
    document: str
    variables: Mapping[str, str]

    def __post_init__(self) -> None:
        for name, value in self.variables.items():
            require("stage variable", name, VARIABLE_NAME)
            require(f"stage variable {name}'s value", value, VARIABLE_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryTrack(Track):
    """A track that gets `percent` (0 to 100, fractions allowed) of the requests, at random for each."""

    percent: float

    def __post_init__(self) -> None:
        Track.__post_init__(self)
        require_between("the canary's percent", self.percent, 0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryStageArgs:
    """`kept` are tracks without traffic whose Deployments stay, for a promotion to be undone.

    `vpc_endpoints` belong to a PRIVATE API; without `own_address` only a domain leads to the API. `before_stage` is
    what must be there before the stage: the policies of all releases, the endpoints of those that get requests, the
    access log's groups, the account's log role, the authorizer.
    """

    api_name: str
    stage_name: str
    stable: Track
    canary: CanaryTrack | None = None
    kept: Sequence[Track] = ()
    methods: MethodArgs
    access_log_group: str
    log_retention_days: int
    cloud: Cloud
    endpoint_type: str = "REGIONAL"
    vpc_endpoints: Sequence[str] = ()
    own_address: bool = True
    tracing: bool = False
    before_stage: Sequence[pulumi.Resource] = ()
    protect: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("stage", self.stage_name, STAGE_NAME)
        if (self.endpoint_type == "PRIVATE") != bool(self.vpc_endpoints):
            raise ArgumentError(
                f"a PRIVATE API needs VPC endpoints and no other has any: got {self.endpoint_type} with "
                f"{list(self.vpc_endpoints)}"
            )
        if self.methods.cache is not None and self.canary is not None and self.canary.document == self.stable.document:
            raise ArgumentError(
                f"with a cache a canary needs a Deployment of its own, and {self.canary.release} has the document of "
                f"{self.stable.release}: one Deployment has one cache key for both tracks. End the rollout and begin "
                "it anew with the cache on, or leave api.cache out until it has ended"
            )

    @property
    def body(self) -> str:
        """The document that the API has in this update: the newest, from which a new Deployment may be cut."""
        return self.stable.document if self.canary is None else self.canary.document

    @property
    def split(self) -> tuple[Track, ...]:
        """The tracks that get requests: stable's, and the canary's."""
        return (self.stable,) if self.canary is None else (self.stable, self.canary)

    @property
    def documents(self) -> Mapping[str, str]:
        """Every document that needs a Deployment, by its fingerprint: stable's, the canary's, the kept ones'."""
        return {fingerprint(track.document): track.document for track in (*self.split, *self.kept)}

    def guard(self) -> SnapshotGuard:
        """Say for each document whose it is, and what to do where it was never deployed."""
        owners: dict[str, str] = {}
        advice: dict[str, str] = {}
        for track in self.kept:
            key = fingerprint(track.document)
            owners[key] = f"the warm release {track.release}"
            advice[key] = (
                f"A warm release keeps the deployment that it was served from, and {track.release} has none here: take "
                f"it out of the warm ones, or put it on as a canary, at 0 percent if it is to get no requests"
            )
        if self.canary is not None:
            owners[fingerprint(self.canary.document)] = f"the canary {self.canary.release}"
        stable = fingerprint(self.stable.document)
        owners[stable] = f"the stable release {self.stable.release}"
        advice[stable] = f"Deploy {self.stable.release} alone first, without the canary, and then the canary beside it"
        return SnapshotGuard(body=self.body, owners=owners, advice=advice)


class CanaryStage(pulumi.ComponentResource):
    """RestApi, one Deployment for each document, log groups, stage with its canary, and method settings.

    Outputs: `api_id`, `stage_name`, `stage_arn`, `invoke_url` (the stage's address without a slash at the end).
    """

    api_id: pulumi.Output[str]
    stage_arn: pulumi.Output[str]
    stage_name: pulumi.Output[str]
    invoke_url: pulumi.Output[str]

    def __init__(self, name: str, args: CanaryStageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:CanaryStage", name, None, opts)
        own, tags = pulumi.ResourceOptions(parent=self), dict(args.tags)
        api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.api_name,
            body=args.body,
            put_rest_api_mode="overwrite",
            disable_execute_api_endpoint=None if args.own_address else True,
            fail_on_warnings=True,
            endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(
                types=args.endpoint_type, vpc_endpoint_ids=list(args.vpc_endpoints) or None
            ),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        deployments, cache = self._deployments(name, api, args), args.methods.cache
        execution = pulumi.Output.concat("API-Gateway-Execution-Logs_", api.id, "/", args.stage_name)
        groups = [
            log_group(f"{name}-execution", execution, args.log_retention_days, args.tags, own),
            log_group(
                f"{name}-execution-canary",
                pulumi.Output.concat(execution, CANARY_SUFFIX),
                args.log_retention_days,
                args.tags,
                own,
            ),
        ]
        stage = aws.apigateway.Stage(
            f"{name}-stage",
            rest_api=api.id,
            stage_name=args.stage_name,
            deployment=deployments[fingerprint(args.stable.document)].id,
            variables=dict(args.stable.variables),
            canary_settings=_canary(args.canary, deployments, cached=cache is not None),
            cache_cluster_enabled=cache and True,
            cache_cluster_size=cache and f"{cache.size_gb:g}",
            access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
                destination_arn=args.cloud.log_group_arn(args.access_log_group), format=access_log_format()
            ),
            xray_tracing_enabled=args.tracing,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=[*groups, *args.before_stage]),
        )
        method_settings(f"{name}-methods", api, stage, args.methods, own)
        self.api_id, self.stage_name, self.stage_arn = api.id, stage.stage_name, stage.arn
        host = pulumi.Output.concat(api.id, ".execute-api.", args.cloud.region, ".", args.cloud.dns_suffix)
        self.invoke_url = pulumi.Output.concat("https://", host, "/", stage.stage_name)
        self.register_outputs({"apiId": self.api_id, "stageName": self.stage_name, "invokeUrl": self.invoke_url})

    def _deployments(
        self, name: str, api: aws.apigateway.RestApi, args: CanaryStageArgs
    ) -> Mapping[str, aws.apigateway.Deployment]:
        """Register a Deployment for each document: named after it, with the document itself among its triggers."""
        hook = args.guard().hook(f"{name}-snapshot")
        return {
            key: aws.apigateway.Deployment(
                f"{name}-{key}",
                rest_api=api.id,
                description=f"Document {key}",
                triggers={DOCUMENT: document},
                opts=pulumi.ResourceOptions(parent=self, hooks=pulumi.ResourceHookBinding(before_create=[hook])),
            )
            for key, document in args.documents.items()
        }


def _canary(
    canary: CanaryTrack | None, deployments: Mapping[str, aws.apigateway.Deployment], *, cached: bool
) -> aws.apigateway.StageCanarySettingsArgs | None:
    if canary is None:
        return None
    return aws.apigateway.StageCanarySettingsArgs(
        deployment_id=deployments[fingerprint(canary.document)].id,
        percent_traffic=canary.percent,
        stage_variable_overrides=dict(canary.variables),
        use_stage_cache=cached,  # as the stable track, or a canary would look slow beside it
    )
