"""The API's resource policy: from where, and by whose identities, it may be called. Pure.

It stands in the document, because an overwriting import drops one that was put beside it, and a private API cannot be
deployed without. What limits an address is a Deny: under IAM an identity that its own account allows needs no Allow
here, and would not be stopped by the lack of one. Forms: API Gateway developer guide, "API Gateway resource policy
examples" and "How API Gateway resource policies affect authorization workflow" (read 2026-11).
"""

from collections.abc import Mapping, Sequence

_INVOKE = {"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}


def resource_policy(
    *, cidrs: Sequence[str], accounts: Sequence[str], vpc_endpoints: Sequence[str], partition: str
) -> Mapping[str, object] | None:
    """Return the policy, or None where everybody may call from everywhere.

    `vpc_endpoints` are those of a private API; its callers' addresses are their VPC's. `accounts` are 12 digits.
    """
    if not (cidrs or accounts or vpc_endpoints):
        return None
    roots = [f"arn:{partition}:iam::{account}:root" for account in accounts]
    statements: list[Mapping[str, object]] = [
        {"Effect": "Allow", "Principal": {"AWS": roots} if roots else "*", **_INVOKE}
    ]
    if vpc_endpoints:
        statements.append(_deny({"StringNotEquals": {"aws:SourceVpce": list(vpc_endpoints)}}))
    if cidrs:
        address = "aws:VpcSourceIp" if vpc_endpoints else "aws:SourceIp"
        statements.append(_deny({"NotIpAddress": {address: list(cidrs)}}))
    return {"Version": "2012-10-17", "Statement": statements}


def _deny(condition: Mapping[str, object]) -> Mapping[str, object]:
    return {"Effect": "Deny", "Principal": "*", **_INVOKE, "Condition": condition}
