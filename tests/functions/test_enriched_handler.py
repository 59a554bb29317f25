"""The handler as Lambda calls it: the contract's event in, the contract's answer out, and what its module needs."""

import importlib
import io
import json
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from functions.enriched_v1.data import Names
from functions.enriched_v1.errors import FunctionError
from functions.enriched_v1.handler import Handler
from mapping import load_contract
from mapping.function_route import FAILURES

CONTRACT = load_contract("enriched-v1")
EVENT = {"requestId": "r-1", "user": 7, "items": [2, 9, 2]}


class Runtime:
    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []

    def invoke_endpoint(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append(asked)
        many = len(json.loads(asked["Body"])["instances"])
        return {"Body": io.BytesIO(json.dumps({"predictions": [{"scores": [n + 0.5]} for n in range(many)]}).encode())}


class Tables:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def batch_get_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803 - boto3's own
        self.asked.append(RequestItems)
        movie = {"movie_id": {"N": "2"}}
        return {"Responses": {"m": [{**movie, "title": {"S": "Heat"}}], "s": [movie]}, "UnprocessedKeys": {}}


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 9000


def handler() -> tuple[Handler, Runtime, Tables]:
    runtime, tables = Runtime(), Tables()
    return Handler(runtime=runtime, tables=tables, endpoint="e", names=Names(movies="m", seen="s")), runtime, tables


def test_an_event_is_answered_in_the_items_order() -> None:
    handle, runtime, _ = handler()
    answer = handle(EVENT, Context())
    assert answer == {"ratings": [0.5, 1.5, 2.5], "titles": ["Heat", "", "Heat"], "seen": [True, False, True]}
    response: Any = Draft4Validator(CONTRACT.schema("model-response"))
    request: Any = Draft4Validator(CONTRACT.schema("model-request"))
    assert response.is_valid(answer)
    assert request.is_valid(EVENT)
    assert (runtime.asked[0]["EndpointName"], runtime.asked[0]["InferenceId"]) == ("e", "r-1")


@settings(deadline=None, max_examples=100)
@given(items=st.lists(st.integers(0, 999_999_999), min_size=1, max_size=120), titled=st.sets(st.integers(0, 9)))
def test_every_item_has_its_own_rating_title_and_mark(items: list[int], titled: set[int]) -> None:
    class Numbered:
        def invoke_endpoint(self, **asked: Any) -> Mapping[str, Any]:
            ids = [each["in1"][0] for each in json.loads(asked["Body"])["instances"]]
            return {"Body": io.BytesIO(json.dumps({"predictions": [{"scores": [each]} for each in ids]}).encode())}

    class Some:
        def batch_get_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803 - boto3's own
            keys = [key["movie_id"] for key in RequestItems["m"]["Keys"] if int(key["movie_id"]["N"]) % 10 in titled]
            movies = [{"movie_id": key, "title": {"S": f"Movie {key['N']}"}} for key in keys]
            return {"Responses": {"m": movies, "s": [{"movie_id": key} for key in keys]}, "UnprocessedKeys": {}}

    handle = Handler(runtime=Numbered(), tables=Some(), endpoint="e", names=Names(movies="m", seen="s"))
    answer = handle({"requestId": "", "user": 1, "items": items}, Context())
    there = [item % 10 in titled for item in items]
    titles = [f"Movie {item}" if known else "" for item, known in zip(items, there, strict=True)]
    assert answer == {"ratings": items, "titles": titles, "seen": there}


def test_what_the_template_refused_asks_nobody() -> None:
    handle, runtime, tables = handler()
    assert handle({}, Context()) == {}
    assert (runtime.asked, tables.asked) == ([], [])


def test_the_patterns_of_the_document_know_every_word_and_no_other() -> None:
    words = {each.word for each in FunctionError.__subclasses__()}
    assert words == {word for _, _, word in FAILURES}


def test_the_module_is_made_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ENDPOINT": "api-r1-0a1b2c3d",
        "MOVIES_TABLE": "api-movies",
        "SEEN_TABLE": "api-seen",
        "TIMEOUT_SECONDS": "10",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "functions.enriched_v1.entry", raising=False)
    entry = importlib.import_module("functions.enriched_v1.entry")
    assert entry.handle.endpoint == "api-r1-0a1b2c3d"
    assert entry.handle.names == Names(movies="api-movies", seen="api-seen")
    configured = entry.handle.runtime.meta.config
    assert (configured.connect_timeout, configured.read_timeout) == (1.0, 9.0)
    assert configured.retries["total_max_attempts"] == 1  # a second try is the caller's to decide
    tables = entry.handle.tables.meta.config
    assert (tables.read_timeout, tables.retries) == (2.0, {"mode": "standard", "total_max_attempts": 3})
