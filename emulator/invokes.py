"""What AWS would answer a program's data sources. Pure; a question that nobody here can answer is refused by name."""

import json
from collections.abc import Mapping
from typing import cast

from emulator.computed import Inputs, Place, token


def _statement(raw: Mapping[str, object]) -> dict[str, object]:
    """Turn one `statements` entry of getPolicyDocument into the policy language's form."""
    statement: dict[str, object] = {"Effect": raw.get("effect", "Allow")}
    if raw.get("sid"):
        statement = {"Sid": raw["sid"], **statement}
    for source, target in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if raw.get(source):
            statement[target] = _one_or_many(cast("list[object]", raw[source]))
    for source, target in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if raw.get(source):
            principals = cast("list[Mapping[str, object]]", raw[source])
            statement[target] = {
                str(p["type"]): _one_or_many(cast("list[object]", p["identifiers"])) for p in principals
            }
    conditions: dict[str, dict[str, object]] = {}
    for raw_condition in cast("list[Mapping[str, object]]", raw.get("conditions") or []):
        values = _one_or_many(cast("list[object]", raw_condition["values"]))
        conditions.setdefault(str(raw_condition["test"]), {})[str(raw_condition["variable"])] = values
    if conditions:
        statement["Condition"] = conditions
    return statement


def _one_or_many(values: list[object]) -> object:
    return values[0] if len(values) == 1 else list(values)


def answer(invoke: str, args: Inputs, place: Place) -> dict[str, object] | None:
    """Return what the data source `invoke` answers, or None where nobody here knows.

    `getPrebuiltEcrImage` gives the path's shape with a registry of zeros: nothing here pulls an image.
    """
    match invoke:
        case "aws:index/getCallerIdentity:getCallerIdentity":
            arn = place.arn("iam", "user/emulator", region=False)
            return {"accountId": place.account, "arn": arn, "userId": "AIDAEMULATOR", "id": place.account}
        case "aws:index/getRegion:getRegion":
            endpoint = f"ec2.{place.region}.amazonaws.com"
            return {
                "region": place.region,
                "name": place.region,
                "id": place.region,
                "endpoint": endpoint,
                "description": place.region,
            }
        case "aws:index/getPartition:getPartition":
            suffix = "amazonaws.com"
            return {
                "partition": place.partition,
                "dnsSuffix": suffix,
                "id": place.partition,
                "reverseDnsPrefix": "com.amazonaws",
            }
        case "aws:iam/getPolicyDocument:getPolicyDocument":
            raw = cast("list[Mapping[str, object]]", args.get("statements") or [])
            document = {"Version": args.get("version") or "2012-10-17", "Statement": [_statement(each) for each in raw]}
            text = json.dumps(document)
            return {"id": token(text, 10), "json": text, "minifiedJson": json.dumps(document, separators=(",", ":"))}
        case "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage":
            name, tag = args.get("repositoryName"), args.get("imageTag") or "latest"
            host = f"{'0' * 12}.dkr.ecr.{args.get('region') or place.region}.amazonaws.com"
            return {
                "id": "0" * 12,
                "registryId": "0" * 12,
                "registryPath": f"{host}/{name}:{tag}",
                "repositoryName": name,
                "imageTag": tag,
            }
        case _:
            return None
