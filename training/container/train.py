"""The entry of a training job: the ratings of the channel `train` in, `/opt/ml/model` out, by our own `train`.

Runs in SageMaker's scikit-learn container 1.4-2-py312 (Python 3.12, NumPy 2.1.0), beside the package `training`. What
it writes is what `training/archive.py` packs: SageMaker makes `model.tar.gz` of the folder. A failure is written where
SageMaker reads the job's reason from (developer guide, "How Amazon SageMaker Provides Training Information").
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

from training.archive import build_archive
from training.fitting import train
from training.hyperparameters import Hyperparameters
from training.ratings import parse_ratings

OPT_ML = "/opt/ml"
REASON_CHARACTERS = 1024
EVERY = 5


def run(root: Path) -> None:
    """Train on the one file of the channel and write the model's folder below `root`."""
    told = json.loads((root / "input/config/hyperparameters.json").read_text())
    (file,) = sorted(path for path in (root / "input/data/train").iterdir() if path.is_file())
    ratings = parse_ratings(file.read_text(encoding="utf-8"), file.name)
    settings = Hyperparameters(**json.loads(told.get("settings", "{}")))
    print(f"{len(ratings)} ratings, SHA-256 {ratings.sha256()}, {settings}", flush=True)
    model = train(ratings, settings, int(told.get("seed", "0")), report)
    with tarfile.open(fileobj=io.BytesIO(build_archive(model))) as archive:
        archive.extractall(root / "model", filter="data")
    print(f"model of {len(model.users)} users and {len(model.items)} items written", flush=True)


def report(done: int, total: int) -> None:
    """Print progress now and then: the log is what is seen of a job."""
    if done % EVERY == 0 or done == total:
        print(f"sweep {done} of {total}", flush=True)


def main(root: Path) -> int:
    """Run, and leave the reason of a failure where SageMaker looks for it."""
    try:
        run(root)
    except Exception as error:
        (root / "output").mkdir(parents=True, exist_ok=True)
        (root / "output/failure").write_text(f"{type(error).__name__}: {error}"[:REASON_CHARACTERS], encoding="utf-8")
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else OPT_ML)))
