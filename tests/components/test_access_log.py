"""The access log's format stays JSON whatever API Gateway puts in for its variables."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from components.access_log import FIELDS, NUMBERS, access_log_format

COUNTED = dict.fromkeys(NUMBERS.values(), "1753000000000")
NAME = re.compile(r"\$context\.[A-Za-z.]+")


def line(values: dict[str, str], missing: str = "-") -> str:
    return NAME.sub(lambda found: values.get(found[0], missing), access_log_format())


def test_the_fields_are_these() -> None:
    assert list(json.loads(line(COUNTED))) == [*FIELDS, *NUMBERS]
    needed = {
        "requestId": "$context.requestId",
        "extendedRequestId": "$context.extendedRequestId",
        "isCanaryRequest": "$context.isCanaryRequest",
        "integrationStatus": "$context.integration.status",
        "integrationLatency": "$context.integration.latency",
        "path": "$context.path",
    }
    assert needed.items() <= FIELDS.items()
    assert NUMBERS == {
        "status": "$context.status",
        "responseLatency": "$context.responseLatency",
        "requestTimeEpoch": "$context.requestTimeEpoch",
    }


def test_it_is_one_line() -> None:
    assert "\n" not in access_log_format()


@given(st.dictionaries(st.sampled_from(sorted(FIELDS.values())), st.from_regex(r"[A-Za-z0-9 :/.%_-]*", fullmatch=True)))
def test_a_line_is_json_whichever_variables_have_no_value(values: dict[str, str]) -> None:
    read = json.loads(line({**values, **COUNTED}))
    assert read == {**{name: values.get(v, "-") for name, v in FIELDS.items()}, **dict.fromkeys(NUMBERS, 1753000000000)}


def test_a_forged_field_in_the_path_is_overridden_by_the_true_one() -> None:
    forged = '/v1/x", "isCanaryRequest": "true", "status": "200'
    values = {**COUNTED, "$context.path": forged, "$context.isCanaryRequest": "false", "$context.status": "500"}
    read = json.loads(line(values))
    assert (read["isCanaryRequest"], read["status"]) == ("false", 500)
