"""Puts items into a table of DynamoDB's, 25 a call, and what it leaves unwritten once more.

A put replaces the item of the same key, so a load that was stopped is begun again and nothing is there twice.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from titles.errors import MissingTableError, TableUseError
from titles.items import Item, batches

BATCH = 25
"""botocore dynamodb, WriteRequests: at most 25 in a call."""
TRIES = 9
FIRST_PAUSE_SECONDS = 0.1

Progress = Callable[[int, int], None]
"""Called with how many items are done, and how many there are."""


class Writer(Protocol):
    """boto3's client `dynamodb`, as far as it is asked."""

    def batch_write_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803, ANN401 - boto3's own
        """Put up to 25 items, or raise botocore's errors."""
        ...


def connect(region: str | None) -> Writer:
    """Return a client of the region, None for the environment's.

    Raises:
        TableUseError: there is no region.
    """
    config = Config(retries={"total_max_attempts": 5, "mode": "standard"})
    try:
        return cast("Writer", cast("Any", boto3).client("dynamodb", region_name=region, config=config))
    except BotoCoreError as error:
        raise TableUseError(f"AWS cannot be used from here: {error}") from error


def put_all(
    writer: Writer, table: str, items: list[Item], *, progress: Progress, sleep: Callable[[float], None]
) -> None:
    """Put every item.

    Raises:
        MissingTableError: there is no such table.
        TableUseError: AWS refuses, or items stay unwritten.
    """
    done = 0
    for batch in batches(items, BATCH):
        _put(writer, table, batch, sleep)
        done += len(batch)
        progress(done, len(items))


def _put(writer: Writer, table: str, batch: list[Item], sleep: Callable[[float], None]) -> None:
    wanted: Mapping[str, Any] = {table: [{"PutRequest": {"Item": item}} for item in batch]}
    pause = FIRST_PAUSE_SECONDS
    for _ in range(TRIES):
        try:
            wanted = writer.batch_write_item(RequestItems=wanted).get("UnprocessedItems") or {}
        except ClientError as error:
            if cast("Mapping[str, Any]", error.response)["Error"]["Code"] == "ResourceNotFoundException":
                raise MissingTableError(
                    f"there is no table {table} in this account and region: set enriched.enabled to true, and "
                    "`pulumi up` first"
                ) from error
            raise TableUseError(f"table {table}: {error}") from error
        except BotoCoreError as error:
            raise TableUseError(f"table {table}: {error}") from error
        if not wanted:
            return
        sleep(pause)
        pause *= 2
    raise TableUseError(
        f"table {table}: {len(wanted[table])} items are left unwritten after {TRIES} tries, it is throttled: load "
        "again later, what is written already does no harm"
    )
