"""This project's own API over HTTP: what callers are answered when all is well, and when anything is not."""

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mapping.contract import load_contract
from mapping.openapi import Api, Route, document

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

HANDLER = """
import json, threading
class Refused(Exception):
    def __init__(self, status): self.status_code = status
def model_fn(folder): return None
def transform_fn(model, body, kind, accept):
    asked = json.loads(body)["instances"]
    assert all(list(each) == ["in0", "in1"] for each in asked)
    user = asked[0]["in0"][0]
    if user == 2: raise ValueError("arn:aws:sagemaker:eu-central-1:123456789012:endpoint/secret")
    if user == 3: raise Refused(404)
    if user == 4: raise Refused(400)
    if user == 5: threading.Event().wait()
    if user == 6: return json.dumps({"predictions": []}), "application/json"
    if user == 7: return "<html>", "text/html"
    if user == 8: return json.dumps({"predictions": [{"scores": ["x"]} for _ in asked]}), "application/json"
    return json.dumps({"predictions": [{"scores": [each["in1"][0] / 8]} for each in asked]}), "application/json"
"""
MODEL = "The model gave no usable answer"


def api(max_items: int = 100) -> str:
    route = Route(
        contract=load_contract("ratings-v1"),
        region="eu-central-1",
        role_arn="arn:aws:iam::123456789012:role/invoke",
        max_items=max_items,
        timeout_milliseconds=1000,
    )
    return document(Api(name="ratings"), [route])


def serve(bench: "Bench", **stack: Any) -> httpx.Client:
    endpoints = {"one": bench.archive("one", HANDLER)}
    given: dict[str, Any] = {"variables": {"endpointRatings": "one"}, "endpoints": endpoints, **stack}
    bench.serve(api(), **given)
    return bench.client()


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> httpx.Client:
    return serve(module_bench)


def test_ratings_in_the_order_of_the_items(served: httpx.Client) -> None:
    response = served.get("/predicted-ratings/1?items=16,8,008")
    assert (response.status_code, response.json()) == (200, {"ratings": [2.0, 1.0, 1.0]})
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/predicted-ratings/2?items=1", 502, MODEL),
        ("/predicted-ratings/3?items=1", 404, "The model does not know these ids"),
        ("/predicted-ratings/4?items=1", 400, "The model does not take these ids"),
        ("/predicted-ratings/5?items=1", 504, "The model did not answer in time"),
        ("/predicted-ratings/6?items=1", 502, MODEL),
        ("/predicted-ratings/7?items=1", 502, MODEL),
        ("/predicted-ratings/8?items=1", 502, MODEL),
        ("/predicted-ratings/1", 400, "Missing required request parameters: [items]"),
        ("/predicted-ratings/1?items=", 400, "Missing required request parameters: [items]"),
        ("/elsewhere", 404, "No such route"),
    ],
)
def test_every_fault_has_one_form(served: httpx.Client, path: str, status: int, message: str) -> None:
    response = served.get(path)
    expected = {"message": message, "requestId": response.headers["x-amzn-RequestId"]}
    assert (response.status_code, response.json()) == (status, expected)
    everything = response.text + str(response.headers)
    assert not [secret for secret in ("123456789012", "arn:", "cloudwatch", "secret") if secret in everything]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/predicted-ratings/x?items=1", "user_id"),
        ("/predicted-ratings/1234567890?items=1", "user_id"),
        ('/predicted-ratings/7],"in1":[1]},{"in0":[9?items=1', "user_id"),
        ("/predicted-ratings/1?items=1,,2", "items"),
        ("/predicted-ratings/1?items=1,x", "items"),
        ("/predicted-ratings/1?items=" + ",".join("1" for _ in range(101)), "items"),
    ],
)
def test_bad_input_names_the_parameter(served: httpx.Client, path: str, parameter: str) -> None:
    response = served.get(path)
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)
    assert response.json()["message"].startswith(f"{parameter} must ")


def test_a_header_does_not_stand_in_for_a_parameter(served: httpx.Client) -> None:
    response = served.get("/predicted-ratings/1", headers={"items": "1"})
    assert (response.status_code, response.json()["message"]) == (400, "Missing required request parameters: [items]")


def test_another_content_type(served: httpx.Client) -> None:
    response = served.get("/predicted-ratings/1?items=1", headers={"Content-Type": "text/plain"})
    assert (response.status_code, response.json()["message"]) == (415, "Unsupported Media Type")


def test_an_endpoint_that_is_not_there(bench: "Bench") -> None:
    response = serve(bench, variables={"endpointRatings": "gone"}).get("/predicted-ratings/1?items=1")
    assert (response.status_code, response.json()["message"]) == (503, "The model is not in service")
    assert response.headers["Retry-After"] == "1"


def test_too_many_requests(bench: "Bench") -> None:
    client = serve(bench, throttle=(0.001, 1))
    assert client.get("/predicted-ratings/1?items=1").status_code == 200
    response = client.get("/predicted-ratings/1?items=1")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert response.json() == {"message": "Too many requests", "requestId": response.headers["x-amzn-RequestId"]}


def test_bad_input_is_marked_in_what_is_captured(bench: "Bench") -> None:
    capture = {
        "enable_capture": True,
        "initial_sampling_percentage": 100,
        "destination_s3_uri": "s3://bucket/prefix",
        "capture_options": [{"capture_mode": "InputAndOutput"}],
        "capture_content_type_header": {"json_content_types": ["application/json"]},
    }
    client = serve(bench, capture=capture)
    fine, bad = client.get("/predicted-ratings/1?items=1"), client.get("/predicted-ratings/x?items=1")
    bench.running[-1].stop()
    (file,) = (bench.store / "capture/one/AllTraffic").glob("*/*/*/*/*.jsonl")
    events = [json.loads(line) for line in file.read_text().splitlines()]
    ids = [response.headers["x-amzn-RequestId"] for response in (fine, bad)]
    assert [each["eventMetadata"]["inferenceId"] for each in events] == [ids[0], f"invalid-{ids[1]}"]
    sent = [each["captureData"]["endpointInput"]["data"] for each in events]
    assert [json.loads(each) for each in sent] == [{"instances": [{"in0": [1], "in1": [1]}]}] * 2
