"""Training: it learns, it says how far it is, and it is the same every time."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.archive import build_archive
from training.errors import HyperparameterError
from training.evaluation import evaluate
from training.fitting import train
from training.hyperparameters import Hyperparameters
from training.linear import singular
from training.model import SCALE, Model, on_grid
from training.ratings import Ratings
from training.split import ua_split

ROOT = Path(__file__).parents[2]


def test_factors_learn_what_biases_cannot(made: Ratings, model: Model) -> None:
    split = ua_split(made)
    flat = np.zeros_like(model.user_factors)
    biased = Model(model.mean, model.users, model.items, model.user_bias, model.item_bias, flat, model.item_factors)
    assert evaluate(biased, split).rmse > 1.0
    assert evaluate(model, split).rmse < 0.8


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    made: Ratings, model: Model, quick: Hyperparameters
) -> None:
    rows = ua_split(made).train
    assert build_archive(train(rows, quick, seed=1)) == build_archive(model)
    assert build_archive(train(rows, quick, seed=2)) != build_archive(model)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_another_process_and_number_of_threads_gives_the_same_bytes(
    made: Ratings, model: Model, tmp_path: Path, threads: str
) -> None:
    rows = tmp_path / "rows"
    rows.write_text(ua_split(made).train.text())
    program = (
        "import hashlib, pathlib, sys\n"
        "from training.archive import build_archive\n"
        "from training.fitting import train\n"
        "from training.hyperparameters import Hyperparameters\n"
        "from training.ratings import parse_ratings\n"
        "rows = parse_ratings(pathlib.Path(sys.argv[1]).read_text(), 'rows')\n"
        "model = train(rows, Hyperparameters(rank=3, burn_in=5, sweeps=20), 1)\n"
        "print(hashlib.sha256(build_archive(model)).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    done = subprocess.run(
        [sys.executable, "-c", program, str(rows)], env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == hashlib.sha256(build_archive(model)).hexdigest()


def test_every_sweep_is_reported_once(made: Ratings) -> None:
    seen: list[tuple[int, int]] = []
    train(made, Hyperparameters(rank=1, burn_in=2, sweeps=3), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_the_global_generator_is_left_alone(made: Ratings) -> None:
    np.random.seed(5)  # noqa: NPY002 - it is the global generator that is looked at
    expected = np.random.random_sample()  # noqa: NPY002 - as above
    np.random.seed(5)  # noqa: NPY002 - as above
    train(made, Hyperparameters(rank=1, burn_in=0, sweeps=1))
    assert np.random.random_sample() == expected  # noqa: NPY002 - as above


def test_the_model_knows_sorted_ids_and_keeps_twice_the_rank(made: Ratings, model: Model) -> None:
    assert model.users.tolist() == sorted(set(ua_split(made).train.users.tolist()))
    assert model.user_factors.shape == (40, 6)
    assert model.item_factors.shape == (30, 6)
    assert model.user_factors.dtype == np.int16
    for column in model.user_factors.T:
        assert column[np.abs(column).argmax()] > 0


def test_the_grid_is_fine_enough_and_bounded() -> None:
    values = np.array([0.3, -0.00013, 100.0, -100.0])
    steps = on_grid(values)
    assert steps.tolist() == [1229, -1, 32767, -32768]
    assert abs(steps[0] * SCALE - 0.3) <= SCALE / 2


def test_singular_vectors_give_the_table_back() -> None:
    table = np.arange(12.0).reshape(3, 4) ** 2
    left, strengths, right = singular(table)
    assert left * strengths @ right.T == pytest.approx(table)
    assert strengths.tolist() == sorted(strengths.tolist(), reverse=True)


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("rank", 0, "1 to 64"),
        ("rank", 65, "1 to 64"),
        ("sweeps", 0, "1 to 1000"),
        ("burn_in", -1, "0 to 1000"),
        ("noise_precision", 0.0, "above 0"),
        ("noise_precision", float("inf"), "above 0"),
        ("interest_penalty", -1.0, "above 0"),
        ("user_bias_penalty", float("nan"), "above 0"),
        ("item_bias_penalty", 0.0, "above 0"),
    ],
)
def test_hyperparameters_have_bounds(name: str, value: Any, bound: str) -> None:
    with pytest.raises(HyperparameterError, match=rf"^{name} is .*{bound}, got {value}$"):
        Hyperparameters(**{name: value})
