"""Each way of telling people, against the real thing on this machine: an HTTP server, a process, SNS in memory."""

import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from rollout.adapters.notify import Command, Everybody, Filtered, Topic, Webhook
from rollout.control.errors import PortError
from rollout.control.fakes import FakeNotifier
from rollout.control.ports import Event, Severity

EVENT = Event(
    what="aborted",
    severity=Severity.ALARM,
    rollout="r2-1",
    at=1_000_000.0,
    text="5xx: 1.2 % against 0.1 %",
    numbers={"percent": 0.0},
)


@dataclass
class Received:
    """What a receiver got."""

    url: str = ""
    status: int = 204
    bodies: list[bytes] = field(default_factory=list[bytes])
    signatures: list[str] = field(default_factory=list[str])


@pytest.fixture
def receiver() -> Generator[Received]:
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            received.signatures.append(self.headers["X-Signature-256"])
            self.send_response(received.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_gets_signed_json(receiver: Received) -> None:
    Webhook(url=receiver.url, secret="s3cret").notify(EVENT)
    (body,) = receiver.bodies
    assert json.loads(body) == {
        "what": "aborted",
        "severity": "alarm",
        "rollout": "r2-1",
        "at": 1_000_000.0,
        "text": "5xx: 1.2 % against 0.1 %",
        "numbers": {"percent": 0.0},
    }
    assert receiver.signatures == ["sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()]


def test_a_webhook_that_refuses_is_named(receiver: Received) -> None:
    receiver.status = 500
    with pytest.raises(PortError, match=r"the webhook .*/hook did not take 'aborted'"):
        Webhook(url=receiver.url, secret="s").notify(EVENT)


def test_a_command_gets_the_event_on_its_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read())"
    Command(arguments=(sys.executable, "-c", script)).notify(EVENT)
    assert json.loads(out.read_text())["text"] == EVENT.text


def test_a_command_that_fails_is_named_with_its_words() -> None:
    failing = Command(arguments=(sys.executable, "-c", "import sys; sys.exit('no pager')"))
    with pytest.raises(PortError, match="ended with 1 on 'aborted': no pager"):
        failing.notify(EVENT)
    with pytest.raises(PortError, match="was not told"):
        Command(arguments=("/nowhere/pager",)).notify(EVENT)


def test_a_topic_gets_the_same_message() -> None:
    with mock_aws():
        session = cast("Any", boto3.Session(region_name="eu-west-1"))
        sns, sqs = session.client("sns"), session.client("sqs")
        topic = sns.create_topic(Name="canary")["TopicArn"]
        queue = sqs.create_queue(QueueName="q")["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:q")
        Topic(arn=topic, client=sns).notify(EVENT)
        (got,) = sqs.receive_message(QueueUrl=queue)["Messages"]
        envelope = json.loads(got["Body"])
        assert envelope["Subject"] == "r2-1: aborted"
        assert json.loads(envelope["Message"])["text"] == EVENT.text
        with pytest.raises(PortError, match="did not take"):
            Topic(arn="arn:aws:sns:eu-west-1:123456789012:gone", client=sns).notify(EVENT)


@pytest.mark.parametrize(("least", "told"), [(Severity.INFO, 3), (Severity.ATTENTION, 2), (Severity.ALARM, 1)])
def test_only_what_is_grave_enough_is_passed_on(least: Severity, told: int) -> None:
    inner = FakeNotifier()
    for severity in Severity:
        Filtered(inner=inner, least=least).notify(
            Event(what="x", severity=severity, rollout="r", at=0.0, text="", numbers={})
        )
    assert len(inner.events) == told


def test_one_that_fails_does_not_keep_the_others_from_hearing() -> None:
    def fail(_point: str) -> None:
        raise PortError("deaf")

    deaf, hearing = FakeNotifier(fault=fail), FakeNotifier()
    with pytest.raises(PortError, match="deaf"):
        Everybody(notifiers=[deaf, hearing]).notify(EVENT)
    assert hearing.events == [EVENT]
