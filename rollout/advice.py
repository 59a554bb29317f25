"""What a stack's settings allow and nobody may have meant: said by `canary lint`, refused by nobody. Pure."""

from collections.abc import Iterator

from settings import AuthorizationType, Settings
from settings.vocabulary import EndpointType, TlsPolicy


def advice(stack: str, settings: Settings) -> Iterator[tuple[str, str]]:
    """Give the key and what is to be said of it. `stack` counts as production by its name or its protection."""
    api = settings.api
    if api.authorization.type is AuthorizationType.NONE and (settings.protect or stack.startswith("prod")):
        through = " through its VPC endpoints" if api.endpoint_type is EndpointType.PRIVATE else ""
        within = f" from {', '.join(api.network.cidrs)}" if api.network.cidrs else ""
        text = (
            f"is NONE on {stack}, which is a stack for production: whoever reaches it{through}{within} may call, and "
            "be billed to you. Make it API_KEY with a usage plan, IAM, COGNITO or JWT, unless that is what you mean"
        )
        yield "api.authorization.type", text
    jwt = api.authorization.jwt
    for name, address in (("issuer", jwt and jwt.issuer), ("keySet", jwt and jwt.key_set)):
        if address is not None and address.startswith("http:"):
            text = f"is {address}, which is for the emulator: on AWS nothing answers there. Make it the issuer's own"
            yield f"api.authorization.jwt.{name}", text
    if api.domain is not None and api.domain.tls is TlsPolicy.TLS_1_0:
        yield "api.domain.tls", "is TLS_1_0, which browsers have given up since 2020. Make it TLS_1_2"
    for name, plan in api.plans.items():
        if plan.rate > api.throttling.rate or plan.burst > api.throttling.burst:
            text = (
                f"lets one key send {plan.rate:g} requests a second and {plan.burst} at once, and api.throttling lets "
                f"through {api.throttling.rate:g} and {api.throttling.burst} of all keys together: lower it, or raise "
                "the other"
            )
            yield f"api.plans.{name}", text
        if not plan.keys:
            yield f"api.plans.{name}.keys", "is empty: nobody is in this plan. Name a key, or take the plan out"
