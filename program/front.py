"""The Args of what stands in front of the stage, and of the authorizer behind it. Pure, but for reading its code."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

from components.authorizer import AuthorizerArgs, AuthorizerFunctionArgs
from components.cloud import Cloud
from components.domain import DomainArgs, MutualTlsArgs
from components.firewall import FirewallArgs
from components.front import FrontArgs
from components.methods import CacheArgs, MethodArgs
from components.plans import PlanArgs, QuotaArgs, ThrottleArgs, UsagePlansArgs
from program.errors import AuthorizerError, RouteError
from program.features import authorizer_arn, authorizer_function, authorizer_role
from settings import AuthorizationType, Settings
from settings.access import PlanSettings, RouteThrottleSettings
from settings.limits import QUERY_BYTES_MAX

AUTHORIZER = Path(__file__).resolve().parent.parent / "functions" / "authorizer"
ITEM_BYTES = 10
"""The longest id and its comma."""
_ASKED = re.compile(r'"authorizerUri": "arn:[^"]+/functions/(arn:[^"/]+)/invocations"')
QUERY_OVERHEAD = len("items=")


def authorizer_of(settings: Settings, cloud: Cloud, tags: Mapping[str, str]) -> AuthorizerArgs | None:
    """Return what lets the gateway ask about tokens; None where no Lambda function is asked."""
    jwt = settings.api.authorization.jwt
    if jwt is None:
        return None
    environment = {
        "ISSUER": jwt.issuer or "",
        "AUDIENCE": " ".join(jwt.audience),
        "SCOPES": " ".join(jwt.scopes),
        "KEY_SET": jwt.key_set or f"{(jwt.issuer or '').rstrip('/')}/.well-known/jwks.json",
    }
    own = AuthorizerFunctionArgs(
        function=authorizer_function(settings),
        code=authorizer_code(),
        handler=f"{AUTHORIZER.name}.handler.handle",
        environment=environment,
        log_retention_days=settings.api.logging.retention_days,
    )
    return AuthorizerArgs(
        role_name=authorizer_role(settings, cloud),
        function_arn=authorizer_arn(settings, cloud, jwt),
        function=own if jwt.function_arn is None else None,
        cloud=cloud,
        tags=tags,
    )


@lru_cache
def authorizer_code() -> Mapping[str, str]:
    """Read the authorizer's code: each file's text by its path in the archive."""
    files = sorted(AUTHORIZER.glob("*.py"))
    return {f"{AUTHORIZER.name}/{file.name}": file.read_text(encoding="utf-8") for file in files}


def front_of(settings: Settings, cloud: Cloud, tags: Mapping[str, str]) -> FrontArgs:
    """Return domain, usage plans and firewall, as far as they are wanted."""
    return FrontArgs(
        domain=_domain(settings, cloud, tags), plans=_plans(settings, tags), firewall=_firewall(settings, cloud, tags)
    )


def methods_of(settings: Settings) -> MethodArgs:
    """Return what holds for the stage's methods."""
    api = settings.api
    return MethodArgs(
        rate=api.throttling.rate,
        burst=api.throttling.burst,
        log_level=api.logging.level,
        data_trace=api.logging.data_trace,
        routes={_path(route).lstrip("/"): _throttle(each) for route, each in api.throttling.routes.items()},
        cache=api.cache and CacheArgs(size_gb=api.cache.size_gb, ttl_seconds=api.cache.ttl_seconds),
    )


def check_routes(settings: Settings, document: str) -> None:
    """Let pass throttles of routes that the document has.

    Raises:
        RouteError: one names another; AWS refuses it, but only when all before it has been made.
    """
    paths = cast("Mapping[str, Mapping[str, object]]", json.loads(document)["paths"])
    known = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    for where, named in _named_routes(settings):
        if named not in known:
            raise RouteError(
                f"{where} names the route {named!r}, and the API has {', '.join(sorted(known))}: correct it, or take "
                "it out"
            )


