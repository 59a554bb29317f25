"""The command itself against a moto server: upload, job, what SageMaker would do with it, then the release.

moto has the control plane and S3 and runs nothing: it says Completed at once. So the first call finds no artifact; the
test then does what SageMaker does, with the code and the rows that were uploaded; and `--attach` takes it from there.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from releases.manifest import parse
from training.ratings import Ratings

ROOT = Path(__file__).parents[3]
BUCKET = "predicted-ratings-dev-123456789012-us-east-1"
STORE = "s3://releases-of-mine/dev"


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    yield {
        **kept,
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    server.stop()


def canary(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-m",
        "cli",
        "train",
        "--on",
        "sagemaker",
        "--stack",
        "dev",
        "--store",
        STORE,
        "--id",
        "r1",
    ]
    return subprocess.run(
        [*command, "--share", "0.05", "--yes", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def run_the_job(s3: Any, job: str, folder: Path) -> bytes:
    """Do SageMaker's part: lay the channels out, run the entry point, pack the model's folder."""
    prefix = f"jobs/{job}/"
    for entry in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]:
        path = folder / "input/data" / entry["Key"].removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read())
    (folder / "input/config").mkdir()
    (folder / "input/config/hyperparameters.json").write_text(json.dumps({"seed": "0"}))
    (folder / "model").mkdir()
    entry_point = str(folder / "input/data/code/train.py")
    done = subprocess.run([sys.executable, "-B", entry_point, str(folder)], cwd=folder, check=False, timeout=300)
    assert done.returncode == 0
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder / "model", arcname=".")
    return packed.getvalue()


def test_a_job_is_started_done_elsewhere_and_its_release_registered(
    environment: dict[str, str], movielens: Ratings, tmp_path: Path
) -> None:
    del movielens  # asked for so that this is skipped where the ratings cannot be had
    session: Any = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"])
    s3.create_bucket(Bucket="releases-of-mine")
    s3.create_bucket(Bucket=BUCKET)
    first = canary(environment)
    assert first.returncode == 1
    assert "account 123456789012" in first.stderr
    assert "(NoSuchKey)" in first.stderr
    assert s3.list_objects_v2(Bucket="releases-of-mine")["KeyCount"] == 0  # nothing half-made
    (job,) = (line.split()[5].rstrip(",") for line in first.stderr.splitlines() if "started the training job" in line)

    artifact = run_the_job(s3, job, tmp_path)
    s3.put_object(Bucket=BUCKET, Key=f"jobs/{job}/output/model.tar.gz", Body=artifact)
    second = canary(environment, "--attach", job, "--json")
    assert second.returncode == 0, second.stderr
    release = parse(second.stdout)
    assert release.job == job
    assert release.metrics.ratings == 9430
    assert release.artifact.uri.startswith(f"{STORE}/artifacts/")
    held = s3.get_object(Bucket="releases-of-mine", Key=release.artifact.uri.removeprefix("s3://releases-of-mine/"))
    assert held["Body"].read() == artifact
