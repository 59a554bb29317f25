"""Our JSONPath and our reading of bodies against Jayway JsonPath 2.10.0: kept vectors, and the real thing here."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle_jsonpath import oracle
from tests.oracle_jsonpath.corpus import cases

KEPT: dict[str, Any] = json.loads(oracle.VECTORS.read_text(encoding="utf-8"))
JARS = oracle.jars()
needs_java = pytest.mark.skipif(JARS is None, reason="needs java and Jayway's jars in the local Maven repository")

NAMES = st.sampled_from(["a", "b", "c", "length", "x y", "é", ""])
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.sampled_from(["", "a", "1", "$.a", "b c", "['a']"])
)
DOCUMENTS = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
STEPS = st.sampled_from(
    ".a .b .c ..a ..b .* [*] ..* [0] [1] [-1] [0,1] [0:2] [:1] [1:] [-1:] ['a'] ['a','b'] ..[0] ..[*] .length() .sum() .max() .min()"
    " .keys() .first() .last() .index(1) .concat() [?(@.a)] [?(!@.b)] [?(@.a==1)] [?(@>0)] [?(@.a||@.b)] [?(@.a=='1')] [?(@[0])]"
    " [?(@.a.b!=null)] [?(@.length()>1)] ..['a','b'] ..[?(@.a)]".split()
)
PATHS = st.lists(STEPS, max_size=4).map(lambda steps: "$" + "".join(steps))
LENIENT = st.text(alphabet="{}[]:,'\"ab1.0-e \\\n\u00e9", max_size=14)


def test_vectors_are_of_this_corpus() -> None:
    assert [(v["document"], v["path"]) for v in KEPT["vectors"]] == cases()
    assert KEPT["engine"] == oracle.ENGINE


def test_every_vector() -> None:
    differing = [
        (vector["document"], vector["path"], vector["answer"], ours)
        for vector in KEPT["vectors"]
        if (ours := oracle.ours(vector["document"], vector["path"])) != oracle.comparable(vector["answer"])
    ]
    assert differing == []


@needs_java
def test_the_oracle_still_answers_the_vectors() -> None:
    assert JARS is not None
    answers = oracle.ask(cases(), JARS)
    assert list(map(oracle.comparable, answers)) == [oracle.comparable(v["answer"]) for v in KEPT["vectors"]]


def batch(strategy: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Ask in batches: a virtual machine for every case would take all the time."""
    return st.lists(strategy, min_size=200, max_size=200)


def compare(asked: list[tuple[str, str]]) -> None:
    assert JARS is not None
    for case, answer in zip(asked, oracle.ask(asked, JARS), strict=True):
        assert (case, oracle.ours(*case)) == (case, oracle.comparable(answer))


@needs_java
@settings(max_examples=4, deadline=None, derandomize=True, database=None, phases=[p for p in settings.default.phases if p.name != "shrink"])
@given(batch(st.tuples(DOCUMENTS.map(json.dumps), PATHS)))
def test_random_paths(asked: list[tuple[str, str]]) -> None:
    compare(asked)


@needs_java
@settings(max_examples=4, deadline=None, derandomize=True, database=None, phases=[p for p in settings.default.phases if p.name != "shrink"])
@given(batch(st.tuples(LENIENT, st.just("$"))))
def test_random_bodies(asked: list[tuple[str, str]]) -> None:
    compare(asked)
