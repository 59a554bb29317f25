"""The enriched route's templates, rendered: what the function is asked, what callers get, and nothing of a caller's in
the shape of either.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from mapping import load_contract
from mapping.function_route import FAILURES
from mapping.lint import lint_contract
from mapping.variables import Rendered, Variables
from mapping.vtl.gateway import render

CONTRACT = load_contract("enriched-v1")
LIMIT = 5
REQUEST = CONTRACT.request_template(max_items=LIMIT)
RESPONSE = CONTRACT.response_template(max_items=LIMIT)
EVENT: Any = Draft4Validator(CONTRACT.schema("model-request"))
ANSWER: Any = Draft4Validator(CONTRACT.schema("response"))
UNUSABLE = {"message": "The function gave no usable answer", "requestId": "r-1"}


def asked(user: str, items: str, **more: Any) -> Variables:
    context = {"requestId": "r-1"}
    given: dict[str, Any] = {"path": {"user_id": user}, "querystring": {"items": items}, "context": context, **more}
    return Variables(**given)


def answered(body: object, template: str = RESPONSE, items: str = "101,131") -> Rendered:
    text = body if isinstance(body, str) else json.dumps(body)
    return render(template, replace(asked("321", items), body=text))


def test_the_contract_never_changes() -> None:
    # Documents that rollouts carry name it. A change here is a change of what is served: make another folder instead.
    assert CONTRACT.hash == "ad69366528d1b23106ffdb3d2109984432725551cf2d08ab11e96ab3fe80e319"


def test_the_function_is_asked_for_a_user_and_items_and_nothing_more() -> None:
    rendered = render(REQUEST, asked("0321", "101,0131,0"))
    assert rendered.text == '{"requestId": "r-1", "user": 321, "items": [101,131,0]}\n'


@pytest.mark.parametrize("name", ['x", "user": 9, "y": "', "\u0661", "a b", "x" * 65, ""])
def test_a_request_id_that_a_client_made_up_stays_out(name: str) -> None:
    rendered = render(REQUEST, asked("1", "2", context={"requestId": name}))
    assert json.loads(rendered.text) == {"requestId": "", "user": 1, "items": [2]}


FAULTS = [
    ("abc", "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ('7, "items": [9], "x": 1', "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ("1", "1,", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1],", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1,2,3,4,5,6", "items", "items must name at most 5 ids"),
]


@pytest.mark.parametrize(("user", "items", "parameter", "message"), FAULTS)
def test_bad_input_asks_nothing_and_is_answered_400(user: str, items: str, parameter: str, message: str) -> None:
    assert json.loads(render(REQUEST, asked(user, items)).text) == {}
    templates = [RESPONSE, *(CONTRACT.error_template(backend=word, max_items=LIMIT) for _, _, word in FAILURES)]
    for template in templates:  # whatever became of the call
        response = render(template, asked(user, items))
        assert response.overrides.response["status"] == 400
        assert json.loads(response.text) == {"message": message, "parameter": parameter, "requestId": "r-1"}


def test_three_lists_become_an_object_an_item() -> None:
    response = answered({"ratings": [3.5, 4], "titles": ["Heat (1995)", ""], "seen": [True, False]})
    assert response.text == (
        '{"ratings": [{"item": 101, "title": "Heat (1995)", "seen": true, "rating": 3.5}, '
        '{"item": 131, "seen": false, "rating": 4}]}\n'
    )
    assert response.overrides.response["status"] == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        '"text"',
        "[]",
        "{}",
        "null",
        {"errorMessage": "RequestId: x Error: Runtime exited with error: signal: killed"},
        {"ratings": [3.5], "titles": ["a"], "seen": [True]},
        {"ratings": [3.5, 4], "titles": ["a"], "seen": [True, True]},
        {"ratings": [3.5, 4], "titles": ["a", "b"]},
        {"ratings": [3.5, 4], "titles": ["a", "b"], "seen": [True]},
        {"ratings": [3.5, None], "titles": ["a", "b"], "seen": [True, True]},
        {"ratings": [3.5, '4, "x": 1'], "titles": ["a", "b"], "seen": [True, True]},
        {"ratings": [3.5, 4], "titles": ["a", "b"], "seen": [True, '1, "x": 1']},
        '{"ratings": [3.5, NaN], "titles": ["a", "b"], "seen": [true, true]}',
        {"ratings": {"a": 1, "b": 2}, "titles": ["a", "b"], "seen": [True, True]},
    ],
)
def test_an_unusable_answer_is_never_a_200(body: object) -> None:
    response = answered(body)
    assert response.overrides.response["status"] == 502
    assert json.loads(response.text) == UNUSABLE


@pytest.mark.parametrize(
    ("word", "status", "message"),
    [
        ("ModelRefused", 400, "The model does not take these ids"),
        ("ModelUnknown", 404, "The model does not know these ids"),
        ("ModelThrottled", 429, "Too many requests for the model at the moment"),
        ("ModelUnusable", 502, "The model gave no usable answer"),
        ("Unavailable", 503, "The route is not in service at the moment"),
        ("Late", 504, "The route did not answer in time"),
    ],
)
def test_a_failures_word_alone_decides_the_answer(word: str, status: int, message: str) -> None:
    assert [str(status)] == [entry for _, entry, each in FAILURES if each == word]
    secret = {"errorMessage": f"{word}: arn:aws:sagemaker:eu-west-1:123456789012:endpoint/x"}
    response = answered(secret, CONTRACT.error_template(backend=word, max_items=LIMIT))
    assert response.overrides.response["status"] == status
    assert json.loads(response.text) == {"message": message, "requestId": "r-1"}
    waits = {"Retry-After": "1"} if status in {429, 503} else {}
    assert response.overrides.response["header"] == waits


def test_the_linter_finds_no_trap() -> None:
    assert lint_contract(CONTRACT) == []


ANY = st.text(max_size=40)
NASTY = st.text(alphabet=st.sampled_from("0123456789,\"[]{}$#\\'\n\r\t =:;%&<>/.-+eE\u0660\u00a0"), max_size=30)


@settings(deadline=None, max_examples=500)
@given(user=ANY | NASTY, items=ANY | NASTY, stray=ANY, name=ANY | NASTY)
def test_nothing_a_caller_sends_changes_the_shape_of_the_event(user: str, items: str, stray: str, name: str) -> None:
    variables = asked(user, items, header={"user_id": stray, "items": stray}, context={"requestId": name})
    event = json.loads(render(REQUEST, variables).text)
    assert EVENT.is_valid(event)
    ids = items.split(",")
    valid = len(ids) <= LIMIT and all(i.isascii() and i.isdigit() and len(i) <= 9 for i in (user, *ids))
    assert bool(event) == valid
    if valid:
        assert (event["user"], event["items"]) == (int(user), [int(each) for each in ids])


@settings(deadline=None, max_examples=300)
@given(
    titles=st.lists(ANY | NASTY, min_size=2, max_size=2),
    seen=st.lists(st.booleans(), min_size=2, max_size=2),
    ratings=st.lists(st.floats(-9, 9), min_size=2, max_size=2),
)
def test_every_title_comes_out_as_it_went_in(titles: list[str], seen: list[bool], ratings: list[float]) -> None:
    response = answered({"ratings": ratings, "titles": titles, "seen": seen})
    said = json.loads(response.text)
    assert ANSWER.is_valid(said)
    assert [each.get("title", "") for each in said["ratings"]] == titles
    assert [each["seen"] for each in said["ratings"]] == seen
    assert [each["rating"] for each in said["ratings"]] == ratings


@settings(deadline=None, max_examples=300)
@given(body=st.text(max_size=60) | st.from_regex(r'\{"ratings": ?\[.{0,20}\], "titles": \[.{0,20}\]\}', fullmatch=True))
def test_every_answer_is_json_whatever_the_function_says(body: str) -> None:
    response = answered(body)
    assert "message" in json.loads(response.text) or response.overrides.response["status"] == 200
