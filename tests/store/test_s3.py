"""The store in S3: the contract on moto's S3, and AWS's refusals as botocore's stubber gives them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from moto import mock_aws

from store import AlreadyThereError, NotThereError, Store, StoreError, UnreachableError, open_store
from store.making import make
from store.s3 import S3Store, connect
from store.s3 import clients as clients_of
from tests.store.store_contract import StoreContract

OWNER = "123456789012"
KEY = {"Bucket": "bucket", "Key": "pre/fix/a/b", "ExpectedBucketOwner": OWNER}


ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@pytest.fixture(scope="module", autouse=True)
def account() -> Iterator[None]:
    """Take away whatever credentials the machine has, and give some that open nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def clients(account: None) -> tuple[Any, Any]:
    """Make the clients of S3 and STS, once: it is by far the slowest part."""
    session: Any = boto3.Session()
    config = Config(retries={"max_attempts": 0})
    return session.client("s3", config=config), session.client("sts", config=config)


@pytest.fixture
def bucket(clients: tuple[Any, Any]) -> Iterator[Any]:
    """Give a client of an S3 that has one bucket, ours."""
    with mock_aws():
        s3, _ = clients
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield s3


@pytest.fixture
def store(bucket: Any, clients: tuple[Any, Any]) -> Store:
    return connect("s3://bucket/pre/fix/", *clients)


class TestContract(StoreContract):
    pass


def test_a_prefix_is_kept_and_nothing_beside_it_is_seen(store: Store, bucket: Any) -> None:
    bucket.put_object(Bucket="bucket", Key="pre/fixed", Body=b"")
    bucket.put_object(Bucket="bucket", Key="other", Body=b"")
    bucket.put_object(Bucket="bucket", Key="pre/fix/folder/", Body=b"")
    store.write("a", b"x")
    assert store.uri == "s3://bucket/pre/fix"
    assert list(store.keys()) == ["a"]
    assert bucket.get_object(Bucket="bucket", Key="pre/fix/a")["Body"].read() == b"x"


def test_a_bucket_alone_is_a_store(bucket: Any) -> None:
    store = open_store("s3://bucket", Path())
    store.write("a", b"x")
    assert (store.uri, list(store.keys())) == ("s3://bucket", ["a"])


def test_a_bucket_that_is_not_there_is_named(bucket: Any) -> None:
    with pytest.raises(UnreachableError, match=r"^s3://another/x: there is no such bucket\. Make it first"):
        open_store("s3://another/x", Path())


@pytest.mark.parametrize("uri", ["s3://", "s3:///x"])
def test_what_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(StoreError, match="is not s3://bucket/prefix"):
        open_store(uri, Path())


def test_without_credentials_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UnreachableError, match=r"the credentials: there are none\. Set AWS_PROFILE, or AWS"):
        open_store("s3://bucket/x", Path())


class Stubs:
    """A store on stubbed clients: every call must be announced, in order, with its exact parameters."""

    def __init__(self, clients: tuple[Any, Any]) -> None:
        self.clients = clients
        self.s3, self.sts = (Stubber(each) for each in self.clients)
        self.store = S3Store(self.clients[0], "bucket", "pre/fix", OWNER)
        self.s3.activate()
        self.sts.activate()

    def refuse(self, call: str, code: str, expected: dict[str, Any] | None = None, status: int = 400) -> None:
        self.s3.add_client_error(call, code, f"said {code}", status, expected_params=expected)


@pytest.fixture
def stubs(clients: tuple[Any, Any]) -> Iterator[Stubs]:
    made = Stubs(clients)
    yield made
    made.s3.deactivate()
    made.sts.deactivate()
    made.s3.assert_no_pending_responses()
    made.sts.assert_no_pending_responses()


def test_without_a_region_the_store_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch, bucket: Any) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    store = open_store("s3://bucket/pre", base=Path())
    store.write("a", b"1")
    assert bucket.get_object(Bucket="bucket", Key="pre/a")["Body"].read() == b"1"


def test_an_endpoint_of_ones_own_needs_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(UnreachableError, match=r"the endpoint needs a region\. Set AWS_REGION$"):
        open_store("s3://bucket/pre", base=Path())


def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UnreachableError, match=r"s3://bucket/pre: the credentials: .*\(nobody\) could not be found"):
        open_store("s3://bucket/pre", base=Path())


def test_the_owner_of_the_credentials_must_own_the_bucket(stubs: Stubs) -> None:
    stubs.sts.add_response("get_caller_identity", {"Account": OWNER}, {})
    stubs.s3.add_response("head_bucket", {}, {"Bucket": "bucket", "ExpectedBucketOwner": OWNER})
    assert connect("s3://bucket/x", *stubs.clients).uri == "s3://bucket/x"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("403", f"the bucket bucket, asked for by account {OWNER}: access denied: not yours"),
        ("404", "there is no such bucket"),
        ("301", "the bucket is in another region. Set AWS_REGION to its own"),
        ("503", "AWS answered said 503"),
    ],
)
def test_a_bucket_that_cannot_be_used_says_why(stubs: Stubs, code: str, words: str) -> None:
    stubs.sts.add_response("get_caller_identity", {"Account": OWNER})
    stubs.refuse("head_bucket", code)
    with pytest.raises(UnreachableError) as caught:
        connect("s3://bucket/x", *stubs.clients)
    assert str(caught.value).startswith("s3://bucket/x: ")
    assert words in str(caught.value)


