"""Items into tables: on moto, twice; what is left unwritten or refused; and the command for both kinds of stack."""

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
import typer
from botocore.exceptions import NoRegionError
from botocore.stub import Stubber
from moto import mock_aws
from typer.testing import CliRunner

from store.folder import FolderStore
from tests.titles.test_movies import U_ITEM
from titles import commands
from titles.dynamodb import connect, put_all
from titles.errors import MissingTableError, TableUseError
from titles.items import Item, batches, lines, movie_items, seen_items
from titles.wiring import TablesOf, TitlesWiring
from training.ratings import Ratings, ratings_of

RATINGS = ratings_of([(7, 2, 5, 1), (7, 1, 3, 2), (3, 2, 1, 3), (7, 2, 4, 4)])


def never(_seconds: float) -> None:
    raise AssertionError("nothing is to be waited for")


def quiet(_done: int, _total: int) -> None:
    """Take a progress bar's place."""


def table(client: Any, name: str, *keys: str) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "N"} for key in keys],
        KeySchema=[{"AttributeName": k, "KeyType": kind} for k, kind in zip(keys, ("HASH", "RANGE"), strict=False)],
    )


@pytest.fixture
def aws() -> Generator[Any]:
    with mock_aws():
        yield cast("Any", boto3).client("dynamodb", region_name="eu-west-1")


def all_of(client: Any, name: str) -> list[Any]:
    return [item for page in client.get_paginator("scan").paginate(TableName=name) for item in page["Items"]]


def test_items_are_in_one_order_and_each_pair_once() -> None:
    assert movie_items({2: "B", 1: "A"}) == [
        {"movie_id": {"N": "1"}, "title": {"S": "A"}},
        {"movie_id": {"N": "2"}, "title": {"S": "B"}},
    ]
    assert [(each["user_id"]["N"], each["movie_id"]["N"]) for each in seen_items(RATINGS)] == [
        ("3", "2"),
        ("7", "1"),
        ("7", "2"),
    ]


def test_lines_are_json_in_utf_8() -> None:
    assert lines(movie_items({1: 'L\u00e9on "x"'})) == (
        '{"movie_id":{"N":"1"},"title":{"S":"L\u00e9on \\"x\\""}}\n'.encode()
    )


def test_batches_leave_nothing_out() -> None:
    items: list[Item] = [{"movie_id": {"N": str(number)}} for number in range(51)]
    assert [len(batch) for batch in batches(items, 25)] == [25, 25, 1]
    assert [item for batch in batches(items, 25) for item in batch] == items


def test_loading_twice_leaves_the_same_items(aws: Any) -> None:
    table(aws, "movies", "movie_id")
    items, told = movie_items({number: f"Movie {number}" for number in range(1, 61)}), list[tuple[int, int]]()
    for _ in range(2):
        put_all(
            connect("eu-west-1"), "movies", items, progress=lambda done, total: told.append((done, total)), sleep=never
        )
    assert sorted(all_of(aws, "movies"), key=lambda each: int(each["movie_id"]["N"])) == items
    assert told == [(25, 60), (50, 60), (60, 60)] * 2


class Throttled:
    """Writes one item a call, and leaves the others."""

    def __init__(self, most: int) -> None:
        self.most, self.written = most, list[Any]()

    def batch_write_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803 - boto3's own
        ((name, requests),) = RequestItems.items()
        if len(self.written) >= self.most:
            return {"UnprocessedItems": RequestItems}
        self.written.append(requests[0]["PutRequest"]["Item"])
        return {"UnprocessedItems": {name: requests[1:]} if requests[1:] else {}}


def test_what_is_left_unwritten_is_sent_again_with_longer_pauses() -> None:
    writer, slept, items = Throttled(99), list[float](), movie_items({1: "A", 2: "B", 3: "C"})
    put_all(writer, "movies", items, progress=quiet, sleep=slept.append)
    assert (writer.written, slept) == (items, [0.1, 0.2])


