"""Who is held out, and what is trained on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import HyperparameterError, TooFewRatingsError
from training.ratings import Ratings, ratings_of
from training.split import earliest, ua_split, until, validation_split


def by_item(ratings: Ratings) -> list[int]:
    return ratings.items.tolist()


def test_the_first_ratings_of_each_user_in_file_order_are_held_out() -> None:
    users = [1, 2, 1, 1, 2, 3, 2, 1]
    split = ua_split(ratings_of([(user, row, 3, 99 - row) for row, user in enumerate(users)]), held_out=2)
    assert by_item(split.test) == [0, 1, 2, 4, 5]
    assert by_item(split.train) == [3, 6, 7]


def test_ten_are_held_out_and_ten_more_of_the_rest_to_choose_by() -> None:
    split = ua_split(ratings_of([(5, row, 3, 0) for row in range(25)]))
    assert by_item(split.test) == list(range(10))
    assert split.protocol == "movielens-100k ua.test"
    chosen = validation_split(split)
    assert by_item(chosen.test) == list(range(10, 20))
    assert by_item(chosen.train) == list(range(20, 25))


def test_the_earliest_part_keeps_the_order_of_the_file() -> None:
    ratings = ratings_of([(1, 0, 3, 50), (1, 1, 3, 10), (1, 2, 3, 40), (1, 3, 3, 10), (1, 4, 3, 30)])
    assert by_item(earliest(ratings, 0.6)) == [1, 3, 4]
    assert by_item(earliest(ratings, 0.2)) == [1]  # of equal times the first in the file
    assert by_item(earliest(ratings, 1)) == [0, 1, 2, 3, 4]
    assert by_item(until(ratings, 40)) == [1, 3, 4]


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan")])
def test_a_share_out_of_its_bounds_is_refused(share: float) -> None:
    with pytest.raises(HyperparameterError, match=rf"above 0 and at most 1, got {share}"):
        earliest(ratings_of([(1, 1, 3, 1)]), share)


def test_nothing_left_is_said() -> None:
    with pytest.raises(TooFewRatingsError, match="the first 10% by time are none"):
        earliest(ratings_of([(1, 1, 3, 1)]), 0.1)
    with pytest.raises(TooFewRatingsError, match="those before 1"):
        until(ratings_of([(1, 1, 3, 1)]), 1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 4), max_size=60), st.integers(0, 12))
def test_every_row_is_in_one_part_and_order_is_kept(users: list[int], held_out: int) -> None:
    split = ua_split(ratings_of([(user, row, 3, 0) for row, user in enumerate(users)]), held_out)
    assert by_item(split.test) == sorted(by_item(split.test))
    assert by_item(split.train) == sorted(by_item(split.train))
    assert sorted(by_item(split.test) + by_item(split.train)) == list(range(len(users)))
    for user in set(users):
        assert split.test.users.tolist().count(user) == min(held_out, users.count(user))
