"""`api.firewall`, `api.cache`, `api.cors` and `api.domain`: what stands in front of the stage. Pure."""

from settings import limits
from settings.field import section, setting
from settings.numeric import Integer, NumberOneOf, OneOf
from settings.rules import Choice, Flag, Listing, matching
from settings.vocabulary import FirewallMode, TlsPolicy


@section
class FirewallSettings:
    """`api.firewall`: AWS WAF in front of the stage."""

    mode: FirewallMode = setting(
        Choice(FirewallMode),
        "What becomes of requests that a rule matches. Count first, read the log, then block",
        default=FirewallMode.COUNT,
    )
    rate: int = setting(
        Integer(*limits.FIREWALL_RATE),
        "How many requests one address may send in a window",
        unit="requests",
        default=2000,
    )
    window_seconds: int = setting(
        OneOf(limits.FIREWALL_WINDOWS), "How long that window is", unit="seconds", default=300
    )
    rule_groups: tuple[str, ...] = setting(
        Listing(
            matching(r"AWSManagedRules[A-Za-z0-9]+", "a rule group of AWS's, such as AWSManagedRulesCommonRuleSet")
        ),
        "AWS's managed rule groups, in the order in which they are asked",
        default=(
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "AWSManagedRulesCommonRuleSet",
        ),
    )


@section
class CacheSettings:
    """`api.cache`: the stage's cache. It is always encrypted, and keyed by every parameter of the route."""

    size_gb: float = setting(
        NumberOneOf(limits.CACHE_SIZES_GB), "How large it is; it is billed by the hour", unit="gigabytes", default=0.5
    )
    ttl_seconds: int = setting(
        Integer(*limits.CACHE_TTL_SECONDS), "How long an answer is kept", unit="seconds", default=300
    )


@section
class CorsSettings:
    """`api.cors`: calls from web pages of another origin. Errors carry the headers too."""

    origin: str = setting(
        matching(limits.ORIGIN_PATTERN, "* or one origin such as https://tv.example.com"),
        "Whose pages may read answers. One, because API Gateway's own errors can name only one",
    )
    headers: tuple[str, ...] = setting(
        Listing(matching(limits.HEADER_PATTERN, "a header's name")),
        "Headers that a page may send",
        default=("Authorization", "Content-Type", "X-Api-Key"),
    )
    max_age_seconds: int = setting(
        Integer(*limits.PREFLIGHT_SECONDS), "How long a browser keeps a preflight's answer", unit="seconds", default=600
    )


@section
class MutualTlsSettings:
    """`api.domain.mutualTls`: clients show a certificate too."""

    truststore: str = setting(
        matching(limits.TRUSTSTORE_PATTERN, "s3://bucket/key of a PEM file"),
        "The certificates of the authorities whose clients are let in",
    )
    truststore_version: str | None = setting(
        matching(r"\S{1,1024}", "an S3 object's version"),
        "Which version of that file; without it a change is not seen",
        default=None,
    )
    ownership_certificate_arn: str | None = setting(
        matching(limits.CERTIFICATE_PATTERN, "an ACM certificate's ARN"),
        "A public certificate of the domain, where its own was imported or is of a private authority",
        default=None,
    )


@section
class DomainSettings:
    """`api.domain`: a name of your own. Its type is the API's; DNS is yours, the output `domainTarget` its target."""

    name: str = setting(
        matching(limits.DOMAIN_PATTERN, "a domain name in lower case"), "The name, such as api.example.com"
    )
    certificate_arn: str = setting(
        matching(limits.CERTIFICATE_PATTERN, "an ACM certificate's ARN"),
        f"The name's certificate, in the API's region; an EDGE API's in {limits.EDGE_CERTIFICATE_REGION}",
    )
    base_path: str | None = setting(
        matching(limits.BASE_PATH_PATTERN, "a path without slashes at its ends"),
        "The path below the name; without it the API is at the root",
        default=None,
    )
    tls: TlsPolicy = setting(Choice(TlsPolicy), "The oldest TLS that is taken", default=TlsPolicy.TLS_1_2)
    mutual_tls: MutualTlsSettings | None = setting(
        MutualTlsSettings, "Clients show a certificate too; REGIONAL only", default=None
    )
    only: bool = setting(
        Flag(), "Whether the API's own address is closed; mutual TLS needs it, or callers go around it", default=False
    )