def test_a_table_that_stays_throttled_is_given_up() -> None:
    slept = list[float]()
    with pytest.raises(TableUseError, match="table movies: 2 items are left unwritten after 9 tries"):
        put_all(Throttled(1), "movies", movie_items({1: "A", 2: "B", 3: "C"}), progress=quiet, sleep=slept.append)
    assert len(slept) == 9


def test_a_table_that_is_not_there_says_what_to_do(aws: Any) -> None:
    with pytest.raises(MissingTableError, match=r"there is no table movies .* set enriched\.enabled to true"):
        put_all(aws, "movies", movie_items({1: "A"}), progress=quiet, sleep=never)


def test_a_refusal_of_aws_is_told() -> None:
    client = cast("Any", boto3).client(
        "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    request = {"movies": [{"PutRequest": {"Item": {"movie_id": {"N": "1"}, "title": {"S": "A"}}}}]}
    with Stubber(client) as stub:
        stub.add_client_error("batch_write_item", "AccessDeniedException", "no", 400, {}, {"RequestItems": request})
        with pytest.raises(TableUseError, match=r"table movies: .*AccessDeniedException"):
            put_all(client, "movies", movie_items({1: "A"}), progress=quiet, sleep=never)


def test_without_a_region_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def client(*_: object, **__: object) -> None:
        raise NoRegionError

    monkeypatch.setattr("titles.dynamodb.boto3.client", client)
    with pytest.raises(TableUseError, match="AWS cannot be used from here: You must specify a region"):
        connect(None)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], str]:
    """Run the command with a stack `local` in a folder and every other on AWS."""
    (tmp_path / "u.item").write_bytes(U_ITEM.encode("latin-1"))
    rows = ratings_of([(user, movie, 3, movie) for user in (1, 2) for movie in range(1, 13)])

    def ratings(_path: object, **_: object) -> Ratings:
        return rows

    monkeypatch.setattr("training.source.load_ratings", ratings)

    def stack(name: str) -> TablesOf:
        store = FolderStore(tmp_path / "store") if name == "local" else None
        return TablesOf(movies="api-movies", seen="api-seen", region="eu-west-1", store=store)

    app = typer.Typer()
    app.command(context_settings={"obj": TitlesWiring(stack=stack)})(commands.load)

    def told(words: Sequence[str]) -> str:
        done = CliRunner().invoke(app, [*words, "--titles", str(tmp_path / "u.item")], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    return told


def test_the_local_stacks_tables_are_files(run: Callable[[Sequence[str]], str], tmp_path: Path) -> None:
    folder = tmp_path / "store" / "tables"
    said = run(["--dry-run"])
    assert said == (
        f"api-movies: 1682 items would be in {folder}/api-movies.jsonl\n"
        f"api-seen: 4 items would be in {folder}/api-seen.jsonl\n"
    )
    assert not folder.exists()
    assert run([]) == said.replace("would be", "are")
    assert (folder / "api-movies.jsonl").read_bytes().count(b"\n") == 1682
    assert (folder / "api-seen.jsonl").read_text().splitlines() == [  # ten of each user's twelve are held out
        f'{{"user_id":{{"N":"{user}"}},"movie_id":{{"N":"{movie}"}}}}' for user in (1, 2) for movie in (11, 12)
    ]


def test_another_stacks_tables_are_on_aws(run: Callable[[Sequence[str]], str], aws: Any) -> None:
    table(aws, "api-movies", "movie_id")
    table(aws, "api-seen", "user_id", "movie_id")
    assert run(["--stack", "dev", "--dry-run"]) == (
        "api-movies: 1682 items would be put, in 68 calls, in eu-west-1\n"
        "api-seen: 4 items would be put, in 1 calls, in eu-west-1\n"
    )
    assert all_of(aws, "api-seen") == []
    assert run(["--stack", "dev"]) == "api-movies: 1682 items are there\napi-seen: 4 items are there\n"
    assert len(all_of(aws, "api-movies")) == 1682
    assert len(all_of(aws, "api-seen")) == 4
