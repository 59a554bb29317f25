"""Policies, to the letter: each role may do what it needs and nothing else."""

import json

import pytest

from components.cloud import Cloud
from components.errors import ArgumentError
from components.policies import (
    call_policy,
    encrypted_transport_policy,
    function_policy,
    invoke_policy,
    model_policy,
    registry_policy,
    repository_arn,
    training_policy,
    trust,
)

CLOUD = Cloud(account_id="123456789012", region="eu-west-1")
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"


def statements(policy: str) -> dict[str, dict[str, object]]:
    document = json.loads(policy)
    assert document["Version"] == "2012-10-17"
    return {each.pop("Sid", "trust"): each for each in document["Statement"]}


def test_a_models_role_reads_its_own_artifact_and_image_and_writes_its_own_log() -> None:
    policy = model_policy(
        CLOUD, image=IMAGE, artifact="s3://models/r1/model.tar.gz", log_group="/aws/sagemaker/Endpoints/e-r1"
    )
    assert statements(policy) == {
        "PullLogin": {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": ["*"]},
        "PullImage": {
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": ["arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"],
        },
        "ReadArtifact": {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::models/r1/model.tar.gz"],
        },
        "WriteLog": {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/e-r1:*"],
        },
        "PutMetrics": {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": ["*"],
            "Condition": {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"]}},
        },
    }


def test_a_functions_role_asks_its_own_endpoint_reads_both_tables_by_key_and_writes_its_own_log() -> None:
    policy = function_policy(CLOUD, endpoint="API-r1", tables=("movies", "seen"), log_group="/aws/lambda/api-r1")
    assert statements(policy) == {
        "WriteLog": {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/api-r1:*"],
        },
        "InvokeEndpoint": {
            "Effect": "Allow",
            "Action": ["sagemaker:InvokeEndpoint"],
            "Resource": ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/api-r1"],
        },
        "ReadItems": {
            "Effect": "Allow",
            "Action": ["dynamodb:BatchGetItem"],
            "Resource": [
                "arn:aws:dynamodb:eu-west-1:123456789012:table/movies",
                "arn:aws:dynamodb:eu-west-1:123456789012:table/seen",
            ],
        },
    }


def test_a_function_may_be_called_and_nothing_else() -> None:
    expected = {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": ["arn:f"]}
    assert statements(call_policy("arn:f")) == {"InvokeFunction": expected}


def test_data_capture_adds_its_prefix_and_nothing_else() -> None:
    def policy(capture: str | None) -> dict[str, dict[str, object]]:
        return statements(model_policy(CLOUD, image=IMAGE, artifact="s3://m/x", log_group="g", capture=capture))

    plain, captured = policy(None), policy("s3://store/prod/captures/")
    expected = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::store/prod/captures/*"]}
    assert captured == {**plain, "WriteCapture": expected}
    assert policy("/folder/captures") == plain


def test_what_is_not_on_s3_gets_no_permission() -> None:
    found = statements(model_policy(CLOUD, image=IMAGE, artifact="/folder/model.tar.gz", log_group="g"))
    assert "ReadArtifact" not in found


def test_the_gateway_may_invoke_one_endpoint_and_nothing_else() -> None:
    policy = invoke_policy(CLOUD.endpoint_arn("Ratings-r1"))
    assert statements(policy) == {
        "InvokeEndpoint": {
            "Effect": "Allow",
            "Action": ["sagemaker:InvokeEndpoint"],
            "Resource": ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/ratings-r1"],
        }
    }


def test_a_role_is_trusted_to_one_service() -> None:
    assert statements(trust("sagemaker")) == {
        "trust": {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }


def test_a_bucket_refuses_plain_http() -> None:
    (statement,) = statements(encrypted_transport_policy(CLOUD, "b")).values()
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("image", "arn"),
    [
        (IMAGE, "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"),
        ("1" * 12 + ".dkr.ecr.us-east-1.amazonaws.com/a/b", f"arn:aws:ecr:us-east-1:{'1' * 12}:repository/a/b"),
        (
            "1" * 12 + ".dkr.ecr.us-east-1.amazonaws.com/a@sha256:" + "0" * 64,
            f"arn:aws:ecr:us-east-1:{'1' * 12}:repository/a",
        ),
    ],
)
def test_an_images_repository(image: str, arn: str) -> None:
    assert repository_arn(image, "aws") == arn


@pytest.mark.parametrize("image", ["python:3.11", "123.dkr.ecr.us-east-1.amazonaws.com/a", "ghcr.io/a/b:1"])
def test_an_image_from_elsewhere_is_refused(image: str) -> None:
    with pytest.raises(ArgumentError, match=r"push it to ECR, SageMaker pulls from nowhere else"):
        repository_arn(image, "aws")


def test_arns_of_another_partition() -> None:
    china = Cloud(account_id="123456789012", region="cn-north-1", partition="aws-cn", dns_suffix="amazonaws.com.cn")
    assert china.role_arn("r") == "arn:aws-cn:iam::123456789012:role/r"
    assert china.log_group_arn("g") == "arn:aws-cn:logs:cn-north-1:123456789012:log-group:g"
    assert china.managed_policy_arn("x/Y") == "arn:aws-cn:iam::aws:policy/x/Y"


def test_a_jobs_role_reads_and_writes_its_prefix_and_nothing_else_of_the_bucket() -> None:
    policy = statements(training_policy(CLOUD, bucket="b", prefix="jobs", images=[IMAGE, IMAGE]))
    groups = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/"
    assert {sid: each["Action"] for sid, each in policy.items()} == {
        "PullLogin": ["ecr:GetAuthorizationToken"],
        "PullImage": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "WriteLog": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "PutMetrics": ["cloudwatch:PutMetricData"],
        "ListJobs": ["s3:ListBucket"],
        "ReadAndWriteJobs": ["s3:GetObject", "s3:PutObject"],
    }
    assert policy["PullImage"]["Resource"] == ["arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"]
    assert policy["WriteLog"]["Resource"] == [
        f"{groups}{kind}Jobs{tail}" for kind in ("Training", "Transform") for tail in ("", ":*")
    ]
    assert policy["ListJobs"]["Condition"] == {"StringLike": {"s3:prefix": ["jobs/*"]}}
    assert policy["ListJobs"]["Resource"] == ["arn:aws:s3:::b"]
    assert policy["ReadAndWriteJobs"]["Resource"] == ["arn:aws:s3:::b/jobs/*"]


def test_where_a_region_has_no_images_a_job_may_pull_none() -> None:
    assert "PullImage" not in statements(training_policy(CLOUD, bucket="b", prefix="jobs", images=[]))


def test_a_release_can_be_added_and_never_changed_or_deleted() -> None:
    read, publish = (statements(registry_policy(CLOUD, "s3://store/dev/", publish=each)) for each in (False, True))
    objects = ["arn:aws:s3:::store/dev/artifacts/*", "arn:aws:s3:::store/dev/releases/*"]
    assert read == {
        "ListReleases": {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::store"]},
        "ReadReleases": {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": objects},
    }
    assert publish == {
        **read,
        "AddReleases": {
            "Effect": "Allow",
            "Action": ["s3:PutObject"],
            "Resource": objects,
            "Condition": {"Null": {"s3:if-none-match": "false"}},
        },
    }
