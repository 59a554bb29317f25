"""Reading bodies: the fast way and the exact one agree, and nothing runs away."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.vtl.inputs_json import MAX_DEPTH, BodyError, parse_json
from mapping.vtl.texts import text
from mapping.vtl.values import BigDecimal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.text(max_size=5) | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


@given(VALUES)
def test_well_formed_json_is_read_as_json(value: object) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=False)) == json.loads(
        json.dumps(value), parse_float=lambda s: BigDecimal(s) if len(s) > 18 else float(s)
    )


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(body: str) -> None:
    with contextlib.suppress(BodyError):
        parse_json(body)


def test_a_long_fraction_keeps_its_digits() -> None:
    assert text(parse_json("0.00012345678901234567")) == "0.00012345678901234567"
    assert text(parse_json("0.00012345678901234")) == "0.00012345678901234"  # 19 characters: a BigDecimal
    assert text(parse_json("0.0001234567890123")) == "1.234567890123E-4"  # 18: a double


def test_integers_of_any_size() -> None:
    assert parse_json("[9223372036854775808, 123456789012345678901234567890]") == [
        2**63,
        123456789012345678901234567890,
    ]


def test_a_pair_of_surrogates_is_one_character_and_a_lone_one_a_question_mark() -> None:
    assert parse_json('"\\ud83d\\ude00\\ud83d"') == "\U0001f600?"


@pytest.mark.parametrize("opening", ["[", '{"a":', "[{a:"])
def test_nesting_is_bounded(opening: str) -> None:
    closing = "".join({"[": "]", "{": "}"}[c] for c in reversed(opening) if c in "[{")
    levels = len(closing)
    fits, too_deep = MAX_DEPTH // levels, MAX_DEPTH // levels + 1
    assert parse_json(opening * (fits - 1) + "[]" + closing * (fits - 1)) is not None
    with pytest.raises(BodyError, match="400 levels"):
        parse_json(opening * too_deep + "[]" + closing * too_deep)
    with pytest.raises(BodyError):
        parse_json(opening * 100_000)


@pytest.mark.parametrize(("body", "value"), [("{statusCode: 200}", {"statusCode": 200}), ("hello", "hello"), ("", "")])
def test_leniency_that_aws_was_seen_to_have(body: str, value: object) -> None:
    assert parse_json(body) == value
