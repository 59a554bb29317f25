"""A pattern made quicker matches and replaces what it did before."""

import re
from collections.abc import Callable
from re import _compiler, _parser  # type: ignore[attr-defined] # re's own
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.vtl.errors import TemplateError
from mapping.vtl.regex import java_pattern
from mapping.vtl.regex_quick import matcher, replacer

ATOMS = st.sampled_from(
    [
        "a", "b", "0", "[ab]", "[^a]", "[0-9]", ".", r"\d", r"\w", r"\s", "(a)", "(a|b)", "(ab|a)", "(?:a|)", "(?=a)",
        "(?!b)", "(?<!a)", "(?<=b)", "(?<![ab])", "^", "$", r"\b", "(?:ab)", "(a*b)", "(?<x>a)", "[^\\u0100]", "é",
    ]
)  # fmt: skip
COUNTS = st.sampled_from(["", "", "", "+", "*", "?", "{1,3}", "{2}", "+?", "*?", "++", "{0,2}"])
PATTERNS = st.lists(st.tuples(ATOMS, COUNTS).map("".join), min_size=1, max_size=5).map("".join)


@settings(max_examples=1500)
@given(
    pattern=st.one_of(PATTERNS, PATTERNS.map("({})*".format)), text=st.text("ab0 éĀ\n", max_size=8), new=st.just("-")
)
def test_the_same_matches_and_replacements(pattern: str, text: str, new: str) -> None:
    try:
        plain = java_pattern(pattern)
    except TemplateError:
        return
    assert (matcher(pattern)(text) is None) == (plain.fullmatch(text) is None)
    assert replacer(pattern)(new, text) == plain.sub(new, text)


@pytest.mark.parametrize(
    ("pattern", "quicker"),
    [
        ("[0-9]{1,9}(,[0-9]{1,9})*", "[0-9]{1,9}+(?:,[0-9]{1,9}+)*"),
        ("-?[0-9]+([.][0-9]+)?", "-?+[0-9]++(?:[.][0-9]++)?"),
        ("(?=(a))(b|(c)d)*", "(?=(?:a))(?:b|(?:c)d)*"),
        ("(?<![0-9])0+(?=[0-9])", "0(?<![0-9]0)0*(?=[0-9])"),
        ("[0-9]+[0-5]", "[0-9]+[0-5]"),
        ("(?<x>a)+b", "(?:a)+b"),
    ],
)
def test_what_is_made_of_a_pattern(pattern: str, quicker: str) -> None:
    parsed = cast("Any", _parser).parse(quicker, re.ASCII)
    expected = cast("Any", _compiler).compile(parsed, re.ASCII)  # `==` compares the code, without sources
    assert made(matcher(pattern)) == expected


def made(method: Callable[..., object]) -> object:
    """The pattern that a method is bound to."""
    return cast("Any", method).__self__


def test_a_pattern_with_flags_or_back_references_is_left_alone() -> None:
    for pattern in ("(?i)a+b", r"(a)\1b", "(?<x>a)\\k<x>"):
        assert made(matcher(pattern)) is java_pattern(pattern)
