"""What is asked of SageMaker, as the requests of its API: pure, so that a dry run shows them to the letter."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from releases.model import Framework
from training.errors import HyperparameterError
from training.jobs import object2vec
from training.jobs.place import Algorithm, Place
from training.jobs.source import ENTRY, code_files
from training.ratings import Ratings
from training.release import FRAMEWORK
from training.split import Split, ua_split

NAME_MAX = 63
"""botocore sagemaker: TrainingJobName, TransformJobName and ModelName."""
VOLUME_GB = 10
VALIDATION_EACH = 2
"""How many of each user's training ratings tell Object2Vec when to stop. The notebook stops by what it tests with."""
RUNTIME_MINUTES = (1, 28 * 24 * 60)
"""botocore sagemaker, StoppingCondition.MaxRuntimeInSeconds: 28 days at most."""


TRAINING_IMAGE = {
    Algorithm.ALS: Framework(name="sklearn", version="1.4-2-py312"),
    Algorithm.OBJECT2VEC: Framework(name="object2vec", version="1"),
}
"""What the job runs in. The trainer needs Python 3.11, so it takes the newest scikit-learn image and not that of the
handler (docs/training.md)."""

SERVED = {Algorithm.ALS: FRAMEWORK, Algorithm.OBJECT2VEC: TRAINING_IMAGE[Algorithm.OBJECT2VEC]}
"""What the release is served with."""

INSTANCE = {Algorithm.ALS: "ml.m5.xlarge", Algorithm.OBJECT2VEC: "ml.m5.2xlarge"}
"""Without --instance-type: no GPU, whose quota is 0 in a fresh account."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """One training: `rows` are trained on, `split` says what is held out. Seconds bound the job itself.

    `transform` names the job that measures a model of Object2Vec; a second measuring needs a name of its own. `seed` is
    ALS's; Object2Vec documents none.
    """

    job: str
    transform: str
    algorithm: Algorithm
    image: str
    instance_type: str
    max_runtime_seconds: int
    rows: Ratings
    split: Split
    seed: int
    place: Place


def job_name(api: str, release_id: str, at: float) -> str:
    """Name a job after stack, release and the second it begins in (Unix time, as eight hexadecimal digits)."""
    tail = f"-{release_id}-{int(at):08x}"
    return f"{api[: NAME_MAX - len(tail)].rstrip('-')}{tail}"


def began(job: str) -> str:
    """Return when a job of ours was named, as an RFC 3339 time in UTC.

    Raises:
        HyperparameterError: the name is not one of ours.
    """
    _, _, digits = job.rpartition("-")
    try:
        at = int(digits, 16)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    except (ValueError, OverflowError, OSError):
        raise HyperparameterError(f"{job!r} is no name of a job that was started here: it ends in no time") from None


def check_runtime(minutes: int) -> int:
    """Return the bound in seconds.

    Raises:
        HyperparameterError: SageMaker takes no such bound.
    """
    low, high = RUNTIME_MINUTES
    if not low <= minutes <= high:
        raise HyperparameterError(f"a training job may be given {low} to {high} minutes, got {minutes}")
    return minutes * 60


def inputs_of(plan: Plan) -> Mapping[str, bytes]:
    """Return what is uploaded before the job, by key below the job's own folder. Nothing held out is among it."""
    if plan.algorithm is Algorithm.ALS:
        code = {f"code/{name}": data for name, data in code_files().items()}
        return {"train/ratings.tsv": plan.rows.text().encode(), **code}
    kept = ua_split(plan.rows, VALIDATION_EACH)
    return {
        "train/ratings.jsonl": object2vec.labelled(kept.train),
        "validation/ratings.jsonl": object2vec.labelled(kept.test),
    }


def training_request(plan: Plan) -> dict[str, Any]:
    """Return CreateTrainingJob's request."""
    als = plan.algorithm is Algorithm.ALS
    specification: dict[str, Any] = {"TrainingImage": plan.image, "TrainingInputMode": "File"}
    if als:
        specification["ContainerEntrypoint"] = ["python3", f"/opt/ml/input/data/code/{ENTRY}"]
    channels = ("train", "code") if als else ("train", "validation")
    request: dict[str, Any] = {
        "TrainingJobName": plan.job,
        "AlgorithmSpecification": specification,
        "HyperParameters": {"seed": str(plan.seed)} if als else dict(object2vec.hyperparameters(plan.rows)),
        "InputDataConfig": [_channel(plan, name, None if als else object2vec.CONTENT_TYPE) for name in channels],
        "OutputDataConfig": {"S3OutputPath": f"s3://{plan.place.bucket}/{plan.place.prefix}"},
        "ResourceConfig": {
            "InstanceType": plan.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": VOLUME_GB,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": plan.max_runtime_seconds},
        "RoleArn": plan.place.role_arn,
        "Tags": _tags(plan),
    }
    if als:
        request["EnableNetworkIsolation"] = True  # our code needs nothing from outside
    return request


def model_request(plan: Plan, artifact: str) -> dict[str, Any]:
    """Return CreateModel's request: the model that a transform job asks, deleted after it."""
    return {
        "ModelName": plan.transform,
        "PrimaryContainer": {"Image": plan.image, "ModelDataUrl": artifact},
        "ExecutionRoleArn": plan.place.role_arn,
        "Tags": _tags(plan),
    }


def transform_request(plan: Plan) -> dict[str, Any]:
    """Return CreateTransformJob's request: the held-out pairs, without their labels, through the trained model."""
    return {
        "TransformJobName": plan.transform,
        "ModelName": plan.transform,
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 6,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": plan.place.uri(heldout_key(plan))}},
            "ContentType": object2vec.CONTENT_TYPE,
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": plan.place.uri(f"{plan.job}/{plan.transform}"),
            "Accept": object2vec.CONTENT_TYPE,
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": plan.instance_type, "InstanceCount": 1},
        "Tags": _tags(plan),
    }


def heldout_key(plan: Plan) -> str:
    """Where the held-out pairs lie, below the jobs' prefix."""
    return f"{plan.job}/heldout/pairs.jsonl"


def predicted_key(plan: Plan) -> str:
    """Where a transform job writes their predictions: the input's name with `.out` (developer guide)."""
    return f"{plan.job}/{plan.transform}/pairs.jsonl.out"


def _channel(plan: Plan, name: str, content_type: str | None) -> dict[str, Any]:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": plan.place.uri(f"{plan.job}/{name}/"),
        "S3DataDistributionType": "FullyReplicated",
    }
    typed = {} if content_type is None else {"ContentType": content_type}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **typed}


def _tags(plan: Plan) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(plan.place.tags.items())]
