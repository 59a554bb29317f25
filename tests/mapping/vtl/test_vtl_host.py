"""From a template nothing of Python can be reached, only what tables and hosts offer."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from mapping import vtl
from mapping.vtl import NO_METHOD, Dialect, Host


class Counter(Host):
    """A host with a property, a method and elements."""

    def __init__(self) -> None:
        self.secret = "never"
        self.put: list[tuple[str, object]] = []

    def vtl_get(self, name: str) -> object:
        return {"known": 7}.get(name)

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        return f"{name}{args}" if name in ("get", "twice") else NO_METHOD

    def vtl_put(self, name: str, value: object) -> None:
        self.put.append((name, value))

    def vtl_str(self) -> str:
        return "counter"

    def vtl_iter(self) -> Iterable[object]:
        return [1, 2]


def render(template: str, **context: object) -> str:
    return vtl.compile(template).render(context)


@pytest.mark.parametrize("name", ["secret", "vtl_get", "put", "real", "append", "items", "func_name", "sort"])
@pytest.mark.parametrize("value", [Counter(), "text", 1, 1.5, True, [1], (1, 2), object(), print])
def test_attributes_of_python_do_not_exist(value: object, name: str) -> None:
    assert render(f"[$x.{name}]", x=value) == "[]"
    assert render(f"[$x.{name}()]", x=value) == "[]"
    assert render("[$!x['__class__'].name]", x={"a": 1}) == "[]"


@pytest.mark.parametrize(
    "name", ["format_map", "encode", "append", "sort", "items", "mro", "as_integer_ratio", "getClass", "class"]
)
def test_methods_of_python_do_not_exist(name: str) -> None:
    for value in ("text", [1], {"a": 1}, 1, 1.5):
        assert render(f"[$x.{name}()]", x=value) == "[]"


def test_a_host_answers_by_its_protocol() -> None:
    host = Counter()
    assert render("$h $h.known $h.twice(1) $h.once(1) $h['k'] #foreach($i in $h)$i#end", h=host) == (
        "counter 7 twice(1,)  get('k',) 12"
    )
    render("#set($h.name = 5)", h=host)
    assert host.put == [("name", 5)]


def test_what_a_template_sets_is_in_the_context() -> None:
    context: dict[str, object] = {"a": 1}
    vtl.compile("#set($b = $a + 1)#foreach($i in [1..3])#end").render(context)
    assert context["b"] == 2
    assert context["i"] is None


def test_a_template_is_rendered_by_many_threads_at_once() -> None:
    template = vtl.compile(
        "#foreach($i in $l)#set($x = $i)$x#if($foreach.hasNext),#end#end#define($d)$x#end$d", Dialect.AWS
    )
    expected = ",".join(map(str, range(500))) + "499"
    contexts: list[dict[str, object]] = [{"l": list(range(500))} for _ in range(64)]
    with ThreadPoolExecutor(8) as pool:
        outputs = list(pool.map(template.render, contexts))
    assert set(outputs) == {expected}


def test_values_of_one_render_do_not_reach_the_next() -> None:
    template = vtl.compile("$!x#set($x = 1)#set($l = [])#set($_ = $l.add(1))$l")
    assert [template.render({}), template.render({})] == ["[1]", "[1]"]
