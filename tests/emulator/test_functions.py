"""Lambda functions in processes of their own: warm, bounded in time and memory, with Lambda's shapes of errors."""

import asyncio
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator.errors import ArtifactError, UnsupportedError
from emulator.function_package import ARCHIVE, ASSET, SIGNATURE, digest, unpack
from emulator.functions import MAX_PAYLOAD, Answer, Functions, Settings
from emulator.graph import FunctionSpec

HANDLER = """
import os, sys, time
from decimal import Decimal
count = 0
kept = []

def echo(event, context):
    return {"event": event, "id": context.aws_request_id, "name": context.function_name}

def counted(event, context):
    global count
    count += 1
    return {"count": count, "pid": os.getpid()}

def context(event, context):
    left = context.get_remaining_time_in_millis()
    env, here = os.environ, os.getcwd()
    return {
        "left": 0 < left <= 30000,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "group": context.log_group_name,
        "identity": context.identity.cognito_identity_id,
        "root": env["LAMBDA_TASK_ROOT"] == here,
        "own": env["OWN"],
        "region": env["AWS_REGION"],
        "key": env["AWS_ACCESS_KEY_ID"],
        "home": env["HOME"] == here,
        "extra": env.get("EXTRA"),
    }

def fails(event, context):
    raise ValueError("no such user: 7")

def sleeps(event, context):
    time.sleep(event["seconds"])
    return "woke"

def eats(event, context):
    kept.append(bytearray(event["mb"] * 1024 * 1024))
    return len(kept)

def leaves(event, context):
    os._exit(event["status"])

def ends(event, context):
    sys.exit(3)

def prints(event, context):
    print("said to the log")
    return sys.stdin.read()

def text(event, context):
    return b"no JSON at all"

def numbers(event, context):
    return [Decimal("3"), Decimal("3.5"), "\\u00e9", (1, 2)]

def wrong(event, context):
    return {1, 2}

def large(event, context):
    return "x" * event["size"]
"""


def code(**assets: str) -> str:
    entries = {name: {SIGNATURE: ASSET, "text": text} for name, text in assets.items()}
    return json.dumps({SIGNATURE: ARCHIVE, "assets": entries})


def spec(handler: str = "app.echo", text: str = HANDLER, **more: Any) -> FunctionSpec:
    given: dict[str, Any] = {
        "name": "enrich",
        "arn": "arn:aws:lambda:eu-central-1:123456789012:function:enrich",
        "runtime": "python3.12",
        "handler": handler,
        "code": code(**{"app.py": text}),
        "directory": "/",
        "environment": (("OWN", "mine"),),
        "timeout": 30,
        "memory": 512,
        **more,
    }
    return FunctionSpec(**given)


def invoked(
    function: FunctionSpec, *payloads: object, folder: Path, variables: Mapping[str, str] | None = None
) -> list[Answer]:
    """Invoke a function with each payload, one after the other, in one state."""

    async def work() -> list[Answer]:
        settings = Settings(log_folder=folder, variables=variables or {})
        functions = await Functions.prepared({function.name: function}, settings, None)
        try:
            return [await functions.invoke(function.name, json.dumps(each).encode()) for each in payloads]
        finally:
            await functions.retire()

    return asyncio.run(work())


def failure(answer: Answer) -> dict[str, Any]:
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert ("X-Amz-Function-Error", "Unhandled") in answer.headers
    return json.loads(answer.payload)


def test_an_event_goes_in_and_a_result_comes_out(tmp_path: Path) -> None:
    (answer,) = invoked(spec(), {"user": 321}, folder=tmp_path)
    expected = {"event": {"user": 321}, "id": answer.request_id, "name": "enrich"}
    assert (answer.status, answer.error, json.loads(answer.payload)) == (200, None, expected)
    assert answer.headers == (
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", answer.request_id),
        ("X-Amz-Executed-Version", "$LATEST"),
    )


