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
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import cast

from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.jsonpath import compile_path
from mapping.vtl.jsonpath_errors import InvalidPathError, JsonPathError, PathNotFoundError
from mapping.vtl.values import text
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

Case = tuple[str, str]


def jars() -> list[str] | None:
    """Return the oracle's class path, or None where Java or a jar is missing."""
    repository = Path(os.environ.get("MAVEN_REPOSITORY") or Path.home() / ".m2" / "repository")
    found = [str(repository / jar) for jar in JARS]
    return found if shutil.which("java") and all(Path(jar).is_file() for jar in found) else None


def ask(asked: Iterable[Case], class_path: list[str]) -> list[object]:
    """Return what Jayway answers to each (document, path)."""
    lines = "".join(json.dumps({"document": document, "path": path}) + "\n" for document, path in asked)
    ran = subprocess.run(
        ["java", "-cp", os.pathsep.join(class_path), str(HERE / "JsonPathOracle.java")],
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=300,
    )
    return [json.loads(line) for line in ran.stdout.split("\n") if line]


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
        return {"double": value}
    if isinstance(value, Decimal):
        return {"decimal": text(value)}
    if isinstance(value, dict):
        return {"object": {key: tagged(member) for key, member in cast("dict[str, object]", value).items()}}
    if isinstance(value, list):
        return [tagged(member) for member in cast("list[object]", value)]
    return value


def comparable(answer: object) -> object:
    """Take an oracle's doubles by their value: their text depends on the JDK, and is the engine's own matter."""
    if isinstance(answer, list):
        return [comparable(item) for item in cast("list[object]", answer)]
    if not isinstance(answer, dict):
        return answer
    members = cast("dict[str, object]", answer)
    if members.keys() == {"double"}:
        return {"double": float(str(members["double"]))}
    return {key: comparable(value) for key, value in members.items()}


def write() -> None:
    """Ask the oracle for the whole corpus and write the vectors."""
    class_path = jars()
    if class_path is None:
        raise SystemExit("the oracle needs java and: mvn -q -f tests/oracle_jsonpath dependency:resolve")
    asked = cases()
    vectors = [
        {"document": document, "path": path, "answer": answer}
        for (document, path), answer in zip(asked, ask(asked, class_path), strict=True)
    ]
    head = {"engine": ENGINE, "date": dt.datetime.now(dt.UTC).date().isoformat()}
    body = ",\n".join(json.dumps(vector, default=str) for vector in vectors)
    with tempfile.NamedTemporaryFile("w", dir=HERE, delete=False, encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "vectors": [\n' + body + "\n]}\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(VECTORS)


if __name__ == "__main__":
    write()
