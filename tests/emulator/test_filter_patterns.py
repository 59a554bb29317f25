"""Filter patterns: AWS's own examples on AWS's own events, what was recorded of AWS, and what it would refuse.

Examples: CloudWatch Logs user guide, "Filter pattern syntax ..." and "Using filter patterns to match terms in JSON log
events", as of 2026-11; `ThisFlag`, `users` compared with 1 and words without quotes: its edition of 2019.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from emulator.errors import PatternError
from emulator.filter_pattern import filter_pattern

TRAIL: dict[str, Any] = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "cluster.name": "c",
    "ThisFlag": True,
}
USERS: dict[str, Any] = {
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "UpdateTrail" }',
        "{ $.sourceIPAddress != 123.123.* }",
        '{ $.arrayKey[0] = "value" }',
        "{ $.objectList[1].id = 2 }",
        "{ $.eventType = %Trail% }",
        "{ $.arrayKey[*] = %val.{2}% }",
        r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }",
        "{ $.['cluster.name'] = \"c\" }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.ThisFlag IS TRUE }",
    ],
)
def test_the_guides_examples_match_its_event(pattern: str) -> None:
    assert filter_pattern(pattern).matches(TRAIL)
    assert filter_pattern(pattern).matches_line(json.dumps(TRAIL))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = none) && $.actions[2] = none }',
            False,
        ),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        ("{ $.users = 1 }", False),
        ("{ $.users != 1 }", False),
    ],
)
def test_the_guides_compound_expressions(pattern: str, expected: bool) -> None:
    assert filter_pattern(pattern).matches(USERS) is expected


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("{ $.bandwidth > 75 }", 75.5, 75),
        ("{ $.bandwidth < 50 }", 49, 50),
        ("{ $.bandwidth >= 60 }", 60, 59.9),
        ("{ $.bandwidth <= 5 }", 5, 6),
        ("{ $.bandwidth = 400}", 400, 401),
        ("{ $.bandwidth != 500 }", 499, 500),
        ("{ $.bandwidth = 1e+3 }", 1000, 1),
        ("{ $.bandwidth != 1e-3 }", 0.002, 0.001),
        ("{ $.bandwidth > +1000 }", 1001, 1000),
        ("{ $.bandwidth < 10e-3 }", 0.001, 0.01),
        ("{ $.bandwidth = 4* }", 404, 504),
        ("{ $.bandwidth = * }", 1, None),
    ],
)
def test_the_guides_numeric_operators(pattern: str, matching: float, other: object) -> None:
    assert filter_pattern(pattern).matches({"bandwidth": matching})
    assert not filter_pattern(pattern).matches({"bandwidth": other})


RECORDED: dict[str, Any] = {
    "someString": "111.111.111.111",
    "emptyString": "",
    "someInt": 123,
    "someFloat": 12.34,
    "someFloat2": 12.0,
    "someObject": {},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{ $.someString != 111*111 }", True),  # a star within a term is a star
        ('{ $.emptyString = "*" }', True),
        ('{ $.someString = "*.111.111.111" }', True),
        ("{ $.someString = 111* }", True),
        ('{ $.someInt = "123" }', True),
        ('{ $.someInt != "123.0" }', True),  # by its text, where unquoted it is the number
        ("{ $.someInt = 123.0 }", True),
        ('{ $.someFloat2 != "12" }', True),
        ("{ $.someFloat2 = 12 }", True),
        ("{ $.someFloat = 12.* }", True),
        ("{ $.someFloat = *.34 }", True),
        ("{ $.someFloat != *43.21}", True),
        ("{ $.someString != 111 }", True),
        ("{ $.someString = 123 }", False),
        ("{ $.someString > 123 }", False),
        ("{ $.someString <= 123 }", False),
        ("{ $.someObject != 123 }", False),
        ('{ $.someObject != "non-number-like" }', False),
        ("{ $.someObject >= 123 }", False),
    ],
)
def test_what_was_recorded_of_aws(pattern: str, expected: bool) -> None:
    """TestMetricFilter's answers, as a public test suite that asks AWS expects them."""
    assert filter_pattern(pattern).matches(RECORDED) is expected


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("{ $.f IS NULL }", 0, False),
        ("{ $.f IS FALSE }", False, True),
        ("{ $.f IS TRUE }", 1, False),
        ("{ $.f NOT EXISTS }", None, False),
        ("{ $.f = 1 }", True, False),
        ('{ $.f = "say \\"no\\"" }', 'say "no"', True),
        ("{ $.f = %^[hc]at% }", "chat", False),
        (r"{ $.f = %\x28% }", "a (b)", True),
        ("{ $.f != %at$% }", "hatch", True),
        ('{ $.f != "true" }', "-", True),  # how a track without a value is counted
        ("{ $.f >= 500 }", "502", False),  # and why a status stands without quotes
        ("{ $.f[*].g NOT EXISTS }", [{"h": 1}], True),
        ("{ $.f[*].g NOT EXISTS }", [{"h": 1}, {"g": None}], False),
    ],
)
def test_existence_quotes_and_expressions(pattern: str, value: object, expected: bool) -> None:
    assert filter_pattern(pattern).matches({"f": value}) is expected


