"""A name of one's own in front of a stage: the domain, its certificate and TLS, and the path that leads to the stage.

DNS is the owner's: the output `target` is what the name has to point to. An edge-optimised domain's certificate lies in
us-east-1, where CloudFront looks for it, whatever the API's region (API Gateway developer guide, "Edge-optimized custom
domain names"); mutual TLS is for regional domains ("Configuring mutual TLS authentication", both read 2026-11).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.errors import ArgumentError

EDGE, REGIONAL = "EDGE", "REGIONAL"
EDGE_CERTIFICATES = "us-east-1"
_CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:([a-z0-9-]+):[0-9]{12}:certificate/.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MutualTlsArgs:
    """`truststore` is `s3://bucket/key` of a PEM file; `ownership_certificate_arn` proves a name whose certificate was
    imported or is of a private authority.
    """

    truststore: str
    truststore_version: str | None = None
    ownership_certificate_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainArgs:
    """`endpoint_type` is REGIONAL or EDGE, `region` the API's, `tls` the oldest that is taken (TLS_1_0 or TLS_1_2)."""

    domain: str
    certificate_arn: str
    endpoint_type: str
    region: str
    base_path: str | None = None
    tls: str = "TLS_1_2"
    mutual_tls: MutualTlsArgs | None = None
    protect: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if self.endpoint_type not in (EDGE, REGIONAL):
            raise ArgumentError(f"a domain's API is {REGIONAL} or {EDGE}, got {self.endpoint_type}")
        needed = EDGE_CERTIFICATES if self.endpoint_type == EDGE else self.region
        found = _CERTIFICATE.fullmatch(self.certificate_arn)
        if found is None or found[1] != needed:
            raise ArgumentError(
                f"the certificate of {self.domain}, {self.certificate_arn!r}, is none of ACM's in {needed}, where the "
                f"domain of an API that is {self.endpoint_type} needs it: request one there"
            )
        if self.mutual_tls is not None and self.endpoint_type == EDGE:
            raise ArgumentError(f"{self.domain}: mutual TLS is for REGIONAL domains, this one is EDGE")

    @property
    def address(self) -> str:
        """The stage's address under the domain, without a slash at the end."""
        return f"https://{self.domain}{'' if self.base_path is None else '/' + self.base_path}"


class Domain(pulumi.ComponentResource):
    """The domain name and its mapping to a stage. Output: `target`, what the name's DNS record points to."""

    target: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: DomainArgs,
        *,
        api: pulumi.Input[str],
        stage: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("canary:components:Domain", name, None, opts)
        edge, mutual = args.endpoint_type == EDGE, args.mutual_tls
        domain = aws.apigateway.DomainName(
            f"{name}-name",
            domain_name=args.domain,
            certificate_arn=args.certificate_arn if edge else None,
            regional_certificate_arn=None if edge else args.certificate_arn,
            endpoint_configuration=aws.apigateway.DomainNameEndpointConfigurationArgs(types=args.endpoint_type),
            security_policy=args.tls,
            mutual_tls_authentication=mutual
            and aws.apigateway.DomainNameMutualTlsAuthenticationArgs(
                truststore_uri=mutual.truststore, truststore_version=mutual.truststore_version
            ),
            ownership_verification_certificate_arn=mutual and mutual.ownership_certificate_arn,
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.apigateway.BasePathMapping(
            f"{name}-mapping",
            domain_name=domain.domain_name,
            rest_api=api,
            stage_name=stage,
            base_path=args.base_path,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.target = domain.cloudfront_domain_name if edge else domain.regional_domain_name
        self.register_outputs({"target": self.target})
