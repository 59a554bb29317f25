"""SageMaker around the models: what it answers when a model answers, fails, hangs or is not there."""

import base64
import hashlib
import json
import os
import signal
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from emulator.emulation import Options
from emulator.errors import ArtifactError, ContainerError, UnsupportedError
from emulator.running import start

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

HANDLER = """
import json, os, threading
class Refused(Exception):
    status_code = 404
def model_fn(folder):
    print("the model talks")
    return open(folder + "/name").read()
def input_fn(body, content_type):
    return json.loads(body)
def predict_fn(data, model):
    what = data.get("do")
    if what == "raise": raise ValueError("no such " + '"thing"')
    if what == "refuse": raise Refused("unknown id")
    if what == "hang": threading.Event().wait()
    if what == "die": os._exit(3)
    return what if what else {"model": model, "pid": os.getpid(), "environment": sorted(os.environ)}
def output_fn(prediction, accept):
    if prediction == "text": return "no json", "text/plain"
    if prediction == "bytes": return b"\\xff", "application/octet-stream"
    if prediction == "bare": return '{"bare": 1}'
    return json.dumps(prediction), "application/json"
"""


def document(bench: "Bench", *, timeout: int = 29_000) -> str:
    request = '{"do": "$!input.params("do")"}'
    raw = bench.model(request=request, timeoutInMillis=timeout)
    for response in raw["x-amazon-apigateway-integration"]["responses"].values():
        response["responseParameters"] = {
            "method.response.header.X-Kind": "integration.response.header.Content-Type",
            "method.response.header.X-Variant": "integration.response.header.x-Amzn-Invoked-Production-Variant",
            "method.response.header.X-Error": "integration.response.header.x-amzn-ErrorType",
        }
    raw["x-amazon-apigateway-integration"]["responses"] |= {
        "400": {"statusCode": "400", "responseParameters": {"method.response.header.X-Was": "'400'"}},
        "424": {"statusCode": "424"},
    }
    return bench.document({"/do": {"get": raw}})


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> httpx.Client:
    bench = module_bench
    bench.start(
        bench.stack(
            document(bench),
            variables={"endpoint": "one"},
            endpoints={"one": bench.archive("one", HANDLER)},
        )
    )
    return bench.client()


def test_the_releases_own_handler_answers(served: httpx.Client) -> None:
    response = served.get("/do")
    assert (response.status_code, response.json()["model"]) == (200, "one")
    assert (response.headers["X-Kind"], response.headers["X-Variant"]) == ("application/json", "AllTraffic")


def test_a_container_sees_its_own_environment_and_no_credentials(served: httpx.Client) -> None:
    environment = served.get("/do").json()["environment"]
    assert {"SAGEMAKER_PROGRAM", "SM_MODEL_DIR"} <= set(environment)
    assert not [name for name in environment if name.startswith(("AWS_", "PULUMI_"))]


def test_what_a_model_prints_is_in_its_log(served: httpx.Client, module_bench: "Bench") -> None:
    log = module_bench.store / "logs/aws/sagemaker/Endpoints/one.log"
    assert log.read_text().splitlines()[0] == "the model talks"


def test_a_handler_that_raises_is_a_model_error(served: httpx.Client) -> None:
    response = served.get("/do?do=raise")
    assert response.status_code == 424
    body = response.json()
    assert set(body) == {"LogStreamArn", "Message", "OriginalMessage", "OriginalStatusCode"}
    assert (body["OriginalStatusCode"], body["OriginalMessage"]) == (500, 'no such "thing"')
    assert body["Message"] == (
        'Received server error (500) from primary with message "no such "thing"". See https://eu-central-1.console.aws.'
        "amazon.com/cloudwatch/home?region=eu-central-1#logEventViewer:group=/aws/sagemaker/Endpoints/one in account "
        "123456789012 for more information."
    )


def test_a_handlers_own_status_is_the_original_status(served: httpx.Client) -> None:
    body = served.get("/do?do=refuse").json()
    assert (body["OriginalStatusCode"], body["OriginalMessage"]) == (404, "unknown id")
    assert body["Message"].startswith('Received client error (404) from primary with message "unknown id".')


def test_an_answer_that_is_no_json_goes_on_as_it_is(served: httpx.Client) -> None:
    response = served.get("/do?do=text")
    assert (response.status_code, response.content, response.headers["X-Kind"]) == (200, b"no json", "text/plain")
    assert served.get("/do?do=bytes").content == "\ufffd".encode()
    assert served.get("/do?do=bare").json() == {"bare": 1}


