"""The real ratings: what they are, and how good the model is on the test set that nothing was chosen by."""

from training.evaluation import evaluate
from training.fitting import train
from training.ratings import Ratings
from training.split import earliest, ua_split, validation_split


def test_the_rows_are_movielens_100k(movielens: Ratings) -> None:
    assert len(movielens) == 100_000
    assert movielens.text().startswith("196\t242\t3\t881250949\n186\t302\t3\t891717742\n22\t377\t1\t878887116\n")
    assert (len(set(movielens.users.tolist())), len(set(movielens.items.tolist()))) == (943, 1682)


def test_the_split_is_ua(movielens: Ratings) -> None:
    split = ua_split(movielens)
    assert (len(split.train), len(split.test)) == (90_570, 9_430)
    # ua.test begins with user 1's ten, sorted by item there
    first = sorted(split.test.items[split.test.users == 1].tolist())
    assert first == [20, 33, 61, 117, 155, 160, 171, 189, 202, 265]
    chosen_by = validation_split(split)
    assert (len(chosen_by.train), len(chosen_by.test)) == (81_140, 9_430)


def test_more_data_make_a_better_release_and_the_best_is_good(movielens: Ratings) -> None:
    split = ua_split(movielens)
    first = evaluate(train(earliest(split.train, 0.7)), split)
    second = evaluate(train(split.train), split)
    assert second.rmse <= 0.91  # 0.927 is asked for; one factorisation without what was rated reaches 0.923
    assert second.mae <= 0.72
    assert second.coverage == 0.999788
    assert second.ratings == first.ratings == 9_430
    assert first.coverage == 0.712725
    assert first.rmse <= 0.96
    assert second.rmse < first.rmse
