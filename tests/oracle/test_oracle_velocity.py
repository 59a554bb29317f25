"""Our engine against Apache Velocity 1.7: kept vectors, and the real thing where Java and its jars are present."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import guide
from tests.oracle.corpus import cases
from tests.oracle.generator import CONTEXT, random_template
from tests.oracle.oracle import (
    ENGINE,
    ERROR,
    GUIDE_ENGINE,
    GUIDE_VECTORS,
    VECTORS,
    Case,
    Oracle,
    answers,
    jars,
    ours,
)

KEPT: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
GUIDE: dict[str, Any] = json.loads(GUIDE_VECTORS.read_text(encoding="utf-8"))
JARS = jars()
needs_java = pytest.mark.skipif(JARS is None, reason="needs java, Debian's velocity and json-smart's jars")


def test_vectors_are_of_this_corpus() -> None:
    assert [(v["template"], v["dialect"]) for v in KEPT["vectors"]] == [(c.template, c.dialect) for c in cases()]
    assert KEPT["engine"] == ENGINE
    assert len({v["template"] for v in KEPT["vectors"]}) >= 400


def test_every_vector() -> None:
    differing = [
        (vector, output)
        for vector in KEPT["vectors"]
        if (output := ours(Case(vector["template"], vector["dialect"], KEPT["context"]))) != vector["output"]
    ]
    assert differing == []


def test_the_guides_vectors_are_of_these_templates() -> None:
    assert [(v["template"], v["dialect"], v["request"]) for v in GUIDE["vectors"]] == [
        (c.template, c.dialect, c.request) for c in guide.cases()
    ]
    assert GUIDE["engine"] == GUIDE_ENGINE
    assert ERROR not in {v["output"] for v in GUIDE["vectors"]}


def test_every_template_of_the_guides() -> None:
    differing = [
        (vector, output)
        for vector in GUIDE["vectors"]
        if (output := ours(Case(vector["template"], vector["dialect"], request=vector["request"]))) != vector["output"]
    ]
    assert differing == []


@needs_java
def test_the_oracle_still_renders_the_vectors() -> None:
    assert JARS is not None
    assert answers(cases(), JARS) == [vector["output"] for vector in KEPT["vectors"]]
    assert answers(guide.cases(), JARS) == [vector["output"] for vector in GUIDE["vectors"]]


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    assert JARS is not None
    with Oracle(JARS) as running:
        yield running


@needs_java
@pytest.mark.parametrize("dialect", ["aws", "velocity"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False))
def test_random_templates_render_as_velocity_does(oracle: Oracle, dialect: str, random: Random) -> None:
    case = Case(random_template(random, dialect), dialect, CONTEXT)
    mine, theirs = ours(case), oracle.ask(case)
    assert mine == theirs or oracle.ask(case) != theirs  # an identity's hash code differs from itself