def test_a_process_that_dies_is_a_model_error_and_is_replaced(served: httpx.Client, module_bench: "Bench") -> None:
    before = served.get("/do").json()["pid"]
    response = served.get("/do?do=die")
    assert (response.status_code, response.json()["OriginalStatusCode"]) == (424, 0)
    after = served.get("/do").json()["pid"]  # waits for the new one
    assert after != before
    os.kill(after, signal.SIGKILL)
    assert served.get("/do").status_code in {200, 424}  # by whether the gateway has noticed yet
    assert served.get("/do").status_code == 200


def test_an_unknown_endpoint_is_sagemakers_400(bench: "Bench") -> None:
    bench.serve(document(bench), variables={"endpoint": "gone"})
    response = bench.client().get("/do")
    assert (response.status_code, response.headers["X-Was"]) == (400, "400")
    assert response.content == b'{"Message":"Endpoint gone of account 123456789012 not found."}'


def test_a_stage_variable_that_is_not_set_names_no_endpoint(bench: "Bench") -> None:
    bench.serve(document(bench))
    response = bench.client().get("/do")
    assert response.status_code == 400
    assert response.json()["Message"].startswith("1 validation error detected: Value '' at 'endpointName'")


def hanging(bench: "Bench", timeout: int, invocation_seconds: float = 1.0) -> httpx.Client:
    archive = bench.archive("one", HANDLER)
    paths = document(bench, timeout=timeout)
    program = bench.stack(paths, variables={"endpoint": "one"}, endpoints={"one": archive})
    bench.start(program, invocation_seconds=invocation_seconds)
    return bench.client()


def test_a_handler_that_hangs_is_a_504_while_the_others_go_on(bench: "Bench") -> None:
    client = hanging(bench, timeout=2_000, invocation_seconds=60.0)
    before = client.get("/do").json()["pid"]
    response = client.get("/do?do=hang")
    assert (response.status_code, response.content) == (504, b'{"message": "Endpoint request timed out"}')
    assert client.get("/do").json()["pid"] == before


def test_a_container_that_takes_longer_than_sagemaker_allows_is_replaced(bench: "Bench") -> None:
    client = hanging(bench, timeout=29_000)
    before = client.get("/do").json()["pid"]
    response = client.get("/do?do=hang")
    assert (response.status_code, response.json()["OriginalStatusCode"]) == (424, 0)
    assert response.json()["OriginalMessage"].startswith("Your invocation timed out while waiting")
    assert client.get("/do").json()["pid"] != before


def test_data_capture_is_written_per_endpoint(bench: "Bench") -> None:
    capture = {
        "enable_capture": True,
        "initial_sampling_percentage": 100,
        "destination_s3_uri": "s3://bucket/prefix",
        "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
        "capture_content_type_header": {"json_content_types": ["application/json"]},
    }
    template = (
        '#set($context.requestOverride.header["X-Amzn-SageMaker-Inference-Id"] = "id-1"){"do": "$!input.params("do")"}'
    )
    headers = {"integration.request.header.Content-Type": "'application/json'"}
    paths = {"/do": {"get": bench.model("{}", request=template, requestParameters=headers)}}
    archive = bench.archive("one", HANDLER)
    variables = {"endpoint": "one"}
    bench.serve(bench.document(paths), variables=variables, endpoints={"one": archive}, capture=capture)
    client = bench.client()
    for what in ("bare", "bytes", "raise"):
        client.get(f"/do?do={what}")
    bench.running[-1].stop()
    (file,) = (bench.store / "capture/one/AllTraffic").glob("*/*/*/*/*.jsonl")
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert [event["eventVersion"] for event in events] == ["0"] * 3
    assert {event["eventMetadata"]["inferenceId"] for event in events} == {"id-1"}
    first, second, third = (event["captureData"] for event in events)
    assert first["endpointInput"] == {
        "observedContentType": "application/json",
        "mode": "INPUT",
        "data": '{"do": "bare"}',
        "encoding": "JSON",
    }
    assert first["endpointOutput"]["data"] == '{"bare": 1}'
    assert (second["endpointOutput"]["encoding"], second["endpointOutput"]["data"]) == (
        "BASE64",
        base64.b64encode(b"\xff").decode(),
    )
    assert "endpointOutput" not in third


def failing(bench: "Bench", artifact: Path | str, **stack: Any) -> Any:
    program = bench.stack(document(bench), variables={"endpoint": "one"}, endpoints={"one": artifact}, **stack)
    return start(bench.source([program]), Options(store=bench.store))


def test_a_truncated_archive(bench: "Bench") -> None:
    archive = bench.archive("one", HANDLER)
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(ArtifactError, match="cut short or damaged: fetch it again"):
        failing(bench, archive)


