"""From a recording to the graph that is served. Pure.

A deployment is a frozen snapshot. On AWS it is cut from the API as it is at that moment, which no recording of one
run can show; so a Deployment that carries the whole document in its triggers (key `document`, as the program of this
repository does) is rebuilt from that, and any other from the RestApi's registered body.
"""

from collections.abc import Mapping
from typing import Any, cast

from emulator import accepted
from emulator.accepted import CONFIGURATION, DEPLOYMENT, ENDPOINT, METHOD_SETTINGS, MODEL, REST_API, STAGE
from emulator.api import Api
from emulator.api_settings import Beside
from emulator.domains import mappings_of
from emulator.errors import GraphError, UnsupportedError
from emulator.findings import Feature, Findings
from emulator.function_reading import function_specs, invoked, table_specs
from emulator.graph import AccessLog, Canary, Capture, EndpointSpec, Graph, StageState
from emulator.metric_filters import metric_filters
from emulator.openapi import api_of
from emulator.plan_reading import plans_of
from emulator.recording import Recording, Registration
from emulator.throttle import Throttle

DOCUMENT_TRIGGER = "document"
ARTIFACT_TAG = "artifact-sha256"
"""A Model's tag by which a program says what bytes its archive has; AWS does not look at it, the emulator does."""
UNSET_THROTTLE = -1  # the provider's word for "not limited at the stage"
STAGE_DEFAULT = Throttle(rate=10_000.0, burst=5_000)
"""What a stage's method settings show where nothing is set (recorded 2024-03-05)."""


def graph_of(recording: Recording, *, ignore_unsupported: bool = False) -> Graph:
    """Read what a program registered. `ignore_unsupported` leaves IAM, Cognito, WAF and the cache out.

    Raises:
        UnsupportedError: something in it cannot be imitated.
        GraphError: it does not fit together, or there is no stage to serve.
    """
    findings = Findings(ignoring=ignore_unsupported)
    for registration in recording.registrations:
        accepted.check(registration, findings)
    apis = recording.of_type(REST_API)
    if len(apis) > 1:
        names = ", ".join(each.name for each in apis)
        raise UnsupportedError(_label(apis[1]), "type", f"one API is served at a time, here are {names}")
    stages = recording.of_type(STAGE)
    if not apis or not stages:
        raise GraphError(
            f"stack {recording.stack!r}",
            "aws:apigateway/stage:Stage",
            "the program registers no API with a stage, so there is nothing to serve; name a stable release first",
        )
    snapshots = {each.id: _snapshot(each, apis[0], findings) for each in recording.of_type(DEPLOYMENT)}
    states = [_stage(each, snapshots, recording, findings) for each in stages]
    _web_acls(recording, apis[0].id, findings)
    mappings = mappings_of(recording, apis[0].id)
    closed = any(snapshots[each.deployment].closed for each in states)
    if closed and not mappings:
        reason = "its own address is switched off, and no BasePathMapping leads to it: nobody could call it"
        raise GraphError(_label(apis[0]), "disableExecuteApiEndpoint", reason)
    return Graph(
        project=recording.project,
        stack=recording.stack,
        place=recording.place,
        apis=snapshots,
        stages={each.name: each for each in states},
        endpoints={each.name: each for each in (_endpoint(e, recording) for e in recording.of_type(ENDPOINT))},
        functions=function_specs(invoked(snapshots, states), recording),
        tables=table_specs(recording),
        plans=plans_of(recording, apis[0].id),
        mappings=mappings,
        closed=closed,
        filters=metric_filters(recording),
        ignored=findings.ignored,
        noted=findings.noted,
    )


def _label(registration: Registration) -> str:
    return f"{registration.type} {registration.name!r}"


def _web_acls(recording: Recording, api: str, findings: Findings) -> None:
    for kind in accepted.WEB_ACL_ASSOCIATIONS:
        for each in recording.of_type(kind):
            if f"/restapis/{api}/stages/" in str(each.inputs.get("resourceArn")):
                findings.refuse(Feature.WAF, _label(each), "resourceArn", "web ACLs are not imitated")


def _snapshot(deployment: Registration, api: Registration, findings: Findings) -> Api:
    if deployment.inputs.get("restApi") != api.id:
        raise GraphError(_label(deployment), "restApi", f"{deployment.inputs.get('restApi')!r} is not the API {api.id}")
    triggers = cast("Mapping[str, object]", deployment.inputs.get("triggers") or {})
    document = triggers.get(DOCUMENT_TRIGGER)
    source = deployment if document is not None else api
    text = document if document is not None else api.inputs.get("body")
    if not isinstance(text, str) or not text:
        raise UnsupportedError(_label(source), "body", accepted.TREE)
    inputs = api.inputs
    beside = Beside(
        identifier=api.id,
        arn=str(api.outputs["executionArn"]),
        binary_media_types=tuple(inputs.get("binaryMediaTypes") or ()),
        key_source=inputs.get("apiKeySource"),
        policy=inputs.get("policy"),
        compression=inputs.get("minimumCompressionSize"),
        closed=inputs.get("disableExecuteApiEndpoint"),
    )
    return api_of(_label(source), text, beside, findings)


