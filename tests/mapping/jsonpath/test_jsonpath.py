"""JSONPath's own promises: what a template sees, bounds, the cache. Jayway's answers are in tests/oracle_jsonpath."""

import threading

import pytest

from mapping.vtl.jsonpath import CACHED_PATHS, compile_path
from mapping.vtl.jsonpath_errors import EvaluationError, InvalidPathError, PathBoundError, PathNotFoundError

DOCUMENT = {"predictions": [{"scores": [3.5]}, {"scores": [4.0]}], "n": None, "m": {"a": 1}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", DOCUMENT),
        ("$.m.a", 1),
        ("m.a", 1),
        ("$.missing", None),
        ("$.n", None),
        ("$.n.deeper", None),
        ("$.predictions[1].scores[0]", 4.0),
        ("$.predictions[*].scores[0]", [3.5, 4.0]),
        ("$.predictions[9]", None),
        ("$..missing", []),
        ("$.predictions.length()", 2),
        ("$.m.length()", 1),
        ("$.predictions[?(@.scores[0] > 3.6)].scores[0]", [4.0]),
        ("$..scores.length()", 2),
    ],
)
def test_what_a_template_reads(path: str, value: object) -> None:
    assert compile_path(path).read(DOCUMENT) == value


def test_definite_paths_are_told_from_lists() -> None:
    assert compile_path("$.a.b[0]").definite
    assert compile_path("$.a['b','c']").definite
    assert not compile_path("$.a[0,1]").definite
    assert not compile_path("$..a").definite


def test_missing_and_failing_are_different_errors() -> None:
    with pytest.raises(PathNotFoundError):
        compile_path("$.m.b").find(DOCUMENT)
    with pytest.raises(EvaluationError, match="at least one number"):
        compile_path("$.m.sum()").find(DOCUMENT)
    with pytest.raises(EvaluationError, match="null"):
        compile_path("$").find(None)


@pytest.mark.parametrize("path", ["", "$.", "$[", "$['a'", "$.a b", "$[?(@.a ==)]", "$[?(", "$a", "$.f(", "$[1:2:x]"])
def test_what_is_no_path_names_its_place(path: str) -> None:
    with pytest.raises(InvalidPathError, match=r"expected|ends|cannot be empty"):
        compile_path(path)


def test_long_and_deep_paths_are_refused() -> None:
    with pytest.raises(InvalidPathError, match="10000 characters"):
        compile_path("$" + ".a" * 5000)
    nested = "@.a"
    for _ in range(60):
        nested = f"@[?({nested})]"
    with pytest.raises(InvalidPathError, match="levels"):
        compile_path(f"$[?({nested})]")


def test_a_slice_of_a_small_array_takes_no_time_for_its_numbers() -> None:
    assert compile_path("$[-2000000000:2000000000]").read([1, 2]) == [1, 2, 1, 2]
    assert compile_path("$[?(@.size() size 1e999999)]").read([[1]]) == []


def test_paths_that_would_run_for_ever_are_stopped() -> None:
    document: object = 1
    for _ in range(300):
        document = [document]
    with pytest.raises(PathBoundError, match="1000000 values"):
        compile_path("$..*..*..*..*").read(document)
    with pytest.raises(PathBoundError, match="values"):
        compile_path("$..[?(@..[?(@..[?(@..x)])])]").read(document)
    with pytest.raises(PathBoundError, match="values"):
        compile_path("$[*][*][*][*][*][*][*]").find([[[[[[[1] * 12] * 12] * 12] * 12] * 12] * 12] * 12)


def test_more_steps_than_python_can_stack_are_refused() -> None:
    assert compile_path("$" + ".a" * 4000).read({"a": 1}) is None
    with pytest.raises((InvalidPathError, PathBoundError), match="nested too deep"):
        compile_path("$" + "[0]" * 3000).find([])
    with pytest.raises(InvalidPathError, match=r"nested too deep|levels"):
        compile_path("$[?(" + "(" * 2000 + "@.a" + ")" * 2000 + ")]")


def test_append_leaves_the_document_alone() -> None:
    document = {"a": [1]}
    assert compile_path("$.a.append(2)").read(document) == [1, 2]
    assert document == {"a": [1]}


def test_the_cache_is_used_and_bounded() -> None:
    assert compile_path("$.cached") is compile_path("$.cached")
    assert compile_path.cache_parameters()["maxsize"] == CACHED_PATHS


def test_one_path_in_many_threads() -> None:
    path = compile_path("$..[0].a")
    documents = [[[{"a": i}], [{"a": -i}]] for i in range(200)]
    found: dict[int, object] = {}

    def read(start: int) -> None:
        for i in range(start, 200, 4):
            found[i] = path.read(documents[i])

    threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: [i, -i] for i in range(200)}
