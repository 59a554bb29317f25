"""Titles and what a user has rated, read from moto's tables: pages, repetition, keys left unread, and no table."""

from collections.abc import Generator, Mapping
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from functions.enriched_v1.data import Known, Names, known
from functions.enriched_v1.errors import UnavailableError

NAMES = Names(movies="api-movies", seen="api-seen")


@pytest.fixture
def tables() -> Generator[Any]:
    with mock_aws():
        client = cast("Any", boto3).client("dynamodb", region_name="eu-west-1")
        for name, keys in ((NAMES.movies, ["movie_id"]), (NAMES.seen, ["user_id", "movie_id"])):
            client.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "N"} for key in keys],
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
            )
        for movie in range(1, 251):
            title = {"movie_id": {"N": str(movie)}, "title": {"S": f"Movie {movie} (\u00e9\u2028)"}}
            client.put_item(TableName=NAMES.movies, Item=title)
        for movie in (2, 60, 240):
            client.put_item(TableName=NAMES.seen, Item={"user_id": {"N": "7"}, "movie_id": {"N": str(movie)}})
        client.put_item(TableName=NAMES.seen, Item={"user_id": {"N": "8"}, "movie_id": {"N": "1"}})
        yield client


class Counted:
    """A client whose first answers leave keys unread: the given numbers of each table's, one number a call."""

    def __init__(self, client: Any, *unread: int) -> None:
        self.client, self.unread, self.calls = client, list(unread), list[Any]()

    def batch_get_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803 - boto3's own
        self.calls.append(RequestItems)
        left = self.unread.pop(0) if self.unread else 0
        kept = {name: {"Keys": each["Keys"][: len(each["Keys"]) - left]} for name, each in RequestItems.items()}
        later = {name: {"Keys": each["Keys"][len(kept[name]["Keys"]) :]} for name, each in RequestItems.items()}
        asked = {name: each for name, each in kept.items() if each["Keys"]}
        said: Any = self.client.batch_get_item(RequestItems=asked) if asked else {"Responses": {}}
        return {**said, "UnprocessedKeys": {name: each for name, each in later.items() if each["Keys"]}}


def read(tables: Any, user: int, items: list[int], *, left: float = 9.0, slept: list[float] | None = None) -> Known:
    pauses: list[float] = [] if slept is None else slept
    return known(tables, NAMES, user, items, seconds_left=lambda: left - sum(pauses), sleep=pauses.append)


def test_titles_and_what_this_user_has_rated(tables: Any) -> None:
    found = read(tables, 7, [2, 1, 999])
    assert found == Known(titles={1: "Movie 1 (\u00e9\u2028)", 2: "Movie 2 (\u00e9\u2028)"}, seen=frozenset({2}))


def test_a_movie_without_a_title_is_one_that_nobody_knows(tables: Any) -> None:
    tables.put_item(TableName=NAMES.movies, Item={"movie_id": {"N": "999"}})
    assert read(tables, 7, [999, 1]).titles == {1: "Movie 1 (\u00e9\u2028)"}


def test_an_item_that_is_asked_for_twice_is_read_once(tables: Any) -> None:
    counted = Counted(tables)
    assert read(counted, 7, [2, 2, 1, 2]).seen == {2}
    (call,) = counted.calls
    assert [key["movie_id"]["N"] for key in call[NAMES.movies]["Keys"]] == ["2", "1"]


def test_a_call_has_at_most_a_hundred_keys_and_nothing_is_lost_between_pages(tables: Any) -> None:
    counted = Counted(tables)
    found = read(counted, 7, list(range(1, 251)))
    assert [sum(len(each["Keys"]) for each in call.values()) for call in counted.calls] == [100] * 5
    assert len(found.titles) == 250
    assert found.seen == {2, 60, 240}


def test_keys_left_unread_are_asked_for_again_with_longer_pauses(tables: Any) -> None:
    counted, slept = Counted(tables, 2, 1, 1), list[float]()
    found = read(counted, 7, [1, 2, 3], slept=slept)
    assert (len(found.titles), found.seen) == (3, {2})
    assert slept == [0.05, 0.1, 0.2]
    assert [len(call[NAMES.seen]["Keys"]) for call in counted.calls] == [3, 2, 1, 1]


def test_when_the_time_is_nearly_up_unread_keys_are_given_up(tables: Any) -> None:
    counted, slept = Counted(tables, *[3] * 99), list[float]()
    with pytest.raises(UnavailableError, match=r"^Unavailable: 6 keys were left unread, and the time is up"):
        read(counted, 7, [1, 2, 3], left=0.7, slept=slept)
    assert slept == [0.05, 0.1, 0.2]  # a fourth pause of 0.4 s would leave less than what the answer needs


def test_a_table_that_is_not_there_is_unavailable(tables: Any) -> None:
    tables.delete_table(TableName=NAMES.seen)
    with pytest.raises(UnavailableError, match=r"^Unavailable: the tables cannot be read: .*ResourceNotFound"):
        read(tables, 7, [1])
