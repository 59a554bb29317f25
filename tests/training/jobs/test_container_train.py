"""The entry of a training job, run as SageMaker runs it: the code channel alone, nothing of this checkout on its path.

The last test runs it on its container's own Python 3.12 and NumPy 2.1.0; it needs a package index and an interpreter on
PATH (or named by CANARY_TRAINING_PYTHON), and skips, saying why, where one is missing.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from training.archive import read_archive
from training.fitting import train
from training.hyperparameters import Hyperparameters
from training.jobs.source import code_files
from training.model import Model
from training.ratings import Ratings

NUMPY = "2.1.0"
"""aws/sagemaker-scikit-learn-container, docker/1.4-2-py312/base/Dockerfile.cpu at 0f3a0dc."""
SEED = 3


def job_folder(root: Path, ratings: Ratings, quick: Hyperparameters) -> Path:
    """Lay out what SageMaker lays out below /opt/ml."""
    settings = {"rank": quick.rank, "burn_in": quick.burn_in, "sweeps": quick.sweeps}
    files = {
        "input/data/train/ratings.tsv": ratings.text().encode(),
        "input/config/hyperparameters.json": json.dumps({"seed": str(SEED), "settings": json.dumps(settings)}).encode(),
        **{f"input/data/code/{name}": data for name, data in code_files().items()},
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "model").mkdir()
    return root


def run_there(python: str, root: Path, libraries: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the job's entry point in another process, in an empty working directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if libraries is not None:
        kept["PYTHONPATH"] = str(libraries)
    entry = str(root / "input/data/code/train.py")
    (root / "empty").mkdir(exist_ok=True)
    return subprocess.run(
        [python, "-B", "-W", "error", entry, str(root)],
        cwd=root / "empty",
        env=kept,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def packed(folder: Path) -> bytes:
    """Pack a model's folder as other tools than ours would: members with `./` before their names."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        archive.add(folder, arcname=".")
    return data.getvalue()


def same(left: Model, right: Model) -> None:
    for name, array in left.arrays().items():
        assert np.array_equal(array, right.arrays()[name]), name


def test_the_job_trains_the_model_that_this_machine_trains(
    made: Ratings, quick: Hyperparameters, tmp_path: Path
) -> None:
    root = job_folder(tmp_path, made, quick)
    done = run_there(sys.executable, root)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(made)} ratings, SHA-256 {made.sha256()}" in done.stdout
    assert "sweep 25 of 25" in done.stdout
    same(read_archive(packed(root / "model")), train(made, quick, SEED))
    assert (root / "model/code/inference.py").read_bytes() == code_files()["training/container/inference.py"]


def test_a_job_that_fails_leaves_its_reason_where_sagemaker_looks(
    made: Ratings, quick: Hyperparameters, tmp_path: Path
) -> None:
    root = job_folder(tmp_path, made, quick)
    (root / "input/data/train/ratings.tsv").write_text("1\t2\t9\t4\n")
    done = run_there(sys.executable, root)
    assert done.returncode == 1
    reason = (root / "output/failure").read_text()
    assert reason.startswith("DamagedRatingsError: ratings.tsv, line 1: ids are 0 or more and stars 1 to 5")
    assert list((root / "model").iterdir()) == []


def test_it_trains_the_same_on_its_containers_python_and_numpy(
    made: Ratings, quick: Hyperparameters, tmp_path: Path
) -> None:
    python = os.environ.get("CANARY_TRAINING_PYTHON") or shutil.which("python3.12")
    show = [python or "", "-c", "import sys; print(*sys.version_info[:2])"]
    if python is None or subprocess.run(show, capture_output=True, text=True, check=False).stdout != "3 12\n":
        pytest.skip("no working python3.12 on PATH, and CANARY_TRAINING_PYTHON names none")
    libraries = tmp_path / "libraries"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    options = ["--target", str(libraries), "--no-deps", "--only-binary=:all:", "--retries=1", "--python-version=3.12"]
    command = [*pip, *options, f"numpy=={NUMPY}"]
    there = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if there.returncode != 0:
        pytest.skip(f"NumPy {NUMPY} cannot be had: {there.stderr.strip()[-200:]}")
    root = job_folder(tmp_path / "job", made, quick)
    done = run_there(python, root, libraries)
    assert done.returncode == 0, done.stderr
    same(read_archive(packed(root / "model")), train(made, quick, SEED))
