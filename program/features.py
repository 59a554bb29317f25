"""The API's features as its document has them: who may call, from where, caching, CORS, compression. Pure."""

from collections.abc import Sequence

from components.cloud import Cloud
from mapping.cors import Cors
from mapping.openapi import TEMPLATES_ALONE, Api
from mapping.resource_policy import resource_policy
from mapping.security import BEARER_EXPRESSION, Scheme, api_key, cognito, iam, lambda_authorizer
from settings import AuthorizationType, Settings
from settings.access import JwtSettings

WITH_FUNCTION = (
    "Predicted ratings, served by a SageMaker endpoint: through mapping templates alone, and with titles by a function"
)


def api_of(settings: Settings, cloud: Cloud, cache_release: str | None) -> Api:
    """Say of the API as a whole what the settings say; with a cache, for one release's own Deployment."""
    api = settings.api
    only = api.domain is not None and api.domain.only
    return Api(
        name=api.name,
        description=WITH_FUNCTION if settings.enriched.enabled else TEMPLATES_ALONE,
        schemes=_schemes(settings, cloud),
        key_source=str(api.authorization.key_source),
        cors=api.cors
        and Cors(origin=api.cors.origin, headers=api.cors.headers, max_age_seconds=api.cors.max_age_seconds),
        cache_release=cache_release,
        validate=api.validate_requests,
        policy=resource_policy(
            cidrs=api.network.cidrs,
            accounts=api.network.accounts,
            vpc_endpoints=api.vpc_endpoints,
            partition=cloud.partition,
        ),
        compression_bytes=api.compression_bytes,
        address=address(settings) if only else None,
    )


def address(settings: Settings) -> str | None:
    """Return the API's address under its own domain; None where it has none."""
    domain = settings.api.domain
    return domain and f"https://{domain.name}{'' if domain.base_path is None else '/' + domain.base_path}"


def authorizer_function(settings: Settings) -> str:
    """Return the name of this project's authorizer of the stack's API."""
    return f"{settings.api.name}-authorizer"


def authorizer_arn(settings: Settings, cloud: Cloud, jwt: JwtSettings) -> str:
    """Return the ARN of the function that checks tokens: this project's own, or the one that is named."""
    return jwt.function_arn or cloud.arn("lambda", f"function:{authorizer_function(settings)}")


def authorizer_role(settings: Settings, cloud: Cloud) -> str:
    """Return the name of the role by which the gateway asks the authorizer."""
    return f"{settings.api.name}-authorizer-{cloud.region}"


def _schemes(settings: Settings, cloud: Cloud) -> Sequence[Scheme]:
    authorization, found = settings.api.authorization, list[Scheme]()
    if authorization.type is AuthorizationType.IAM:
        found.append(iam())
    if authorization.cognito is not None:
        found.append(cognito(authorization.cognito.user_pools, authorization.cognito.scopes))
    if authorization.jwt is not None:
        jwt = authorization.jwt
        found.append(
            lambda_authorizer(
                authorizer_arn(settings, cloud, jwt),
                role_arn=cloud.role_arn(authorizer_role(settings, cloud)),
                region=cloud.region,
                partition=cloud.partition,
                ttl_seconds=jwt.ttl_seconds,
                expression=BEARER_EXPRESSION if jwt.function_arn is None else None,
            )
        )
    if settings.api.plans:  # with API_KEY there is one at least
        found.append(api_key())
    return found
