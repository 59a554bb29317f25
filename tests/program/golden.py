"""What the program registers for a stack and a line-up, line by line, with the changeable spelled out by name.

`python -m tests.program.golden` writes the files again; what changed is then read in the diff, line by line.
"""

import json
import re
import runpy
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast
from unittest import mock

from components.snapshot import fingerprint
from emulator.recording import Recording, Registration, registered
from mapping import contract
from releases.identity import identity
from tests.program.stacks import (
    CONTRACTS,
    FEATURES,
    PROJECT,
    ROOT,
    SCALING,
    fill,
    release,
    second_contract,
    stack_config,
    with_features,
)

FOLDER = Path(__file__).parent / "golden"
STACKS = ("dev", "prod")
LINEUPS: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "stable": {"stable": "r1"},
    "model-canary": {"stable": "r1", "canary": {"release": "r2", "percent": 10}},
    "model-promoted": {"stable": "r2", "warm": ["r1"]},
    "contract-canary": {"stable": "r1", "canary": {"release": "r3", "percent": 0.5}},
    "contract-promoted": {"stable": "r3", "warm": ["r1"]},
    "enriched-canary": {
        "stable": "r1",
        "canary": {"release": "r2", "percent": 10},
        "enriched": {"enabled": True, "memoryMegabytes": 512},
    },
    "everything": {
        "stable": "r1",
        "canary": {"release": "r2", "percent": 10},
        "enriched": {"enabled": True},
        "features": FEATURES,
    },
}


class World:
    """A folder with a store of three releases: r1 and r2 speak the first contract, r3 the second."""

    def __init__(self, folder: Path, stack: str) -> None:
        self.folder, self.stack, self.store = folder, stack, folder / "store"
        self.contracts = folder / "contracts"
        (self.contracts).mkdir(parents=True)
        for name in ("ratings-v1", "enriched-v1"):
            (self.contracts / name).symlink_to(CONTRACTS / name)
        second = second_contract(self.contracts)
        scaling = SCALING if stack == "prod" else None
        first = self.contracts / "ratings-v1"
        spoken = {"r1": first, "r2": first, "r3": second}
        self.releases = {name: release(name, spoken_by, scaling=scaling) for name, spoken_by in spoken.items()}
        self.store.mkdir()
        fill(self.store, list(self.releases.values()))

    def looked_up(self) -> AbstractContextManager[object]:
        """Let contracts be looked up in this folder."""
        contract.load_contract.cache_clear()
        return mock.patch.object(contract, "CONTRACTS", self.contracts)

    def run(self, **changes: Any) -> Recording:
        """Run the program, the directory as Pulumi does, with changes to the stack's keys.

        `features` are keys of `api` that are laid over the stack's own.
        """
        features = changes.pop("features", {})
        changes |= {"api": with_features(self.stack, features)} if features else {}
        config = stack_config(self.stack, {"store": str(self.store), **changes})
        with self.looked_up():
            return registered(
                lambda: runpy.run_path(str(ROOT), run_name="__main__"),
                project=PROJECT,
                stack=self.stack,
                config=config,
                region=config["aws:region"],
            )

    def lines(self, recording: Recording) -> list[str]:
        """Return one JSON line for each registration and one for the outputs, sorted."""
        named = self._named(recording)
        described = [*map(_described, recording.registrations), {"outputs": recording.outputs}]
        return sorted(json.dumps(_replaced(each, named), sort_keys=True) for each in described)

    def _named(self, recording: Recording) -> dict[str, str]:
        """Map what depends on the templates' text, or on this machine, to a name for it."""
        named = {str(self.store): "<store>"}
        for each in self.releases.values():
            named[identity(each)] = f"<{each.id}>"
        for deployment in recording.of_type("aws:apigateway/deployment:Deployment"):
            document = deployment.inputs["triggers"]["document"]
            speaks = "second" if "gave an answer that cannot be used" in document else "first"
            cached = re.search(r'"cacheNamespace": "\w+-([a-z0-9-]+)"', document)
            speaks += "" if cached is None else f", {cached[1]}'s own,"
            named[document] = f"<the {speaks} document>"
            named[fingerprint(document)] = f"<{speaks}>"
            named[deployment.id] = f"<the {speaks} deployment>"
        for function in recording.of_type("aws:lambda/function:Function"):
            if "release" in function.inputs["tags"]:
                named[function.inputs["name"].rpartition("-")[2]] = f"<code for {function.inputs['tags']['release']}>"
            for path, asset in function.inputs["code"]["assets"].items():
                named[asset["text"]] = f"<{path}>"
        return named


def _described(each: Registration) -> dict[str, Any]:
    described: dict[str, Any] = {"name": each.name, "type": each.type, "parent": each.parent.split("::")[-1]}
    described |= {"inputs": each.inputs, "after": [urn.split("::")[-1] for urn in each.dependencies]}
    if each.protect:
        described["protect"] = True
    if each.hooks:
        described["hooks"] = {moment: list(names) for moment, names in each.hooks.items()}
    return described


def _replaced(value: Any, named: Mapping[str, str]) -> Any:
    """Replace the changeable at any depth; lists of names are sorted afterwards."""
    if isinstance(value, str):
        for text, name in named.items():
            value = value.replace(text, name)
        return value
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        replaced = {key: _replaced(each, named) for key, each in items}
        return {key: sorted(each) if key == "after" else each for key, each in replaced.items()}
    return [_replaced(each, named) for each in cast("list[Any]", value)] if isinstance(value, list) else value


def write() -> None:
    """Write every golden file again."""
    FOLDER.mkdir(exist_ok=True)
    for stack in STACKS:
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder) / "world", stack)
            for name, changes in LINEUPS.items():
                text = "\n".join(world.lines(world.run(**changes))) + "\n"
                (FOLDER / f"{stack}-{name}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