def test_a_process_is_its_own_and_kept_warm(tmp_path: Path) -> None:
    first, second = (json.loads(each.payload) for each in invoked(spec("app.counted"), {}, {}, folder=tmp_path))
    assert (first["count"], second["count"], first["pid"]) == (1, 2, second["pid"])
    assert first["pid"] != os.getpid()


def test_the_context_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-this-machine")
    (answer,) = invoked(spec("app.context"), {}, folder=tmp_path, variables={"EXTRA": "laid over"})
    assert json.loads(answer.payload) == {
        "left": True,
        "memory": "512",
        "arn": "arn:aws:lambda:eu-central-1:123456789012:function:enrich",
        "version": "$LATEST",
        "group": "/aws/lambda/enrich",
        "identity": None,
        "root": True,
        "own": "mine",
        "region": "eu-central-1",
        "key": "emulator",
        "home": True,
        "extra": "laid over",
    }


def test_what_a_handler_raises(tmp_path: Path) -> None:
    answers = invoked(spec("app.fails"), {}, {}, folder=tmp_path)
    found = failure(answers[0])
    trace = found.pop("stackTrace")
    assert found == {"errorMessage": "no such user: 7", "errorType": "ValueError", "requestId": answers[0].request_id}
    assert len(trace) == 1
    assert trace[0].endswith('in fails\n    raise ValueError("no such user: 7")\n')
    assert failure(answers[1])["requestId"] == answers[1].request_id  # it goes on


def test_time_is_up_and_a_new_process_answers(tmp_path: Path) -> None:
    late, soon = invoked(spec("app.sleeps", timeout=1), {"seconds": 30}, {"seconds": 0}, folder=tmp_path)
    message = f"RequestId: {late.request_id} Error: Task timed out after 1.00 seconds"
    assert failure(late) == {"errorType": "Sandbox.Timedout", "errorMessage": message}
    assert (soon.error, soon.payload) == (None, b'"woke"')


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say how much memory")
def test_memory_is_up_and_a_new_process_answers(tmp_path: Path) -> None:
    fits, grown, fresh = invoked(spec("app.eats", memory=200), {"mb": 90}, {"mb": 120}, {"mb": 1}, folder=tmp_path)
    assert fits.payload == b"1"
    message = f"RequestId: {grown.request_id} Error: Runtime exited with error: signal: killed"
    assert failure(grown) == {"errorType": "Runtime.ExitError", "errorMessage": message}
    assert fresh.payload == b"1"


@pytest.mark.parametrize(
    ("handler", "event", "reason"),
    [
        ("app.leaves", {"status": 0}, "Runtime exited without providing a reason"),
        ("app.leaves", {"status": 4}, "Runtime exited with error: exit status 4"),
        ("app.ends", {}, "Runtime exited with error: exit status 3"),
    ],
)
def test_a_process_that_ends_itself(tmp_path: Path, handler: str, event: object, reason: str) -> None:
    first, second = invoked(spec(handler), event, event, folder=tmp_path)
    for answer in (first, second):
        message = f"RequestId: {answer.request_id} Error: {reason}"
        assert failure(answer) == {"errorType": "Runtime.ExitError", "errorMessage": message}


