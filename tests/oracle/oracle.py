"""Runs the Java oracle: Apache Velocity 1.7 itself, in both dialects, as one long-lived process.

Velocity and what it needs come from Debian's packages (velocity, libcommons-collections3-java,
libcommons-lang-java), json-smart from the local Maven repository, where
`mvn -q -f tests/oracle dependency:resolve` puts it. `python -m tests.oracle.oracle` writes vectors.json anew.
"""

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mapping import vtl
from mapping.cases import variables_of
from mapping.vtl.gateway import render

HERE = Path(__file__).parent
VECTORS = HERE / "vectors.json"
GUIDE_VECTORS = HERE / "guide.json"
ENGINE = "Apache Velocity 1.7 with net.minidev:json-smart:2.6.0 (as JsonPath 2.10.0 brings it)"
GUIDE_ENGINE = (
    "Apache Velocity 1.7 with com.jayway.jsonpath:json-path:2.10.0, net.minidev:json-smart:2.6.0, commons-lang 2.6"
)
DEBIAN = ("velocity.jar", "commons-collections3.jar", "commons-lang.jar")
MAVEN = (
    "com/jayway/jsonpath/json-path/2.10.0/json-path-2.10.0.jar",
    "org/slf4j/slf4j-api/2.0.17/slf4j-api-2.0.17.jar",
    "net/minidev/json-smart/2.6.0/json-smart-2.6.0.jar",
    "net/minidev/accessors-smart/2.6.0/accessors-smart-2.6.0.jar",
    "org/ow2/asm/asm/9.7.1/asm-9.7.1.jar",
)
ERROR = "<error>"
_ADDRESS = re.compile(r"@[0-9a-f]{4,}")


@dataclass(frozen=True)
class Case:
    """A template, the variables it sees, and the dialect it runs in; with a `request`, `$input` and `$util`."""

    template: str
    dialect: str = "aws"
    context: dict[str, Any] = field(default_factory=dict[str, Any])
    request: dict[str, Any] | None = None


def jars() -> list[str] | None:
    """Return the oracle's class path, or None where Java or a jar is missing."""
    debian = Path(os.environ.get("JAVA_LIBRARIES") or "/usr/share/java")
    maven = Path(os.environ.get("MAVEN_REPOSITORY") or Path.home() / ".m2" / "repository")
    found = [*(debian / jar for jar in DEBIAN), *(maven / jar for jar in MAVEN)]
    return [str(jar) for jar in found] if shutil.which("java") and all(jar.is_file() for jar in found) else None


class Oracle:
    """The Java process: a context manager, asked as often as needed."""

    def __init__(self, class_path: list[str]) -> None:
        self._command = ["java", "-Xss4m", "-cp", os.pathsep.join(class_path), str(HERE / "Oracle.java")]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where slf4j says that it has nowhere to log to
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, case: Case) -> str:
        """Return what Velocity renders, `ERROR` where it throws."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {
            "template": case.template,
            "dialect": case.dialect,
            "context": case.context,
            "request": case.request,
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return _ADDRESS.sub("@", answer["output"]) if "output" in answer else ERROR


def ours(case: Case) -> str:
    """Return what this project renders, in the oracle's own shape."""
    context = json.loads(json.dumps(case.context))
    try:
        template = vtl.compile(case.template, vtl.Dialect(case.dialect))
        if case.request is not None:
            return render(template, variables_of(case.request)).text
        return _ADDRESS.sub("@", template.render(context))
    except vtl.TemplateError:
        return ERROR


def answers(cases: Iterable[Case], class_path: list[str]) -> list[str]:
    """Return what Velocity renders for each case."""
    with Oracle(class_path) as oracle:
        return [oracle.ask(case) for case in cases]


def write() -> None:
    """Ask the oracle for the whole corpus and the guide's templates, and write the vectors."""
    from tests.oracle import corpus, guide  # noqa: PLC0415 - they import this module

    class_path = jars()
    if class_path is None:
        raise SystemExit("the oracle needs java, Debian's velocity and: mvn -q -f tests/oracle dependency:resolve")
    date = dt.datetime.now(dt.UTC).date().isoformat()
    asked = corpus.cases()
    rows = [
        {"template": case.template, "dialect": case.dialect, "output": output}
        for case, output in zip(asked, answers(asked, class_path), strict=True)
    ]
    _write(VECTORS, {"engine": ENGINE, "date": date, "context": asked[0].context}, rows)
    asked = guide.cases()
    rows = [
        {"template": case.template, "dialect": case.dialect, "request": case.request, "output": output}
        for case, output in zip(asked, answers(asked, class_path), strict=True)
    ]
    _write(GUIDE_VECTORS, {"engine": GUIDE_ENGINE, "date": date}, rows)


def _write(path: Path, head: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(row) for row in rows)
    with tempfile.NamedTemporaryFile("w", dir=HERE, delete=False, encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "vectors": [\n' + lines + "\n]}\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


if __name__ == "__main__":
    write()
