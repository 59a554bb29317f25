"""Rows: two texts, one order, one hash."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import DamagedRatingsError
from training.ratings import INTER_HEADER, parse_ratings, ratings_of

ROWS = [(196, 242, 3, 881250949), (186, 302, 1, 891717742), (196, 7, 5, 0)]
TEXT = "196\t242\t3\t881250949\n186\t302\t1\t891717742\n196\t7\t5\t0\n"

rows = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 5), st.integers(0, 2**40)), max_size=20
)


def test_both_texts_give_the_same_rows_in_file_order() -> None:
    for text in (TEXT, f"{INTER_HEADER}\n{TEXT}", TEXT.replace("\n", "\r\n")):
        ratings = parse_ratings(text, "a file")
        assert ratings.users.tolist() == [196, 186, 196]
        assert ratings.items.tolist() == [242, 302, 7]
        assert ratings.stars.tolist() == [3, 1, 5]
        assert ratings.times.tolist() == [881250949, 891717742, 0]
        assert ratings.text() == TEXT


@settings(deadline=None, max_examples=50)
@given(rows)
def test_what_is_written_is_read(rows: list[tuple[int, int, int, int]]) -> None:
    ratings = ratings_of(rows)
    again = parse_ratings(ratings.text(), "a file")
    assert again.text() == ratings.text()
    assert len(again) == len(rows)


def test_the_hash_knows_the_order() -> None:
    # printf '1\t2\t3\t4\n' | sha256sum
    assert ratings_of([(1, 2, 3, 4)]).sha256() == "b11a65dd07197605dd0d0637e49e1ea02ce7b73e28804931c96d3b09302ba9df"
    assert ratings_of(ROWS).sha256() != ratings_of(ROWS[::-1]).sha256()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1\t2\t3", "four whole numbers"),
        ("1\t2\t3\t4\t5", "four whole numbers"),
        ("1\t2\t3.5\t4", "four whole numbers"),
        ("1,2,3,4", "four whole numbers"),
        ("", "four whole numbers"),
        ("1\t2\t6\t4", "stars 1 to 5"),
        ("1\t2\t0\t4", "stars 1 to 5"),
        ("-1\t2\t3\t4", "ids are 0 or more"),
        ("1\t-2\t3\t4", "ids are 0 or more"),
    ],
)
def test_a_line_that_is_no_rating_is_named(line: str, reason: str) -> None:
    with pytest.raises(DamagedRatingsError, match=rf"^u.data, line 4: .*{reason}.*got {line!r}".replace("\\t", ".*")):
        parse_ratings(f"{TEXT}{line}\n9\t9\t5\t9\n", "u.data")
