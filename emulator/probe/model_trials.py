"""Questions that need a model: what reaches a response template, limits, captures, throttling, quotas."""

import base64
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.probe.answers import Answer, Outcome
from emulator.probe.clients import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.probe.site import Reply, Site

AT_ONCE = 20
ROUNDS = 2
CAPTURE_SECONDS = 20 * 60.0
MEGABYTE = 1_000_000
SIZES = (5.9, 6.1, 10.0, 24.0, 26.0)
"""Megabytes of 10^6 bytes around the limits that AWS's pages name, 6 and 25."""
QUOTA_WORDS = ("endpoint", "instances across")
OK, BAD_REQUEST, GATEWAY_TIMEOUT = 200, 400, 504


def _seen(reply: "Reply") -> str:
    """What the response template saw, in words; the reply itself where it was not the template that answered."""
    try:
        body = base64.b64decode(json.loads(reply.body)["seen"]).decode("utf-8", "replace")
    except (ValueError, KeyError, TypeError):
        return reply.told
    return f"{reply.status} `{body[:300]}`"


def variable_in_uri(site: "Site") -> Answer:
    """Ask a method whose URI names the endpoint by a stage variable."""
    reply = site.ask("/model")
    right = reply.status == OK and "predictions" in _seen(reply)
    return Answer(
        question="variable-in-uri", outcome=Outcome.AS_ASSUMED if right else Outcome.OTHERWISE, seen=_seen(reply)
    )


def unknown_endpoint(site: "Site") -> Answer:
    """Ask a method whose URI names an endpoint that is not there."""
    reply = site.ask("/unknown")
    said = _seen(reply)
    right = reply.status == BAD_REQUEST and "not found" in said.lower()
    outcome = Outcome.AS_ASSUMED if right else Outcome.OTHERWISE
    return Answer(question="unknown-endpoint", outcome=outcome, seen=said.replace(site.errand.stem, "X"))


def integration_timeout(site: "Site") -> Answer:
    """Ask a method that waits 50 ms, until one answer is late; a model that is always faster settles nothing."""
    replies = [site.ask("/hurried") for _ in range(AT_ONCE)]
    late = [reply for reply in replies if reply.status == GATEWAY_TIMEOUT]
    if not late:
        return Answer(
            question="integration-timeout",
            outcome=Outcome.UNSETTLED,
            seen=f"the model answered within 50 ms each of {AT_ONCE} times",
        )
    right = b"Endpoint request timed out" in late[0].body
    outcome = Outcome.AS_ASSUMED if right else Outcome.OTHERWISE
    return Answer(question="integration-timeout", outcome=outcome, seen=late[0].told)


def payload_limit(site: "Site") -> Answer:
    """Invoke the endpoint itself with bodies of rising size, until one is refused for it."""
    said: list[str] = []
    for size in SIZES:
        body = b'{"instances": []}'.ljust(int(size * MEGABYTE))
        try:
            site.there.runtime.invoke_endpoint(
                EndpointName=site.endpoints.instance, ContentType="application/json", Body=body
            )
            said.append(f"{size:g} MB: taken")
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            taken = code == "ModelError"  # the model saw it, whatever it thought of it
            said.append(f"{size:g} MB: {'taken' if taken else refusal(error)}")
            if not taken:
                break
        except BotoCoreError as error:
            said.append(f"{size:g} MB: {error}")
            break
    assumed = len(said) > 1 and said[0].endswith("taken") and not said[1].endswith("taken")
    outcome = Outcome.AS_ASSUMED if assumed else Outcome.OTHERWISE
    return Answer(question="payload-limit", outcome=outcome, seen="; ".join(said))


