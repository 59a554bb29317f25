"""What a plain scalar is to the engine. Each line was answered by Pulumi 3.260; tests/engine compares them anew."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from settings.scalars import scalar
from tests.settings.scalar_table import SCALARS


@pytest.mark.parametrize(("text", "value"), SCALARS.items())
def test_a_scalar_is_read_as_the_engine_reads_it(text: str, value: Any) -> None:
    found = scalar(text)
    assert (found, type(found)) == (value, type(value))


def test_what_the_engine_refuses_is_told_apart() -> None:
    found = [scalar(text) for text in (".inf", "+.Inf", "-.INF", ".nan")]
    assert found[:3] == [math.inf, math.inf, -math.inf]
    assert isinstance(found[3], float)
    assert math.isnan(found[3])


@hypothesis_settings(deadline=None, max_examples=300)
@given(st.integers(-(2**63), 2**64 - 1))
def test_an_integer_is_itself(number: int) -> None:
    assert scalar(str(number)) == number


@hypothesis_settings(deadline=None, max_examples=300)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_itself(number: float) -> None:
    assert scalar(repr(number)) == number


@hypothesis_settings(deadline=None, max_examples=500)
@given(st.text(alphabet="0123456789+-_.eExob:T Z", max_size=12) | st.text(max_size=8))
def test_any_text_is_read_as_something(text: str) -> None:
    assert isinstance(scalar(text), str | int | float | bool | None)
