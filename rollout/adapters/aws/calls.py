"""Every call shown, and in a dry run none carried out that would change anything.

The hooks are botocore's own events, so what is shown is what would be sent, whoever sends it.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel

from rollout.adapters.aws.clients import Clients

Show = Callable[[str], None]
"""Takes one line for people."""

READING = ("Get", "Describe", "List", "Head", "TestInvoke", "Filter")
"""How the names of calls begin that change nothing. TestInvokeMethod sends the model one request."""
_UNSHOWN = {"Body"}
_NO_ANSWER = 200


def changes(operation: str) -> bool:
    """Whether an API operation (`UpdateStage`) changes anything."""
    return not operation.startswith(READING)


def line(service: str, operation: str, params: dict[str, Any], *, dry: bool) -> str:
    """One call as a line: `aws apigateway UpdateStage {...}`; a dry run's changes say that they are not sent."""
    plain = {key: "..." if key in _UNSHOWN else value for key, value in params.items()}
    tail = "  (not sent: dry run)" if dry and changes(operation) else ""
    return f"aws {service} {operation} {json.dumps(plain, default=str, sort_keys=True)}{tail}"


def watch(there: Clients, show: Show, *, dry: bool) -> None:
    """Show every call of these clients; where `dry`, those that change anything get an empty answer instead."""
    for client in (
        there.apigateway,
        there.sagemaker,
        there.scaling,
        there.cloudwatch,
        there.logs,
        there.s3,
        there.sns,
        there.sts,
        there.iam,
    ):
        _watch_one(client, show, dry=dry)


def _watch_one(client: Any, show: Show, *, dry: bool) -> None:  # noqa: ANN401 - any service's client
    service = client.meta.service_model.service_name

    def before_parameters(params: dict[str, Any], model: OperationModel, **_: object) -> None:
        show(line(service, model.name, params, dry=dry))

    def before_call(model: OperationModel, **_: object) -> tuple[Any, dict[str, Any]] | None:
        return (_Answer(), {}) if dry and changes(model.name) else None

    client.meta.events.register("provide-client-params.*.*", before_parameters)
    client.meta.events.register("before-call.*.*", before_call)


class _Answer:
    """What botocore looks at of an answer that was not sent for."""

    status_code = _NO_ANSWER