def failed_capture(site: "Site") -> Answer:
    """Send one request that the model refuses, and look what of it is captured, and when."""
    captures = _captures_of(site)
    if not captures:
        seen = "the stack's store is no bucket, so nothing is captured"
        return Answer(question="failed-capture", outcome=Outcome.UNSETTLED, seen=seen)
    bucket, _, prefix = captures.removeprefix("s3://").partition("/")
    start = site.clock.now()
    site.ask("/fails-there")
    found: list[Mapping[str, Any]] = []

    def there() -> bool:
        pages = site.there.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
        for key in [each.get("Key", "") for page in pages for each in page.get("Contents", [])]:
            text = site.there.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8", "replace")
            for line in text.splitlines():
                record: dict[str, Any] = json.loads(line)
                asked = record.get("captureData", {}).get("endpointInput", {}).get("data", "")
                if '"not"' in asked:
                    found.append(record["captureData"])
        return bool(found)

    seconds = site.clock.wait(there, at_most=CAPTURE_SECONDS, every=15.0)
    if seconds is None:
        seen = f"nothing of it within {CAPTURE_SECONDS:g} s"
        return Answer(question="failed-capture", outcome=Outcome.SETTLED, seen=seen)
    parts = " and ".join(sorted(found[0]))
    right = set(found[0]) == {"endpointInput"} and seconds <= 900.0  # noqa: PLR2004 - what is assumed
    seen = f"{parts}, {site.clock.now() - start:.0f} s after the request"
    return Answer(question="failed-capture", outcome=Outcome.AS_ASSUMED if right else Outcome.OTHERWISE, seen=seen)


def _captures_of(site: "Site") -> str:
    names = [made.name for made in site.errand.ledger.entries if made.kind == "captures"]
    return f"s3://{names[0]}" if names else ""


def model_throttled(site: "Site") -> Answer:
    """Ask an endpoint with room for one invocation by twenty clients at once."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        replies = list(pool.map(site.ask, ["/narrow"] * (AT_ONCE * ROUNDS)))
    kinds = Counter(_seen(reply) for reply in replies if reply.status != OK)
    if not kinds:
        seen = f"none of {len(replies)} was throttled"
        return Answer(question="model-throttled", outcome=Outcome.UNSETTLED, seen=seen)
    right = any(kind.startswith("400") and '"message":null' in kind.replace(" ", "") for kind in kinds)
    shown = "; ".join(f"{count} of {len(replies)}: {kind}" for kind, count in kinds.most_common(3))
    seen = shown.replace(site.errand.stem, "X")
    return Answer(question="model-throttled", outcome=Outcome.AS_ASSUMED if right else Outcome.OTHERWISE, seen=seen)


def endpoint_quota(site: "Site") -> Answer:
    """List the account's quotas for endpoints and instances."""
    pages = site.there.quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    quotas: dict[str, float] = {each["QuotaName"]: each["Value"] for page in pages for each in page["Quotas"]}
    wanted = ("ml.t2.medium for endpoint usage", "ml.m5.large for endpoint usage")
    chosen = {
        name: value
        for name, value in sorted(quotas.items())
        if name in wanted or any(name.lower().startswith(f"number of {word}") for word in QUOTA_WORDS)
    }
    said = "; ".join(f"{name}: {value:g}" for name, value in chosen.items())
    outcome = Outcome.SETTLED if chosen else Outcome.UNSETTLED
    return Answer(question="endpoint-quota", outcome=outcome, seen=said or f"none of {len(quotas)} quotas is of them")


def object2vec_input(site: "Site", endpoint: str) -> Answer:
    """Ask an endpoint of the account's own, made by training, for what no template lets through."""
    if not endpoint:
        seen = "not asked: name an endpoint of a trained Object2Vec model with --object2vec"
        return Answer(question="object2vec-input", outcome=Outcome.UNSETTLED, seen=seen)
    cases = {"id 999999999": [1, 999_999_999], "id -1": [1, -1], "no item": [1]}
    said: list[str] = []
    for name, (user, *items) in cases.items():
        body = json.dumps({"instances": [{"in0": [user], "in1": items}]}).encode()
        try:
            reply = site.there.runtime.invoke_endpoint(
                EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body
            )
            said.append(f"{name}: 200 `{reply['Body'].read()[:120].decode('utf-8', 'replace')}`")
        except ClientError as error:
            said.append(f"{name}: {refusal(error)[:200]}")
    return Answer(question="object2vec-input", outcome=Outcome.SETTLED, seen="; ".join(said))


TRIALS = {
    "variable-in-uri": variable_in_uri,
    "unknown-endpoint": unknown_endpoint,
    "integration-timeout": integration_timeout,
    "payload-limit": payload_limit,
    "failed-capture": failed_capture,
    "model-throttled": model_throttled,
    "endpoint-quota": endpoint_quota,
}
