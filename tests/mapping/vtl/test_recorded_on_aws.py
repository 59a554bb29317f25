"""All renders that airspeed-ext 0.6.9 carries as recorded on API Gateway, where its source can be downloaded.

The sdist's tests call a fixture with template and variables; run with a recorder in its place they give the templates,
and the snapshot beside them what AWS answered (2023-08-07 to 2025-05-29). Nothing of it is kept here.
"""

# ruff: noqa: E501 - templates and tables of values stand in one line

import inspect
import json
import re
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mapping import vtl
from mapping.vtl import NO_METHOD, Host

SDIST = "airspeed-ext==0.6.9"
RENDERS = 203
STUBBED = (
    "requests", "six", "airspeed", "localstack", "localstack.testing", "localstack.testing.aws", "localstack.testing.aws.util",
    "localstack.testing.config", "localstack.testing.pytest", "localstack.testing.pytest.fixtures", "localstack.utils",
    "localstack.utils.archives", "localstack.utils.files", "localstack.utils.http", "localstack.utils.run",
    "localstack.utils.strings", "localstack.utils.sync",
)  # fmt: skip


class Anything(ModuleType):
    """A module in which every name is something that can be called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Anything("result")

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (Exception,)


class Util(Host):
    """The one function that the recording's own lines call."""

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        return json.loads(str(args[0])) if name == "parseJson" else NO_METHOD


@contextmanager
def stubbed_modules() -> Generator[None]:
    kept = {name: sys.modules.get(name) for name in STUBBED}
    sys.modules.update({name: Anything(name) for name in STUBBED})
    try:
        yield
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run([*command, "--quiet", SDIST], check=False, capture_output=True, timeout=120)
    archives = list(Path(folder).glob("*.tar.gz"))
    if not archives:
        pytest.skip(f"the source of {SDIST} cannot be downloaded here")
    with tarfile.open(archives[0]) as archive:
        read = {
            Path(member.name).name: archive.extractfile(member)
            for member in archive.getmembers()
            if "/tests/test_templating" in member.name
        }
        tests, snapshot = read["test_templating.py"], read["test_templating.snapshot.json"]
        assert tests is not None
        assert snapshot is not None
        return tests.read().decode(), json.load(snapshot)


def rendered(template: str, variables: dict[str, Any]) -> str:
    """Render as the recording did: the variables come in as a JSON body."""
    names = " ".join(f"#set(${name} = $bodyJSON.{name})" for name in variables)
    lines = ["#set($body = $context.requestOverride.path.body)", f"#set($bodyJSON = $util.parseJson($body)) {names}"]
    context: dict[str, object] = {
        "context": {"requestOverride": {"path": {"body": json.dumps(variables)}}},
        "util": Util(),
    }
    return vtl.compile("\n".join([*lines, template])).render(context)


def calls(tests: str) -> dict[str, list[tuple[str, dict[str, Any], bool]]]:
    """What each test renders, by its name (tests have moved between classes since they were recorded): template, variables, and whether blanks count."""
    found: dict[str, list[tuple[str, dict[str, Any], bool]]] = {}
    with stubbed_modules(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the sdist's own strings have invalid escapes
        namespace: dict[str, Any] = {"__name__": "recorded"}
        exec(compile(tests, "test_templating.py", "exec"), namespace)  # noqa: S102 - the pinned sdist's own tests
        for suite in [value for value in namespace.values() if inspect.isclass(value)]:
            for name, test in inspect.getmembers(suite, inspect.isfunction):
                wanted = list(inspect.signature(test).parameters)[1:]
                if wanted in (["test_render"], ["test_render_locally"]):
                    found.setdefault(name, record(test, suite()))
    return found


def record(test: Callable[..., Any], suite: Any) -> list[tuple[str, dict[str, Any], bool]]:
    made: list[tuple[str, dict[str, Any], bool]] = []

    def test_render(template: str, context: Any = None, *_: Any, **options: Any) -> None:
        made.append((template, context or {}, options.get("ignore_whitespaces", False)))

    with suppress(
        Exception, pytest.fail.Exception
    ):  # a test that looks at its result finds none; what it rendered is noted all the same
        test(suite, test_render)
    return made


def as_recorded(output: str, recorded: object, *, ignore_blanks: bool) -> object:
    """Our output in the shape the snapshot has: some were parsed as JSON, some lost their blanks."""
    if not isinstance(recorded, str):
        return json.loads(output)
    return re.sub(r"\s+", " ", output.replace("\n", " ").strip()) if ignore_blanks else output


def test_every_render_recorded_on_aws(sources: tuple[str, dict[str, Any]]) -> None:
    tests, snapshot = sources
    compared = 0
    different: list[tuple[object, ...]] = []
    entries = {key.rpartition("::")[2]: entry for key, entry in snapshot.items() if entry["recorded-content"]}
    for name, made in calls(tests).items():
        entry = entries.get(name, {"recorded-content": {}})
        for number, (template, variables, ignore_blanks) in enumerate(made, 1):
            expected = entry["recorded-content"].get(f"render-result-{number}")
            if expected is None:
                continue
            output = as_recorded(rendered(template, variables), expected, ignore_blanks=ignore_blanks)
            compared += 1
            if output != expected:
                different.append((name, template, variables, expected, output))
    assert different == []
    assert compared == RENDERS
