"""Runs the Java oracle: Jayway JsonPath itself, over cases of document and path, both as texts.

The jars come from the local Maven repository, where `mvn -q -f tests/oracle_jsonpath dependency:resolve` puts them.
`python -m tests.oracle_jsonpath.oracle` writes vectors.json anew from the corpus.
"""

import datetime as dt
import json
import os
import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Self, cast

from mapping.vtl.containers import MapView
from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.jsonpath import compile_path
from mapping.vtl.jsonpath_errors import InvalidPathError, JsonPathError, PathNotFoundError
from mapping.vtl.texts import text
from tests.oracle_jsonpath.corpus import cases

HERE = Path(__file__).parent
VECTORS = HERE / "vectors.json"
ENGINE = "com.jayway.jsonpath:json-path:2.10.0 with net.minidev:json-smart:2.6.0"
JARS = (
    "com/jayway/jsonpath/json-path/2.10.0/json-path-2.10.0.jar",
    "net/minidev/json-smart/2.6.0/json-smart-2.6.0.jar",
    "net/minidev/accessors-smart/2.6.0/accessors-smart-2.6.0.jar",
    "org/ow2/asm/asm/9.7.1/asm-9.7.1.jar",
    "org/slf4j/slf4j-api/2.0.17/slf4j-api-2.0.17.jar",
)


def jars() -> list[str] | None:
    """Return the oracle's class path, or None where Java or a jar is missing."""
    repository = Path(os.environ.get("MAVEN_REPOSITORY") or Path.home() / ".m2" / "repository")
    found = [str(repository / jar) for jar in JARS]
    return found if shutil.which("java") and all(Path(jar).is_file() for jar in found) else None


class Oracle:
    """The running Java program; a context manager."""

    def __init__(self, class_path: list[str]) -> None:
        command = ["java", "-cp", os.pathsep.join(class_path), str(HERE / "JsonPathOracle.java")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def ask(self, document: str, path: str) -> object:
        """Return what Jayway answers."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"document": document, "path": path}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())


def ours(document: str, path: str) -> object:
    """Return what this project answers, in the oracle's own shape."""
    try:
        body = parse_json(document)
    except BodyError:
        return {"failure": "body"}
    try:
        compiled = compile_path(path)
    except InvalidPathError:
        return {"failure": "path"}
    try:
        return {"value": tagged(compiled.find(body))}
    except PathNotFoundError:
        return {"failure": "missing"}
    except JsonPathError:
        return {"failure": "error"}


def tagged(value: object) -> object:
    """Give each value the mark of its Java type that the oracle gives it."""
    if isinstance(value, float):
        return {"double": repr(value)}
    if isinstance(value, Decimal):
        return {"decimal": text(value)}
    if isinstance(value, dict):
        return {"object": {key: tagged(member) for key, member in cast("dict[str, object]", value).items()}}
    if isinstance(value, list):
        return [tagged(member) for member in cast("list[object]", value)]
    if isinstance(value, MapView):
        return {"keys": list(value.vtl_iter())}
    return value


def comparable(answer: object) -> object:
    """Take an oracle's doubles by their value: their text depends on the JDK, and is the engine's own matter."""
    if isinstance(answer, list):
        return [comparable(item) for item in cast("list[object]", answer)]
    if not isinstance(answer, dict):
        return answer
    members = cast("dict[str, object]", answer)
    if members.keys() == {"double"}:
        return {"double": repr(float(str(members["double"])))}
    return {key: comparable(value) for key, value in members.items()}


def write() -> None:
    """Ask the oracle for the whole corpus and write the vectors."""
    class_path = jars()
    if class_path is None:
        raise SystemExit("the oracle needs java and: mvn -q -f tests/oracle_jsonpath dependency:resolve")
    asked = cases()
    with Oracle(class_path) as oracle:
        vectors = [{"document": d, "path": p, "answer": oracle.ask(d, p)} for d, p in asked]
    head = {"engine": ENGINE, "date": dt.datetime.now(dt.UTC).date().isoformat()}
    body = ",\n".join(json.dumps(vector) for vector in vectors)
    with tempfile.NamedTemporaryFile("w", dir=HERE, delete=False, encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "vectors": [\n' + body + "\n]}\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(VECTORS)


if __name__ == "__main__":
    write()