@pytest.mark.parametrize(
    ("handler", "text", "kind", "message"),
    [
        ("app", HANDLER, "Runtime.MalformedHandlerName", "Bad handler 'app': not enough values to unpack"),
        (
            "other.echo",
            HANDLER,
            "Runtime.ImportModuleError",
            "Unable to import module 'other': No module named 'other'",
        ),
        ("app.none", HANDLER, "Runtime.HandlerNotFound", "Handler 'none' missing on module 'app'"),
        ("app.echo", "def (", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': "),
        ("app.echo", "1 / 0", "ZeroDivisionError", "division by zero"),
        ("app.echo", "import emulator", "Runtime.ImportModuleError", "Unable to import module 'app': No module named"),
    ],
)
def test_a_handler_that_cannot_be_loaded(tmp_path: Path, handler: str, text: str, kind: str, message: str) -> None:
    for answer in invoked(spec(handler, text), {}, {}, folder=tmp_path):
        found = failure(answer)
        assert (found["errorType"], found["errorMessage"][: len(message)]) == (kind, message)


def test_what_is_returned(tmp_path: Path) -> None:
    assert invoked(spec("app.text"), {}, folder=tmp_path)[0].payload == b"no JSON at all"
    assert invoked(spec("app.numbers"), {}, folder=tmp_path)[0].payload == '[3, 3.5, "é", [1, 2]]'.encode()
    escaped = spec("app.numbers", runtime="python3.11")
    assert invoked(escaped, {}, folder=tmp_path)[0].payload == b'[3, 3.5, "\\u00e9", [1, 2]]'
    found = failure(invoked(spec("app.wrong"), {}, folder=tmp_path)[0])
    reason = "Unable to marshal response: Object of type set is not JSON serializable"
    assert (found["errorType"], found["errorMessage"], found["stackTrace"]) == ("Runtime.MarshalError", reason, [])


def test_what_a_handler_prints_is_in_the_log_and_its_input_is_empty(tmp_path: Path) -> None:
    (answer,) = invoked(spec("app.prints"), {}, folder=tmp_path)
    assert answer.payload == b'""'
    lines = (tmp_path / "aws/lambda/enrich.log").read_text().splitlines()
    assert lines[:3] == [
        f"START RequestId: {answer.request_id} Version: $LATEST",
        "said to the log",
        f"END RequestId: {answer.request_id}",
    ]
    assert lines[3].startswith(f"REPORT RequestId: {answer.request_id}\tDuration: ")


def test_payloads_have_bounds(tmp_path: Path) -> None:
    large, fits = invoked(spec("app.large"), {"size": MAX_PAYLOAD - 1}, {"size": MAX_PAYLOAD - 2}, folder=tmp_path)
    assert failure(large)["errorType"] == "Function.ResponseSizeTooLarge"
    assert (fits.error, len(fits.payload)) == (None, MAX_PAYLOAD)
    (refused,) = invoked(spec(), "x" * (MAX_PAYLOAD - 1), folder=tmp_path)
    assert (refused.status, refused.error) == (413, None)
    assert json.loads(refused.payload)["message"].startswith(f"{MAX_PAYLOAD + 1} byte payload is too large")


def test_no_json_and_no_function(tmp_path: Path) -> None:
    async def work() -> list[Answer]:
        functions = await Functions.prepared({"enrich": spec()}, Settings(log_folder=tmp_path), None)
        try:
            asked = [("enrich", b"{"), ("enrich", b""), ("enrich:$LATEST", b"1"), ("enrich:7", b"1"), ("none", b"1")]
            return [await functions.invoke(name, payload) for name, payload in asked]
        finally:
            await functions.retire()

    broken, empty, latest, version, none = asyncio.run(work())
    assert broken.status == 400
    assert json.loads(broken.payload)["message"].startswith("Could not parse request body into json: ")
    assert json.loads(empty.payload)["event"] == {}
    assert json.loads(latest.payload)["event"] == 1
    assert (version.status, none.status) == (404, 404)


def test_invocations_run_beside_each_other(tmp_path: Path) -> None:
    meeting = """
import os, pathlib, time
def echo(event, context):
    folder = pathlib.Path(os.environ["OWN"])
    (folder / str(event)).touch()
    while not all((folder / str(each)).exists() for each in (1, 2, 3)):
        time.sleep(0.01)
    return os.getpid()
"""

    async def work() -> list[Answer]:
        one = spec(text=meeting, environment=(("OWN", str(tmp_path)),), timeout=60)
        functions = await Functions.prepared({"enrich": one}, Settings(log_folder=tmp_path), None)
        try:
            return await asyncio.gather(*(functions.invoke("enrich", str(each).encode()) for each in (1, 2, 3)))
        finally:
            await functions.retire()

    answers = asyncio.run(work())
    assert [each.error for each in answers] == [None, None, None]
    assert len({each.payload for each in answers}) == 3


def test_what_stays_the_same_stays_warm(tmp_path: Path) -> None:
    async def work() -> list[int]:
        settings, pids = Settings(log_folder=tmp_path), list[int]()
        source = tmp_path / "source"
        source.mkdir()
        (source / "app.py").write_text(HANDLER)
        folder = json.dumps({SIGNATURE: ARCHIVE, "path": "source"})
        running = None
        for change in ("begin", "nothing", "code"):
            if change == "code":
                (source / "app.py").write_text(HANDLER + "\n")
            one = spec("app.counted", code=folder, directory=str(tmp_path))
            following = await Functions.prepared({"enrich": one}, settings, running)
            if running is not None:
                await running.retire(kept=following)
            running = following
            pids.append(json.loads((await running.invoke("enrich", b"{}")).payload)["pid"])
        assert running is not None
        await running.retire()
        return pids

    first, second, third = asyncio.run(work())
    assert first == second
    assert third != second


def test_code_of_every_form(tmp_path: Path) -> None:
    (tmp_path / "folder/package").mkdir(parents=True)
    (tmp_path / "folder/package/a.py").write_text("a")
    (tmp_path / "folder/__pycache__").mkdir()
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as file:
        file.writestr("z.py", "z")
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("t.py"), io.BytesIO())
    assets = {
        "whole": {SIGNATURE: ARCHIVE, "path": "folder"},
        "zipped": {SIGNATURE: ARCHIVE, "path": str(tmp_path / "z.zip")},
        "tarred": {SIGNATURE: ARCHIVE, "path": "t.tar.gz"},
        "deep/file.py": {SIGNATURE: ASSET, "path": "folder/package/a.py"},
        "nested": {SIGNATURE: ARCHIVE, "assets": {"text.txt": {SIGNATURE: ASSET, "text": "é"}}},
    }
    target = tmp_path / "target"
    unpack("f", {SIGNATURE: ARCHIVE, "assets": assets}, tmp_path, target)
    found = {str(each.relative_to(target)): each.read_text() for each in target.rglob("*") if each.is_file()}
    assert found == {
        "whole/package/a.py": "a",
        "zipped/z.py": "z",
        "tarred/t.py": "",
        "deep/file.py": "a",
        "nested/text.txt": "é",
    }
    before = digest(target)
    (target / "nested/text.txt").rename(target / "nested/other.txt")
    assert digest(target) != before


