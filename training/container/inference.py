"""The handler inside the model's container: ratings for pairs of user and item.

Runs in SageMaker's scikit-learn container 1.2-1, whose oldest image has Python 3.8 and NumPy 1.24.1, so nothing
newer is used here; it needs NumPy and the standard library only. The request and the answer are those of
SageMaker's built-in Object2Vec: {"instances": [{"in0": [user], "in1": [item]}, ...]} is answered
{"predictions": [{"scores": [rating]}, ...]}, in the same order.

A rating is mean + user's bias + item's bias + (user's factors . item's factors), kept within 1..5. An unknown
user or item has neither bias nor factors, so what is left is the bias-only prediction.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, cast  # noqa: UP035 - in Python 3.8 they are here

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAYS = "model.npz"
FORMAT = 1
LOWEST, HIGHEST = 1.0, 5.0
JSON = "application/json"
ID_LIMIT = 1000000000  # ids have at most nine digits, as the API in front checks
NAMES = ("format", "mean", "scale", "users", "items", "user_bias", "item_bias", "user_factors", "item_factors")


class Side:
    """Users or items: sorted ids (n,), biases (n + 1,) and factors (n + 1, k); the last row is for unknown ids."""

    def __init__(self, ids: NDArray[np.int64], bias: NDArray[np.float32], factors: NDArray[np.float32]) -> None:
        self.ids = ids
        self.bias = np.append(bias, np.zeros(1, bias.dtype))
        self.factors = np.vstack([factors, np.zeros((1, factors.shape[1]), factors.dtype)])

    def rows(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each id in `wanted`, (m,); unknown ids get the last row."""
        if len(self.ids) == 0:
            return np.zeros(len(wanted), np.int64)
        rows = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[rows] == wanted, rows, len(self.ids))


class Predictor:
    """A loaded model: the arrays of the archive, scaled and ready to be looked up."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        scale = np.float32(arrays["scale"])
        self.mean = float(arrays["mean"])
        self.users = Side(arrays["users"], arrays["user_bias"] * scale, arrays["user_factors"] * scale)
        self.items = Side(arrays["items"], arrays["item_bias"] * scale, arrays["item_factors"] * scale)

    def predict(self, users: NDArray[np.int64], items: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a rating in 1..5 for each pair of the two (m,) arrays of ids."""
        user, item = self.users.rows(users), self.items.rows(items)
        taste = np.einsum("ij,ij->i", self.users.factors[user], self.items.factors[item])
        rating = self.mean + self.users.bias[user] + self.items.bias[item] + taste
        return np.clip(rating.astype(np.float64), LOWEST, HIGHEST)


def model_fn(model_dir: str) -> Predictor:
    """Load the model from the folder that the archive was unpacked into.

    Raises ValueError where the arrays are missing, damaged, or of another format.
    """
    path = Path(model_dir, ARRAYS)
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in NAMES}
    except (OSError, KeyError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read ({error}): the model's archive is cut short, damaged or not one of this "
            "project's; fetch it again and compare its SHA-256 with the one in the release's manifest"
        ) from error
    if int(arrays["format"]) != FORMAT:
        raise ValueError(f"{path} has format {int(arrays['format'])}, this handler reads format {FORMAT}")
    return Predictor(arrays)


def input_fn(body: str | bytes, content_type: str | None = JSON) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the request's users and items as two arrays of shape (m,).

    Raises ValueError that says what is wrong with the request.
    """
    if (content_type or JSON).split(";")[0].strip().lower() != JSON:
        raise ValueError(f"the content type must be {JSON}, got {content_type!r}")
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the request is not JSON: {error}") from error
    instances = _value(request, "instances")
    if not isinstance(instances, list) or not instances:
        raise ValueError('the request must be {"instances": [...]} with one instance at least')
    listed = cast("list[Any]", instances)
    return _ids(listed, "in0"), _ids(listed, "in1")


def predict_fn(data: tuple[NDArray[np.int64], NDArray[np.int64]], model: Predictor) -> NDArray[np.float64]:
    """Return a rating in 1..5 for each pair that `input_fn` read, shape (m,)."""
    users, items = data
    return model.predict(users, items)


def output_fn(prediction: NDArray[np.float64], accept: str | None = JSON) -> tuple[str, str]:
    """Return the answer's text, ratings to four decimals, and its content type.

    Raises ValueError where the caller accepts no JSON.
    """
    wanted = {part.split(";")[0].strip().lower() for part in (accept or JSON).split(",")}
    if wanted.isdisjoint((JSON, "application/*", "*/*")):
        raise ValueError(f"the answer is {JSON}, and the caller accepts {accept!r} only")
    scores = ']}, {"scores": ['.join(map(repr, np.round(prediction, 4).tolist()))
    return f'{{"predictions": [{{"scores": [{scores}]}}]}}', JSON


def _ids(instances: list[Any], name: str) -> NDArray[np.int64]:
    """Return every instance's one id under `name`; all at once, because a thousand may come in a request."""
    try:
        lists = [instance[name] for instance in instances]
        found = [value for values in lists for value in values]
        if set(map(len, lists)) == {1} and set(map(type, found)) == {int}:
            ids = np.array(found, np.int64)
            if ids.min() >= 0 and ids.max() < ID_LIMIT:
                return ids
    except (TypeError, KeyError, OverflowError):
        pass  # what exactly is wrong is looked for below, one instance after another
    raise ValueError(_fault(instances, name))


def _fault(instances: list[Any], name: str) -> str:
    """Say which instance is the first without one id under `name`."""
    for number, instance in enumerate(instances):
        value = _value(instance, name)
        listed: list[object] = cast("list[object]", value) if isinstance(value, list) else []
        one = listed[0] if len(listed) == 1 else None
        if type(one) is not int or not 0 <= one < ID_LIMIT:
            shown = repr(cast("object", instance if value is None else value))[:80]
            return f"instance {number}: {name} must be a list of one id from 0 to {ID_LIMIT - 1}, got {shown}"
    return f"every instance must be an object with {name}"


def _value(thing: object, name: str) -> object:
    return cast("dict[str, object]", thing).get(name) if isinstance(thing, dict) else None
