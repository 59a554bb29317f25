"""The Args of every component, from settings and line-up. Pure: text and numbers in, frozen Args out.

Logical names and physical ones are decided here and nowhere else. A logical name is a resource's identity: changing
one replaces the resource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.account import LogRoleArgs
from components.backing import BackingArgs
from components.cloud import Cloud
from components.endpoint import CaptureArgs, ModelEndpointArgs, ScalingArgs
from components.enriched import EnrichedRouteArgs
from components.front import FrontArgs
from components.logs import AccessLogsArgs
from components.observability import ObservabilityArgs
from components.route import GatewayRouteArgs
from components.stage import CanaryStageArgs, CanaryTrack, Track
from components.training import TrainingArgs
from program.documents import contract_of, document_of, role_of, variables_in
from program.enriched import enriched_of
from program.fit import check_fit, environment_of
from program.front import authorizer_of, check_authorizer, check_routes, curl_of, front_of, methods_of
from program.images import image_of
from program.journal import Carried
from program.observed import observed
from program.training import training_of
from releases.identity import endpoint_name, identity
from releases.model import ContractRef, Lineup, Release, Scaling
from settings import PROJECT, Settings

NOTHING = Carried()
CAPTURES = "captures"
"""Where data capture writes, below the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What is declared. Without a stable release there is no `stage` and nothing in front of it, and without endpoints
    no route.

    `endpoints` maps a release's id to its endpoint's Args: stable first, then the canary, then the warm ones. `curl` is
    how a command that calls the API begins.
    """

    training: TrainingArgs
    logs: AccessLogsArgs
    observability: ObservabilityArgs
    endpoints: Mapping[str, ModelEndpointArgs]
    backing: BackingArgs
    stage: CanaryStageArgs | None
    front: FrontArgs
    curl: str


def arguments(
    settings: Settings,
    lineup: Lineup,
    cloud: Cloud,
    *,
    stack: str,
    store: str,
    carried: Carried = NOTHING,
) -> Arguments:
    """Return the Args of everything that the stack declares. `store` is the opened store's address.

    `carried` is what a rollout's journal says: documents, the others of which are made from their contracts, and
    thresholds that are counted beside the settings'.

    Raises:
        ImageError, FitError, MappingError, ReleaseError, ComponentError: a release cannot be served as it stands.
        RouteError, AuthorizerError: the settings do not fit the documents.
    """
    tags = {**settings.tags, "project": PROJECT, "stack": stack, "managed-by": "pulumi"}
    api, kept_days = settings.api.name, settings.api.logging.retention_days
    serving = served(lineup)
    for release in serving:
        check_fit(release, None if release.id in carried.documents else contract_of(release), cloud)
    endpoints = {
        release.id: _endpoint(release, settings, cloud, store=store, tags={**tags, "release": release.id})
        for release in serving
    }
    logs = AccessLogsArgs(log_group=f"/aws/apigateway/{api}/access", retention_days=kept_days, tags=tags)
    names = {release: args.endpoint_name for release, args in endpoints.items()}
    route = replace(role_of(settings, cloud), endpoints=names, tags=tags)
    texts = _documents(serving, settings, cloud, route.role_arn, carried.documents)
    enriched = enriched_of(settings, serving, texts, cloud, tags)
    log_role = LogRoleArgs(role_name=f"{api}-logs-{cloud.region}", cloud=cloud, tags=tags)
    authorizer = authorizer_of(settings, cloud, tags)
    stage = _stage(settings, lineup, cloud, route=route, enriched=enriched, logs=logs, documents=texts, tags=tags)
    if stage is not None:
        check_routes(settings, stage.stable.document)
        check_authorizer([track.document for track in stage.split], authorizer)
    return Arguments(
        training=training_of(settings, cloud, store, tags),
        logs=logs,
        observability=observed(
            settings, cloud, log_group=logs.log_group, endpoints=names, thresholds=carried.thresholds, tags=tags
        ),
        endpoints=endpoints,
        backing=BackingArgs(
            log_role=log_role if settings.api.logging.account_role else None,
            route=route if endpoints else None,
            enriched=enriched,
            authorizer=authorizer if endpoints else None,
        ),
        stage=stage,
        front=front_of(settings, cloud, tags),
        curl=curl_of(settings, cloud),
    )


def served(lineup: Lineup) -> tuple[Release, ...]:
    """Return the releases that have an endpoint: stable, canary, warm."""
    canary = None if lineup.canary is None else lineup.canary.release
    return tuple(release for release in (lineup.stable, canary, *lineup.warm) if release is not None)


def _endpoint(
    release: Release, settings: Settings, cloud: Cloud, *, store: str, tags: Mapping[str, str]
) -> ModelEndpointArgs:
    capture = settings.serving.data_capture
    endpoint_name(settings.api.name, release)  # checked where names are made, with a message that says what to shorten
    return ModelEndpointArgs(
        stem=f"{settings.api.name}-{release.id}",
        identity=identity(release),
        image=image_of(release.framework, cloud),
        artifact=release.artifact.uri,
        artifact_sha256=release.artifact.sha256,
        environment=environment_of(release.framework),
        instance_type=release.serving.instance_type,
        instance_count=release.serving.instance_count,
        cloud=cloud,
        log_retention_days=settings.api.logging.retention_days,
        scaling=_scaling(release.serving.scaling),
        capture=CaptureArgs(destination=f"{store.rstrip('/')}/{CAPTURES}", percent=capture.percent)
        if capture.enabled
        else None,
        tags=tags,
    )


def _scaling(scaling: Scaling | None) -> ScalingArgs | None:
    return scaling and ScalingArgs(
        min_instances=scaling.min_instances,
        max_instances=scaling.max_instances,
        target_invocations_per_instance=scaling.target_invocations_per_instance,
        scale_in_cooldown_seconds=scaling.scale_in_cooldown_seconds,
        scale_out_cooldown_seconds=scaling.scale_out_cooldown_seconds,
    )


def _documents(
    serving: Sequence[Release], settings: Settings, cloud: Cloud, role_arn: str, carried: Mapping[str, str]
) -> Mapping[str, str]:
    """Return each release's document by its id: the carried one, or one made from its contract."""
    made: dict[tuple[ContractRef, str], str] = {}  # many releases, few contracts

    def text(release: Release) -> str:
        key = release.contract, "" if settings.api.cache is None else release.id  # with a cache each has its own
        if key not in made:
            made[key] = document_of(release, settings, cloud, role_arn)
        return made[key]

    return {release.id: carried.get(release.id) or text(release) for release in serving}