@pytest.mark.parametrize(
    ("entry", "error", "reason"),
    [
        ({SIGNATURE: ARCHIVE, "path": "none"}, ArtifactError, "not there; paths begin at "),
        ({SIGNATURE: ASSET, "path": "none.py"}, ArtifactError, "not there; paths begin at "),
        ({SIGNATURE: ARCHIVE, "path": "broken.zip"}, ArtifactError, "cannot be read: File is not a zip file"),
        ({SIGNATURE: ARCHIVE, "uri": "https://x/y.zip"}, UnsupportedError, "behind an address is not fetched"),
        ({SIGNATURE: ARCHIVE, "assets": {"../x": {SIGNATURE: ASSET, "text": ""}}}, ArtifactError, "leads out of"),
        ({"path": "x"}, UnsupportedError, "neither an asset nor an archive"),
    ],
)
def test_code_that_cannot_be_had(tmp_path: Path, entry: dict[str, Any], error: type[Exception], reason: str) -> None:
    (tmp_path / "broken.zip").write_bytes(b"no archive")
    with pytest.raises(error, match=reason):
        unpack("f", entry, tmp_path, tmp_path / "target")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (answer,) = invoked(spec("app.counted"), {}, folder=tmp_path)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not Path(f"/proc/{json.loads(answer.payload)['pid']}").exists()
    with pytest.raises(ArtifactError):
        invoked(spec(code=json.dumps({SIGNATURE: ARCHIVE, "path": "none"})), {}, folder=tmp_path)
    assert list((tmp_path / "temporary").iterdir()) == []