def test_credentials_that_have_run_out_are_named(stubs: Stubs) -> None:
    stubs.sts.add_client_error("get_caller_identity", "ExpiredToken", "The security token is expired")
    with pytest.raises(UnreachableError, match=r"the credentials: AWS answered The security token is expired"):
        connect("s3://bucket/x", *stubs.clients)


def test_every_call_names_the_owner_and_once_is_a_condition(stubs: Stubs) -> None:
    stubs.s3.add_response("put_object", {}, KEY | {"Body": b"x"})
    stubs.s3.add_response("put_object", {}, KEY | {"Body": b"y", "IfNoneMatch": "*"})
    stubs.s3.add_response("delete_object", {}, KEY)
    listed = {"Bucket": "bucket", "Prefix": "pre/fix/a", "ExpectedBucketOwner": OWNER}
    stubs.s3.add_response("list_objects_v2", {"Contents": [{"Key": "pre/fix/a/b"}]}, listed)
    stubs.store.write("a/b", b"x")
    stubs.store.write("a/b", b"y", once=True)
    stubs.store.delete("a/b")
    assert list(stubs.store.keys("a")) == ["a/b"]


def test_more_keys_than_one_page_holds_are_all_found(stubs: Stubs) -> None:
    asked = {"Bucket": "bucket", "Prefix": "pre/fix/", "ExpectedBucketOwner": OWNER}
    first = {"Contents": [{"Key": "pre/fix/b"}], "IsTruncated": True, "NextContinuationToken": "more"}
    stubs.s3.add_response("list_objects_v2", first, asked)
    stubs.s3.add_response(
        "list_objects_v2", {"Contents": [{"Key": "pre/fix/a"}]}, asked | {"ContinuationToken": "more"}
    )
    assert list(stubs.store.keys()) == ["a", "b"]


def test_a_key_that_is_taken_is_told_by_the_condition(stubs: Stubs) -> None:
    stubs.refuse("put_object", "PreconditionFailed", KEY | {"Body": b"x", "IfNoneMatch": "*"}, 412)
    with pytest.raises(AlreadyThereError, match=r"s3://bucket/pre/fix: 'a/b' is written once"):
        stubs.store.write("a/b", b"x", once=True)


def test_a_conflict_with_another_write_is_tried_again(stubs: Stubs) -> None:
    stubs.refuse("put_object", "ConditionalRequestConflict", status=409)
    stubs.refuse("put_object", "PreconditionFailed", status=412)
    with pytest.raises(AlreadyThereError):
        stubs.store.write("a/b", b"x", once=True)


def test_a_conflict_that_does_not_end_is_no_key_that_is_taken(stubs: Stubs) -> None:
    for _ in range(3):
        stubs.refuse("put_object", "ConditionalRequestConflict", status=409)
    with pytest.raises(UnreachableError, match="another write of it is under way"):
        stubs.store.write("a/b", b"x", once=True)


def test_a_key_that_is_not_there_is_not_a_bucket_that_is_not_there(stubs: Stubs) -> None:
    stubs.refuse("get_object", "NoSuchKey", KEY, 404)
    with pytest.raises(NotThereError, match=r"s3://bucket/pre/fix: nothing under 'a/b'"):
        stubs.store.read("a/b")
    stubs.refuse("get_object", "NoSuchBucket", KEY, 404)
    with pytest.raises(UnreachableError, match="there is no such bucket"):
        stubs.store.read("a/b")


@pytest.mark.parametrize("call", ["get_object", "put_object", "delete_object", "list_objects_v2"])
def test_a_denial_is_never_an_empty_store(stubs: Stubs, call: str) -> None:
    stubs.refuse(call, "AccessDenied", status=403)
    uses: dict[str, Any] = {
        "get_object": lambda: stubs.store.read("a/b"),
        "put_object": lambda: stubs.store.write("a/b", b"x"),
        "delete_object": lambda: stubs.store.delete("a/b"),
        "list_objects_v2": stubs.store.keys,
    }
    with pytest.raises(UnreachableError, match="access denied"):
        uses[call]()


def test_a_bucket_is_made_closed_and_with_versions_and_then_adopted(bucket: Any, clients: tuple[Any, Any]) -> None:
    s3 = bucket
    assert make("s3://made-here/pre", *clients)
    closed = s3.get_public_access_block(Bucket="made-here")["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True}
    assert len(closed) == 4
    assert s3.get_bucket_versioning(Bucket="made-here")["Status"] == "Enabled"
    assert not make("s3://made-here/pre", *clients)
    assert connect("s3://made-here/pre", *clients).keys() == []


def test_what_is_denied_is_not_made(stubs: Stubs) -> None:
    stubs.sts.add_response("get_caller_identity", {"Account": OWNER}, {})
    stubs.s3.add_client_error("head_bucket", "403")
    with pytest.raises(UnreachableError, match="access denied"):
        make("s3://bucket/x", *stubs.clients)


def test_the_region_is_read_as_other_sdks_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert clients_of("s3://bucket/x")[0].meta.region_name == "eu-central-1"
    assert clients_of("s3://bucket/x", "eu-north-1")[0].meta.region_name == "eu-north-1"
