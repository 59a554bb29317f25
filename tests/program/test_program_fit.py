"""Whether a release's image, framework and contract fit together."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from components.cloud import Cloud
from mapping.contract import CONTRACTS, Contract, read_contract
from program.errors import FitError
from program.fit import SCRIPT_ENVIRONMENT, check_fit, environment_of
from releases.model import Framework, Release
from tests.program.stacks import release

CLOUD = Cloud(account_id="123456789012", region="eu-west-1")
RATINGS = CONTRACTS / "ratings-v1"
OBJECT2VEC = Framework(name="object2vec", version="1")
ECR = "141502667606.dkr.ecr.{region}.amazonaws.com/{repository}:1"


def made(framework: Framework) -> Release:
    return replace(release("r1", RATINGS), framework=framework)


def contract_with(folder: Path, name: str, **changes: object) -> Contract:
    """Write a contract whose schema `name` has changes to its properties."""
    for file in RATINGS.iterdir():
        (folder / file.name).write_text(file.read_text())
    schema = json.loads((folder / f"{name}.schema.json").read_text())
    (folder / f"{name}.schema.json").write_text(json.dumps({**schema, **changes}))
    return read_contract(folder)


@pytest.mark.parametrize(
    "framework",
    [
        Framework(name="sklearn", version="1.2-1"),
        OBJECT2VEC,
        replace(OBJECT2VEC, image=ECR.format(region="eu-west-1", repository="object2vec")),
        Framework(name="mine", version="1", image=ECR.format(region="eu-west-1", repository="my/own")),
        Framework(name="mine", version="1", image="no image of ECR's"),
    ],
)
def test_what_can_work_together_passes(framework: Framework) -> None:
    check_fit(made(framework), read_contract(RATINGS), CLOUD)


@pytest.mark.parametrize(
    ("schema", "changes", "message"),
    [
        ("model-request", {"required": ["rows"]}, "whose model-request does not take that: 'rows' is a required"),
        ("model-response", {"required": ["ratings"]}, "whose model-response does not take that: 'ratings' is a"),
    ],
)
def test_an_algorithm_that_speaks_otherwise_is_refused_by_name(
    tmp_path: Path, schema: str, changes: dict[str, object], message: str
) -> None:
    contract = contract_with(tmp_path, schema, **changes)
    with pytest.raises(FitError, match=r"^release 'r1' runs in the image of 'object2vec'") as refused:
        check_fit(made(OBJECT2VEC), contract, CLOUD)
    assert message in str(refused.value)
    check_fit(made(Framework(name="sklearn", version="1.2-1")), contract, CLOUD)  # its handler may speak anything
    check_fit(made(OBJECT2VEC), None, CLOUD)  # a rollout's journal carries the document


@pytest.mark.parametrize(
    ("name", "region", "repository", "message"),
    [
        ("object2vec", "us-east-1", "object2vec", "which lies in us-east-1; SageMaker pulls in its own region alone"),
        ("sklearn", "eu-west-1", "object2vec", "says framework 'sklearn' and names the image"),
        ("object2vec", "eu-west-1", "sagemaker-scikit-learn", "which is sklearn's: register it with framework"),
    ],
)
def test_an_image_of_another_region_or_framework_is_refused(
    name: str, region: str, repository: str, message: str
) -> None:
    framework = Framework(name=name, version="1", image=ECR.format(region=region, repository=repository))
    with pytest.raises(FitError, match=r"^release 'r1'") as refused:
        check_fit(made(framework), None, CLOUD)
    assert message in str(refused.value)


def test_only_a_container_of_our_handler_is_told_where_it_is() -> None:
    assert environment_of(OBJECT2VEC) == {}
    assert environment_of(Framework(name="sklearn", version="1.2-1")) == SCRIPT_ENVIRONMENT
    assert SCRIPT_ENVIRONMENT["SAGEMAKER_PROGRAM"] == "inference.py"
