"""Stack files: what is read, what is refused with which words, and what a change leaves as it was."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from settings import SettingsError, StackFileError
from settings.edits import edit
from settings.stackfile import load_stack, set_values

FILE = """\
# at the top
encryptionsalt: v1:abc # not ours
config:
  # before the store
  predicted-ratings:store: .canary/local # behind the store
  predicted-ratings:api:
    name: ratings # behind the name
    date: 2020-01-01

  # before warm
  predicted-ratings:warm:
    - r1
    - r2 # behind the last
  # before stable
  predicted-ratings:stable: 'r1'
  # before the region
  aws:region: eu-central-1
# at the bottom
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.t.yaml"
    path.write_text(FILE)
    return path


def test_every_key_is_read_with_its_namespace(file: Path) -> None:
    assert load_stack(file) == {
        "predicted-ratings:store": ".canary/local",
        "predicted-ratings:api": {"name": "ratings", "date": "2020-01-01 00:00:00 +0000 UTC"},
        "predicted-ratings:warm": ["r1", "r2"],
        "predicted-ratings:stable": "r1",
        "aws:region": "eu-central-1",
    }


def test_a_key_without_a_namespace_is_the_projects(file: Path) -> None:
    file.write_text("config:\n  stable: r1\n")
    assert load_stack(file) == {"predicted-ratings:stable": "r1"}
    assert load_stack(file, project="other") == {"other:stable": "r1"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "config:\n", "config: {}\n", "encryptionsalt: v1:abc\n"])
def test_a_file_without_configuration_has_none(file: Path, text: str) -> None:
    file.write_text(text)
    assert load_stack(file) == {}


def test_encrypted_values_stay_encrypted(file: Path) -> None:
    file.write_text("config:\n  a:token: {secure: v1:abc}\n")
    assert load_stack(file) == {"a:token": {"secure": "v1:abc"}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("config: [", "line 1: no YAML"),
        ("config: []", "config is a mapping"),
        ("- config", "a stack file is a mapping"),
        ("config:\n  a: 1\n  a: 2\n", "line 3: the key a stands twice"),
        ("config:\n  a: 1\n  predicted-ratings:a: 2\n", "the key predicted-ratings:a stands twice"),
        ("config:\n  a:b:c: 1\n", "the key a:b:c has more than one colon"),
        ("config:\n  a: .nan\n", "line 2: .nan is no number"),
        ("config:\n  a: *b\n", "line 2: nothing is named *b"),
        ("config:\n  a: !foo 1\n", "line 2: the tag !foo"),
        ("config:\n  a: !foo [1]\n", "line 2: the tag !foo"),
        ("config:\n  a: !foo {b: 1}\n", "line 2: the tag !foo"),
        ("config:\n  a: {<<: 1}\n", "line 2: << takes a mapping"),
        ("config:\n  a: {[1]: 2}\n", "line 2: a key is a string"),
        ("config:\n  a: {0.5: 2}\n", "line 2: a key is a string"),
        ("config: {}\n---\nconfig: {}\n", "line 2: a second document"),
        ("environment: [x]\nconfig: {}\n", "environment is resolved by Pulumi's service only"),
        ("config: \x01\n", "no YAML"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(file: Path, text: str, words: str) -> None:
    file.write_text(text)
    with pytest.raises(StackFileError) as caught:
        load_stack(file)
    assert str(caught.value).startswith(str(file))
    assert words in str(caught.value)


def test_a_stack_that_is_not_there_is_answered_with_those_that_are(file: Path) -> None:
    with pytest.raises(StackFileError, match=r"Pulumi\.x\.yaml: no such stack file\. There: Pulumi\.t\.yaml$"):
        load_stack(file.with_name("Pulumi.x.yaml"))


def test_whoever_catches_faults_of_the_settings_catches_those_of_the_file(file: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_stack(file.with_name("Pulumi.x.yaml"))
    assert caught.value.faults == ()


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"config: \xff\n")
    with pytest.raises(StackFileError, match="cannot be read"):
        load_stack(file)


def test_a_change_leaves_every_other_line_as_it_was(file: Path) -> None:
    set_values(file, {"stable": "r2", "store": "here", "warm": None, "canary": {"release": "on", "percent": 0.5}})
    assert file.read_text() == FILE.replace("'r1'", "r2").replace(".canary/local #", "here #").replace(
        "  predicted-ratings:warm:\n    - r1\n    - r2 # behind the last\n", ""
    ).replace(
        "  aws:region: eu-central-1\n",
        "  aws:region: eu-central-1\n  predicted-ratings:canary:\n    release: on\n    percent: 0.5\n",
    )


def test_a_mapping_or_a_list_takes_the_place_of_the_old_value(file: Path) -> None:
    set_values(file, {"warm": ["r3"], "stable": {"a": [1]}, "aws:region": "us-east-1"})
    assert file.read_text() == FILE.replace("    - r1\n    - r2 # behind the last\n", "    - r3\n").replace(
        "stable: 'r1'\n", "stable:\n    a:\n      - 1\n"
    ).replace("eu-central-1", "us-east-1")


def test_what_is_set_again_to_the_same_leaves_the_same_bytes(file: Path) -> None:
    file.write_text(FILE.replace("'r1'", "r1"))
    before = file.read_bytes()
    set_values(file, {"stable": "r1", "store": ".canary/local", "rollout": None})
    assert file.read_bytes() == before


def test_a_change_keeps_the_files_mode_and_leaves_nothing_beside_it(file: Path) -> None:
    file.chmod(0o640)
    set_values(file, {"stable": "r2"})
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["Pulumi.t.yaml"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"a": b"x"}, [{1, 2}]])
def test_what_yaml_cannot_say_is_refused_and_the_file_is_as_it_was(file: Path, value: object) -> None:
    with pytest.raises(StackFileError):
        set_values(file, {"stable": value})
    assert file.read_text() == FILE


