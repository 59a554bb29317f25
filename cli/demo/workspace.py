"""A fresh store and a copy of the local configuration, in a folder that git ignores."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.errors import DemoError
from cli.wiring import ROOT, stack_file
from settings.stackfile import set_values

FOLDER = Path(".canary") / "demo"
NOTHING_SERVED: Mapping[str, object] = {"stable": "", "canary": {}, "warm": [], "rollout": ""}
"""What the copy begins with: the releases that somebody serves from the original are not in the fresh store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`config` is the copied stack file, `store` the folder that it names."""

    config: Path
    store: Path

    def serve(self, **values: object) -> None:
        """Change the configuration as a person would: `stable`, `canary`, `warm`."""
        set_values(self.config, values)


def fresh() -> Workspace:
    """Make the workspace anew.

    Raises:
        DemoError: an earlier demo still serves from it, or it cannot be written.
    """
    folder = ROOT / FOLDER
    address = folder / "store" / "emulator.json"
    if address.exists() and _is_alive(address):
        raise DemoError(f"{FOLDER} is being served from; stop that first (Ctrl-C where it runs), then run this again")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config = Path(shutil.copy(stack_file("local"), folder))
    except OSError as error:
        raise DemoError(f"{folder} cannot be made: {error.strerror}; free it, then run this again") from error
    set_values(config, {"store": (FOLDER / "store").as_posix(), **NOTHING_SERVED})
    return Workspace(config=config, store=folder / "store")


def _is_alive(address: Path) -> bool:
    import json

    try:
        os.kill(int(json.loads(address.read_text())["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return False
    return True
