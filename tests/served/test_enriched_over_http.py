"""The enriched route over HTTP: the program's own function in its process, tables, the model, and what goes wrong."""

import json
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MOVIES = {101: "Heavy Metal (1981)", 131: 'L\u00e9on "x" \\ \u2028 (1994)'}
ON = {"enabled": True, "timeoutSeconds": 5}


@pytest.fixture(scope="module")
def client() -> Generator[httpx.Client]:
    with httpx.Client(timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def enriched(served: Any) -> Any:
    tables = served.config.parent / "store" / "tables"
    tables.mkdir()
    movies = [{"movie_id": {"N": str(movie)}, "title": {"S": title}} for movie, title in MOVIES.items()]
    seen = [{"user_id": {"N": "321"}, "movie_id": {"N": "131"}}, {"user_id": {"N": "9"}, "movie_id": {"N": "101"}}]
    for name, items in (("movies", movies), ("seen", seen)):
        (tables / f"predicted-ratings-local-{name}.jsonl").write_text("".join(json.dumps(e) + "\n" for e in items))
    served.configure(enriched=ON)
    return served


@pytest.fixture
def model(enriched: Any) -> Generator[Any]:
    """The stable release's container, with nothing written down yet."""
    container = enriched.containers["r1"]
    container.bodies.clear()
    container.headers.clear()
    yield container
    container.answer, container.delay = None, 0.0


def get(enriched: Any, client: httpx.Client, what: str = "321?items=101,0131,162") -> httpx.Response:
    return client.get(f"{enriched.emulator.url}/enriched-ratings/{what}")


def test_ratings_come_with_titles_and_what_the_user_has_rated(enriched: Any, model: Any, client: httpx.Client) -> None:
    answer = get(enriched, client)
    assert answer.status_code == 200
    assert answer.json() == {
        "ratings": [
            {"item": 101, "title": MOVIES[101], "seen": False, "rating": 3.5},
            {"item": 131, "title": MOVIES[131], "seen": True, "rating": 3.5},
            {"item": 162, "seen": False, "rating": 3.5},
        ]
    }
    assert model.bodies == [{"instances": [{"in0": [321], "in1": [item]} for item in (101, 131, 162)]}]
    assert (model.headers[0]["content-type"], model.headers[0]["accept"]) == ("application/json", "application/json")
    files = sorted((enriched.config.parent / "store" / "capture").rglob("*.jsonl"))
    captured = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert captured[-1]["eventMetadata"]["inferenceId"] == answer.headers["x-amzn-requestid"]


def test_the_models_own_route_is_as_before(enriched: Any, model: Any, client: httpx.Client) -> None:
    answer = client.get(f"{enriched.emulator.url}/predicted-ratings/321?items=101")
    assert (answer.status_code, answer.json()) == (200, {"ratings": [3.5]})


NASTY = st.text(
    alphabet=st.sampled_from("0123456789,\"[]{}$#\\'\n\r\t =:;%&<>/.-+eE\u0660\u00a0"), min_size=1, max_size=24
)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(user=NASTY, items=NASTY)
def test_an_attack_reaches_neither_model_nor_tables(
    enriched: Any, model: Any, client: httpx.Client, user: str, items: str
) -> None:
    model.bodies.clear()
    answer = get(enriched, client, f"{quote(user, safe='')}?items={quote(items, safe='')}")
    ids = items.split(",")
    if all(each.isascii() and each.isdigit() and len(each) <= 9 for each in (user, *ids)):
        assert model.bodies == [{"instances": [{"in0": [int(user)], "in1": [int(each)]} for each in ids]}]
    else:
        assert (answer.status_code, model.bodies) in ((400, []), (404, []))
        assert set(answer.json()) <= {"message", "parameter", "requestId"}


SECRET = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/x"


@pytest.mark.parametrize(
    ("said", "status", "message"),
    [
        ((400, b'{"error": "bad ids"}'), 400, "The model does not take these ids"),
        ((404, b'{"error": "no ids"}'), 404, "The model does not know these ids"),
        ((500, SECRET.encode()), 502, "The model gave no usable answer"),
        ((200, b"not json"), 502, "The model gave no usable answer"),
        ((200, b'{"predictions": []}'), 502, "The model gave no usable answer"),
    ],
)
def test_a_failing_model_is_never_a_200_and_leaks_nothing(  # noqa: PLR0917 - pytest passes them by name
    enriched: Any, model: Any, client: httpx.Client, said: tuple[int, bytes], status: int, message: str
) -> None:
    model.answer = said
    got = get(enriched, client)
    assert (got.status_code, got.json()["message"]) == (status, message)
    assert set(got.json()) == {"message", "requestId"}
    everything = got.text + json.dumps(dict(got.headers))
    assert "123456789012" not in everything
    assert "arn:" not in everything


def test_a_broken_table_is_a_503_with_a_time_to_wait(enriched: Any, model: Any, client: httpx.Client) -> None:
    file = enriched.config.parent / "store" / "tables" / "predicted-ratings-local-movies.jsonl"
    before = file.read_text()
    file.write_text("no item\n")
    got = get(enriched, client)
    file.write_text(before)
    assert (got.status_code, got.headers["Retry-After"]) == (503, "1")
    assert got.json()["message"] == "The route is not in service at the moment"


def test_a_model_that_takes_too_long_is_a_504(enriched: Any, model: Any, client: httpx.Client) -> None:
    enriched.configure(enriched={**ON, "timeoutSeconds": 1})
    model.delay = 3.0
    got = get(enriched, client)
    enriched.configure(enriched=ON)
    assert (got.status_code, got.json()["message"]) == (504, "The route did not answer in time")


def test_the_canary_has_its_own_function_and_endpoint(enriched: Any, model: Any, client: httpx.Client) -> None:
    enriched.configure(canary={"release": "r2", "percent": 100.0}, warm=[])
    answers = get(enriched, client), client.get(f"{enriched.emulator.url}/predicted-ratings/1?items=1")
    assert {each["rating"] for each in answers[0].json()["ratings"]} == {4.5}
    assert answers[1].json() == {"ratings": [4.5]}
    assert model.bodies == []
    enriched.configure(canary={"release": "r2", "percent": 0}, warm=[])
    assert get(enriched, client).json()["ratings"][0]["rating"] == 3.5
    enriched.configure(stable="r2", canary={}, warm=["r1"])
    assert get(enriched, client).json()["ratings"][0]["rating"] == 4.5
    enriched.configure(stable="r1", canary={}, warm=["r2"])


def test_switched_off_it_is_no_route(enriched: Any, client: httpx.Client) -> None:
    enriched.configure(enriched={"enabled": False})
    assert get(enriched, client).status_code == 404
    enriched.configure(enriched=ON)
