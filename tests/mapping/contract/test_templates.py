"""The contract's templates, rendered: exact requests and answers, and nothing of a caller's in their shape."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from mapping import load_contract
from mapping.variables import Rendered, Variables
from mapping.vtl.gateway import render

CONTRACT = load_contract("ratings-v1")
LIMIT = 5
REQUEST = CONTRACT.request_template(max_items=LIMIT)
RESPONSE = CONTRACT.response_template(max_items=LIMIT)
INFERENCE_ID = "X-Amzn-SageMaker-Inference-Id"
HARMLESS = {"instances": [{"in0": [1], "in1": [1]}]}
MODEL_REQUEST: Any = Draft4Validator(CONTRACT.schema("model-request"))


def asked(user: str, items: str, **more: Any) -> Variables:
    return Variables(path={"user_id": user}, querystring={"items": items}, context={"requestId": "r-1"}, **more)


def answered(user: str, items: str, body: object, template: str = RESPONSE) -> Rendered:
    text = body if isinstance(body, str) else json.dumps(body)
    return render(template, replace(asked(user, items), body=text))


def header(rendered: Rendered, name: str) -> object:
    return cast("dict[str, object]", rendered.overrides.request["header"]).get(name)


def scores(*values: float) -> dict[str, object]:
    return {"predictions": [{"scores": [value]} for value in values]}


def test_one_instance_an_item_in_the_callers_order() -> None:
    rendered = render(REQUEST, asked("321", "101,131,162"))
    assert rendered.text == (
        '{"instances": [{"in0": [321], "in1": [101]}, {"in0": [321], "in1": [131]}, {"in0": [321], "in1": [162]}]}\n'
    )
    assert header(rendered, INFERENCE_ID) == "r-1"


def test_leading_zeros_do_not_reach_json() -> None:
    rendered = render(REQUEST, asked("007", "0,00,010,100"))
    assert json.loads(rendered.text) == {
        "instances": [{"in0": [7], "in1": [item]} for item in (0, 0, 10, 100)],
    }


FAULTS = [
    ("abc", "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ("1234567890", "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ("-1", "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ("1\n", "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ("\u0661", "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ('7],"in1":[1]},{"in0":[9', "1", "user_id", "user_id must be 1 to 9 decimal digits"),
    ("1", "", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1,", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", ",1", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1,,2", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1, 2", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1;2", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1234567890", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1.5", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "$util", "items", "items must be ids of 1 to 9 decimal digits, separated by commas"),
    ("1", "1,2,3,4,5,6", "items", "items must name at most 5 ids"),
]


@pytest.mark.parametrize(("user", "items", "parameter", "message"), FAULTS)
def test_bad_input_sends_one_fixed_instance_and_is_answered_400(
    user: str, items: str, parameter: str, message: str
) -> None:
    request = render(REQUEST, asked(user, items))
    assert json.loads(request.text) == HARMLESS
    assert header(request, INFERENCE_ID) == "invalid-r-1"
    templates = [RESPONSE] + [CONTRACT.error_template(backend=b, max_items=LIMIT) for b in ("400", "424", "5xx")]
    for template in templates:  # whatever the model made of it
        response = answered(user, items, scores(3.5), template)
        assert response.overrides.response["status"] == 400
        assert json.loads(response.text) == {"message": message, "parameter": parameter, "requestId": "r-1"}


def test_a_header_does_not_stand_in_for_a_missing_parameter() -> None:
    variables = Variables(path={"user_id": "1"}, header={"items": "2"}, context={"requestId": "r-1"})
    assert json.loads(render(REQUEST, variables).text) == HARMLESS


def test_ratings_come_back_in_the_same_order() -> None:
    response = answered("321", "101,131,162", scores(3.53, 3.95, 3.66))
    assert response.text == '{"ratings": [3.53, 3.95, 3.66]}\n'
    assert response.overrides.response["status"] == 200


@pytest.mark.parametrize("value", ["1.0E-7", "-0.5", "4", "5.0", "1.25E10"])
def test_numbers_print_as_json(value: str) -> None:
    response = answered("1", "2", f'{{"predictions": [{{"scores": [{value}]}}]}}')
    assert json.loads(response.text) == {"ratings": [float(value)]}


UNUSABLE: list[object] = [
    "",
    "no json",
    "[]",
    "{}",
    '{"predictions": []}',
    '{"predictions": null}',
    '{"predictions": 1}',
    scores(3.5),
    scores(3.5, 3.5, 3.5),
    {"predictions": [{"scores": [3.5]}, {"scores": []}]},
    {"predictions": [{"scores": [3.5]}, {"scores": ['x", "y']}]},
    {"predictions": [{"scores": [3.5]}, {"scores": [None]}]},
    {"predictions": [{"scores": [3.5]}, {}]},
    {"predictions": [{"scores": [3.5]}, 4]},
    {"predictions": {"a": {"scores": [3.5]}, "b": 1}},
]


@pytest.mark.parametrize("body", UNUSABLE)
def test_an_unusable_answer_is_never_a_200(body: object) -> None:
    response = answered("1", "2,3", body)
    assert response.overrides.response["status"] == 502
    assert json.loads(response.text) == {"message": "The model gave no usable answer", "requestId": "r-1"}


ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/x"
ERRORS = [
    ("400", '{"message": null}', 429, "Too many requests for the model at the moment"),
    ("400", '{"message":"Endpoint x of account 123456789012 not found."}', 503, "The model is not in service"),
    ("400", '{"Message":"Endpoint x of account 123456789012 not found."}', 503, "The model is not in service"),
    ("400", '{"message":"1 validation error detected"}', 502, "The model gave no usable answer"),
    ("400", "<html/>", 502, "The model gave no usable answer"),
    ("424", f'{{"OriginalStatusCode":400,"LogStreamArn":"{ARN}"}}', 400, "The model does not take these ids"),
    ("424", f'{{"OriginalStatusCode":404,"LogStreamArn":"{ARN}"}}', 404, "The model does not know these ids"),
    ("424", f'{{"OriginalStatusCode":500,"LogStreamArn":"{ARN}"}}', 502, "The model gave no usable answer"),
    ("429", '{"Message":"not ready"}', 503, "The model is not in service at the moment"),
    ("5xx", '{"Message":"down"}', 503, "The model is not in service at the moment"),
    (
        "other",
        '{"Message":"User: arn:aws:sts::123456789012:x is not authorized"}',
        502,
        "The model gave no usable answer",
    ),
]


@pytest.mark.parametrize(("backend", "body", "status", "message"), ERRORS)
def test_errors_become_the_right_status_and_leak_nothing(backend: str, body: str, status: int, message: str) -> None:
    template = CONTRACT.error_template(backend=backend, max_items=LIMIT)
    response = answered("1", "2", body, template)
    assert response.overrides.response["status"] == status
    assert json.loads(response.text) == {"message": message, "requestId": "r-1"}
    headers = response.overrides.response["header"]
    assert headers == ({"Retry-After": "1"} if status in {429, 503} else {})


ANY = st.text(max_size=40)
NASTY = st.text(alphabet=st.sampled_from("0123456789,\"[]{}$#\\'\n\r\t =:;%&<>/.-+eE\u0660\u00a0"), max_size=30)


@settings(deadline=None, max_examples=500)
@given(user=ANY | NASTY, items=ANY | NASTY, stray=ANY)
def test_nothing_a_caller_sends_changes_the_shape_of_the_request(user: str, items: str, stray: str) -> None:
    variables = asked(user, items, header={"user_id": stray, "items": stray})
    request = json.loads(render(REQUEST, variables).text)
    assert MODEL_REQUEST.is_valid(request)
    valid = user.isascii() and user.isdigit() and len(user) <= 9
    ids = items.split(",")
    valid = valid and len(ids) <= LIMIT and all(i.isascii() and i.isdigit() and len(i) <= 9 for i in ids)
    expected = {"instances": [{"in0": [int(user)], "in1": [int(i)]} for i in ids]} if valid else HARMLESS
    assert request == expected


@settings(deadline=None, max_examples=300)
@given(body=st.text(max_size=60) | st.from_regex(r'\{"predictions": ?\[.{0,40}\]\}', fullmatch=True))
def test_every_answer_is_json_whatever_the_model_says(body: str) -> None:
    for template in (RESPONSE, *(CONTRACT.error_template(backend=b, max_items=LIMIT) for b in ("400", "424"))):
        response = answered("1", "2", body, template)
        assert "message" in json.loads(response.text) or response.overrides.response["status"] == 200