def test_an_archive_of_other_bytes_than_the_models_tag_says(bench: "Bench") -> None:
    archive, manifest = bench.archive("one", HANDLER), "0" * 64
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    message = f"{archive}: is not the archive that was registered: its SHA-256 is {found}, .* says {manifest}"
    with pytest.raises(ArtifactError, match=message):
        failing(bench, archive, tags={"artifact-sha256": manifest})


def test_an_archive_of_the_bytes_that_the_models_tag_says(bench: "Bench") -> None:
    archive = bench.archive("one", HANDLER)
    tags = {"artifact-sha256": hashlib.sha256(archive.read_bytes()).hexdigest()}
    bench.serve(document(bench), variables={"endpoint": "one"}, endpoints={"one": archive}, tags=tags)
    assert bench.client().get("/do").json()["model"] == "one"


def test_an_archive_that_leads_out_of_its_folder(bench: "Bench") -> None:
    archive = bench.folder / "out.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(ArtifactError, match=r"cannot be unpacked .*outside"):
        failing(bench, archive)


def test_an_archive_that_is_not_there(bench: "Bench") -> None:
    with pytest.raises(ArtifactError, match=r"/nowhere/model\.tar\.gz: there is no such model archive"):
        failing(bench, "/nowhere/model.tar.gz")


def test_an_archive_elsewhere_is_refused_with_the_way_out(bench: "Bench") -> None:
    with pytest.raises(UnsupportedError, match=r"no file of this machine.*--endpoint one=URL"):
        failing(bench, "s3://bucket/model.tar.gz")


def test_a_model_without_program_is_refused_with_the_way_out(bench: "Bench") -> None:
    with pytest.raises(UnsupportedError, match=r"no SAGEMAKER_PROGRAM.*--endpoint one=URL"):
        failing(bench, bench.archive("one", HANDLER), environment={"OTHER": "1"})


def test_a_program_that_the_archive_lacks(bench: "Bench") -> None:
    with pytest.raises(ArtifactError, match=r"has no code/other\.py"):
        failing(bench, bench.archive("one", HANDLER), environment={"SAGEMAKER_PROGRAM": "other.py"})


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("def transform_fn(): pass\ndef model_fn(_): raise ValueError('no arrays')", "ValueError: no arrays"),
        ("import nothing_there", "No module named 'nothing_there'"),
        ("def model_fn(folder): pass", "needs model_fn, and either transform_fn or input_fn"),
        ("import emulator", "No module named 'emulator'"),
        ("import os; os._exit(0)", "it ended at once"),
    ],
)
def test_a_model_that_does_not_load(bench: "Bench", handler: str, message: str) -> None:
    with pytest.raises(ContainerError, match=message):
        failing(bench, bench.archive("one", handler))


def test_a_transform_function_alone_is_enough(bench: "Bench") -> None:
    handler = "def model_fn(folder): return 1\ndef transform_fn(model, data, kind, accept): return data, kind\n"
    bench.serve(document(bench), variables={"endpoint": "one"}, endpoints={"one": bench.archive("one", handler)})
    assert bench.client().get("/do?do=x").json() == {"do": "x"}


def test_a_container_that_runs_already(bench: "Bench", module_bench: "Bench", served: httpx.Client) -> None:
    worker: Any = module_bench.running[0].emulation.served.endpoints["one"].container
    url = f"http://127.0.0.1:{worker.pool.port}"
    program = bench.stack(document(bench), variables={"endpoint": "one"}, endpoints={"one": "s3://bucket/model.tar.gz"})
    bench.start(program, endpoints={"one": url})
    assert bench.client().get("/do").json()["model"] == "one"


def test_a_container_for_an_endpoint_that_nothing_registers_is_told(
    bench: "Bench", capsys: pytest.CaptureFixture[str]
) -> None:
    program = bench.stack(document(bench), variables={"endpoint": "one"}, endpoints={"one": bench.archive("one")})
    bench.start(program, endpoints={"two": "http://127.0.0.1:1"})
    told = "emulator: --endpoint two: the program registers no such endpoint (yet); registered: one\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("url", "message"), [("http://127.0.0.1:1", "no answer to /ping"), ("nowhere", "give an address")]
)
def test_a_container_that_does_not_run(bench: "Bench", url: str, message: str) -> None:
    program = bench.stack(document(bench), endpoints={"one": "s3://bucket/model.tar.gz"})
    with pytest.raises(ContainerError, match=message):
        start(bench.source([program]), Options(store=bench.store, endpoints={"one": url}))
