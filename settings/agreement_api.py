"""What must hold between the settings of the API's features. Pure; see `settings/agreement.py`."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from settings import limits
from settings.errors import Fault
from settings.rules import shown
from settings.vocabulary import AuthorizationType, EndpointType, KeySource, TlsPolicy

if TYPE_CHECKING:
    from settings.access import PlanSettings

Draft = Mapping[str, Any]
_WHO = "api.authorization"
_SECTIONS = {"cognito": AuthorizationType.COGNITO, "jwt": AuthorizationType.JWT}


def _sections(draft: Draft) -> Iterator[Fault]:
    """An authorizer is there where its type asks for it, and nowhere else."""
    kind = draft.get(f"{_WHO}.type")
    if kind is None:
        return
    for name, needed_by in _SECTIONS.items():
        path = f"{_WHO}.{name}"
        given = draft.get(path) is not None
        if kind is needed_by and not given:
            yield Fault(path, "is missing", f"a mapping where {_WHO}.type is {kind}", "Say whose tokens are taken")
        if kind is not needed_by and given:
            problem = f"is given while {_WHO}.type is {kind}"
            yield Fault(path, problem, f"none unless {needed_by}", f"Take it out, or make the type {needed_by}")
    if kind is AuthorizationType.COGNITO and draft.get(f"{_WHO}.cognito.userPools") == ():
        yield Fault(f"{_WHO}.cognito.userPools", "is empty", "at least one", "Name the pool whose tokens are taken")


def _jwt(draft: Draft) -> Iterator[Fault]:
    path = f"{_WHO}.jwt"
    if not draft.get(path) or f"{path}.functionArn" not in draft or f"{path}.issuer" not in draft:
        return
    function, issuer = draft[f"{path}.functionArn"], draft[f"{path}.issuer"]
    if function is None and issuer is None:
        yield Fault(f"{path}.issuer", "is missing", "an issuer, or a functionArn", "Say whose tokens are taken")
    if function is None and issuer is not None and draft.get(f"{path}.audience") == ():
        yield Fault(f"{path}.audience", "is empty", "at least one", "A token for another service would open this one")
    if function is not None:
        for name in ("issuer", "audience", "keySet", "scopes"):
            if draft.get(f"{path}.{name}"):
                problem = "is given beside functionArn"
                yield Fault(f"{path}.{name}", problem, "none there", "Take it out: that function decides by itself")
    if draft.get(f"{_WHO}.keySource") is KeySource.AUTHORIZER and function is None:
        yield _key_source("this project's own authorizer")


def _key_source(who: str) -> Fault:
    bound = f"HEADER unless {_WHO}.jwt.functionArn names a function that answers usageIdentifierKey"
    return Fault(f"{_WHO}.keySource", f"is AUTHORIZER with {who}", bound, "Make it HEADER")


def _keys(draft: Draft) -> Iterator[Fault]:
    kind, plans = draft.get(f"{_WHO}.type"), draft.get("api.plans")
    if kind is None:
        return
    if draft.get(f"{_WHO}.keySource") is KeySource.AUTHORIZER and kind is not AuthorizationType.JWT:
        yield _key_source(str(kind))
    if plans is None:
        return
    if kind is AuthorizationType.API_KEY and not plans:
        bound = f"at least one plan where {_WHO}.type is API_KEY"
        yield Fault("api.plans", "is empty", bound, "Add one with a key: AWS refuses a key that is in no plan")
    if kind is AuthorizationType.NONE and plans:
        problem = f"is NONE with {len(plans)} in api.plans"
        yield Fault(f"{_WHO}.type", problem, "API_KEY, IAM, COGNITO or JWT with plans", "Make it API_KEY")


def _plans(draft: Draft) -> Iterator[Fault]:
    plans = cast("Mapping[str, PlanSettings]", draft.get("api.plans") or {})
    held: dict[str, str] = {}
    for name, plan in plans.items():
        least = max(plan.burst, plan.rate)
        if plan.quota is not None and plan.quota.limit < least:
            bound = f"at least {least:g}, what the plan's throttle lets through at once"
            yield Fault(
                f"api.plans.{name}.quota.limit", f"is {plan.quota.limit}", bound, "Raise it, or lower the other"
            )
        for route, throttle in plan.routes.items():
            if throttle.rate > plan.rate or throttle.burst > plan.burst:
                problem = f"lets through {throttle.rate:g} a second and {throttle.burst} at once"
                bound = f"at most the plan's own {plan.rate:g} and {plan.burst}"
                yield Fault(f"api.plans.{name}.routes.{route}", problem, bound, "Lower it, or raise the plan's")
        for index, key in enumerate(plan.keys):
            if key in held:
                path = f"api.plans.{name}.keys[{index}]"
                problem = f"is {shown(key)}, which is in the plan {held[key]} too"
                yield Fault(path, problem, "each key in one plan", "AWS takes one plan a key and stage: choose one")
            held.setdefault(key, name)


def _accounts(draft: Draft) -> Iterator[Fault]:
    accounts, kind = draft.get("api.network.accounts"), draft.get(f"{_WHO}.type")
    if accounts and kind is not None and kind is not AuthorizationType.IAM:
        problem = f"is {shown(list(accounts))} while {_WHO}.type is {kind}"
        todo = "Make the type IAM: no other request says whose it is"
        yield Fault("api.network.accounts", problem, "none unless IAM", todo)


def _domain(draft: Draft) -> Iterator[Fault]:
    kind = draft.get("api.endpointType")
    if not draft.get("api.domain") or kind is None:
        return
    if kind is EndpointType.PRIVATE:
        todo = "Take it out, or make the API REGIONAL or EDGE"
        yield Fault("api.domain", "is given while api.endpointType is PRIVATE", "none for a PRIVATE API", todo)
        return
    found = re.fullmatch(limits.CERTIFICATE_PATTERN, draft.get("api.domain.certificateArn", ""))
    edge = kind is EndpointType.EDGE
    needed = limits.EDGE_CERTIFICATE_REGION if edge else draft.get("aws:region")
    if found and needed is not None and found["region"] != needed:
        bound = f"a certificate in {needed}, " + ("where CloudFront looks for it" if edge else "the API's region")
        yield Fault("api.domain.certificateArn", f"is in {found['region']}", bound, "Request one there")
    if not draft.get("api.domain.mutualTls"):
        return
    if edge:
        yield Fault("api.domain.mutualTls", "is given for an EDGE API", "REGIONAL only", "Make the API REGIONAL")
    if draft.get("api.domain.tls") is TlsPolicy.TLS_1_0:
        yield Fault("api.domain.tls", "is TLS_1_0 with mutualTls", "TLS_1_2 with mutual TLS", "Raise it")
    if draft.get("api.domain.only") is False:
        todo = "Make it true: callers without a certificate would go around the domain"
        yield Fault("api.domain.only", "is false with mutualTls", "true with mutual TLS", todo)


CHECKS = cast(
    "tuple[Callable[[Draft], Iterator[Fault]], ...]",
    (_sections, _jwt, _keys, _plans, _accounts, _domain),
)
