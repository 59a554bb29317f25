"""Questions that a client's request answers: the same request goes to AWS and to the emulator."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.probe.answers import Answer, Outcome
from emulator.probe.document import PLAIN_THROTTLE, REFUSED
from emulator.probe.site import STAGE, Reply, Site

TOO_LARGE = 10 * 1024 * 1024 + 1
THROTTLE_TRIES = 60

Ask = Callable[[Site], Reply]


def _throttled(site: Site) -> Reply:
    """Ask until an answer is a throttled one, in a row without a pause; the last answer if none is."""
    reply = site.ask(PLAIN_THROTTLE)
    for _ in range(THROTTLE_TRIES):
        if reply.status == 429:  # noqa: PLR2004 - Too Many Requests
            break
        reply = site.ask(PLAIN_THROTTLE)
    return reply


def _with_token(path: str, token: str) -> Ask:
    return lambda site: site.ask(path, headers={"Authorization": token})


WIRE: Mapping[str, Ask] = {
    "loop-bound": lambda site: site.ask("/loop"),
    "template-fails": lambda site: site.ask("/fails"),
    "path-decoding": lambda site: site.ask("/echo/a%20b%2Fc"),
    "accept": lambda site: site.ask("/accept", headers={"Accept": "application/xml"}),
    "no-stage": lambda site: site.ask("/track", stage=f"no-{STAGE}"),
    "throttled": _throttled,
    "function-variable": lambda site: site.ask("/function"),
    "function-word": lambda site: site.ask("/function-fails"),
    "function-late": lambda site: site.ask("/function-late"),
    "function-missing": lambda site: site.ask("/function-missing"),
    "authorizer-raises": _with_token("/guarded", "fail"),
    "authorizer-late": _with_token("/guarded", "sleep"),
    "authorizer-denies": _with_token("/guarded", "Deny"),
    "key-beside-token": _with_token("/guarded-twice", "Allow"),
    "token-beside-key": lambda site: site.ask("/guarded-twice"),
    "policy-denies": lambda site: site.ask(REFUSED),
    "too-large": lambda site: site.ask("/body", method="POST", content=b" " * TOO_LARGE),
}
"""How each question is put, to whichever address the site has."""


def wire(question: str, site: Site, twin: str) -> Answer:
    """Put one question to both; they agree where status, error type and body are the same."""
    theirs, ours = (_unnamed(WIRE[question](each)) for each in (site, replace(site, root=twin)))
    same = (theirs.status, theirs.body, _kind(theirs)) == (ours.status, ours.body, _kind(ours))
    seen = _shown(question, theirs) if same else f"{_shown(question, theirs)}; the emulator {_shown(question, ours)}"
    return Answer(question=question, outcome=Outcome.AS_ASSUMED if same else Outcome.OTHERWISE, seen=seen)


def _unnamed(reply: Reply) -> Reply:
    """The answer without an API's own name, in whose ARN the account's first digits are stars: the twin has another."""
    return replace(reply, body=re.sub(rb"(execute-api:[a-z0-9-]+:)[0-9*]+:[^/]+/", rb"\1<account>:<api>/", reply.body))


def _kind(reply: Reply) -> str:
    return reply.headers.get("x-amzn-errortype", "")


def _shown(question: str, reply: Reply) -> str:
    """The answer in words; what was sent in BASE64, so that nothing changes it on the way, is shown as it was."""
    if question == "path-decoding" and reply.status == 200:  # noqa: PLR2004 - OK
        said: dict[str, Any] = json.loads(reply.body)
        return f"`{base64.b64decode(said['id']).decode('utf-8', 'replace')}` of `a%20b%2Fc`"
    return reply.told
