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
"""What is there with or without an API: what training and observing need."""

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


def always(verb: Verb) -> set[str]:
    return {f"{verb} {each}" for each in ALWAYS}


def api(verb: Verb) -> set[str]:
    return {f"{verb} {each}" for each in API}


def release(verb: Verb, name: str, *, scaled: bool = False) -> set[str]:
    """Return all that belongs to one release: its endpoint and all before it, its scaling, and its one policy."""
    parts = {
        f"LogGroup model-{name}-logs",
        f"Role model-{name}-role",
        f"RolePolicy model-{name}-access",
        f"Model model-{name}-model",
        f"EndpointConfiguration model-{name}-configuration",
        f"Endpoint model-{name}-endpoint",
        f"RolePolicy ratings-invoke-{name}",
    }
    scaling = {f"Target model-{name}-target", f"Policy model-{name}-scaling"} if scaled else set[str]()
    return {f"{verb} {each}" for each in parts | scaling}


def keys(verb: Verb) -> set[str]:
    return {f"{verb} {each}" for each in KEYS}
