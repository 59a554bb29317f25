"""Small ratings of known making, and the real ones where they can be had."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from training.archive import build_archive
from training.errors import RatingsError
from training.fitting import train
from training.hyperparameters import Hyperparameters
from training.model import Model
from training.ratings import Ratings, ratings_of
from training.source import load_ratings
from training.split import ua_split


@pytest.fixture(scope="session")
def quick() -> Hyperparameters:
    """Few factors and few sweeps: enough for the ratings that are made here."""
    return Hyperparameters(rank=3, burn_in=5, sweeps=20)


@pytest.fixture(scope="session")
def made() -> Ratings:
    """Ratings of 40 users and 30 items with a taste of two kinds, 20 a user; user ids 100.., item ids 7.. in tens."""
    random = np.random.default_rng(7)
    users, items = random.normal(size=(40, 2)), random.normal(size=(30, 2))
    stars = np.clip(np.rint(3.3 + users @ items.T + random.normal(0, 0.3, (40, 30))), 1, 5).astype(int)
    pairs = [(user, item) for user in range(40) for item in random.choice(30, 20, replace=False).tolist()]
    order: list[int] = random.permutation(len(pairs)).tolist()
    return ratings_of(
        [
            (100 + pairs[place][0], 7 + 10 * pairs[place][1], int(stars[pairs[place]]), 1000 + 13 * number % 997)
            for number, place in enumerate(order)
        ]
    )


@pytest.fixture(scope="session")
def model(made: Ratings, quick: Hyperparameters) -> Model:
    """A model of the training part of the made ratings."""
    return train(ua_split(made).train, quick, seed=1)


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    """That model's archive, unpacked as SageMaker unpacks it."""
    with tarfile.open(fileobj=io.BytesIO(build_archive(model))) as archive:
        archive.extractall(tmp_path / "model", filter="data")
    return tmp_path / "model"


@pytest.fixture(scope="session")
def movielens() -> Ratings:
    """MovieLens-100K from the cache or the network."""
    try:
        return load_ratings()
    except RatingsError as error:
        pytest.skip(f"MovieLens-100K cannot be had here: {str(error).splitlines()[0]}")
