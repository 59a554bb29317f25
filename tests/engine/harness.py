"""Runs the program on the real Pulumi engine, against the stand-in, on a copy of the program.

A copy, because the engine writes back into the stack's file. The copy's runtime is the interpreter of the test run,
the state a folder, the passphrase fixed, `PULUMI_HOME` its own. Which AWS a stack talks to is decided by the
environment of these processes only; nothing in the program names the stand-in.

`Engine` runs the command line as anybody does, with `pulumi-resource-aws` on its PATH. Inside a `with` program and
provider stay loaded from one command to the next, which is four times as fast (`stand_in/host.py`).
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
from typing import Any, Self

from settings.stackfile import set_values
from tests.engine.stand_in.account import Account
from tests.program.stacks import ROOT

NONE: dict[str, object] = {"stable": "", "canary": {}, "warm": [], "rollout": ""}
"""How a stack's file says "none": the engine refuses one without a key that Pulumi.yaml declares."""
PROGRAM = ("components", "functions", "mapping", "program", "releases", "rollout", "settings", "store")


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
        self._host: subprocess.Popen[str] | None = None
        self.port = ""
        self._pulumi("stack", "init", stack)

    def __enter__(self) -> Self:
        """Keep program and provider loaded until the block ends."""
        command = [sys.executable, "-m", "tests.engine.stand_in.host", str(self.program)]
        environment = {**self.environment(), "PYTHONPATH": str(ROOT)}
        self._host = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = self._host.stdout.readline().strip() if self._host.stdout else ""
        return self

    def __exit__(self, *_: object) -> None:
        if self._host is not None:
            self._host.communicate(timeout=60)  # closes its standard input, at which it ends
        self.unhosted()

    def unhosted(self) -> None:
        """Run commands as anybody does, whatever this was copied from."""
        self._host, self.port = None, ""

    @property
    def contracts(self) -> Path:
        return self.program / "mapping" / "contracts"

    def configure(self, **changes: Any) -> None:
        """Set our keys in the stack's file; None says that there is none."""
        said = {key: NONE[key] if value is None else value for key, value in changes.items()}
        set_values(self.program / f"Pulumi.{self.stack}.yaml", {"store": str(self.store), **said})

    def shell(self, command: str) -> None:
        """Run a line of commands in the program's folder, as a reader of the stack's outputs would."""
        subprocess.run(
            ["sh", "-ec", command], cwd=self.program, env=self.environment(), check=True, capture_output=True
        )

    def up(self) -> Run:
        return self._run("up", "--yes", "--skip-preview")

    def destroy(self, *, previewed: bool = False) -> Run:
        """Destroy the stack. `previewed` first, as anybody does, a protected resource is refused and nothing done."""
        return self._run("destroy", "--yes", *([] if previewed else ["--skip-preview"]))

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
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        if arguments[:2] != ("stack", "init"):
            command += ["--stack", self.stack]
        if self.port and arguments[0] in ("up", "preview"):
            command += [f"--client=127.0.0.1:{self.port}", "--exec-kind", "auto.inline"]
        done = subprocess.run(
            command,
            cwd=self.program,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def environment(self) -> dict[str, str]:
        """What its commands run in."""
        keep = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG", "SYSTEMROOT") if name in os.environ}
        return {
            **keep,
            **({"PULUMI_DEBUG_PROVIDERS": f"aws:{self.port}"} if self.port else {}),
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]]),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "STAND_IN_ACCOUNT": str(self.account),
        }

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
