"""One stage as AWS's own answers were recorded: UpdateStage, GetStage, DeleteDeployment.

localstack/localstack 8b9a79f0, tests/aws/services/apigateway/test_apigateway_canary.py, recorded 2025-05-30: `replace`
of percent or deployment makes a canary, what is not given is defaulted; `remove /canarySettings` takes it whole.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Refusal = tuple[str, str]


@dataclass
class RecordedStage:
    """`refused` is AWS's code and message of the last call, None where it was taken."""

    deployment: str
    variables: dict[str, str]
    canary: dict[str, Any] | None = None
    settings: dict[str, str] = field(default_factory=dict[str, str])

    def patch(self, operations: list[dict[str, str]]) -> Refusal | None:
        """Apply the operations in order; nothing is changed where one is refused."""
        before = deepcopy((self.deployment, self.variables, self.canary, self.settings))
        for operation in operations:
            refusal = self._one(operation["op"], operation["path"], operation.get("value", ""))
            if refusal:
                self.deployment, self.variables, self.canary, self.settings = before
                return refusal
        return None

    def _one(self, op: str, path: str, value: str) -> Refusal | None:
        match op, path.split("/")[1:]:
            case "remove", ["canarySettings"]:
                self.canary = None
            case "replace", ["canarySettings", "percentTraffic"]:
                self._canary()["percentTraffic"] = float(value)
            case "replace", ["canarySettings", "deploymentId"]:
                self._canary()["deploymentId"] = value
            case "replace", ["canarySettings", "stageVariableOverrides", name] if self.canary is not None:
                self._canary().setdefault("stageVariableOverrides", {})[name] = value
            case "replace", ["variables", name]:
                self.variables[name] = value
            case "replace", ["deploymentId"]:
                self.deployment = value
            case "replace", ["accessLogSettings" | "*" | "~1throttled", *_]:
                self.settings[path] = value
            case _:
                return "BadRequestException", f"Invalid method setting path: {path}."
        return None

    def _canary(self) -> dict[str, Any]:
        if self.canary is None:
            self.canary = {"percentTraffic": 0.0, "deploymentId": self.deployment, "useStageCache": False}
        return self.canary

    def shown(self) -> dict[str, Any]:
        """GetStage."""
        found: dict[str, Any] = {"deploymentId": self.deployment, "variables": dict(self.variables)}
        return found if self.canary is None else {**found, "canarySettings": deepcopy(self.canary)}

    def delete(self, deployment: str) -> Refusal | None:
        """DeleteDeployment."""
        if deployment == self.deployment:
            return "BadRequestException", "Active stages pointing to this deployment must be moved or deleted"
        if self.canary is not None and deployment == self.canary["deploymentId"]:
            said = "Active stages with canary settings pointing to this deployment must be moved or deleted"
            return "BadRequestException", said
        return None