def test_a_configuration_in_one_line_is_left_to_a_person(file: Path) -> None:
    file.write_text("config: {stable: r1}\n")
    with pytest.raises(StackFileError, match="not written as a block"):
        set_values(file, {"stable": "r2"})
    assert file.read_text() == "config: {stable: r1}\n"


def test_a_change_that_would_change_something_else_is_refused(file: Path) -> None:
    text = "config:\n  stable: &it r1\n  other: *it\n"
    file.write_text(text)
    with pytest.raises(StackFileError):
        set_values(file, {"stable": "r2"})
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "config:\n  a: 1\n"),
        ("config:\n", "config:\n  a: 1\n"),
        ("config: {}\n", "config:\n  a: 1\n"),
        ("x: 1\nconfig:\ny: 2", "x: 1\nconfig:\n  a: 1\ny: 2\n"),
        ("config:\n    b: 2\n", "config:\n    b: 2\n    a: 1\n"),
        ("config:\n  a:\n  b: 2\n", "config:\n  a: 1\n  b: 2\n"),
        ("config:\n  a: |\n    one\n    two\n  # c\n  b: 2\n", "config:\n  a: 1\n  # c\n  b: 2\n"),
        ("config:\n  a: {x: 1,\n    y: 2} # c\n", "config:\n  a: 1\n"),
        ("config:\n  a: 'one\n    two'\n", "config:\n  a: 1\n"),
        ("config:\n  a:\n    c:\n  # x\n  b: 2\n", "config:\n  a: 1\n  # x\n  b: 2\n"),
    ],
)
def test_a_value_finds_its_place(before: str, after: str) -> None:
    assert edit(before, {"a": 1}, "it") == after


VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner | st.none(), max_size=3) | st.dictionaries(st.text(max_size=5), inner | st.none(), max_size=3)
    ),
    max_leaves=6,
)


@hypothesis_settings(deadline=None, max_examples=60)
@given(first=VALUES, second=VALUES)
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any) -> None:
    path = tmp_path_factory.mktemp("law") / "Pulumi.t.yaml"
    path.write_text(FILE)
    unchanged = dict(load_stack(path))
    set_values(path, {"stable": first, "new": second})
    assert load_stack(path) == unchanged | {"predicted-ratings:stable": first, "predicted-ratings:new": second}
    set_values(path, {"stable": "r1", "new": None})
    assert load_stack(path) == unchanged
