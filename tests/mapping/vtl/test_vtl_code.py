"""What the compiler leaves out where it knows a type, and what it keeps where it does not."""

import pytest

from mapping import vtl
from mapping.vtl.program import GLOBALS


def code(template: str) -> str:
    return vtl.compile(template).code


@pytest.mark.parametrize(
    ("template", "left_out"),
    [
        ('#set($x = "a")#if($x == "b")#set($y = 1)#end', "same("),
        ('#set($x = "a")$x', "shown("),
        ('#set($x = "a$y")$x.length()', "None if"),
        ("#foreach($i in $l)#if($foreach.count > 1),#end$i#end", "greater("),
        ("#set($n = 3)#if($n < 5)#set($y = 1)#end", "less("),
        ('#set($l = $x.split(","))#set($l = [1])#foreach($i in $l)a#end', "elements("),
        ("#set($b = true)#if($b)#set($y = 1)#end", "is not False"),
        ('#if($x == "a")#set($y = "b")#else#set($y = "c")#end$y', "shown("),
        ('#set($p = "a+")#set($x = "b")#set($y = $x.replaceAll($p, ""))$y', "shown("),
        ("#if($x)a#{else}b#end", "if (v0 is not False):"),
    ],
)
def test_what_is_known_is_not_asked(template: str, left_out: str) -> None:
    assert left_out not in code(template)


@pytest.mark.parametrize(
    ("template", "kept"),
    [
        ('#set($x = "a")#foreach($i in $l)#set($x = $i)#end$x', "shown("),
        ('#set($x = "a")#if($y)#set($x = 1)#end$x', "shown("),
        ('#set($x = "a")#foreach($x in $l)$x#end$x', "shown("),
        ('#set($x = "a")#set($y = "#set($x = 1)")$x', "shown("),
        ('#set($x = "a")#set($x = $y)$x', "shown("),
        ('#set($x = "a")#define($d)#set($x = 1)#end$d$x', "show_into("),
        ("#foreach($i in $l)#if($foreach.count > $n),#end$i#end", "greater("),
        ('$x.matches("a+a+")', "<= 1000"),
        ('$x.matches("a+")', "<= 2000"),
        ('$x.matches("(")', "b.call("),
    ],
)
def test_what_may_change_is_asked(template: str, kept: str) -> None:
    assert kept in code(template)


def test_texts_to_choose_from_are_part_of_what_is_printed() -> None:
    template = vtl.compile("#foreach($i in $l)#if($foreach.count > 1), #end<$i>#end")
    assert template.code.count("a(") == 1
    assert template.render({"l": [1, 2]}) == "<1>, <2>"


def test_a_render_keeps_what_it_set_only_if_asked_to() -> None:
    template = vtl.compile("#set($x = 1)$x")
    kept: dict[str, object] = {}
    thrown: dict[str, object] = {}
    assert (template.render(kept), template.render(thrown, keep=False)) == ("1", "1")
    assert (kept, thrown) == ({"x": 1}, {})


def test_generated_code_has_no_builtins() -> None:
    assert GLOBALS["__builtins__"] == {}
    assert not {"eval", "exec", "getattr", "setattr", "open", "type", "vars", "__import__"} & set(GLOBALS)
