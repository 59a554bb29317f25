"""The whole of training as one list of steps. Pure: the ratings come in, a release and its archive go out."""

from dataclasses import dataclass

from releases.model import ContractRef, Release, Serving
from training.archive import build_archive, read_archive
from training.evaluation import evaluate
from training.factorisation import Progress
from training.fitting import silent, train
from training.hyperparameters import Hyperparameters
from training.model import Model
from training.ratings import Ratings
from training.release import make_release
from training.split import Split


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A release that is not registered yet, the bytes of its archive, and the model in them."""

    release: Release
    archive: bytes
    model: Model


def produce(
    release_id: str,
    *,
    rows: Ratings,
    split: Split,
    store_uri: str,
    contract: ContractRef,
    serving: Serving,
    trained_at: str,
    seed: int = 0,
    settings: Hyperparameters | None = None,
    progress: Progress = silent,
) -> Product:
    """Train on `rows` (the split's training part, or some of it), and measure what the archive holds on the test part.

    Raises:
        TooFewRatingsError: `rows` or the test part is empty.
    """
    archive = build_archive(train(rows, settings, seed, progress))
    model = read_archive(archive)
    release = make_release(
        release_id,
        archive=archive,
        store_uri=store_uri,
        contract=contract,
        serving=serving,
        metrics=evaluate(model, split),
        trained_at=trained_at,
        data_sha256=rows.sha256(),
    )
    return Product(release, archive, model)
