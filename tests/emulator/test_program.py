"""A program's directory, run as Pulumi runs it, in a process of its own."""

import json
import runpy
from collections.abc import Mapping
from pathlib import Path

import pytest

from emulator.errors import ProgramError
from emulator.program import UNREADABLE, Program, engine_config, record
from emulator.record import explain

MAIN = """
import os, sys
import pulumi, pulumi_aws as aws
from settings import SIZE          # a package that this repository has too
import emulator.mine               # and another
print("the program talks")
config = pulumi.Config()
pulumi.export("size", SIZE + config.require_int("more"))
pulumi.export("list", config.require_object("list"))
pulumi.export("word", config.get("word"))
pulumi.export("flag", config.get_bool("flag"))
pulumi.export("region", pulumi.Config("aws").require("region"))
pulumi.export("folder", os.getcwd())
pulumi.export("stack", pulumi.get_stack())
aws.sns.Topic("topic")
"""


def folder(path: Path, main: str, yaml: str = "name: mine\nruntime: python\n") -> Path:
    (path / "settings").mkdir(parents=True)
    (path / "settings/__init__.py").write_text("SIZE = 40\n")
    (path / "emulator").mkdir()
    (path / "emulator/__init__.py").write_text("")
    (path / "emulator/mine.py").write_text("")
    (path / "__main__.py").write_text(main)
    (path / "Pulumi.yaml").write_text(yaml)
    return path


def program(path: Path, config: Mapping[str, object] | None = None, timeout_seconds: float = 60) -> Program:
    return Program(directory=path, stack="local", config=config or {}, timeout_seconds=timeout_seconds)


def test_a_directory_is_run_with_its_own_packages_and_configuration(tmp_path: Path) -> None:
    yaml = "name: mine\nruntime: python\nconfig:\n  word: {type: string, default: hello}\n  more: {type: integer}\n"
    path = folder(tmp_path / "p", MAIN, yaml)
    config = {"mine:more": 2, "mine:list": [1, {"a": True}], "mine:flag": True, "aws:region": "eu-north-1"}
    recording = record(program(path, config))
    assert recording.outputs == {
        "size": 42,
        "list": [1, {"a": True}],
        "word": "hello",
        "flag": True,
        "region": "eu-north-1",
        "folder": str(path),
        "stack": "local",
    }
    assert [each.type for each in recording.registrations] == ["aws:sns/topic:Topic"]
    assert recording.place.region == "eu-north-1"


def test_a_program_is_run_without_the_collector_which_would_walk_all_that_it_keeps(tmp_path: Path) -> None:
    main = "import gc\nimport pulumi\npulumi.export('collected', gc.isenabled())\n"
    assert record(program(folder(tmp_path / "p", main))).outputs == {"collected": False}


def test_main_of_pulumi_yaml_names_the_folder(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\nmain: inner\n")
    folder(tmp_path / "inner", MAIN)
    outputs = record(program(tmp_path, {"mine:more": 1, "mine:list": [], "aws:region": "x"})).outputs
    assert (outputs["size"], outputs["folder"]) == (41, str(tmp_path))


FAILURES = {
    "import pulumi\npulumi.Config().require('more')\n": r"variable 'mine:more'",
    "def f():\n    raise ValueError('r9')\nf()\n": r"ValueError: r9\n  __main__.py:3 (.|\n)*__main__.py:2 in f",
    "import os\nos._exit(3)\n": "ended with status 3",
    "import sys\nsys.exit('enough')\n": "SystemExit: enough",
    "import nothing_there\n": "No module named 'nothing_there'",
    "x = (\n": "SyntaxError",
}


@pytest.mark.parametrize(("main", "message"), FAILURES.items())
def test_a_program_that_fails_says_why(tmp_path: Path, main: str, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        record(program(folder(tmp_path / "p", main)))


def test_a_programs_own_word_stands_alone(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", "import pulumi\nraise pulumi.RunError('name a release')\n")
    with pytest.raises(ProgramError) as caught:
        record(program(path))
    assert str(caught.value) == f"{path}: the program failed: name a release"


def test_who_called_the_program_is_no_part_of_it(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", "raise ValueError('r9')\n")
    with pytest.raises(ValueError, match="r9") as caught:
        runpy.run_path(str(path), run_name="__main__")
    # The root of the file system holds this test too, as our own folder holds the emulator.
    assert explain(caught.value, Path("/")).splitlines() == [
        "ValueError: r9",
        f"  {str(path)[1:]}/__main__.py:1 in <module>: raise ValueError('r9')",
    ]


def test_a_program_that_waits_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=r"did not end within 0\.5 s"):
        record(program(folder(tmp_path / "p", "import threading\nthreading.Event().wait()\n"), timeout_seconds=0.5))


@pytest.mark.parametrize(
    ("yaml", "message"),
    [(None, "not there; name the folder"), ("runtime: python\n", "needs a `name`"), ("name: [\n", "cannot be read")],
)
def test_no_project(tmp_path: Path, yaml: str | None, message: str) -> None:
    if yaml is not None:
        (tmp_path / "Pulumi.yaml").write_text(yaml)
    with pytest.raises(ProgramError, match=message):
        record(program(tmp_path))


def test_no_program(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\n")
    with pytest.raises(ProgramError, match=r"there is no __main__\.py"):
        record(program(tmp_path))


def test_configuration_as_the_engine_hands_it_over() -> None:
    declared = {"a": {"type": "string", "default": "x"}, "b": {"type": "integer"}, "c": "plain", "d": {"value": 5}}
    stack = {"p:a": "y", "p:e": {"f": [1, {"g": {"secure": "AAA"}}]}, "p:h": 1.5, "p:s": {"secure": "v1:x"}}
    assert engine_config("p", declared, stack) == {
        "p:a": "y",
        "p:c": "plain",
        "p:d": "5",
        "p:e": json.dumps({"f": [1, {"g": UNREADABLE}]}),
        "p:h": "1.5",
        "p:s": UNREADABLE,
    }
