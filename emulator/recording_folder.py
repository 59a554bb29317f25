"""What the process of a recording leaves in its folder, for those who started it."""

import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

SAID, LOADED, REPLY = "said.txt", "loaded.json", "recording.json"
"""What the program printed, what it has loaded of Pulumi's, and the recording."""
_SHARED = ("pulumi", "pulumi_")
"""How the names of packages begin that are loaded once for all recordings."""


def shareable(modules: Mapping[str, ModuleType]) -> list[str]:
    """Name what may be loaded once for all: Pulumi's packages as installed, not a program's own of a like name.

    Modules that are named and not loaded yet (Pulumi loads lazily) are left out.
    """
    places = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    return sorted(
        name
        for name, module in modules.items()
        if name.split(".")[0].startswith(_SHARED)
        and type(module) is ModuleType
        and any(Path(str(module.__dict__.get("__file__"))).is_relative_to(place) for place in places)
    )
