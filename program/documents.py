"""The API's document for each release: what its Deployment is cut from. Pure text, no Outputs in it."""

from components.cloud import Cloud
from mapping.contract import Contract, load_contract
from mapping.openapi import Api, Route, document
from releases.model import Release
from settings import EndpointType, Settings


def contract_of(release: Release) -> Contract:
    """Read the contract that a release names, and no other of that name.

    Raises:
        UnknownContractError: there is none of that name, or its files are not those of the release.
    """
    return load_contract(release.contract.name, release.contract.hash)


def document_of(release: Release, settings: Settings, cloud: Cloud, role_arn: str) -> str:
    """Return the API's document with one release's contract; `role_arn` is what invokes the endpoint."""
    route = Route(
        contract=contract_of(release),
        region=cloud.region,
        role_arn=role_arn,
        max_items=settings.api.max_items,
        timeout_milliseconds=settings.api.timeout_milliseconds,
        partition=cloud.partition,
    )
    return document(Api(name=settings.api.name, extensions=_extensions(settings)), [route])


def _extensions(settings: Settings) -> dict[str, object]:
    """A private API cannot be deployed without a resource policy, and an overwriting import drops a separate one."""
    if settings.api.endpoint_type is not EndpointType.PRIVATE:
        return {}
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
        "Condition": {"StringEquals": {"aws:SourceVpce": list(settings.api.vpc_endpoints)}},
    }
    return {"x-amazon-apigateway-policy": {"Version": "2012-10-17", "Statement": [statement]}}
