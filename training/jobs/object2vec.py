"""The built-in Object2Vec on ratings: its files, its hyperparameters, and what it answers. Pure.

Formats and hyperparameters are those of AWS's sample notebook "An Introduction to SageMaker ObjectToVec model for
MovieLens recommendation" (amazon-sagemaker-examples, object2vec_movie_recommendation) and of the developer guide's
"Object2Vec hyperparameters" and "Data formats for Object2Vec inference". Never run on AWS by this project's makers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.errors import JobAnswerError, TooFewRatingsError
from training.ratings import Ints, Ratings

CONTENT_TYPE = "application/jsonlines"
VOCABULARY_MAX = 3_000_000
"""The developer guide's bound for enc0_vocab_size and enc1_vocab_size."""

HYPERPARAMETERS: Mapping[str, str] = {
    "_kvstore": "device",
    "_num_gpus": "auto",
    "_num_kv_servers": "auto",
    "bucket_width": "0",
    "early_stopping_patience": "3",
    "early_stopping_tolerance": "0.01",
    "enc0_cnn_filter_width": "3",
    "enc0_layers": "auto",
    "enc0_max_seq_len": "1",
    "enc0_network": "pooled_embedding",
    "enc0_token_embedding_dim": "300",
    "enc1_layers": "auto",
    "enc1_max_seq_len": "1",
    "enc1_network": "pooled_embedding",
    "enc1_token_embedding_dim": "300",
    "enc_dim": "1024",
    "epochs": "20",
    "learning_rate": "0.001",
    "mini_batch_size": "64",
    "mlp_activation": "tanh",
    "mlp_dim": "256",
    "mlp_layers": "1",
    "num_classes": "2",
    "optimizer": "adam",
    "output_layer": "mean_squared_error",
}
"""The notebook's for its rating prediction task, but for the sizes of the vocabularies, which are the data's."""


def hyperparameters(ratings: Ratings) -> Mapping[str, str]:
    """Return the notebook's hyperparameters with vocabularies that hold every id of `ratings`.

    A token is an index, so each size is the largest id and one more; MovieLens-100K gives 944 and 1683.

    Raises:
        TooFewRatingsError: there is no rating.
        JobAnswerError: an id is larger than Object2Vec takes.
    """
    if len(ratings) == 0:
        raise TooFewRatingsError("there is no rating to train on")
    sizes: dict[str, str] = {}
    for encoder, ids in (("enc0", ratings.users), ("enc1", ratings.items)):
        size = int(ids.max()) + 1
        if size > VOCABULARY_MAX:
            raise JobAnswerError(
                f"Object2Vec takes ids below {VOCABULARY_MAX}, and these ratings have {size - 1}: number them anew, or "
                "train with --algorithm als"
            )
        sizes[f"{encoder}_vocab_size"] = str(max(size, 2))
    return {**HYPERPARAMETERS, **sizes}


def labelled(ratings: Ratings) -> bytes:
    """Return the ratings as JSON lines, `{"in0": [user], "in1": [item], "label": stars}`: what training reads."""
    rows = zip(ratings.users.tolist(), ratings.items.tolist(), ratings.stars.tolist(), strict=True)
    lines = (f'{{"in0": [{user}], "in1": [{item}], "label": {float(stars)}}}\n' for user, item, stars in rows)
    return "".join(lines).encode()


def pairs(ratings: Ratings) -> bytes:
    """Return users and items alone as JSON lines: what a transform job predicts. No label leaves this machine."""
    rows = zip(ratings.users.tolist(), ratings.items.tolist(), strict=True)
    return "".join(f'{{"in0": [{user}], "in1": [{item}]}}\n' for user, item in rows).encode()


def scores(data: bytes, count: int) -> NDArray[np.float64]:
    """Read a transform job's output: one `{"scores": [rating]}` a line, in the order of the input.

    Raises:
        JobAnswerError: it is something else, or not `count` lines of it.
    """
    found: list[float] = []
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        try:
            (score,) = json.loads(line)["scores"]
            found.append(float(score))
        except (ValueError, TypeError, KeyError) as error:
            raise JobAnswerError(
                f'line {number} of the predictions is {line[:80]!r}, not {{"scores": [a rating]}}: the container '
                "speaks otherwise than its documentation says"
            ) from error
    if len(found) != count:
        raise JobAnswerError(f"{len(found)} predictions came back for {count} pairs: they cannot be put side by side")
    values = np.array(found, dtype=np.float64)
    if not np.isfinite(values).all():
        raise JobAnswerError("a prediction is no finite number: the model has not learned anything usable")
    return values


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predictions that were made elsewhere for the held-out pairs, in their order; what `evaluate` measures."""

    values: NDArray[np.float64]
    trained: Ratings

    def predict(self, users: Ints, items: Ints) -> NDArray[np.float64]:
        """Return the predictions, as the endpoint would serve them: nothing is cut off at 1 and 5."""
        if not len(users) == len(items) == len(self.values):
            raise JobAnswerError(f"there are {len(self.values)} predictions and {len(users)} pairs")
        return self.values

    def knows(self, users: Ints, items: Ints) -> NDArray[np.bool_]:
        """Return for each pair whether both its ids were in the training set."""
        return np.isin(users, self.trained.users) & np.isin(items, self.trained.items)
