"""The small stack: one API with a stage and two deployments, and, where there is a release, two endpoints for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from botocore.exceptions import ClientError

from emulator.errors import ProbeError
from emulator.probe.clients import refusal
from emulator.probe.document import PLAIN_THROTTLE, document
from emulator.probe.errand import Clock, Errand
from emulator.probe.functions import call_role, function_name, make
from emulator.probe.models import Endpoints, invoke_role, no_endpoints, serve

if TYPE_CHECKING:
    from emulator.probe.clients import Clients

STAGE = "v1"
LOG_FORMAT = (
    '{"agent": "$context.identity.userAgent", "requestId": "$context.requestId", '
    '"isCanaryRequest": "$context.isCanaryRequest", "status": $context.status}'
)
DEPLOYMENT_SECONDS = 6.0
"""CreateDeployment is allowed once in 5 seconds an account (API Gateway developer guide, quotas)."""
AWAKE_SECONDS = 120.0
REPLY_SECONDS = 40.0
OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a client got. Header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def request_id(self) -> str:
        """By which its line in the access log is found."""
        return self.headers.get("x-amzn-requestid", "")

    @property
    def told(self) -> str:
        """Status, error type and the body's beginning, in words."""
        kind = self.headers.get("x-amzn-errortype", "")
        text = self.body[:300].decode("utf-8", "replace")
        return f"{self.status}{f' {kind}' if kind else ''} `{text}` ({len(self.body)} bytes)"


