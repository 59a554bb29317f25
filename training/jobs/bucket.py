"""The stack's bucket, below the prefix of jobs; every call names the account that must own it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.errors import PlaceError
from training.jobs.calls import code_of, told
from training.jobs.place import Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class JobObjects:
    """The stack's bucket; every call names the account that must own it."""

    client: "S3Client"
    place: Place

    def check(self) -> None:
        """See `Objects.check`."""
        bucket, account = self.place.bucket, self.place.account
        try:
            with told(f"the stack's bucket {bucket}"):
                self.client.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
        except PlaceError as error:
            raise PlaceError(f"{error}. {_advice(code_of(error.__cause__), self.place)}") from error

    def write(self, key: str, data: bytes) -> None:
        """See `Objects.write`."""
        with told(f"s3 PutObject {self.place.uri(key)}"):
            self.client.put_object(
                Bucket=self.place.bucket, Key=self._key(key), Body=data, ExpectedBucketOwner=self.place.account
            )

    def read(self, key: str) -> bytes:
        """See `Objects.read`."""
        with told(f"s3 GetObject {self.place.uri(key)}"):
            answer = self.client.get_object(
                Bucket=self.place.bucket, Key=self._key(key), ExpectedBucketOwner=self.place.account
            )
            return answer["Body"].read()

    def _key(self, key: str) -> str:
        return f"{self.place.prefix}/{key}"


def _advice(code: str, place: Place) -> str:
    if code in {"404", "NoSuchBucket"}:
        return "The stack has not made it yet: pulumi up makes it, before any release is named"
    if code in {"403", "AccessDenied"}:
        return (
            f"Either it is there and not account {place.account}'s, so that the stack cannot have made it: choose "
            "another api.name; or these credentials may not ask for it"
        )
    if code in {"301", "400"}:
        return f"It is in another region than {place.region}: set aws:region to the stack's own"
    return "Look at the credentials and the network"
