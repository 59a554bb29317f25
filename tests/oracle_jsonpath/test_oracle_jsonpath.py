"""Our JSONPath and our reading of bodies against Jayway JsonPath 2.10.0: kept vectors, and the real thing here."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle_jsonpath import oracle
from tests.oracle_jsonpath.corpus import cases

KEPT: dict[str, Any] = json.loads(oracle.VECTORS.read_text(encoding="utf-8"))
JARS = oracle.jars()

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
    [
        *(".a", ".b", ".c", "..a", "..b", ".*", "[*]", "..*", "[0]", "[1]", "[-1]", "[0,1]", "[0:2]", "[:1]", "[1:]"),
        *("[-1:]", "[-2:2]", "['a']", "['a','b']", "..[0]", "..[*]", "..['a','b']", ".length()", ".sum()", ".max()"),
        *(".min()", ".avg()", ".stddev()", ".keys()", ".first()", ".last()", ".index(1)", ".concat()", ".sum($.a)"),
        *("[?(@.a)]", "[?(!@.b)]", "[?(@.a==1)]", "[?(@>0)]", "[?(@.a||@.b)]", "[?(@.a=='1')]", "[?(@[0])]"),
        *(
            "[?(@.a.b!=null)]",
            "[?(@.length()>1)]",
            "..[?(@.a)]",
            "[?(@.a<@.b)]",
            "[?(@.a==$.b)]",
            "[?(@.a in [1,'1'])]",
        ),
    ]
)
PATHS = st.lists(STEPS, max_size=4).map(lambda steps: "$" + "".join(steps))
LENIENT = st.text(alphabet="{}[]:,'\"ab1.0-e \\\n\u00e9", max_size=14)


@pytest.fixture(scope="module")
def jayway() -> Iterator[oracle.Oracle]:
    """The real thing."""
    if JARS is None:
        pytest.skip("needs java and Jayway's jars in the local Maven repository")
    with oracle.Oracle(JARS) as running:
        yield running


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


def test_the_oracle_still_answers_the_vectors(jayway: oracle.Oracle) -> None:
    answers = [jayway.ask(document, path) for document, path in cases()]
    assert list(map(oracle.comparable, answers)) == [oracle.comparable(v["answer"]) for v in KEPT["vectors"]]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS.map(json.dumps), PATHS)
def test_random_paths(jayway: oracle.Oracle, document: str, path: str) -> None:
    assert oracle.ours(document, path) == oracle.comparable(jayway.ask(document, path))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LENIENT)
def test_random_bodies(jayway: oracle.Oracle, document: str) -> None:
    assert oracle.ours(document, "$") == oracle.comparable(jayway.ask(document, "$"))
