"""What breaks a bound or the grammar is a template error with its place; nothing runs on without end."""

# ruff: noqa: E501 - templates and tables of values stand in one line

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import vtl
from mapping.vtl import Dialect, Limits, TemplateBoundError, TemplateError, TemplateRunError, TemplateSyntaxError
from tests.oracle.corpus import templates
from tests.oracle.fuzz import odd_input
from tests.oracle.generator import CONTEXT

CORPUS = templates()


def failure(
    template: str, dialect: Dialect = Dialect.AWS, limits: Limits | None = None, **context: object
) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        vtl.compile(template, dialect, limits).render(dict(context))
    return caught.value


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        ("Hello $", 1, 7),
        ("a\n#if($x)\nb", 3, 2),
        ("#if(\n)a#end", 2, 1),
        ("a #end", 1, 3),
        ("#set($x = )", 1, 11),
        ("#foreach($i in $l)", 1, 19),
        ("${a", 1, 4),
        ('#set($x = "a)', 1, 11),
        ('x #parse("f")', 1, 3),
        ("\n\n  #macro", 3, 3),
    ],
)
def test_grammar_errors_name_their_place(template: str, line: int, column: int) -> None:
    error = failure(template)
    assert isinstance(error, TemplateSyntaxError)
    assert (error.line, error.column) == (line, column)
    assert str(error).startswith(f"line {line}, column {column}: ")


def test_an_error_says_what_was_expected() -> None:
    assert failure("#if($x)a").expected == "#end of the #if in line 1, column 1"
    assert failure("#set($x 1)").expected == "= in #set"


@pytest.mark.parametrize(
    ("template", "construct", "expected"),
    [
        ("#foreach($i in $l)", "#foreach", "#end of the #foreach in line 1, column 1"),
        ("#if($x == 1", "#if", ") at the end of #if's condition"),
        ("a $x.b(1", "$x.b(1", ", or ) in a method's arguments"),
        ("#set($y = $x.b[", "$x.b[", "a string, an integer, true, false or a reference in [ ]"),
        ("#set($x = [1,2)", "a list", ", or ] in a list"),
        ("#set($x = {'a' 1})", "a map", ": between a map's key and its value"),
        ("#set(x = 1)", "#set", "a reference: $ and a name"),
        ("a #end", "the text between directives", "text, a reference or a directive"),
        ("#set($x = 'a)", '"\'a)"', "a value, an operator, a comma or ) in a directive"),
    ],
)
def test_a_grammar_error_names_its_construct(template: str, construct: str, expected: str) -> None:
    error = failure(template)
    assert (error.construct, error.expected) == (construct, expected)


