"""What the linter believes of a regular expression, and that Python's own engine agrees."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.lint.patterns import allowed, keeps


@pytest.mark.parametrize(
    ("pattern", "harmless", "bounded"),
    [
        ("[0-9]{1,9}", True, True),
        ("[0-9]{1,9}(,[0-9]{1,9})*", True, False),
        ("-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?", True, False),
        ("(?<![0-9])0+(?=[0-9])", True, False),
        (r"\d{3}-\w?", True, True),
        (r"\p{Alpha}{2}", True, True),
        ("a|b", True, True),
        ("[a-z]{2,}", True, False),
        (".", False, True),
        (r"\S+", False, False),
        ("[^a-z]", False, True),
        (r"[\w\s]", False, True),
        ("[ -~]", False, True),
        (r"a\"b", False, True),
        ("[a-z&&[^b]]", False, False),
        ("(?i)a", False, False),
        (r"\Qa\E", False, False),
        ("[a", False, False),
    ],
)
def test_allowed(pattern: str, *, harmless: bool, bounded: bool) -> None:
    assert (allowed(pattern).harmless, allowed(pattern).bounded) == (harmless, bounded)


def test_keeps() -> None:
    assert keeps("[^0-9]") == set("0123456789")
    assert keeps("[^0-9]+") == set("0123456789")
    assert '"' in keeps("[0-9]")
    assert '"' in keeps("[^0-9]x")


@given(st.from_regex(r"(\[(\^)?[a-c\"{,0-9]{1,4}\]|[a-z,]|\\d|\.)([*+?]|\{1,3\})?", fullmatch=True), st.data())
def test_a_string_that_matches_holds_what_is_allowed_only(pattern: str, data: st.DataObject) -> None:
    # Without carriage returns: Java's dot matches none, Python's does.
    value = data.draw(
        st.from_regex(
            re.compile(pattern, re.ASCII),
            fullmatch=True,
            alphabet=st.characters(max_codepoint=127, exclude_characters="\r"),
        )
    )
    assert set(value) <= allowed(pattern).characters
