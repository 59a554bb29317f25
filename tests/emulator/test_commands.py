"""`serve` and `try` as a person runs them: a program's directory, a process, signals, exit statuses."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
MAIN = """
import json
import pulumi
import pulumi_aws as aws
from words import GREETING

config = pulumi.Config()
answer = {"statusCode": "200", "responseTemplates": {"application/json": config.require("answer")}}
integration = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": answer},
}
document = {
    "openapi": "3.0.1",
    "info": {"title": "mine", "version": "1"},
    "paths": {"/" + GREETING + "/{name}": {"get": {"responses": {}, "x-amazon-apigateway-integration": integration}}},
}
api = aws.apigateway.RestApi("api", body=json.dumps(document))
deployment = aws.apigateway.Deployment("deployment", rest_api=api.id)
aws.apigateway.Stage("stage", rest_api=api.id, deployment=deployment.id, stage_name="dev")
"""
ANSWER = '{"hello": "$input.params(\'name\')", "version": 1}'


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "__main__.py").write_text(MAIN)
    (folder / "words.py").write_text('GREETING = "hello"\n')
    (folder / "Pulumi.yaml").write_text("name: mine\nruntime: python\n")
    configure(folder, ANSWER)
    return folder


def configure(folder: Path, answer: str) -> None:
    document = {"config": {"mine:answer": answer, "mine:store": "kept"}}
    (folder / "Pulumi.local.yaml").write_text(json.dumps(document))


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli", *arguments]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def serving(program: Path, *options: str) -> Generator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    arguments = command("serve", "--program", str(program), "--port", "0", *options)
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    said = cast("IO[str]", process.stdout)
    try:
        yield process, dict(said.readline().split() for _ in range(2))
    finally:
        process.kill()
        process.wait()
        said.close()


def test_serve_reload_and_stop(program: Path) -> None:
    with serving(program) as (process, said):
        written = json.loads((program / "kept/emulator.json").read_text())
        assert (written["url"], written["admin"], written["pid"]) == (said["serving"], said["admin"], process.pid)
        assert httpx.get(said["serving"] + "/hello/you").json() == {"hello": "you", "version": 1}
        configure(program, ANSWER.replace("1", "2"))
        process.send_signal(signal.SIGHUP)
        output = cast("IO[str]", process.stdout)
        assert [output.readline().split()[0] for _ in range(2)] == ["log", "reloaded"]
        assert httpx.get(said["serving"] + "/hello/you").json()["version"] == 2
        taken = said["serving"].split(":")[2].split("/")[0]
        refused = run("serve", "--program", str(program), "--store", str(program / "other"), "--port", taken)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"canary: cannot listen on 127.0.0.1:{taken}: ")
        assert (refused.stdout, (program / "other/emulator.json").exists()) == ("", False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert not (program / "kept/emulator.json").exists()


def test_a_configuration_by_the_second_port(program: Path) -> None:
    with serving(program) as (_, said):
        config = {"mine:answer": '{"from": "the second port"}'}
        assert httpx.post(said["admin"] + "/reload", json={"config": config}, timeout=30).status_code == 200
        assert httpx.get(said["serving"] + "/hello/you").json() == {"from": "the second port"}
        answer = httpx.post(said["admin"] + "/reload", json={"config": {}}, timeout=30)
        assert answer.status_code == 409
        assert "Missing required configuration variable 'mine:answer'" in answer.json()["message"]
        assert httpx.get(said["serving"] + "/hello/you").json() == {"from": "the second port"}


def guard(program: Path) -> None:
    """Let the program ask for signatures, an API key, and an address of one network."""
    main = program / "__main__.py"
    policy = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    }
    schemes = {
        "signed": {"type": "apiKey", "name": "a", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"},
        "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    }
    more = {"components": {"securitySchemes": schemes}, "x-amazon-apigateway-policy": {"Statement": [policy]}}
    lines = [
        f"document |= {more!r}",
        'operation = document["paths"]["/hello/{name}"]["get"]',
        'operation["security"] = [{"signed": [], "key": []}]',
        "api = aws",
    ]
    main.write_text(main.read_text().replace("api = aws", "\n".join(lines), 1))


def test_what_cannot_be_imitated_is_left_out_by_order(program: Path) -> None:
    guard(program)
    refused = run("serve", "--program", str(program), "--port", "0")
    assert refused.returncode != 0
    assert "security.signed: signatures of AWS's are not checked; --ignore-unsupported serves" in refused.stderr
    with serving(program, "--ignore-unsupported", "--trust-source-header") as (_, said):
        asked = said["serving"] + "/hello/you"
        outside = httpx.get(asked)
        assert (outside.status_code, outside.headers["x-emulator-ignored"]) == (403, "iam")
        assert "is not authorized to perform" in outside.text
        inside = httpx.get(asked, headers={"X-Emulator-Source-Ip": "203.0.113.7"})
        assert inside.json() == {"message": "Forbidden"}  # the API key


def test_try_names_what_it_did_not_ask_for(program: Path) -> None:
    guard(program)
    done = run("try", "--program", str(program), "--ignore-unsupported", "GET /hello/you")
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (
        0,
        ["", "Not asked for in a method's test: resource policy, API key, throttles"],
    )
    assert "IGNORED: aws:apigateway/restApi:RestApi 'api': body: GET /hello/{name}: security.signed" in done.stderr


def test_try_prints_the_steps(program: Path) -> None:
    done = run("try", "--program", str(program), "GET /hello/you?q=1")
    assert (done.returncode, done.stderr) == (0, "")
    stamp = r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : "
    log, _, shown = done.stdout.partition("\n\n")
    first, *lines = log.split("\n")
    identifier = first.removeprefix("Execution log for request ")
    assert re.fullmatch(r"[0-9a-f-]{36}", identifier)
    assert all(re.match(stamp, line) for line in lines)
    assert [re.sub(stamp, "", line) for line in lines] == [
        f"Starting execution for request: {identifier}",
        "HTTP Method: GET, Resource Path: /hello/you",
        "Method request path: {name=you}",
        "Method request query string: {q=1}",
        "Method request headers: {}",
        "Method request body before transformations: ",
        'Method response body after transformations: {"hello": "you", "version": 1}',
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]
    assert re.fullmatch(
        r'Status: 200\nLatency: \d+ ms\nContent-Type: application/json\n\{"hello": "you", "version": 1\}\n', shown
    )


def test_try_for_machines(program: Path) -> None:
    done = run("try", "--program", str(program), "--json", "GET /hello/you")
    tried = json.loads(done.stdout)
    assert (done.returncode, tried["status"], json.loads(tried["body"])["hello"]) == (0, 200, "you")
    assert tried["log"][-1].endswith("Method completed with status: 200")


def test_try_of_a_broken_template_says_where(program: Path) -> None:
    configure(program, "#if(")
    done = run("try", "--program", str(program), "GET /hello/you")
    assert done.returncode == 1
    problem = r"emulator: every request will be answered 500: GET /hello/\{name\}: response template default .*: line 1"
    assert re.match(problem, done.stderr)
    assert re.search(r"Execution failed: template: line 1", done.stdout)
    assert "Method completed with status: 500" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["try", "GET"], 64, "give method and path"),
        (["try", "GET /a", "--endpoint", "one"], 64, "give it as NAME=URL"),
        (["try", "GET /a", "--stack", "nowhere"], 1, "nowhere"),
        (["serve", "--program", "/nowhere"], 1, "name the folder of a Pulumi program"),
        (["serve", "--port", "99999"], 64, "65535"),
    ],
)
def test_bad_input_ends_in_one_message(arguments: list[str], status: int, message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_that_fails_ends_in_its_own_message(program: Path) -> None:
    (program / "__main__.py").write_text("raise ValueError('no release r9')\n")
    done = run("serve", "--program", str(program))
    assert done.returncode == 1
    assert re.match(r"canary: .*/program: the program failed: ValueError: no release r9\n  __main__.py:1", done.stderr)