@settings(max_examples=400, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_every_error_is_complete(random: Random) -> None:
    source = odd_input(random, CORPUS)
    found: TemplateError | None = None
    try:
        vtl.compile(source, limits=Limits(steps=2000, text=5000)).render(deepcopy(CONTEXT))
    except TemplateError as error:
        found = error
    if found is not None:
        assert found.problem, source
        assert min(found.line, found.column) >= 1, source
        assert found.construct, source
        assert found.expected or isinstance(found, TemplateRunError), source


def test_a_method_that_throws_names_the_reference() -> None:
    error = failure("a\n  $l.get(9)", l=[1])
    assert isinstance(error, TemplateRunError)
    assert (error.line, error.column, error.construct) == (2, 3, "get")
    assert error.problem == "Index 9 out of bounds for length 1"


def test_a_thousand_iterations_and_not_one_more() -> None:
    template = "#foreach($i in $l).#end"
    assert vtl.compile(template).render({"l": list(range(1000))}) == "." * 1000
    error = failure(template, l=list(range(1001)))
    assert isinstance(error, TemplateBoundError)
    assert (error.problem, error.construct) == ("more than 1000 iterations", "#foreach")


def test_the_thousand_and_first_iteration_fails_only_when_it_comes() -> None:
    template = "#foreach($i in $l)#if($foreach.count == 1000)#break#end.#end"
    assert vtl.compile(template).render({"l": list(range(5000))}) == "." * 999


def test_velocity_has_no_such_limit() -> None:
    assert vtl.compile("#foreach($i in $l).#end", Dialect.VELOCITY).render({"l": list(range(30_000))}) == "." * 30_000


def test_the_largest_template_is_300_kilobytes() -> None:
    assert vtl.compile("a" * 307_200).render({}) == "a" * 307_200
    error = failure("a" * 307_201)
    assert (error.problem, error.expected) == ("the template has 307201 characters", "at most 307200")


@pytest.mark.parametrize(
    "template",
    [
        '#set($s = "ab")#foreach($i in [1..1000])#set($s = "$s$s")#end$s',
        '#set($s = "ab")#foreach($i in [1..1000])#set($s = $s + $s)#end$s',
        '#set($s = "ab")#foreach($i in [1..1000])#set($s = $s.concat($s))#end$s',
        '#set($s = "ab")#foreach($i in [1..1000])#set($s = $s.replaceAll("a", $s))#end$s',
        '#set($s = "ab")#foreach($i in [1..1000])#set($s = $s.replace("b", $s))#end$s',
        "#set($l = [1])#foreach($i in [1..1000])#set($l = [$l, $l])#end$l",
        "#set($l = [1])#foreach($i in [1..1000])#set($_ = $l.addAll($l))#end$l.size()",
        "#set($l = [1])#foreach($i in [1..200])#set($l = [$l, $l])#end$l.hashCode()",
        "#set($l = [1])#set($k = [1])#foreach($i in [1..200])#set($l = [$l, $l])#set($k = [$k, $k])#end#if($l == $k)a#end",
        "#set($a = {})#set($b = {})#set($a.b = $b)#set($b.a = $a)$a",
        "#foreach($i in [1..1000])#foreach($i in [1..1000])#foreach($i in [1..1000])a#end#end#end",
        "#foreach($i in [1..1000])#foreach($i in [1..1000])$s.format('%9999s', 1)#end#end",
        "#define($a)$b$b$b#end#define($b)$c$c$c#end#define($c)$a$a$a$b$b#end#foreach($i in [1..1000])$a#end",
        '$s.matches("(a+)+b")',
        '$s.matches("(a|aa)+b")',
        '$s.matches("(?i)(a|AA)+b")',
        '$s.format("%99999d", 1)',
        "#set($x = [1..2000000000])",
        "#set($x = 99)#foreach($i in [1..1000])#set($x = $x * $x)#end$x",
        "#set($x = 99999999999999999999)#foreach($i in [1..1000])#set($x = $x.multiply($x))#end$x",
    ],
)
def test_growth_ends_in_a_bound(template: str) -> None:
    assert isinstance(failure(template, s="a" * 40), TemplateBoundError)


@pytest.mark.parametrize(
    "template",
    [
        "#if($t)" * 100 + "#end" * 100,
        "#set($x = " + "(" * 100 + "1" + ")" * 100 + ")",
        "#set($x = " + "[" * 100 + "]" * 100 + ")",
        "#set($x = " + "!" * 100 + "$t)",
        "#set($x = 1" + " + 1" * 100 + ")",
        "$a" + ".b" * 5000,
        "$a.b(" * 100 + "1" + ")" * 100,
        "#set($x = " + "[$a.b([" * 30 + "1" + "])]" * 30 + ")",
    ],
)
def test_nesting_has_a_bound(template: str) -> None:
    assert isinstance(failure(template), TemplateBoundError)


def test_deep_nesting_within_the_bound_works() -> None:
    nested = "#foreach($i in [1..2])#if($foreach.hasNext)$foreach.count#end" * 9
    assert vtl.compile(nested + "." + "#end" * 9).render({})[:9] == "111111111"
    assert vtl.compile("#if(true)" * 55 + "a" + "#end" * 55).render({}) == "a"


def test_macros_end_where_velocity_ends_them() -> None:
    template = "#macro(m)#m()#end#m()"
    assert isinstance(failure(template, Dialect.VELOCITY), TemplateBoundError)


def test_limits_are_the_callers() -> None:
    limits = Limits(iterations=2, text=10)
    assert vtl.compile("#foreach($i in [1..2])$i#end", limits=limits).render({}) == "12"
    assert isinstance(failure("#foreach($i in [1..3])$i#end", limits=limits), TemplateBoundError)
    assert isinstance(failure("12345678901", limits=limits), TemplateBoundError)


def test_backslashes_are_read_in_linear_time() -> None:
    assert vtl.compile("\\" * 200_000 + " ").render({}) == "\\" * 200_000 + " "


@pytest.mark.parametrize("dialect", list(vtl.Dialect))
@pytest.mark.parametrize("put", ["#set($l[0] = $l)", "#set($x = $l.add($l))", "#set($x = $l.set(0, $l))"])
@pytest.mark.parametrize("condition", ["$l", "!$l", "$l && $s", "$s || !$l"])
def test_what_contains_itself_has_no_text_and_so_is_no_condition(
    dialect: vtl.Dialect, put: str, condition: str
) -> None:
    """1.7 asks a condition's value for its text; json-smart writes a list in itself without end."""
    variables: dict[str, object] = {"l": [1], "s": ""}
    whole = vtl.compile(f"{put}#if({condition})yes#end", dialect)
    if condition == "$s || !$l":  # the second is not asked for
        assert whole.render(variables) == "yes"
    else:
        with pytest.raises(TemplateError):
            whole.render(variables)
    plain = vtl.compile("#set($l[0] = $s)#if($l)yes#end", dialect)
    assert plain.render({"l": [1], "s": ""}) == "yes"
