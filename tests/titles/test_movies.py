"""Titles from either text, the same ones; and what is no list of MovieLens-100K's movies."""

import pytest

from titles.movies import HEADER, MOVIES, parse_titles, titles_text
from training.errors import DamagedRatingsError

OTHERS = range(4, MOVIES + 1)
U_ITEM = "".join(
    [
        "1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Toy%20Story%20(1995)|0|0\n",
        "2|L\u00e9on (1994) (V)|01-Jan-1994||x|0\n",
        "3|unknown||||1\n",
        *(f"{movie}|Movie (19{movie % 90 + 10})|x||y|0\n" for movie in OTHERS),
    ]
)
ITEM = "".join(
    [
        f"{HEADER}\n",
        "1\tToy Story\t1995\tAnimation Children's Comedy\n",
        "2\tL\u00e9on (1994)\tV\tDrama\n",
        "3\tunkonwn\tunkonwn\tunknown\n",
        *(f"{movie}\tMovie\t19{movie % 90 + 10}\tDrama\n" for movie in OTHERS),
    ]
)


def test_both_texts_give_the_same_titles() -> None:
    titles = parse_titles(U_ITEM, "u.item")
    assert [titles[movie] for movie in (1, 2, 3, 4)] == [
        "Toy Story (1995)",
        "L\u00e9on (1994) (V)",
        "unknown",
        "Movie (1914)",
    ]
    assert parse_titles(ITEM, "ml-100k.item") == titles
    assert parse_titles(titles_text(titles), "the cache") == titles


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "u has 0 movies, MovieLens-100K has 1682"),
        (U_ITEM.replace("1682|", "1683|"), "u has 1682 movies"),
        (U_ITEM.replace("2|L\u00e9on (1994) (V)|", "2| |"), "u, line 2: a movie begins with its number and title"),
        ("x|y\n", "u, line 1: a movie begins with its number and title, got 'x|y'"),
        ("1\n", "u, line 1"),
        (f"{HEADER}\n1\tToy Story\n", "u, line 2"),
    ],
)
def test_what_is_no_list_of_movies_is_refused(text: str, message: str) -> None:
    with pytest.raises(DamagedRatingsError, match=message):
        parse_titles(text, "u")