def _stage(
    settings: Settings,
    lineup: Lineup,
    cloud: Cloud,
    *,
    route: GatewayRouteArgs,
    enriched: EnrichedRouteArgs | None,
    logs: AccessLogsArgs,
    documents: Mapping[str, str],
    tags: Mapping[str, str],
) -> CanaryStageArgs | None:
    if lineup.stable is None:
        return None

    def track(release: Release) -> Track:
        document = documents[release.id]
        named = variables_in(document)
        variables = {named.endpoint: route.endpoints[release.id]}
        if named.function is not None and enriched is not None:
            variables[named.function] = enriched.functions[release.id].function
        return Track(release=release.id, document=document, variables=variables)

    def canary(release: Release, percent: float) -> CanaryTrack:
        plain = track(release)
        return CanaryTrack(release=plain.release, document=plain.document, variables=plain.variables, percent=percent)

    api = settings.api
    return CanaryStageArgs(
        api_name=api.name,
        stage_name=api.stage_name,
        stable=track(lineup.stable),
        canary=lineup.canary and canary(lineup.canary.release, lineup.canary.percent),
        kept=tuple(track(release) for release in lineup.warm),
        methods=methods_of(settings),
        access_log_group=logs.log_group,
        log_retention_days=api.logging.retention_days,
        cloud=cloud,
        endpoint_type=api.endpoint_type,
        vpc_endpoints=api.vpc_endpoints,
        own_address=api.domain is None or not api.domain.only,
        tracing=api.tracing,
        protect=settings.protect,
        tags=tags,
    )
