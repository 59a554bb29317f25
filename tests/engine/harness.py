"""Runs the program on the real Pulumi engine, against the stand-in, on a copy of the program.

A copy, because the engine writes back into the stack's file. The copy's runtime is the interpreter of the test run,
the state a folder, the passphrase fixed, `PULUMI_HOME` its own; `pulumi-resource-aws` is found on a PATH that is set
for these processes only, so nothing in the program names the stand-in.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from settings.stackfile import set_values
from tests.engine.stand_in.account import Account
from tests.program.stacks import ROOT

PROGRAM = ("components", "mapping", "program", "releases", "settings", "store")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One command of the engine's: how it ended, and what it did to AWS (`create Stage gateway-stage`), in order."""

    code: int
    text: str
    operations: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])

    def before(self, first: str, then: str) -> bool:
        """Say whether the first operation was done before the other; both must have been."""
        return self.operations.index(first) < self.operations.index(then)


class Engine:
    """One stack of the program in a folder of its own."""

    def __init__(self, folder: Path, stack: str) -> None:
        self.folder, self.stack = folder, stack
        self.program, self.store, self.account = folder / "program", folder / "store", folder / "account"
        for name in ("state", "home", "bin", "account", "store"):
            (folder / name).mkdir(parents=True)
        skip = shutil.ignore_patterns("__pycache__")
        for package in PROGRAM:
            shutil.copytree(ROOT / package, self.program / package, ignore=skip)
        for file in ("__main__.py", f"Pulumi.{stack}.yaml"):
            shutil.copy(ROOT / file, self.program / file)
        self._project()
        self._provider()
        self._pulumi("stack", "init", stack)

    @property
    def contracts(self) -> Path:
        return self.program / "mapping" / "contracts"

    def configure(self, **changes: Any) -> None:
        """Set our keys in the stack's file; None takes a key out."""
        set_values(self.program / f"Pulumi.{self.stack}.yaml", {"store": str(self.store), **changes})

    def up(self) -> Run:
        return self._run("up", "--yes", "--skip-preview")

    def destroy(self) -> Run:
        return self._run("destroy", "--yes", "--skip-preview")

    def unprotect(self) -> Run:
        return self._run("state", "unprotect", "--all", "--yes")

    def preview(self) -> tuple[Run, dict[str, str]]:
        """Preview an update; return what it would do by logical name (`create`, `update`, ...), without `same`."""
        run = self._run("preview", "--json")
        steps: list[dict[str, Any]] = json.loads(run.text).get("steps", []) if run.text.startswith("{") else []
        return run, {step["urn"].split("::")[-1]: step["op"] for step in steps if step["op"] != "same"}

    def outputs(self) -> dict[str, Any]:
        return json.loads(self._pulumi("stack", "output", "--json").stdout)

    def aws(self) -> Account:
        """Return the account as it is now."""
        return Account.load(self.account)

    def only(self, kind: str) -> Mapping[str, Any]:
        """Return the inputs of the one resource of a type (`Stage`)."""
        (found,) = (each for each in self.aws().resources.values() if each.kind.endswith(f":{kind}"))
        return found.inputs

    def _run(self, *arguments: str) -> Run:
        journal = self.account / "journal.jsonl"
        start = len(journal.read_text().splitlines()) if journal.exists() else 0
        done = self._pulumi(*arguments, check=False)
        lines = journal.read_text().splitlines()[start:] if journal.exists() else []
        entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return Run(
            code=done.returncode,
            text=done.stdout + done.stderr,
            operations=[f"{e['op']} {e['type'].rpartition(':')[2]} {e['name']}" for e in entries],
            broken=[f"after {e['op']} {e['name']}: {fault}" for e in entries for fault in e["broken"]],
        )

    def _pulumi(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        keep = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG", "SYSTEMROOT") if name in os.environ}
        environment = {
            **keep,
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]]),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "STAND_IN_ACCOUNT": str(self.account),
        }
        command = (
            ["pulumi", *arguments, "--stack", self.stack]
            if arguments[:2] != ("stack", "init")
            else ["pulumi", *arguments]
        )
        done = subprocess.run(
            [*command, "--non-interactive", "--color", "never"],
            cwd=self.program,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def _project(self) -> None:
        """Let the copy run on this interpreter instead of the environment that the wrapper makes."""
        project = (ROOT / "Pulumi.yaml").read_text()
        (self.program / "Pulumi.yaml").write_text(
            re.sub(r"^runtime:\n(?: .*\n)+", "runtime: python\n", project, flags=re.MULTILINE)
        )

    def _provider(self) -> None:
        script = self.folder / "bin" / "pulumi-resource-aws"
        script.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m tests.engine.stand_in.provider "$@"\n'
        )
        script.chmod(0o755)
