"""Clients of botocore's own, with a Stubber on each: what is sent is checked against AWS's service models."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest
from botocore.stub import Stubber

from rollout.adapters.aws.clients import Clients, clients


@dataclass(frozen=True)
class Stubbed:
    """The clients, and their stubbers by field name (`apigateway`)."""

    clients: Clients
    stubbers: dict[str, Stubber]

    def answer(self, service: str, method: str, response: dict[str, Any], expected: dict[str, Any]) -> None:
        self.stubbers[service].add_response(method, response, expected)

    def refuse(self, service: str, method: str, code: str, message: str) -> None:
        self.stubbers[service].add_client_error(method, code, message)


@pytest.fixture(scope="session")
def real_clients() -> Clients:
    """One set for all tests: reading AWS's service models is nearly all that making it costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        return clients("eu-central-1")


@pytest.fixture
def stubbed(real_clients: Clients) -> Iterator[Stubbed]:
    stubbers = {field.name: Stubber(getattr(real_clients, field.name)) for field in fields(Clients)}
    for each in stubbers.values():
        each.activate()
    yield Stubbed(real_clients, stubbers)
    for each in stubbers.values():
        each.deactivate()
    for each in stubbers.values():
        each.assert_no_pending_responses()
