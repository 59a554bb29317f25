"""Scores out of data capture on S3: one endpoint's files, `<endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/<name>.jsonl`.

SageMaker writes them late and in pieces, one file a container and a few minutes (developer guide, "Capture data from
real-time endpoint"). A file is never changed once it is there, so each is read once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rollout.adapters.aws.clients import told
from rollout.adapters.aws.naming import VARIANT
from rollout.adapters.captured import Predicted, read_capture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SETTLED = 900.0
"""Seconds after which a minute's captures are taken for complete. AWS gives no bound (docs/fidelity.md)."""


class S3Captures:
    """The captures below an address such as `s3://bucket/prefix/captures`."""

    def __init__(self, client: "S3Client", address: str) -> None:
        split = urlsplit(address)
        self._client = client
        self._bucket, self._prefix = split.netloc, split.path.strip("/")
        self._read: dict[str, tuple[Predicted, ...]] = {}

    def between(self, endpoint: str, start: float, end: float) -> Iterator[Predicted]:
        """Give what an endpoint answered from `start` to before `end` (seconds since 1970). Raises AwsError.

        Whose hour a file's folder tells, the invocations' or the writing's, is not documented. So the hour that a late
        file may be written in is looked through as well.
        """
        hour = datetime.fromtimestamp(start, tz=UTC).replace(minute=0, second=0, microsecond=0)
        while hour.timestamp() < end + SETTLED:
            for key in self._keys(f"{endpoint}/{VARIANT}/{hour:%Y/%m/%d/%H}/"):
                yield from (each for each in self._predicted(key) if start <= each.at < end)
            hour += timedelta(hours=1)

    def _keys(self, below: str) -> list[str]:
        with told(f"s3 ListObjectsV2 {below}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._prefix}/{below}".lstrip("/")
            )
            found = [each.get("Key", "") for page in pages for each in page.get("Contents", [])]
        return sorted(key for key in found if key.endswith(".jsonl"))

    def _predicted(self, key: str) -> tuple[Predicted, ...]:
        if key not in self._read:
            with told(f"s3 GetObject {key}"):
                lines = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read().splitlines()
            self._read[key] = tuple(found for line in lines if (found := read_capture(line)) is not None)
        return self._read[key]