@pytest.mark.parametrize("pattern", ['{ $.f != "a" }', '{ $.f = "a" }', "{ $.f > 1 }", "{ $.f.g[0] != 1 }"])
def test_what_is_not_there_is_neither_equal_nor_unequal(pattern: str) -> None:
    assert not filter_pattern(pattern).matches({"other": "a"})


@pytest.mark.parametrize("line", [b"", b"[]", b"{torn", b'"text"', b"3"])
def test_a_line_that_is_no_object_never_matches(line: bytes) -> None:
    assert not filter_pattern("{ $.f NOT EXISTS }").matches_line(line)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("", "at character 1: a pattern for JSON begins with {"),
        ("ERROR -Exiting", "a pattern for JSON begins with {"),
        ("[..., status_code = 4*, bytes]", "at character 1: not understood"),
        ("{ }", "expected a selector such as $.status"),
        ("{ $.a = 1", "expected &&, || or }"),
        ("{ ($.a = 1 }", "expected &&, || or )"),
        ("{ $.a = 1 } x", "nothing belongs after the last }"),
        ("{ $.a }", "expected an operator"),
        ('{ $.a > "123" }', "> compares with a number, without quotes"),
        ("{ $.a >= unquoted }", ">= compares with a number, without quotes"),
        ("{ $.a = }", "expected a string, a number or a regular expression after ="),
        ("{ $.a = me@example.com }", "belong in quotes"),
        ("{ $.a EXISTS }", "IS NOT and EXISTS are not supported"),
        ("{ $.a IS NOT NULL }", "IS NOT and EXISTS are not supported"),
        ("{ $.*.b[*] = 1 }", "at most one wildcard in a selector"),
        ("{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }", "and 3 in a pattern"),
        ("{ $.a = %(b)% }", "holds what regular expressions may not"),
        ("{ $.a = %something!% }", "holds what regular expressions may not"),
        ("{ $.a = %[% }", "is no regular expression"),
        ("{ $.a = %b% || $.a = %c% || $.a = %d% }", "at most 2 regular expressions"),
        (f'{{ $.a = "{"x" * 1020}" }}', "at most 1024 are allowed"),
    ],
)
def test_what_aws_would_refuse_is_refused(pattern: str, said: str) -> None:
    with pytest.raises(PatternError) as refused:
        filter_pattern(pattern)
    assert said in str(refused.value)


@bounds(deadline=None)
@given(value=st.text(), other=st.text())
def test_a_quoted_string_is_itself_and_nothing_else(value: str, other: str) -> None:
    if value.startswith("*") or value.endswith("*"):
        return
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    if len(quoted) < 1000:
        pattern = filter_pattern(f'{{ $.f = "{quoted}" }}')
        assert pattern.matches({"f": value})
        assert pattern.matches({"f": other}) is (other == value)


@given(value=st.floats(-1e6, 1e6), limit=st.floats(-1e6, 1e6))
def test_numbers_are_ordered_as_numbers(value: float, limit: float) -> None:
    assert filter_pattern(f"{{ $.f > {limit!r} }}").matches({"f": value}) is (value > limit)
    assert filter_pattern(f"{{ $.f <= {limit!r} }}").matches({"f": value}) is (value <= limit)