def _stage(stage: Registration, snapshots: Mapping[str, Api], recording: Recording, findings: Findings) -> StageState:
    inputs = stage.inputs
    canary = cast("Mapping[str, Any] | None", inputs.get("canarySettings"))
    names = {"deployment": inputs.get("deployment")}
    if canary:
        names["canarySettings.deploymentId"] = canary.get("deploymentId", inputs.get("deployment"))
    for prop, identifier in names.items():
        if identifier not in snapshots:
            raise GraphError(_label(stage), prop, f"{identifier!r}: Deployment id does not exist")
    name = str(inputs["stageName"])
    return StageState(
        name=name,
        api_id=str(inputs["restApi"]),
        deployment=str(inputs["deployment"]),
        variables=_texts(inputs.get("variables")),
        canary=None if not canary else _canary(_label(stage), str(names["canarySettings.deploymentId"]), canary),
        throttles=_throttles(name, str(inputs["restApi"]), recording, findings),
        access_log=_access_log(stage),
        tracing=bool(inputs.get("xrayTracingEnabled")),
    )


def _texts(raw: object) -> dict[str, str]:
    return {key: str(value) for key, value in cast("Mapping[str, object]", raw or {}).items()}


def _canary(resource: str, deployment: str, raw: Mapping[str, Any]) -> Canary:
    percent = float(raw.get("percentTraffic", 0.0))
    if not 0 <= percent <= 100:  # noqa: PLR2004 - a percent
        raise GraphError(resource, "canarySettings.percentTraffic", f"must be 0 to 100, is {percent:g}")
    return Canary(
        deployment=deployment,
        percent=percent,
        overrides=_texts(raw.get("stageVariableOverrides")),
        use_stage_cache=bool(raw.get("useStageCache", False)),
    )


def _throttles(stage: str, api: str, recording: Recording, findings: Findings) -> dict[str, Throttle]:
    """Return the measures by method path. One path's settings begin as a copy of `*/*` (recorded 2024-03-05)."""
    found: dict[str, Throttle] = {"*/*": STAGE_DEFAULT}
    entries = [
        each
        for each in recording.of_type(METHOD_SETTINGS)
        if each.inputs.get("stageName") == stage and each.inputs.get("restApi") == api
    ]
    for each in sorted(entries, key=lambda entry: entry.inputs["methodPath"] != "*/*"):
        settings = cast("Mapping[str, Any]", each.inputs.get("settings") or {})
        if settings.get("cachingEnabled"):
            findings.refuse(Feature.CACHE, _label(each), "settings.cachingEnabled", accepted.CACHE)
        start = found["*/*"]
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        measures = Throttle(
            rate=start.rate if rate in (None, UNSET_THROTTLE) else float(rate),
            burst=start.burst if burst in (None, UNSET_THROTTLE) else int(burst),
        )
        path = str(each.inputs["methodPath"])
        found[path if path == "*/*" else "/" + path.removeprefix("/")] = measures
    return found


def _access_log(stage: Registration) -> AccessLog | None:
    raw = cast("Mapping[str, str] | None", stage.inputs.get("accessLogSettings"))
    if not raw:
        return None
    _, marker, group = raw["destinationArn"].partition(":log-group:")
    if not marker:
        reason = f"{raw['destinationArn']!r}: of an access log's destinations only log groups are imitated"
        raise UnsupportedError(_label(stage), "accessLogSettings.destinationArn", reason)
    return AccessLog(destination=raw["destinationArn"], group=group.removesuffix(":*"), format=raw["format"])


def _named(kind: str, prop: str, by: Registration, recording: Recording) -> Registration:
    name = by.inputs.get(prop)
    for each in recording.of_type(kind):
        if name in (each.id, each.outputs.get("name")):
            return each
    raise GraphError(_label(by), prop, f"no {kind} is called {name!r}")


def _endpoint(endpoint: Registration, recording: Recording) -> EndpointSpec:
    configuration = _named(CONFIGURATION, "endpointConfigName", endpoint, recording)
    variants = cast("list[Mapping[str, Any]]", configuration.inputs.get("productionVariants") or [])
    if len(variants) != 1:
        reason = f"{len(variants)} variants: one is imitated; split traffic by the stage's canary"
        raise UnsupportedError(_label(configuration), "productionVariants", reason)
    (variant,) = variants
    if variant.get("serverlessConfig"):
        raise UnsupportedError(_label(configuration), "productionVariants.serverlessConfig", "not imitated")
    model = next(
        (m for m in recording.of_type(MODEL) if variant.get("modelName") in (m.id, m.outputs.get("name"))), None
    )
    if model is None:
        name = variant.get("modelName")
        raise GraphError(_label(configuration), "productionVariants.modelName", f"no Model is called {name!r}")
    container = cast("Mapping[str, Any]", model.inputs.get("primaryContainer") or {})
    return EndpointSpec(
        name=str(endpoint.outputs["name"]),
        arn=str(endpoint.outputs["arn"]),
        configuration=str(configuration.outputs["name"]),
        variant=str(variant.get("variantName") or "variant-1"),
        model=str(model.outputs["name"]),
        image=str(container.get("image", "")),
        artifact=str(container.get("modelDataUrl", "")),
        sha256=cast("Mapping[str, str]", model.inputs.get("tags") or {}).get(ARTIFACT_TAG),
        environment=tuple(sorted(_texts(container.get("environment")).items())),
        capture=_capture(cast("Mapping[str, Any]", configuration.inputs.get("dataCaptureConfig") or {})),
    )


def _capture(raw: Mapping[str, Any]) -> Capture | None:
    if not raw.get("enableCapture"):
        return None
    options = cast("list[Mapping[str, str]]", raw.get("captureOptions") or [])
    modes = {option["captureMode"] for option in options}
    types = cast("Mapping[str, list[str]]", raw.get("captureContentTypeHeader") or {})
    both = "InputAndOutput" in modes
    return Capture(
        percent=float(raw["initialSamplingPercentage"]),
        input=both or "Input" in modes,
        output=both or "Output" in modes,
        json_types=tuple(types.get("jsonContentTypes") or ()),
        csv_types=tuple(types.get("csvContentTypes") or ()),
    )
