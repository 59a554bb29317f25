"""The guard of snapshots, without an engine; `tests/engine/test_contract_canary.py` has it with one."""

import hashlib
import re

import pytest

from components.errors import SnapshotError
from components.snapshot import SnapshotGuard, fingerprint

GUARD = SnapshotGuard(
    body="new",
    owners={fingerprint("new"): "the canary r2", fingerprint("old"): "the stable release r1"},
    advice={fingerprint("old"): "Deploy r1 alone first"},
)


def test_a_fingerprint_is_the_beginning_of_the_documents_hash() -> None:
    assert fingerprint("new") == hashlib.sha256(b"new").hexdigest()[:12]


def test_a_deployment_of_the_body_is_let_through() -> None:
    GUARD.check("gateway-x", {"triggers": {"document": "new"}})


def test_another_document_is_refused_with_both_owners_and_what_to_do() -> None:
    message = re.escape(
        f"gateway-x would hold the document {fingerprint('old')} of the stable release r1, but the API's body in "
        f"this update is {fingerprint('new')} of the canary r2, and a deployment is cut from the body. "
        "Deploy r1 alone first."
    )
    with pytest.raises(SnapshotError, match=f"^{message}$"):
        GUARD.check("gateway-x", {"triggers": {"document": "old"}})


@pytest.mark.parametrize("inputs", [{}, {"triggers": None}, {"triggers": {}}, {"triggers": {"document": "unheard of"}}])
def test_a_document_of_nobodys_is_refused(inputs: dict[str, object]) -> None:
    with pytest.raises(SnapshotError, match=r"of nobody, but .* Deploy it by itself first\.$"):
        GUARD.check("gateway-x", inputs)
