"""`api.authorization`, `api.network` and `api.plans`: who may call, from where, and how much. Pure.

No value here is a secret: keys are made by AWS and read from the stack's outputs.
"""

from collections.abc import Mapping
from types import MappingProxyType

from settings import limits
from settings.address import network_problem
from settings.field import Sections, section, setting
from settings.numeric import Integer, Number
from settings.rules import Choice, Listing, Text, matching
from settings.vocabulary import AuthorizationType, KeySource, QuotaPeriod

PLAN_NAME = matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case letters, digits and single hyphens", longest=32)
KEY_NAME = matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "a key's name: lower-case letters, digits and hyphens", longest=64)
ROUTE_NAME = matching(
    r"(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) (/[\w.{}+-]+)+",
    'a method and a path as the API has it, such as "GET /predicted-ratings/{user_id}"',
)
_SCOPE = matching(r"[\x21\x23-\x5B\x5D-\x7E]+", "a scope without blanks (RFC 6749, section 3.3)")
_URL = matching(
    r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?",
    "an https address, or http on this machine for the emulator",
)


@section
class CognitoSettings:
    """`api.authorization.cognito`."""

    user_pools: tuple[str, ...] = setting(
        Listing(matching(limits.USER_POOL_PATTERN, "a user pool's ARN, arn:aws:cognito-idp:...:userpool/...")),
        "The user pools whose tokens are taken",
    )
    scopes: tuple[str, ...] = setting(
        Listing(_SCOPE),
        "Scopes of which an access token needs one; without any, identity tokens are asked for",
        default=(),
    )


@section
class JwtSettings:
    """`api.authorization.jwt`: a Lambda authorizer, this project's own or another."""

    issuer: str | None = setting(
        _URL, "The tokens' issuer, as their claim `iss` has it to the letter; ours checks it", default=None
    )
    audience: tuple[str, ...] = setting(
        Listing(matching(r"\S+", "an audience without blanks")),
        "Audiences of which a token's `aud` (or `client_id`) names one",
        default=(),
    )
    key_set: str | None = setting(
        _URL,
        "Where the issuer's public keys lie as a JSON Web Key Set; without it .well-known/jwks.json below the issuer",
        default=None,
    )
    scopes: tuple[str, ...] = setting(Listing(_SCOPE), "Scopes that a token must all have", default=())
    ttl_seconds: int = setting(
        Integer(*limits.AUTHORIZER_TTL_SECONDS),
        "How long the gateway keeps an answer for a token; so long a revoked one still opens",
        unit="seconds",
        default=300,
    )
    function_arn: str | None = setting(
        matching(limits.FUNCTION_ARN_PATTERN, "a Lambda function's ARN"),
        "A function of your own in this project's place; then issuer, audience and scopes are its business",
        default=None,
    )


@section
class AuthorizationSettings:
    """`api.authorization`: who may call."""

    type: AuthorizationType = setting(
        Choice(AuthorizationType),
        "Who may call. Where there are usage plans, each request needs a key of one besides",
        default=AuthorizationType.NONE,
    )
    key_source: KeySource = setting(
        Choice(KeySource),
        "Where an API key is read from; AUTHORIZER needs a function of yours",
        default=KeySource.HEADER,
    )
    cognito: CognitoSettings | None = setting(CognitoSettings, "Of COGNITO: which tokens are taken", default=None)
    jwt: JwtSettings | None = setting(JwtSettings, "Of JWT: which tokens are taken", default=None)


@section
class NetworkSettings:
    """`api.network`: the resource policy. It stands in the API's document, for an import drops a separate one."""

    cidrs: tuple[str, ...] = setting(
        Listing(Text("a network such as 203.0.113.0/24 or 2001:db8::/32", network_problem)),
        "Networks from which alone the API is called; a PRIVATE one is called from addresses of its VPCs",
        default=(),
    )
    accounts: tuple[str, ...] = setting(
        Listing(matching(limits.ACCOUNT_PATTERN, "an AWS account's 12 digits, in quotes")),
        "AWS accounts whose identities may call, under IAM; they need their own account's permission too",
        default=(),
    )


@section
class RouteThrottleSettings:
    """A throttle of one route."""

    rate: float = setting(
        Number(*limits.THROTTLE_RATE, above=True), "How many requests on average", unit="requests per second"
    )
    burst: int = setting(Integer(*limits.THROTTLE_BURST), "How many at once after a quiet while", unit="requests")


@section
class QuotaSettings:
    """A quota of each key."""

    limit: int = setting(Integer(limits.QUOTA_MIN), "How many requests a period", unit="requests")
    period: QuotaPeriod = setting(Choice(QuotaPeriod), "How long before it begins anew", default=QuotaPeriod.DAY)


@section
class PlanSettings:
    """One usage plan. Its throttle and quota hold for each of its keys by itself."""

    rate: float = setting(
        Number(*limits.THROTTLE_RATE, above=True),
        "How many requests of one key on average",
        unit="requests per second",
    )
    burst: int = setting(
        Integer(*limits.THROTTLE_BURST), "How many of one key at once after a quiet while", unit="requests"
    )
    quota: QuotaSettings | None = setting(QuotaSettings, "How much each key may ask for in all", default=None)
    routes: Mapping[str, RouteThrottleSettings] = setting(
        Sections(RouteThrottleSettings, ROUTE_NAME, limits.METHOD_THROTTLES_MAX, "route"),
        "Throttles of single routes, for each key; a route that is not here has the plan's",
        default=MappingProxyType[str, RouteThrottleSettings]({}),
    )
    keys: tuple[str, ...] = setting(
        Listing(KEY_NAME),
        "Names of the keys in this plan; AWS makes their values. A key with limits of its own is a plan of its own",
        default=(),
    )
