"""The guard of snapshots: a Deployment is cut from the API's body of the moment, whatever it was meant for.

So a Deployment whose document is not the body now must exist already. Created in such a moment, it would serve
another contract's templates under its own name, silently: a canary with another contract on a fresh stack cut both
tracks from the canary's document. The engine calls this hook before it creates one, at previews too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import pulumi

from components.errors import SnapshotError

DOCUMENT = "document"
"""The trigger that holds a Deployment's document as text."""
DIGITS = 12
"""Hex digits of a document's hash in a Deployment's name."""


def fingerprint(document: str) -> str:
    """Return the beginning of a document's SHA-256, which names what is cut from it."""
    return hashlib.sha256(document.encode()).hexdigest()[:DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotGuard:
    """Refuses to create a Deployment from another body than its document.

    `body` is what the RestApi gets in this update; `owners` says in words, for each document's fingerprint, what it
    is of (`the stable release r1`), and `advice` what to do where it was never deployed.
    """

    body: str
    owners: Mapping[str, str]
    advice: Mapping[str, str]

    def check(self, name: str, inputs: Mapping[str, object]) -> None:
        """Check one Deployment that is about to be created, by its inputs.

        Raises:
            SnapshotError: its document is not the body.
        """
        triggers = cast("Mapping[str, object]", inputs.get("triggers") or {})
        document = triggers.get(DOCUMENT)
        if document == self.body:
            return
        mine, current = fingerprint(str(document)), fingerprint(self.body)
        raise SnapshotError(
            f"{name} would hold the document {mine} of {self.owners.get(mine, 'nobody')}, but the API's body in this "
            f"update is {current} of {self.owners.get(current, 'nobody')}, and a deployment is cut from the body. "
            f"{self.advice.get(mine, 'Deploy it by itself first')}."
        )

    def hook(self, name: str) -> pulumi.ResourceHook:
        """Register the guard with the engine under `name`, for previews too."""

        def before_create(args: pulumi.ResourceHookArgs) -> None:
            self.check(args.name, args.new_inputs or {})

        return pulumi.ResourceHook(name, before_create, pulumi.ResourceHookOptions(on_dry_run=True))
