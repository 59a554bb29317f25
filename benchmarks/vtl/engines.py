"""The engines that are measured, each as a function from a case to its text and its seconds a rendering."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks.vtl.cases import Case
from mapping.vtl.gateway import render

HERE = Path(__file__).parent
DEBIAN = ("velocity-1.7.jar", "commons-collections3.jar", "commons-lang.jar")
MAVEN = (
    "com/jayway/jsonpath/json-path/2.10.0/json-path-2.10.0.jar",
    "net/minidev/json-smart/2.6.0/json-smart-2.6.0.jar",
    "net/minidev/accessors-smart/2.6.0/accessors-smart-2.6.0.jar",
    "org/ow2/asm/asm/9.7.1/asm-9.7.1.jar",
    "org/slf4j/slf4j-api/2.0.17/slf4j-api-2.0.17.jar",
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: rounds of `round` seconds after `warm` seconds; the median round counts."""

    warm: float
    round: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds a rendering, and the text; or why there is none."""

    seconds: float | None
    output: str
    problem: str = ""


def timed(run: Callable[[], object], effort: Effort) -> float:
    """Return the median over rounds of the mean seconds a call: of the processor's time, since others use it too."""
    end = time.process_time() + effort.warm
    times = 0
    while time.process_time() < end or not times:
        run()
        times += 1
    batch = max(1, int(times * effort.round / max(effort.warm, 1e-3)))
    means: list[float] = []
    for _ in range(effort.rounds):
        start = time.process_time()
        for _ in range(batch):
            run()
        means.append((time.process_time() - start) / batch)
    return statistics.median(means)


def ours(case: Case, effort: Effort) -> Result:
    """`mapping.vtl.gateway.render`, as the emulator calls it."""
    return Result(
        timed(lambda: render(case.template, case.variables), effort), render(case.template, case.variables).text
    )


def floor(case: Case, effort: Effort) -> Result:
    """What no engine in Python can be faster than: read the body, write each number."""
    body = case.variables.body
    if not body:
        return Result(None, "", "no body")
    return Result(timed(lambda: [repr(p["scores"][0]) for p in orjson.loads(body)["predictions"]], effort), "")


class _Parameters(dict[str, dict[str, str]]):
    """`$input.params()`, and `$input.params(name)`."""

    def find(self, name: str) -> str | None:
        return next((kind[name] for kind in self.values() if name in kind), None)


class _Input:
    """`$input` for airspeed: the standard library's JSON and a look-up, so that its engine is what is measured."""

    def __init__(self, case: Case) -> None:
        given = case.variables
        self.body = given.body
        self._parameters = _Parameters(
            path=dict(given.path), querystring=dict(given.querystring), header=dict(given.header)
        )

    def params(self, name: str | None = None) -> object:
        return self._parameters if name is None else self._parameters.find(name)

    def path(self, path: str) -> object:
        return json.loads(self.body).get(path.removeprefix("$."))


def airspeed(case: Case, effort: Effort) -> Result:
    """Whichever of airspeed and airspeed-ext is importable as `airspeed`."""
    import airspeed as library  # noqa: PLC0415 - not everybody has it

    template: Any = library.Template(case.template)

    def run() -> str:
        empty = dict[str, object]()
        override = {"requestOverride": {"header": empty}, "responseOverride": {"header": dict(empty)}}
        return template.merge({"input": _Input(case), "context": {"requestId": "r", **override}})

    try:
        output = run()
    except Exception as error:  # noqa: BLE001 - whatever a template that it cannot run makes it raise
        return Result(None, "", f"{type(error).__name__}: {error}".splitlines()[0][:90])
    return Result(timed(run, effort), output)


def airspeed_name() -> str | None:
    """Return the name and version of what `import airspeed` gives, None where there is none."""
    module = importlib.util.find_spec("airspeed")
    if module is None or module.origin is None:
        return None
    for found in importlib.metadata.distributions():
        name = found.metadata["Name"].replace("_", "-")
        if (
            name in ("airspeed-ext", "airspeed")
            and Path(str(found.locate_file("airspeed"))) in Path(module.origin).parents
        ):
            return f"{name} {found.version}"
    return "airspeed"


def airspeed_from(folder: Path, effort: Effort) -> tuple[str, dict[str, Result]]:
    """Measure the airspeed installed in `folder` (`pip install --target`), in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.vtl.engines", json.dumps([effort.warm, effort.round, effort.rounds])]
    path = os.pathsep.join([str(folder), str(HERE.parents[1])])
    ran = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    return found["name"], {case: Result(**result) for case, result in found["results"].items()}


def velocity(chosen: list[Case], effort: Effort) -> dict[str, Result] | None:
    """Apache Velocity 1.7 on a warm JVM; None where Java or a jar is missing."""
    repository = Path(os.environ.get("MAVEN_REPOSITORY") or Path.home() / ".m2" / "repository")
    jars = [Path("/usr/share/java") / jar for jar in DEBIAN] + [repository / jar for jar in MAVEN]
    if not shutil.which("javac") or not all(jar.is_file() for jar in jars):
        return None
    lines = "".join(
        json.dumps(
            {
                "template": case.template,
                "body": case.variables.body or "{}",
                "path": case.variables.path,
                "querystring": case.variables.querystring,
                "warm": effort.warm * 4,
                "round": effort.round,
                "rounds": effort.rounds,
            }
        )
        + "\n"
        for case in chosen
    )
    path = os.pathsep.join(map(str, jars))
    with tempfile.TemporaryDirectory() as classes:
        subprocess.run(["javac", "-nowarn", "-cp", path, "-d", classes, str(HERE / "VelocityBench.java")], check=True)
        command = ["java", "-cp", os.pathsep.join([classes, path]), "VelocityBench"]
        ran = subprocess.run(command, input=lines, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    answers = [json.loads(line) for line in ran.stdout.split("\n") if line]
    return {
        case.name: Result(statistics.median(answer["seconds"]), answer["output"])
        for case, answer in zip(chosen, answers, strict=True)
    }


if __name__ == "__main__":
    from benchmarks.vtl.cases import cases

    _effort = Effort(*json.loads(sys.argv[1]))
    _results = {case.name: airspeed(case, _effort) for case in cases()}
    print(
        json.dumps(
            {
                "name": airspeed_name(),
                "results": {
                    name: {"seconds": r.seconds, "output": r.output, "problem": r.problem}
                    for name, r in _results.items()
                },
            }
        )
    )