def check_authorizer(documents: Iterable[str], declared: AuthorizerArgs | None) -> None:
    """Let pass documents that ask the authorizer which is declared, or none.

    A rollout's journal carries documents, so one that is served may be older than the settings.

    Raises:
        AuthorizerError: one asks another.
    """
    for document in documents:
        for asked in sorted(set(_ASKED.findall(document))):
            if declared is None or asked != declared.function_arn:
                now = "none" if declared is None else declared.function_arn
                raise AuthorizerError(
                    f"a document that is served asks the authorizer {asked}, and the settings declare {now}: leave "
                    "api.authorization as it was until the rollout has ended and what was kept is cleared"
                )


def curl_of(settings: Settings, cloud: Cloud) -> str:
    """Return the beginning of a command that calls the API, with what the caller has to bring in variables."""
    authorization = settings.api.authorization.type
    words = ["curl"]
    if authorization is AuthorizationType.IAM:
        words += [
            f"--aws-sigv4 aws:amz:{cloud.region}:execute-api",
            '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        ]
        words += ['-H "X-Amz-Security-Token: $AWS_SESSION_TOKEN"']
    if authorization in (AuthorizationType.COGNITO, AuthorizationType.JWT):
        words.append('-H "Authorization: Bearer $TOKEN"')
    if settings.api.plans:
        words.append('-H "x-api-key: $API_KEY"')
    return " ".join(words)


def _named_routes(settings: Settings) -> Iterable[tuple[str, str]]:
    yield from (("api.throttling.routes", route) for route in settings.api.throttling.routes)
    for name, plan in settings.api.plans.items():
        yield from ((f"api.plans.{name}.routes", route) for route in plan.routes)


def _path(route: str) -> str:
    """`GET /a/{b}` as API Gateway names a method of a stage: `/a/{b}/GET`."""
    method, path = route.split(" ", 1)
    return f"{path}/{method}"


def _throttle(throttle: RouteThrottleSettings | PlanSettings) -> ThrottleArgs:
    return ThrottleArgs(rate=throttle.rate, burst=throttle.burst)


def _domain(settings: Settings, cloud: Cloud, tags: Mapping[str, str]) -> DomainArgs | None:
    domain = settings.api.domain
    if domain is None:
        return None
    mutual = domain.mutual_tls
    return DomainArgs(
        domain=domain.name,
        certificate_arn=domain.certificate_arn,
        endpoint_type=settings.api.endpoint_type,
        region=cloud.region,
        base_path=domain.base_path,
        tls=domain.tls,
        mutual_tls=mutual
        and MutualTlsArgs(
            truststore=mutual.truststore,
            truststore_version=mutual.truststore_version,
            ownership_certificate_arn=mutual.ownership_certificate_arn,
        ),
        protect=settings.protect,
        tags=tags,
    )


def _plans(settings: Settings, tags: Mapping[str, str]) -> UsagePlansArgs | None:
    api = settings.api.name
    plans = {
        name: PlanArgs(
            plan=f"{api}-{name}",
            throttle=_throttle(plan),
            quota=plan.quota and QuotaArgs(limit=plan.quota.limit, period=plan.quota.period),
            routes={_path(route): _throttle(each) for route, each in plan.routes.items()},
            keys={key: f"{api}-{key}" for key in plan.keys},
        )
        for name, plan in settings.api.plans.items()
    }
    return UsagePlansArgs(plans=plans, protect=settings.protect, tags=tags) if plans else None


def _firewall(settings: Settings, cloud: Cloud, tags: Mapping[str, str]) -> FirewallArgs | None:
    firewall = settings.api.firewall
    if firewall is None:
        return None
    return FirewallArgs(
        web_acl=settings.api.name,
        mode=firewall.mode,
        rate=firewall.rate,
        window_seconds=firewall.window_seconds,
        rule_groups=firewall.rule_groups,
        long_queries=settings.api.max_items * ITEM_BYTES + QUERY_OVERHEAD > QUERY_BYTES_MAX,
        cloud=cloud,
        log_retention_days=settings.api.logging.retention_days,
        tags=tags,
    )
