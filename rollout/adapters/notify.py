"""Telling people: a signed webhook, an SNS topic, a command. Only what is grave enough, and never in the way.

A notifier that fails raises PortError, which the controller writes beside its decision and goes on. Webhooks carry
`X-Signature-256: sha256=<hex>`, the HMAC-SHA256 of the body with the shared secret, so that the receiver can tell who
wrote it (the form that GitHub's webhooks use); the body carries the time, so that an old one can be refused.
"""

import hashlib
import hmac
import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import httpx

from rollout.control.errors import PortError
from rollout.control.ports import Event, Notifier, Severity

_ORDER = (Severity.INFO, Severity.ATTENTION, Severity.ALARM)
_SECONDS = 10.0


class Publisher(Protocol):
    """What is needed of an SNS client (boto3's `sns`)."""

    def publish(self, *, TopicArn: str, Subject: str, Message: str) -> object:  # noqa: N803 - boto3's names
        """Publish one message."""
        ...


def message(event: Event) -> bytes:
    """The event as canonical JSON: what a webhook, a topic and a command get alike."""
    return json.dumps(asdict(event), sort_keys=True, separators=(",", ":")).encode()


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """POSTs the event as JSON to `url`, signed with `secret`."""

    url: str
    secret: str

    def notify(self, event: Event) -> None:
        """Send it. Raises PortError where it is not taken (any status but 2xx) within ten seconds."""
        body = message(event)
        headers = {"Content-Type": "application/json", "X-Signature-256": signature(self.secret, body)}
        try:
            httpx.post(self.url, content=body, headers=headers, timeout=_SECONDS).raise_for_status()
        except httpx.HTTPError as error:
            raise PortError(f"the webhook {self.url} did not take {event.what!r}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Publishes the event to an SNS topic."""

    arn: str
    client: Publisher

    def notify(self, event: Event) -> None:
        """Publish it. Raises PortError."""
        subject = f"{event.rollout}: {event.what}"[:100]  # SNS takes no longer subject
        try:
            self.client.publish(TopicArn=self.arn, Subject=subject, Message=message(event).decode())
        except Exception as error:  # boto3's errors have no common root below Exception
            raise PortError(f"the topic {self.arn} did not take {event.what!r}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Runs a command with the event on its standard input; never through a shell."""

    arguments: tuple[str, ...]

    def notify(self, event: Event) -> None:
        """Run it. Raises PortError where it does not end with 0 within ten seconds."""
        name = self.arguments[0]
        try:
            done = subprocess.run(
                self.arguments, input=message(event), capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PortError(f"the command {name} was not told of {event.what!r}: {error}") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()[-200:]
            raise PortError(f"the command {name} ended with {done.returncode} on {event.what!r}: {said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unable:
    """Cannot tell anybody, and says `why` each time that it should: nothing else is stopped by that."""

    why: str

    def notify(self, event: Event) -> None:
        """Say so. Raises PortError."""
        raise PortError(f"nobody was told of {event.what!r}: {self.why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """Passes on what is at least as grave as `least`."""

    inner: Notifier
    least: Severity

    def notify(self, event: Event) -> None:
        """Pass it on, or not."""
        if _ORDER.index(event.severity) >= _ORDER.index(self.least):
            self.inner.notify(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """Tells all of them, whichever of them fails."""

    notifiers: Sequence[Notifier]

    def notify(self, event: Event) -> None:
        """Tell all, then raise one PortError for those that failed."""
        failed: list[str] = []
        for notifier in self.notifiers:
            try:
                notifier.notify(event)
            except PortError as error:
                failed.append(str(error))
        if failed:
            raise PortError("; ".join(failed))
