"""What each role of the stack may do, as one table: what `test_permissions.py` holds the program to.

`python -m tests.program.permitted` publishes it (`benchmarks/program/roles.md`). Names are those of prod; for what
changes with a release or its code stands a word in `<>`.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

PAGE = Path(__file__).parents[2] / "benchmarks" / "program" / "roles.md"
KEPT = "arn:aws:s3:::releases/of-mine"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"
STACK = "predicted-ratings-prod"
ENDPOINT = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{STACK}"
FUNCTION = f"arn:aws:lambda:us-east-1:123456789012:function:{STACK}"
TABLE = f"arn:aws:dynamodb:us-east-1:123456789012:table/{STACK}"
IMAGES = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn"
BUCKET = f"arn:aws:s3:::{STACK}-123456789012-us-east-1"
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")

Line = tuple[str, str, str]
"""Role, action, resource."""


def of_release(name: str) -> set[Line]:
    """What one release's roles may do: its container's, its function's, and the two that lead to them."""
    model, function = f"model-{name}-role", f"function-{name}-role"
    group = f"{LOGS}:/aws/sagemaker/Endpoints/{STACK}-{name}-<{name}>:*"
    code = f"{STACK}-{name}-<code for {name}>"
    return {
        (model, "ecr:GetAuthorizationToken", "*"),
        *((model, action, IMAGES) for action in PULL),
        *((model, action, group) for action in (*WRITE, "logs:DescribeLogStreams")),
        (model, "cloudwatch:PutMetricData", "*"),
        (model, "s3:GetObject", f"arn:aws:s3:::models/{name}/model.tar.gz"),
        (model, "s3:PutObject", f"{KEPT}/captures/*"),
        *((function, action, f"{LOGS}:/aws/lambda/{code}:*") for action in WRITE),
        (function, "sagemaker:InvokeEndpoint", f"{ENDPOINT}-{name}-<{name}>"),
        *((function, "dynamodb:BatchGetItem", f"{TABLE}-{table}") for table in ("movies", "seen")),
        ("ratings-invoke", "sagemaker:InvokeEndpoint", f"{ENDPOINT}-{name}-<{name}>"),
        ("enriched-invoke", "lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:123456789012:function:{code}"),
    }


TRAINING = "training-role-role"
ALLOWED: set[Line] = {
    *of_release("r1"),
    *of_release("r2"),
    ("authorizer-ask", "lambda:InvokeFunction", f"{FUNCTION}-authorizer"),
    *(("authorizer-role", action, f"{LOGS}:/aws/lambda/{STACK}-authorizer:*") for action in WRITE),
    (TRAINING, "ecr:GetAuthorizationToken", "*"),
    *(
        (TRAINING, action, image)
        for action in PULL
        for image in (IMAGES, "arn:aws:ecr:us-east-1:382416733822:repository/object2vec")
    ),
    *(
        (TRAINING, action, f"{LOGS}:/aws/sagemaker/{jobs}{streams}")
        for action in (*WRITE, "logs:CreateLogGroup", "logs:DescribeLogStreams")
        for jobs in ("TrainingJobs", "TransformJobs")
        for streams in ("", ":*")
    ),
    (TRAINING, "cloudwatch:PutMetricData", "*"),
    (TRAINING, "s3:ListBucket", BUCKET),
    *((TRAINING, action, f"{BUCKET}/jobs/*") for action in ("s3:GetObject", "s3:PutObject")),
    *((f"registry-{who}", "s3:ListBucket", "arn:aws:s3:::releases") for who in ("read", "publish")),
    *(
        (f"registry-{who}", action, f"{KEPT}/{kind}/*")
        for who, action in (("read", "s3:GetObject"), ("publish", "s3:GetObject"), ("publish", "s3:PutObject"))
        for kind in ("artifacts", "releases")
    ),
}
"""Everything that the stack's roles may do."""


def published(lines: Iterable[Line]) -> str:
    """The table as Markdown: for each role its resources, each with its actions."""
    rows: list[str] = []
    for (role, resource), group in groupby(sorted(lines, key=_by_resource), key=_place):
        actions = ", ".join(f"`{action}`" for _, action, _ in group)
        rows.append(f"| {role} | {actions} | `{resource}` |")
    return _HEAD + "\n".join(rows) + "\n"


def _place(line: Line) -> tuple[str, str]:
    return line[0], line[2]


def _by_resource(line: Line) -> tuple[str, str, str]:
    role, action, resource = line
    return role, resource, action


_HEAD = """# What each role may do

prod with every feature on, the enriched route, data capture and a store on S3; dev's roles are the same under its own
name. `registry-read` and `registry-publish` are policies for persons, whose `s3:PutObject` asks for a write of what is
not there yet (`s3:if-none-match`). `cloudwatch:PutMetricData` is bound to SageMaker's namespaces. Where a stack
owns the account's log role (`logging.accountRole`), that one has AWS's own policy
`AmazonAPIGatewayPushToCloudWatchLogs`. A policy evaluator
refuses everything else that `tests/program/test_permissions.py` tries, which also holds the program to this table.

| role | actions | resource |
|---|---|---|
"""

if __name__ == "__main__":
    PAGE.write_text(published(ALLOWED), encoding="utf-8")
