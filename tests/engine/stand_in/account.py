"""An AWS account that remembers: what there is in it, what was done to it, and what AWS would refuse.

Kept in a folder, because the engine starts a new provider for every command. `account.json` holds the resources by
id, `journal.jsonl` one line for each operation: what, the invariants that it broke, or AWS's refusal.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from emulator.computed import Place, computed
from tests.engine.stand_in.invariants import broken
from tests.engine.stand_in.tables import FORCES_REPLACEMENT, UNIQUE_NAMES

PLACE = Place(account="123456789012", region="eu-central-1")
API, DEPLOYMENT, STAGE = (f"aws:apigateway/{t}" for t in ("restApi:RestApi", "deployment:Deployment", "stage:Stage"))
METHODS, SETTING = "aws:apigateway/methodSettings:MethodSettings", "aws:apigateway/account:Account"
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
GROUP, FILTER = "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/logMetricFilter:LogMetricFilter"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


MOST_FILTERS = 100
"""Of one log group (botocore logs, PutMetricFilter)."""


class RefusedError(Exception):
    """AWS says no."""


@dataclass(kw_only=True)
class Resource:
    """What the account knows of one resource; `snapshot` is the body that a Deployment was cut from."""

    kind: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    snapshot: str | None = None


@dataclass(kw_only=True)
class Account:
    """The account in `folder`. `log_role` says whether API Gateway may write logs in this account and region."""

    folder: Path
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    made: int = 0
    log_role: bool = True

    @staticmethod
    def load(folder: Path) -> "Account":
        path = folder / "account.json"
        if not path.exists():
            return Account(folder=folder)
        raw = json.loads(path.read_text())
        resources = {urn: Resource(**each) for urn, each in raw["resources"].items()}
        return Account(folder=folder, resources=resources, made=raw["made"], log_role=raw["log_role"])

    def save(self) -> None:
        raw = {
            "resources": {k: asdict(r) for k, r in self.resources.items()},
            "made": self.made,
            "log_role": self.log_role,
        }
        part = self.folder / "account.part"
        part.write_text(json.dumps(raw, indent=1))
        part.replace(self.folder / "account.json")

    def of(self, kind: str) -> Iterator[Resource]:
        return (each for each in self.resources.values() if each.kind == kind)

    def get(self, kind: str, identifier: object) -> Resource | None:
        return self.resources.get(f"{kind} {identifier}")

    def create(self, kind: str, name: str, urn: str, inputs: dict[str, Any]) -> Resource:
        """Make a resource. Raises `RefusedError` as AWS would."""
        with self._written("create", kind, name):
            if kind not in FORCES_REPLACEMENT:
                raise RefusedError(f"the stand-in does not know {kind}")
            unique = UNIQUE_NAMES.get(kind)
            if unique and any(each.inputs[unique] == inputs[unique] for each in self.of(kind)):
                raise RefusedError(f"Cannot create already existing {kind}: {inputs[unique]}")
            self._check(kind, inputs)
            self.made += 1
            identifier, outputs = computed(kind, name, f"{urn} {self.made}", inputs, PLACE)
            made = Resource(kind=kind, name=name, id=identifier, inputs=inputs, outputs={**outputs, **inputs})
            if kind == DEPLOYMENT:
                api = self.get(API, inputs["restApi"])
                made.snapshot = api.inputs["body"] if api else None
            if kind == SETTING:
                self.log_role = True
            self.resources[f"{kind} {identifier}"] = made
        return made

    def update(self, kind: str, identifier: str, inputs: dict[str, Any]) -> Resource:
        """Change a resource in place. Raises `RefusedError` as AWS would."""
        found = self.get(kind, identifier)
        with self._written("update", kind, found.name if found else identifier):
            if found is None:
                raise RefusedError(f"NotFoundException: {kind} {identifier}")
            self._check(kind, inputs)
            computed_only = {key: value for key, value in found.outputs.items() if key not in found.inputs}
            found.inputs, found.outputs = inputs, {**computed_only, **inputs}
        return found

    def delete(self, kind: str, identifier: str) -> None:
        """Take a resource away. Raises `RefusedError` as AWS would."""
        found = self.get(kind, identifier)
        with self._written("delete", kind, found.name if found else identifier):
            if found is None:
                raise RefusedError(f"NotFoundException: {kind} {identifier}")
            self._check_delete(found)
            del self.resources[f"{kind} {identifier}"]

    def _check(self, kind: str, inputs: Mapping[str, Any]) -> None:
        if kind in (DEPLOYMENT, STAGE, METHODS) and self.get(API, inputs["restApi"]) is None:
            raise RefusedError("NotFoundException: Invalid API identifier specified")
        if kind == STAGE:
            canary = inputs.get("canarySettings")
            for deployment in (inputs["deployment"], *([canary["deploymentId"]] if canary else [])):
                if self.get(DEPLOYMENT, deployment) is None:
                    raise RefusedError("BadRequestException: Deployment id does not exist")
        logs = (kind == STAGE and inputs.get("accessLogSettings")) or (
            kind == METHODS and inputs["settings"].get("loggingLevel", "OFF") != "OFF"
        )
        if logs and not self.log_role:
            raise RefusedError(
                "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"
            )
        if kind == FILTER:
            self._check_filter(inputs)
        if kind in (POLICY, ATTACHMENT) and not any(each.inputs["name"] == inputs["role"] for each in self.of(ROLE)):
            raise RefusedError(f"NoSuchEntity: The role with name {inputs['role']} cannot be found.")

    def _check_filter(self, inputs: Mapping[str, Any]) -> None:
        group = inputs["logGroupName"]
        if not any(each.inputs["name"] == group for each in self.of(GROUP)):
            raise RefusedError("ResourceNotFoundException: The specified log group does not exist.")
        others = {e.inputs["name"] for e in self.of(FILTER) if e.inputs["logGroupName"] == group} - {inputs["name"]}
        if len(others) >= MOST_FILTERS:
            raise RefusedError("LimitExceededException: Resource limit exceeded.")

    def _check_delete(self, found: Resource) -> None:
        if found.kind == DEPLOYMENT:
            for stage in self.of(STAGE):
                if stage.inputs["deployment"] == found.id:
                    raise RefusedError(
                        "BadRequestException: Active stages pointing to this deployment must be moved or deleted"
                    )
                canary = cast("dict[str, Any]", stage.inputs.get("canarySettings") or {})
                if canary.get("deploymentId") == found.id:
                    raise RefusedError(
                        "BadRequestException: Active stages with canary settings pointing to this deployment must be "
                        "moved or deleted"
                    )
        if found.kind == ROLE:
            held = [*self.of(POLICY), *self.of(ATTACHMENT)]
            if any(each.inputs["role"] == found.inputs["name"] for each in held):
                raise RefusedError("DeleteConflict: Cannot delete entity, must delete policies first.")

    def _written(self, what: str, kind: str, name: str) -> "_Entry":
        return _Entry(self, what, kind, name)


@dataclass
class _Entry:
    """Writes one line of the journal when its block ends, and the account with it."""

    account: Account
    what: str
    kind: str
    name: str

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        line: dict[str, object] = {"op": self.what, "type": self.kind, "name": self.name}
        if error is not None:
            line["refused"] = str(error)
        line["broken"] = broken(self.account)
        with (self.account.folder / "journal.jsonl").open("a") as journal:
            journal.write(json.dumps(line) + "\n")
        if error is None:
            self.account.save()
