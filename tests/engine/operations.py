"""The operations that belong together, as the stand-in's journal writes them: `create Stage gateway-stage`."""

from typing import Literal

Verb = Literal["create", "delete"]

ALWAYS = {
    "Bucket training-bucket",
    "BucketVersioning training-versioning",
    "BucketServerSideEncryptionConfiguration training-encryption",
    "BucketPublicAccessBlock training-closed",
    "BucketLifecycleConfiguration training-lifecycle",
    "BucketPolicy training-policy",
    "Role training-role-role",
    "RolePolicy training-role-access",
    "LogGroup access",
    "LogGroup access-canary",
}
"""What is there with or without an API: what training and observing need, but for the metric filters."""

THRESHOLDS = {"dev": (50, 200, 1000), "prod": (25, 50, 100, 250, 500, 1000)}

API = {
    "RestApi gateway-api",
    "LogGroup gateway-execution",
    "LogGroup gateway-execution-canary",
    "Stage gateway-stage",
    "MethodSettings gateway-methods",
    "Role ratings-invoke",
}

KEYS = {"UsagePlan plans-standard", "ApiKey plans-key-default", "UsagePlanKey plans-standard-default"}
"""What prod asks its callers for."""


ENRICHED = {"Table enriched-movies", "Table enriched-seen", "Role enriched-invoke"}
"""What the enriched route has once; a release's own part is in `enriched`."""


def enriched(verb: Verb, name: str) -> set[str]:
    """Return all that belongs to one release's function, and its one policy."""
    parts = ("LogGroup function-{}-logs", "Role function-{}-role", "RolePolicy function-{}-access",
             "Function function-{}-function", "RolePolicy enriched-invoke-{}")  # fmt: skip
    return {f"{verb} {each.format(name)}" for each in parts}


def always(verb: Verb, stack: str = "dev") -> set[str]:
    rows = ["requests", "errors-4xx", "errors-5xx", *(f"slow-{limit}ms" for limit in THRESHOLDS[stack])]
    tracks = ("stable-{}", "canary-{}", "canary-{}-in-canary-group")
    filters = {f"LogMetricFilter observed-{track.format(row)}" for row in rows for track in tracks}
    return {f"{verb} {each}" for each in ALWAYS | filters}


def watched(verb: Verb) -> set[str]:
    """Return what prod's alarms and dashboard are made of, but for a release's own alarms."""
    tracks = ("stable-{}", "canary-{}", "canary-{}-in-canary-group")
    shares = ("errors-5xx", "slow-1000ms")
    alarms = {f"MetricAlarm observed-{track.format(share)}-alarm" for share in shares for track in tracks}
    return {f"{verb} {each}" for each in alarms | {"Topic observed-topic", "Dashboard observed-dashboard"}}


def api(verb: Verb) -> set[str]:
    return {f"{verb} {each}" for each in API}


def release(verb: Verb, name: str, *, scaled: bool = False) -> set[str]:
    """Return all that belongs to one release: its endpoint and all before it, and its one policy.

    What is scaled is prod's: it has its scaling, and its alarms.
    """
    parts = {
        f"LogGroup model-{name}-logs",
        f"Role model-{name}-role",
        f"RolePolicy model-{name}-access",
        f"Model model-{name}-model",
        f"EndpointConfiguration model-{name}-configuration",
        f"Endpoint model-{name}-endpoint",
        f"RolePolicy ratings-invoke-{name}",
    }
    scaling = {f"Target model-{name}-target", f"Policy model-{name}-scaling"}
    alarms = {f"MetricAlarm observed-{name}-model-errors", f"MetricAlarm observed-{name}-model-latency"}
    return {f"{verb} {each}" for each in parts | (scaling | alarms if scaled else set[str]())}


def keys(verb: Verb) -> set[str]:
    return {f"{verb} {each}" for each in KEYS}
