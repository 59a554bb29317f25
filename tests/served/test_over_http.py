"""The whole API over HTTP as callers meet it: what reaches the model, what comes back, and that nothing leaks."""

import json
import math
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HARMLESS = {"instances": [{"in0": [1], "in1": [1]}]}


@pytest.fixture(scope="module")
def client() -> Generator[httpx.Client]:
    with httpx.Client(timeout=30) as opened:
        yield opened


def inference_ids(served: Any) -> list[str]:
    """What data capture wrote down, the one place where the inference id comes out again, in order of arrival."""
    files = sorted((served.emulator.emulation.options.store / "capture").rglob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [line["eventMetadata"]["inferenceId"] for line in lines]


@pytest.fixture
def model(served: Any) -> Generator[Any]:
    """The stable release's container, with nothing written down yet."""
    container = served.containers["r1"]
    container.bodies.clear()
    container.headers.clear()
    yield container
    container.answer = None


def test_a_request_goes_through_and_back_in_order(served: Any, model: Any, client: httpx.Client) -> None:
    answer = client.get(served.emulator.url + "/predicted-ratings/321?items=101,131,162")
    assert (answer.status_code, answer.json()) == (200, {"ratings": [3.5, 3.5, 3.5]})
    assert model.bodies == [{"instances": [{"in0": [321], "in1": [item]} for item in (101, 131, 162)]}]
    assert model.headers[0]["content-type"] == "application/json"
    assert model.headers[0]["accept"] == "application/json"
    assert inference_ids(served)[-1] == answer.headers["x-amzn-requestid"]


ATTACKS = [
    '7],"in1":[1]},{"in0":[9',
    '1"}',
    "1,2",
    "$util.base64Encode('x')",
    "#set($x=1)",
    "${stageVariables.endpointRatings}",
    "../../endpoints/other",
    "1\n2",
    "1\u00002",
    "\u0661",
    "1e3",
    "-1",
    " 1",
    "1 ",
    "+1",
    "0x1",
    "9" * 10,
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("where", ["user", "items"])
def test_an_attack_reaches_the_model_as_the_fixed_instance(
    served: Any, model: Any, client: httpx.Client, attack: str, where: str
) -> None:
    quoted = quote(attack, safe="")
    if where == "items" and attack == "1,2":
        return  # that is what items look like
    path = f"/predicted-ratings/{quoted}?items=1" if where == "user" else f"/predicted-ratings/1?items={quoted}"
    answer = client.get(served.emulator.url + path)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == ("user_id" if where == "user" else "items")
    assert model.bodies == [HARMLESS]
    assert inference_ids(served)[-1] == "invalid-" + answer.headers["x-amzn-requestid"]


NASTY = st.text(
    alphabet=st.sampled_from("0123456789,\"[]{}$#\\'\n\r\t =:;%&<>/.-+eE\u0660\u00a0\u2028"), min_size=1, max_size=24
)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(user=NASTY | st.text(min_size=1, max_size=12), items=NASTY | st.text(min_size=1, max_size=12))
def test_hundreds_of_attacks_never_change_the_models_request(
    served: Any, model: Any, client: httpx.Client, user: str, items: str
) -> None:
    model.bodies.clear()
    path = f"/predicted-ratings/{quote(_encodable(user), safe='')}?items={quote(_encodable(items), safe='')}"
    client.get(served.emulator.url + path, headers={"items": "1,2,3", "user_id": "9"})
    for body in model.bodies:
        assert body == HARMLESS or body == _meant(user, items)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _meant(user: str, items: str) -> object:
    ids = items.split(",")
    if not all(each.isascii() and each.isdigit() and len(each) <= 9 for each in (user, *ids)):
        return None
    return {"instances": [{"in0": [int(user)], "in1": [int(each)]} for each in ids]}


def test_a_thousand_and_one_items_are_too_many_whatever_the_settings(served: Any, client: httpx.Client) -> None:
    many = ",".join(["1"] * 101)
    answer = client.get(served.emulator.url + f"/predicted-ratings/1?items={many}")
    assert answer.status_code == 400
    assert answer.json()["message"] == "items must name at most 100 ids"


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/predicted-ratings/1", 400, "Missing required request parameters: [items]"),
        ("/predicted-ratings/1?items=", 400, "Missing required request parameters: [items]"),
        ("/nothing", 404, "No such route"),
        ("/predicted-ratings", 404, "No such route"),
    ],
)
def test_the_gateways_own_faults_have_the_same_form(  # noqa: PLR0917 - pytest passes them by name
    served: Any, model: Any, client: httpx.Client, path: str, status: int, message: str
) -> None:
    answer = client.get(served.emulator.url + path)
    assert answer.status_code == status
    assert answer.json() == {"message": message, "requestId": answer.headers["x-amzn-requestid"]}
    assert model.bodies == []


def test_another_method_is_no_route(served: Any, client: httpx.Client) -> None:
    assert client.post(served.emulator.url + "/predicted-ratings/1?items=1").status_code == 404


def test_another_media_type_is_refused(served: Any, model: Any, client: httpx.Client) -> None:
    answer = client.request(
        "GET", served.emulator.url + "/predicted-ratings/1?items=1", headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415
    assert set(answer.json()) == {"message", "requestId"}
    assert model.bodies == []


SECRET = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/x"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((400, b'{"error": "bad ids"}'), 400),
        ((404, b'{"error": "no ids"}'), 404),
        ((500, SECRET.encode()), 502),
        ((200, b"not json"), 502),
        ((200, b'{"predictions": []}'), 502),
        ((200, SECRET.encode()), 502),
    ],
)
def test_a_failing_model_is_never_a_200_and_leaks_nothing(
    served: Any, model: Any, client: httpx.Client, answer: tuple[int, bytes], status: int
) -> None:
    model.answer = answer
    got = client.get(served.emulator.url + "/predicted-ratings/1?items=1")
    assert got.status_code == status
    assert set(got.json()) == {"message", "requestId"}
    everything = got.text + json.dumps(dict(got.headers))
    assert "123456789012" not in everything
    assert "arn:" not in everything


def test_ten_percent_is_ten_percent_and_promotion_keeps_the_endpoints(
    served: Any, model: Any, client: httpx.Client
) -> None:
    requests, percent = 1500, 10.0
    served.configure(canary={"release": "r2", "percent": percent}, warm=[])
    url = served.emulator.url + "/predicted-ratings/1?items=1"
    canary = sum(client.get(url).json() == {"ratings": [4.5]} for _ in range(requests))
    # The 99.9 percent interval by the normal approximation, widened by a request on either side.
    middle, half = requests * percent / 100, 3.2905 * math.sqrt(requests * 0.1 * 0.9) + 1
    assert middle - half <= canary <= middle + half
    served.configure(stable="r2", canary={}, warm=["r1"])
    assert all(client.get(url).json() == {"ratings": [4.5]} for _ in range(50))
    served.configure(stable="r1", canary={}, warm=["r2"])
    assert client.get(url).json() == {"ratings": [3.5]}
