"""The code that a training job runs: this project's own training, file by file as it is here. Pure but for reading it.

Only what `container/train.py` imports goes along, and that needs NumPy and the standard library alone.
"""

from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ENTRY = "train.py"
MODULES = (
    "__init__",
    "archive",
    "container/__init__",
    "container/inference",
    "errors",
    "factorisation",
    "features",
    "fitting",
    "hyperparameters",
    "linear",
    "model",
    "ratings",
)


def code_files() -> Mapping[str, bytes]:
    """Return the files below the job's code folder: the entry beside the package that it imports."""
    package = {f"training/{name}.py": (HERE / f"{name}.py").read_bytes() for name in MODULES}
    return {ENTRY: (HERE / "container" / ENTRY).read_bytes(), **package}
