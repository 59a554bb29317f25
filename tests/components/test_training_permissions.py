"""What the training role and the registry's policies let through and what they refuse, by moto's evaluator of policies.

The evaluator knows actions and resources; conditions stand in `test_policies.py`, to the letter.
"""

import pytest
from moto.iam.access_control import IAMPolicy, PermissionResult

from components.cloud import Cloud
from components.policies import registry_policy, training_policy

CLOUD = Cloud(account_id="123456789012", region="eu-west-1")
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
TRAINING = training_policy(CLOUD, bucket="b", prefix="jobs", images=[IMAGE])
READ, PUBLISH = (registry_policy(CLOUD, "s3://store/dev", publish=each) for each in (False, True))
LOG = "arn:aws:logs:eu-west-1:123456789012:log-group:"
ECR = "arn:aws:ecr:eu-west-1:141502667606:repository/"


def permits(policy: str, action: str, resource: str) -> bool:
    return IAMPolicy(policy).is_action_permitted(action, resource) is PermissionResult.PERMITTED


@pytest.mark.parametrize(
    ("policy", "action", "resource"),
    [
        (TRAINING, "s3:GetObject", "arn:aws:s3:::b/jobs/j/train/ratings.tsv"),
        (TRAINING, "s3:PutObject", "arn:aws:s3:::b/jobs/j/output/model.tar.gz"),
        (TRAINING, "logs:PutLogEvents", f"{LOG}/aws/sagemaker/TrainingJobs:log-stream:j/algo-1"),
        (TRAINING, "ecr:BatchGetImage", f"{ECR}sagemaker-scikit-learn"),
        (READ, "s3:GetObject", "arn:aws:s3:::store/dev/releases/r1.json"),
        (PUBLISH, "s3:PutObject", "arn:aws:s3:::store/dev/artifacts/0/model.tar.gz"),
    ],
)
def test_what_is_needed_is_let_through(policy: str, action: str, resource: str) -> None:
    assert permits(policy, action, resource)


@pytest.mark.parametrize(
    ("policy", "action", "resource"),
    [
        (TRAINING, "s3:GetObject", "arn:aws:s3:::b/elsewhere/x"),
        (TRAINING, "s3:GetObject", "arn:aws:s3:::store/dev/releases/r1.json"),
        (TRAINING, "s3:DeleteObject", "arn:aws:s3:::b/jobs/j/train/ratings.tsv"),
        (TRAINING, "s3:PutBucketPolicy", "arn:aws:s3:::b"),
        (TRAINING, "logs:PutLogEvents", f"{LOG}/aws/apigateway/ratings/access:log-stream:x"),
        (TRAINING, "ecr:BatchGetImage", f"{ECR}another"),
        (TRAINING, "sagemaker:CreateTrainingJob", "*"),
        (TRAINING, "sagemaker:InvokeEndpoint", "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e"),
        (TRAINING, "iam:PassRole", "arn:aws:iam::123456789012:role/x"),
        (READ, "s3:PutObject", "arn:aws:s3:::store/dev/releases/r2.json"),
        (READ, "s3:GetObject", "arn:aws:s3:::store/prod/releases/r1.json"),
        (PUBLISH, "s3:DeleteObject", "arn:aws:s3:::store/dev/releases/r1.json"),
        (PUBLISH, "s3:PutObject", "arn:aws:s3:::store/dev/rollouts/journal.json"),
        (PUBLISH, "s3:PutObjectAcl", "arn:aws:s3:::store/dev/releases/r1.json"),
    ],
)
def test_what_is_not_is_refused(policy: str, action: str, resource: str) -> None:
    assert not permits(policy, action, resource)
