"""A place, and plans for the ratings that are made here."""

from typing import Any

from training.jobs.place import Algorithm, Place
from training.jobs.request import TRAINING_IMAGE, Plan
from training.ratings import Ratings
from training.split import ua_split

PLACE = Place(
    account="123456789012",
    region="eu-west-1",
    bucket="ratings-dev-123456789012-eu-west-1",
    prefix="jobs",
    role_arn="arn:aws:iam::123456789012:role/ratings-dev-training-eu-west-1",
    api="ratings-dev",
    tags={"stack": "dev", "project": "predicted-ratings"},
)
JOB = "ratings-dev-r2-6b0dc1d9"
FOLDER = f"s3://{PLACE.bucket}/jobs/{JOB}"


def plan(made: Ratings, algorithm: Algorithm, **changes: Any) -> Plan:
    split = ua_split(made)
    said: dict[str, Any] = {
        "job": JOB,
        "transform": "ratings-dev-r2-6b0dc2aa",
        "algorithm": algorithm,
        "image": f"141502667606.dkr.ecr.eu-west-1.amazonaws.com/{TRAINING_IMAGE[algorithm].name}:1",
        "instance_type": "ml.m5.xlarge",
        "max_runtime_seconds": 3600,
        "rows": split.train,
        "split": split,
        "seed": 0,
        "place": PLACE,
    }
    return Plan(**{**said, **changes})
