"""Which words may be ids. What YAML reads as something else is asked of the loader, not only of a list."""

import re

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from releases.ids import ID_PATTERN, YAML_WORDS, id_problem
from settings.scalars import scalar


@pytest.mark.parametrize("name", ["r", "r1", "r-1", "retrained-2026-01", "a" * 20, "e1", "x0", "ony", "nanny", "o1"])
def test_an_id(name: str) -> None:
    assert id_problem(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "does not match"),
        ("1r", "does not match"),
        ("1e3", "does not match"),
        ("R1", "does not match"),
        ("r1-", "does not match"),
        ("-r1", "does not match"),
        ("r--1", "does not match"),
        ("r_1", "does not match"),
        ("r.1", "does not match"),
        ("r/1", "does not match"),
        ("r1\n", "does not match"),
        ("é", "does not match"),
        ("r\u0661", "does not match"),
        ("a" * 21, "is 21 characters long"),
        *((word, "is a word that YAML") for word in sorted(YAML_WORDS)),
    ],
)
def test_no_id(name: str, problem: str) -> None:
    assert problem in str(id_problem(name))


def test_every_word_of_yaml_1_1_that_the_pattern_lets_through_is_refused() -> None:
    """https://yaml.org/type/bool.html, null.html, float.html"""
    words = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
    assert all(re.fullmatch(ID_PATTERN, word) for word in words)
    assert words <= YAML_WORDS


@hypothesis_settings(deadline=None, max_examples=300)
@given(st.text("abcdefnotruylsxi0189-", max_size=6))
def test_an_id_is_a_string_to_the_engine(name: str) -> None:
    if id_problem(name) is None:
        assert scalar(name) == name
