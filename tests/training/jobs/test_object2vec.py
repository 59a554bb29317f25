"""Object2Vec's formats: what it reads, what it answers, and what is no answer."""

import json

import numpy as np
import pytest

from training.errors import JobAnswerError, TooFewRatingsError
from training.evaluation import evaluate
from training.jobs.object2vec import Predicted, hyperparameters, labelled, pairs, scores
from training.ratings import Ratings, ratings_of
from training.split import Split

TWO = ratings_of([(321, 101, 4, 0), (7, 131, 1, 0)])


def test_a_rating_is_one_json_line_with_its_label_and_a_pair_is_one_without() -> None:
    assert labelled(TWO).decode() == (
        '{"in0": [321], "in1": [101], "label": 4.0}\n{"in0": [7], "in1": [131], "label": 1.0}\n'
    )
    assert pairs(TWO).decode() == '{"in0": [321], "in1": [101]}\n{"in0": [7], "in1": [131]}\n'
    assert all(json.loads(line) for line in labelled(TWO).splitlines())


def test_the_vocabularies_hold_every_id() -> None:
    told = hyperparameters(TWO)
    assert (told["enc0_vocab_size"], told["enc1_vocab_size"]) == ("322", "132")
    assert hyperparameters(ratings_of([(0, 0, 3, 0)]))["enc0_vocab_size"] == "2"  # at least two, says the guide
    with pytest.raises(JobAnswerError, match="takes ids below 3000000, and these ratings have 3000000"):
        hyperparameters(ratings_of([(3_000_000, 1, 3, 0)]))
    with pytest.raises(TooFewRatingsError):
        hyperparameters(ratings_of([]))


def test_predictions_are_measured_as_they_would_be_served() -> None:
    values = scores(b'{"scores": [3.5]}\n{"scores": [-0.25]}\n', 2)
    assert values.tolist() == [3.5, -0.25]
    metrics = evaluate(Predicted(values, ratings_of([(321, 101, 3, 0)])), Split(TWO, TWO, "two"))
    assert metrics.rmse == round(float(np.sqrt((0.5**2 + 1.25**2) / 2)), 6)
    assert (metrics.mae, metrics.coverage, metrics.ratings) == (0.875, 0.5, 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"scores": [3.5]}\n', "1 predictions came back for 2 pairs"),
        (b'{"scores": [3.5]}\n{"score": 1}\n', "line 2 of the predictions is '{\"score\": 1}'"),
        (b'{"scores": [3.5, 1]}\n{"scores": [1]}\n', "line 1 of the predictions"),
        (b"\xff\n\n", "line 1 of the predictions"),
        (b'{"scores": [NaN]}\n{"scores": [1]}\n', "a prediction is no finite number"),
    ],
)
def test_what_is_no_answer_is_said(data: bytes, message: str) -> None:
    with pytest.raises(JobAnswerError, match="prediction") as refused:
        scores(data, 2)
    assert message in str(refused.value)


def test_predictions_of_other_pairs_are_not_measured(made: Ratings) -> None:
    with pytest.raises(JobAnswerError, match="2 predictions and 800 pairs"):
        Predicted(np.zeros(2), made).predict(made.users, made.items)
