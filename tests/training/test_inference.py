"""The handler: Object2Vec's contract, the bias-only prediction, and what it refuses."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.container import inference
from training.model import Model


def ask(predictor: inference.Predictor, pairs: list[tuple[int, int]]) -> list[float]:
    body = json.dumps({"instances": [{"in0": [user], "in1": [item]} for user, item in pairs]})
    answer, content_type = inference.output_fn(
        inference.predict_fn(inference.input_fn(body, "application/json"), predictor), "application/json"
    )
    assert content_type == "application/json"
    predictions = json.loads(answer)["predictions"]
    assert [list(each) for each in predictions] == [["scores"]] * len(pairs)
    assert all(len(each["scores"]) == 1 for each in predictions)
    return [each["scores"][0] for each in predictions]


def test_an_answer_word_for_word(folder: Path) -> None:
    predictor = inference.model_fn(str(folder))
    data = inference.input_fn(b'{"instances": [{"in0": [1], "in1": [2]}, {"in0": [3], "in1": [4]}]}')
    assert [each.tolist() for each in data] == [[1, 3], [2, 4]]
    mean = round(predictor.mean, 4)
    assert inference.output_fn(inference.predict_fn(data, predictor)) == (
        f'{{"predictions": [{{"scores": [{mean}]}}, {{"scores": [{mean}]}}]}}',
        "application/json",
    )


def test_the_prediction_is_mean_biases_and_product(model: Model, folder: Path) -> None:
    predictor = inference.model_fn(str(folder))
    scale = 2.0**-12
    u, i = 3, 5
    user_bias, item_bias = model.user_bias[u] * scale, model.item_bias[i] * scale
    taste = float((model.user_factors[u] * scale) @ (model.item_factors[i] * scale))
    user, item = int(model.users[u]), int(model.items[i])
    expected = [
        model.mean + user_bias + item_bias + taste,
        model.mean + user_bias,
        model.mean + item_bias,
        model.mean,
    ]
    pairs = [(user, item), (user, 999999999), (0, item), (0, 0)]
    assert ask(predictor, pairs) == pytest.approx(np.clip(expected, 1, 5), abs=6e-5)


@settings(deadline=None, max_examples=60)
@given(pairs=st.lists(st.tuples(st.integers(95, 145), st.integers(0, 310)), min_size=1, max_size=30))
def test_ratings_lie_in_bounds_and_in_the_order_of_the_request(model: Model, pairs: list[tuple[int, int]]) -> None:
    loud = Model(
        model.mean,
        model.users,
        model.items,
        model.user_bias,
        model.item_bias,
        np.clip(model.user_factors.astype(np.int64) * 6, -32768, 32767).astype(np.int16),
        model.item_factors,
    )
    for each in (model, loud):
        predictor = inference.Predictor(each.arrays())
        together = ask(predictor, pairs)
        assert together == [ask(predictor, [pair])[0] for pair in pairs]
        assert all(1 <= rating <= 5 for rating in together)


def test_a_thousand_instances(model: Model) -> None:
    pairs = [(100 + number % 50, 7 + 10 * (number % 40)) for number in range(1000)]
    assert len(ask(inference.Predictor(model.arrays()), pairs)) == 1000


def test_a_model_without_anybody_predicts_its_mean() -> None:
    none = np.zeros(0, np.int16)
    ids = np.zeros(0, np.int64)
    factors = np.zeros((0, 2), np.int16)
    assert ask(inference.Predictor(Model(3.25, ids, ids, none, none, factors, factors).arrays()), [(1, 1)]) == [3.25]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "^the request is not JSON: "),
        ('{"instances": [', "^the request is not JSON: "),
        (b"\xff\xfe\xff", "^the request is not JSON: "),
        ("[" * 100_000, "^the request is not JSON: "),
        ("[]", r'^the request must be \{"instances": \[\.\.\.\]\} with one instance at least$'),
        ("{}", "^the request must be"),
        ('{"instances": []}', "^the request must be"),
        ('{"instances": {"in0": [1], "in1": [2]}}', "^the request must be"),
        ('{"instances": [7]}', "^instance 0: in0 must be a list of one id from 0 to 999999999, got 7$"),
        ('{"instances": [{"in0": [1]}]}', r"^instance 0: in1 must be a list of one id .* got \{'in0': \[1\]\}$"),
        ('{"instances": [{"in0": 1, "in1": [2]}]}', "^instance 0: in0 must be .* got 1$"),
        ('{"instances": [{"in0": "1", "in1": [2]}]}', "^instance 0: in0 must be .* got '1'$"),
        ('{"instances": [{"in0": ["1"], "in1": [2]}]}', r"^instance 0: in0 must be .* got \['1'\]$"),
        ('{"instances": [{"in0": [true], "in1": [2]}]}', r"^instance 0: in0 must be .* got \[True\]$"),
        ('{"instances": [{"in0": [1.0], "in1": [2]}]}', r"^instance 0: in0 must be .* got \[1.0\]$"),
        ('{"instances": [{"in0": [NaN], "in1": [2]}]}', r"^instance 0: in0 must be .* got \[nan\]$"),
        ('{"instances": [{"in0": [-1], "in1": [2]}]}', r"^instance 0: in0 must be .* got \[-1\]$"),
        ('{"instances": [{"in0": [1000000000], "in1": [2]}]}', r"^instance 0: in0 must be .* got \[1000000000\]$"),
        ('{"instances": [{"in0": [' + "9" * 40 + '], "in1": [2]}]}', r"^instance 0: in0 must be .* got \[9{40}\]$"),
        (
            '{"instances": [{"in0": [1], "in1": [2]}, {"in0": [1], "in1": [2, 3]}, {"in0": [1], "in1": []}]}',
            r"^instance 1: in1 must be .* got \[2, 3\]$",
        ),
    ],
)
def test_a_bad_request_is_refused_with_what_is_wrong(body: str | bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inference.input_fn(body, "application/json")


def test_a_long_value_is_shown_in_part() -> None:
    with pytest.raises(ValueError, match="got ") as caught:
        inference.input_fn(json.dumps({"instances": [{"in0": ["x" * 5000], "in1": [2]}]}))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", "", None])
def test_json_is_taken_whatever_its_parameters(content_type: str | None) -> None:
    assert inference.input_fn('{"instances": [{"in0": [1], "in1": [2]}]}', content_type)[0].tolist() == [1]


@pytest.mark.parametrize("accept", ["application/json", "text/html, */*;q=0.1", "application/*", "", None])
def test_json_is_given_to_whoever_accepts_it(accept: str | None) -> None:
    assert inference.output_fn(np.array([1.23456]), accept) == (
        '{"predictions": [{"scores": [1.2346]}]}',
        "application/json",
    )


def test_other_formats_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^the content type must be application/json, got 'text/csv'$"):
        inference.input_fn("1,2", "text/csv")
    with pytest.raises(ValueError, match=r"^the answer is application/json, and the caller accepts 'text/csv' only$"):
        inference.output_fn(np.array([3.0]), "text/csv")


def test_arrays_that_are_cut_short_missing_or_pickled_are_refused(folder: Path) -> None:
    path = folder / "model.npz"
    whole = path.read_bytes()
    for data in (b"", whole[:100], whole[: len(whole) // 2], whole[:-1]):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"model\.npz cannot be read .*cut short, damaged.*SHA-256"):
            inference.model_fn(str(folder))
    path.unlink()
    with pytest.raises(ValueError, match=r"model\.npz cannot be read"):
        inference.model_fn(str(folder))
    shutil.rmtree(folder)
    with pytest.raises(ValueError, match=r"model\.npz cannot be read"):
        inference.model_fn(str(folder))


def test_another_format_and_a_pickle_are_refused(model: Model, tmp_path: Path) -> None:
    newer = {**model.arrays(), "format": np.array(2)}
    np.savez(tmp_path / "model.npz", **newer)  # pyright: ignore[reportArgumentType] # no array has that name
    with pytest.raises(ValueError, match="has format 2, this handler reads format 1"):
        inference.model_fn(str(tmp_path))
    pickled = {**model.arrays(), "users": np.array([{}], dtype=object)}
    np.savez(tmp_path / "model.npz", **pickled)  # pyright: ignore[reportArgumentType] # no array has that name
    with pytest.raises(ValueError, match="allow_pickle=False"):
        inference.model_fn(str(tmp_path))
