"""One stage of the API: what it serves, the emergency's one patch, a try without public traffic, and its cache.

Nothing here needs the store, the journal or the stack's state: the API is found by its name, which is unique to the
stack. Patch paths: API Gateway's UpdateStage as recorded (`/canarySettings/percentTraffic`, a number as text).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from rollout.adapters.aws.clients import told
from rollout.adapters.aws.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigateway.type_defs import RestApiTypeDef

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A stage's split: `variables` are its own, `overrides` the canary's, `percent` the canary's share."""

    variables: Mapping[str, str]
    overrides: Mapping[str, str]
    percent: float


class Stage:
    """The stage `name` of the API called `api` that the stack `stack` made."""

    def __init__(self, client: "APIGatewayClient", *, api: str, name: str, stack: str) -> None:
        self._client = client
        self._api = api
        self._name = name
        self._stack = stack
        self._found: str | None = None

    def read(self) -> Served:
        """GetStage. Raises AwsError."""
        with told(f"apigateway GetStage {self._api}/{self._name}"):
            said = self._client.get_stage(restApiId=self.api_id(), stageName=self._name)
        canary = said.get("canarySettings") or {}
        return Served(
            variables=said.get("variables") or {},
            overrides=canary.get("stageVariableOverrides") or {},
            percent=float(canary.get("percentTraffic", 0.0)),
        )

    def withdraw(self) -> None:
        """Take all traffic from the canary: one patch.

        A stage without a canary is left alone, for the patch would make it one; a stage that cannot be read is patched.

        Raises:
            AwsError: the patch failed.
        """
        try:
            if self.read().percent == 0:
                return
        except AwsError:
            pass  # towards less traffic nothing is waited for
        with told(f"apigateway UpdateStage {self._api}/{self._name}"):
            self._client.update_stage(
                restApiId=self.api_id(),
                stageName=self._name,
                patchOperations=[{"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}],
            )

    def answer(self, *, path: str, method: str, request: str, variables: Mapping[str, str]) -> None:
        """Send one request through the API's templates with these stage variables: TestInvokeMethod.

        `path` is the route's (`/predicted-ratings/{user_id}`), `request` the path and query asked for.

        Raises:
            AwsError: the call failed, or the answer's status is not 200; the message has the body.
        """
        resource = self._resource(path)
        with told(f"apigateway TestInvokeMethod {request}"):
            said = self._client.test_invoke_method(
                restApiId=self.api_id(),
                resourceId=resource,
                httpMethod=method,
                pathWithQueryString=request,
                stageVariables=dict(variables),
            )
        if said.get("status") != HTTPStatus.OK:
            raise AwsError(f"{method} {request} was answered {said.get('status')}: {said.get('body', '')[:300]}")

    def flush(self) -> None:
        """Forget every cached answer, where the stage has a cache: FlushStageCache. Raises AwsError."""
        with told(f"apigateway GetStage {self._api}/{self._name}"):
            said = self._client.get_stage(restApiId=self.api_id(), stageName=self._name)
        if said.get("cacheClusterEnabled"):
            with told(f"apigateway FlushStageCache {self._api}/{self._name}"):
                self._client.flush_stage_cache(restApiId=self.api_id(), stageName=self._name)

    def api_id(self) -> str:
        """The API's id, looked up by its name once.

        Raises:
            AwsError: there is no such API, or more than one, and the tags do not tell which is the stack's.
        """
        if self._found is None:
            named = self._apis()
            own = [each for each in named if (each.get("tags") or {}).get("stack") == self._stack]
            chosen = own or named
            if len(chosen) != 1:
                there = ", ".join(str(each.get("id")) for each in chosen) or "none"
                raise AwsError(
                    f"there must be one API called {self._api!r} of the stack {self._stack!r} in this account and "
                    f"region, and there are: {there}. Check the credentials, the region and api.name"
                )
            self._found = str(chosen[0].get("id"))
        return self._found

    def _apis(self) -> "list[RestApiTypeDef]":
        with told("apigateway GetRestApis"):
            pages = self._client.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": _PAGE})
            return [each for page in pages for each in page["items"] if each.get("name") == self._api]

    def _resource(self, path: str) -> str:
        with told("apigateway GetResources"):
            pages = self._client.get_paginator("get_resources").paginate(
                restApiId=self.api_id(), PaginationConfig={"PageSize": _PAGE}
            )
            found = [each.get("id") for page in pages for each in page["items"] if each.get("path") == path]
        if not found:
            raise AwsError(f"the API {self._api!r} has no route {path}: was the release's document put into it?")
        return str(found[0])