def track_of(reply: Reply) -> str:
    """Whose answer one to GET /track is: `isCanaryRequest` as the template prints it.

    Raises:
        ProbeError: it is not that template's JSON.
    """
    try:
        return str(json.loads(reply.body)["canary"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProbeError(f"GET /track answered {reply.told}, which is not its template's JSON") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stands. `root` is the API's address without a stage; `not_logged` says why there is no access log, if so,
    and `not_called` why there is no function.
    """

    errand: Errand
    http: httpx.Client
    root: str
    api: str
    deployments: tuple[str, str]
    endpoints: Endpoints
    not_logged: str
    not_called: str = ""

    @property
    def there(self) -> "Clients":
        return self.errand.there

    @property
    def clock(self) -> Clock:
        return self.errand.clock

    def ask(self, path: str, *, method: str = "GET", stage: str = STAGE, **more: Any) -> Reply:  # noqa: ANN401 - as httpx takes them
        """Send one request below the stage.

        Raises:
            ProbeError: no answer at all.
        """
        try:
            reply = self.http.request(method, f"{self.root}/{stage}{path}", **more)
        except httpx.HTTPError as error:
            raise ProbeError(f"{method} {path}: no answer: {error}") from error
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(status=reply.status_code, body=reply.content, headers=headers)

    def patch(self, *operations: Mapping[str, str]) -> Mapping[str, Any]:
        """Send one UpdateStage; return the stage that it answers. Raises botocore's ClientError where AWS refuses."""
        sent: Any = [dict(operation) for operation in operations]
        return dict(self.there.apigateway.update_stage(restApiId=self.api, stageName=STAGE, patchOperations=sent))

    def stage(self) -> Mapping[str, Any]:
        """GetStage."""
        return dict(self.there.apigateway.get_stage(restApiId=self.api, stageName=STAGE))

    def plain(self) -> None:
        """Bring the stage back to its first deployment without a canary, for the next question."""
        if "canarySettings" in self.stage():
            self.patch({"op": "remove", "path": "/canarySettings"})
        self.patch(
            {"op": "replace", "path": "/deploymentId", "value": self.deployments[0]},
            {"op": "replace", "path": "/variables/x", "value": "stable"},
        )

    def canary(self, percent: float, **overrides: str) -> None:
        """Put the second deployment beside the first, with `percent` of the traffic."""
        self.patch(
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": str(percent)},
            {"op": "replace", "path": "/canarySettings/deploymentId", "value": self.deployments[1]},
        )
        for name, value in overrides.items():
            path = f"/canarySettings/stageVariableOverrides/{name}"
            self.patch({"op": "replace", "path": path, "value": value})


def build(errand: Errand, http: httpx.Client) -> Site:
    """Make the small stack and wait until it answers.

    Raises:
        ProbeError, ClientError: it cannot be made; what was made so far is in the ledger.
    """
    release = errand.release
    role = "" if release is None else invoke_role(errand)
    calls = call_role(errand)
    api = _api(errand)
    not_called = _function(errand)  # before the import, which names it as an authorizer
    first, second = (_deployed(errand, api, mark, role, calls) for mark in ("first", "second"))
    endpoints = no_endpoints() if release is None else serve(errand, release)
    not_logged = _stage(errand, api, first, endpoints)
    site = Site(
        errand=errand,
        http=http,
        root=errand.address(api, errand.caller.region),
        api=api,
        deployments=(first, second),
        endpoints=endpoints,
        not_logged=not_logged,
        not_called=not_called,
    )
    if errand.clock.wait(lambda: _awake(site), at_most=AWAKE_SECONDS) is None:
        raise ProbeError(f"the stage {site.root}/{STAGE} did not answer within {AWAKE_SECONDS:g} s")
    return site


def _awake(site: Site) -> bool:
    try:
        return site.ask("/track").status == OK
    except ProbeError:
        return False  # the host's name takes a moment to be known


def _api(errand: Errand) -> str:
    """Make the API; return its id. It is listed by its name, for the id is known afterwards only."""
    name = errand.ledger.intend("rest api", errand.stem)
    made = errand.there.apigateway.create_rest_api(name=name, endpointConfiguration={"types": ["REGIONAL"]})
    return made["id"]


def _function(errand: Errand) -> str:
    """Make the function; return why there is none, or nothing."""
    try:
        make(errand)
    except ClientError as error:
        return refusal(error)
    return ""


def _deployed(errand: Errand, api: str, mark: str, role: str, calls: str) -> str:
    text = document(errand.stem, mark, region=errand.caller.region, role=role, call_role=calls)
    gateway = errand.there.apigateway
    gateway.put_rest_api(restApiId=api, mode="overwrite", failOnWarnings=True, body=text.encode())
    made = gateway.create_deployment(restApiId=api, description=mark)
    errand.clock.sleep(DEPLOYMENT_SECONDS)
    return made["id"]


def _stage(errand: Errand, api: str, deployment: str, endpoints: Endpoints) -> str:
    """Make the stage, with an access log where the account allows one; return why it does not, or nothing."""
    there, ledger, caller = errand.there, errand.ledger, errand.caller
    variables = {
        "x": "stable",
        "endpoint": endpoints.instance or "none",
        "serverless": endpoints.serverless or "none",
        "function": function_name(errand.stem),
    }
    there.apigateway.create_stage(restApiId=api, stageName=STAGE, deploymentId=deployment, variables=variables)
    method = f"/{PLAIN_THROTTLE.replace('/', '~1')}/GET"
    _set(errand, api, {f"{method}/throttling/rateLimit": "1", f"{method}/throttling/burstLimit": "1"})
    there.logs.create_log_group(logGroupName=ledger.intend("log group", errand.log_group))
    try:
        _set(
            errand,
            api,
            {
                "/accessLogSettings/destinationArn": (
                    f"arn:aws:logs:{caller.region}:{caller.account}:log-group:{errand.log_group}"
                ),
                "/accessLogSettings/format": LOG_FORMAT,
                "/*/*/logging/loglevel": "INFO",
            },
        )
    except ClientError as error:
        return refusal(error)
    for tail in ("", "/Canary"):  # API Gateway makes them by itself, and they outlive the API
        ledger.intend("log group", f"API-Gateway-Execution-Logs_{api}/{STAGE}{tail}")
    ledger.intend("log group", f"{errand.log_group}/Canary")
    return ""


def _set(errand: Errand, api: str, values: Mapping[str, str]) -> None:
    operations: list[Any] = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    errand.there.apigateway.update_stage(restApiId=api, stageName=STAGE, patchOperations=operations)
