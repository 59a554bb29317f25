"""The tables that functions read, asked over HTTP by boto3, side by side with moto's: same items, same errors."""

import asyncio
import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from emulator.computed import Place
from emulator.exchange import HttpRequest
from emulator.function_aws import FunctionAws
from emulator.graph import Graph, TableSpec

MOVIES = TableSpec(name="movies", keys=(("movie_id", "N"),))
SEEN = TableSpec(name="seen", keys=(("user_id", "N"), ("movie_id", "N")))
ITEMS = {
    "movies": [
        {"movie_id": {"N": "1"}, "title": {"S": 'L\u00e9on \u2028 "x" (1994)'}},
        {"movie_id": {"N": "2"}, "title": {"S": "Heat (1995)"}, "tags": {"SS": ["a"]}},
    ],
    "seen": [{"user_id": {"N": "7"}, "movie_id": {"N": "2"}}, {"user_id": {"N": "8"}, "movie_id": {"N": "1"}}],
}


def client(url: str) -> Any:
    return cast("Any", boto3).client(
        "dynamodb",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def moto() -> Generator[Any]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = client(f"http://{host}:{port}")
    for spec in (MOVIES, SEEN):
        made.create_table(
            TableName=spec.name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in spec.keys],
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for (name, _), kind in zip(spec.keys, ("HASH", "RANGE"), strict=False)
            ],
        )
        for item in ITEMS[spec.name]:
            made.put_item(TableName=spec.name, Item=item)
    yield made
    server.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tables")
    for name, items in ITEMS.items():
        (made / f"{name}.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    return made


@pytest.fixture(scope="module")
def ours(folder: Path) -> Generator[Any]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    aws = FunctionAws(folder)
    graph = Graph(
        project="p",
        stack="s",
        place=Place(account="123456789012", region="eu-west-1"),
        apis={},
        stages={},
        endpoints={},
        functions=cast("Any", {"one": None}),
        tables={spec.name: spec for spec in (MOVIES, SEEN)},
    )
    told = asyncio.run_coroutine_threadsafe(aws.variables(graph), loop).result()
    asyncio.run_coroutine_threadsafe(aws.take_over(graph, {}), loop).result()
    yield client(told["AWS_ENDPOINT_URL"])
    asyncio.run_coroutine_threadsafe(aws.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def key(**values: str) -> dict[str, dict[str, str]]:
    return {name: {"N": value} for name, value in values.items()}


BATCHES: list[Any] = [
    {"movies": {"Keys": [key(movie_id="1"), key(movie_id="2"), key(movie_id="3")]}},
    {
        "movies": {"Keys": [key(movie_id="2")], "ConsistentRead": True},
        "seen": {"Keys": [key(user_id="7", movie_id="2"), key(movie_id="1", user_id="7")]},
    },
    {"seen": {"Keys": [key(user_id="9", movie_id="9")]}},
    {"movies": {"Keys": [key(movie_id="01")]}},
    # refused
    {"nothing": {"Keys": [key(movie_id="1")]}},
    {"movies": {"Keys": [key(movie_id="1"), key(movie_id="1")]}},
    {"movies": {"Keys": [key(movie_id=str(number)) for number in range(101)]}},
    {"movies": {"Keys": [key(user_id="1")]}},
    {"seen": {"Keys": [key(user_id="1")]}},
]


def told(call: Any) -> object:
    """What a call answers, or the name of its error."""
    try:
        said = call()
    except ClientError as error:
        response: Any = error.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]
    answers = {name: sorted(each, key=json.dumps) for name, each in said.get("Responses", {}).items()}
    return answers, said.get("UnprocessedKeys"), said.get("Item")


@pytest.mark.parametrize("batch", BATCHES)
def test_a_batch_is_answered_as_by_moto(ours: Any, moto: Any, batch: Any) -> None:
    assert told(lambda: ours.batch_get_item(RequestItems=batch)) == told(
        lambda: moto.batch_get_item(RequestItems=batch)
    )


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("movies", key(movie_id="1")),
        ("movies", key(movie_id="9")),
        ("seen", key(user_id="7", movie_id="2")),
        ("nothing", key(movie_id="1")),
        ("seen", key(user_id="7")),
    ],
)
def test_an_item_is_answered_as_by_moto(ours: Any, moto: Any, table: str, wanted: Any) -> None:
    assert told(lambda: ours.get_item(TableName=table, Key=wanted)) == told(
        lambda: moto.get_item(TableName=table, Key=wanted)
    )


def test_a_key_of_another_type_is_refused_though_moto_lets_it_pass(ours: Any) -> None:
    # "The provided key element does not match the schema" is what AWS says to it (DynamoDB developer guide, errors).
    batch: Any = {"movies": {"Keys": [{"movie_id": {"S": "1"}}]}}
    assert told(lambda: ours.batch_get_item(RequestItems=batch)) == (400, "ValidationException")


def test_what_is_not_imitated_is_refused_by_name(ours: Any) -> None:
    with pytest.raises(ClientError, match=r"answers DynamoDB's GetItem and BatchGetItem, not PutItem"):
        ours.put_item(TableName="movies", Item=key(movie_id="9"))
    with pytest.raises(ClientError, match=r"reads items whole, by key: ProjectionExpression is not imitated"):
        ours.get_item(TableName="movies", Key=key(movie_id="1"), ProjectionExpression="title")


def test_another_service_is_refused_by_name(ours: Any) -> None:
    keys: Any = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-west-1"}
    queue = cast("Any", boto3).client("logs", endpoint_url=ours.meta.endpoint_url, **keys)
    with pytest.raises(ClientError, match=r"InvokeEndpoint and DynamoDB's reading by key, not Logs_20140328"):
        queue.describe_log_groups()


def test_a_file_that_changes_is_read_again_and_a_broken_one_is_named(
    ours: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, before = folder / "movies.jsonl", (folder / "movies.jsonl").read_bytes()
    file.write_bytes(before + b'{"movie_id": {"N": "3"}, "title": {"S": "New"}}\n')
    assert ours.get_item(TableName="movies", Key=key(movie_id="3"))["Item"]["title"] == {"S": "New"}
    file.write_bytes(before + b'{"title": {"S": "No key at all"}}\n')
    with pytest.raises(ClientError, match="InternalServerError"):
        ours.get_item(TableName="movies", Key=key(movie_id="3"))
    assert f"{file}, line 3: The provided key element does not match the schema" in capsys.readouterr().err
    file.unlink()
    assert "Item" not in ours.get_item(TableName="movies", Key=key(movie_id="1"))
    file.write_bytes(before)


def test_a_call_that_is_none_of_ours_is_not_implemented(tmp_path: Path) -> None:
    answer = asyncio.run(FunctionAws(tmp_path).handle(HttpRequest(method="GET", target="/")))
    assert answer.status == 501
