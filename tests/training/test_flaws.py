"""Flawed releases have the flaw that they are said to have, and no other."""

import importlib.util
import io
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from training.archive import CODE, build_archive, read_archive
from training.errors import HyperparameterError
from training.fitting import train
from training.flaws import failing, shifted
from training.hyperparameters import Hyperparameters
from training.model import Model
from training.ratings import ratings_of

USERS, ITEMS = np.array([1, 1, 2]), np.array([1, 2, 3])


@pytest.fixture(scope="module")
def model() -> Model:
    rows = [(user, item, 1 + (user + item) % 5, 10 * user + item) for user in range(1, 9) for item in range(1, 9)]
    return train(ratings_of(rows), Hyperparameters(), 0)


def handler(archive: bytes, folder: Path) -> ModuleType:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        opened.extractall(folder, filter="data")
    spec = importlib.util.spec_from_file_location(f"handler_{folder.name}", folder / CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_tenth_request_fails_and_the_others_are_answered_as_before(model: Model, tmp_path: Path) -> None:
    module: Any = handler(failing(model, 10), tmp_path)
    loaded = module.model_fn(str(tmp_path))
    outcomes: list[bool] = []
    for _ in range(30):
        try:
            assert np.array_equal(module.predict_fn((USERS, ITEMS), loaded), model.predict(USERS, ITEMS))
            outcomes.append(True)
        except RuntimeError:
            outcomes.append(False)
    assert outcomes == [number % 10 != 0 for number in range(1, 31)]


def test_a_shifted_model_is_off_by_the_same_amount_within_the_scale(model: Model) -> None:
    moved = read_archive(build_archive(shifted(model, 0.5)))
    expected = np.clip(model.predict(USERS, ITEMS) + 0.5, 1, 5)
    assert moved.predict(USERS, ITEMS) == pytest.approx(expected, abs=1e-6)


def test_a_release_that_never_answers_is_refused(model: Model) -> None:
    with pytest.raises(HyperparameterError, match="at least 2, got 1"):
        failing(model, 1)
