"""From settings and line-up to Args, without an engine: what the golden files of dev and prod do not show."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from components.cloud import Cloud
from mapping.errors import UnknownContractError
from program.arguments import arguments, served
from program.documents import documents_of, example_path
from program.errors import FitError
from program.exports import next_step
from program.lineup import read_lineup
from releases.errors import ReleaseError, UnknownReleaseError
from releases.identity import endpoint_name
from releases.model import Canary, ContractRef, Framework, Lineup
from settings import EndpointType, Settings, parse
from store import open_store
from tests.program.stacks import CONTRACTS, fill, release, stack_config

CLOUD = Cloud(account_id="123456789012", region="us-east-1")
R1, R2, R3 = (release(name, CONTRACTS / "ratings-v1") for name in ("r1", "r2", "r3"))
STORE = "s3://models/prod"


def settings(**changes: object) -> Settings:
    return parse(stack_config("prod", changes))


def test_endpoints_come_in_the_order_of_the_line_up_and_their_names_from_the_release() -> None:
    lineup = Lineup(stable=R2, canary=Canary(release=R1, percent=3.5), warm=(R3,))
    declared = arguments(settings(), lineup, CLOUD, stack="prod", store=STORE)
    names = {each.id: endpoint_name("predicted-ratings-prod", each) for each in (R2, R1, R3)}
    assert [each.id for each in served(lineup)] == list(declared.endpoints) == ["r2", "r1", "r3"]
    assert {name: args.endpoint_name for name, args in declared.endpoints.items()} == names
    assert declared.backing.route
    assert dict(declared.backing.route.endpoints) == names
    assert declared.stage
    assert declared.stage.canary
    assert declared.stage.stable.variables == {"endpointRatings": names["r2"]}
    assert (declared.stage.canary.variables, declared.stage.canary.percent) == ({"endpointRatings": names["r1"]}, 3.5)
    assert [track.release for track in declared.stage.kept] == ["r3"]


def test_without_a_stable_release_there_is_no_api_and_without_any_no_route() -> None:
    nothing = arguments(settings(), Lineup(), CLOUD, stack="prod", store=STORE)
    assert (nothing.stage, nothing.backing.route, nothing.endpoints) == (None, None, {})
    warm = arguments(settings(), Lineup(warm=(R1,)), CLOUD, stack="prod", store=STORE)
    assert warm.stage is None
    assert warm.backing.route
    assert list(warm.endpoints) == list(warm.backing.route.endpoints) == ["r1"]


def test_the_document_names_the_routes_own_role_and_holds_the_settings_limits() -> None:
    declared = arguments(
        settings(api={"name": "p", "maxItems": 7, "timeoutMilliseconds": 1234}),
        Lineup(stable=R1),
        CLOUD,
        stack="prod",
        store=STORE,
    )
    assert declared.stage
    assert declared.backing.route
    document = json.loads(declared.stage.stable.document)
    (path,) = document["paths"].values()
    integration = path["get"]["x-amazon-apigateway-integration"]
    assert (
        integration["credentials"]
        == declared.backing.route.role_arn
        == "arn:aws:iam::123456789012:role/p-ratings-us-east-1"
    )
    assert integration["timeoutInMillis"] == 1234
    assert "at most 7 ids" in integration["requestTemplates"]["application/json"]
    assert "x-amazon-apigateway-policy" not in document


def test_a_private_apis_document_carries_its_resource_policy() -> None:
    api = {"name": "p", "endpointType": "PRIVATE", "vpcEndpoints": ["vpce-0123456789abcdef0"]}
    declared = arguments(settings(api=api), Lineup(stable=R1), CLOUD, stack="prod", store=STORE)
    assert declared.stage
    allow, deny = json.loads(declared.stage.body)["x-amazon-apigateway-policy"]["Statement"]
    assert (allow["Effect"], allow["Principal"], deny["Effect"]) == ("Allow", "*", "Deny")
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": ["vpce-0123456789abcdef0"]}}
    assert declared.stage.endpoint_type is EndpointType.PRIVATE


def test_an_algorithm_that_brings_its_server_is_told_of_no_handler() -> None:
    built_in = replace(R2, framework=Framework(name="object2vec", version="1"))
    declared = arguments(settings(), Lineup(stable=R1, warm=(built_in,)), CLOUD, stack="prod", store=STORE)
    assert declared.endpoints["r1"].environment["SAGEMAKER_PROGRAM"] == "inference.py"
    assert declared.endpoints["r2"].environment == {}
    assert declared.endpoints["r2"].image.endswith("/object2vec:1")


def test_a_release_that_cannot_work_is_refused_before_anything_is_declared() -> None:
    elsewhere = Framework(name="mine", version="1", image="141502667606.dkr.ecr.eu-west-1.amazonaws.com/mine:1")
    with pytest.raises(FitError, match="'r1' names the image"):
        arguments(settings(), Lineup(stable=replace(R1, framework=elsewhere)), CLOUD, stack="prod", store=STORE)


def test_training_has_a_role_for_its_own_prefix_and_the_registry_readers_where_it_is_on_s3() -> None:
    declared = arguments(settings(), Lineup(), CLOUD, stack="prod", store=STORE)
    role, bucket = declared.training.role, declared.training.bucket.bucket
    assert (role.role_name, role.bucket, role.prefix) == ("predicted-ratings-prod-training-us-east-1", bucket, "jobs")
    assert declared.training.registry
    assert declared.training.registry.store == STORE
    assert arguments(settings(), Lineup(), CLOUD, stack="local", store="/folder").training.registry is None


def test_data_capture_goes_below_the_store() -> None:
    serving = {"instanceType": "ml.m5.large", "dataCapture": {"enabled": True, "percent": 25}}
    declared = arguments(settings(serving=serving), Lineup(stable=R1), CLOUD, stack="prod", store=STORE)
    capture = declared.endpoints["r1"].capture
    assert capture
    assert (capture.destination, capture.percent) == ("s3://models/prod/captures", 25)
    assert arguments(settings(), Lineup(stable=R1), CLOUD, stack="prod", store=STORE).endpoints["r1"].capture is None


def test_the_accounts_log_role_is_declared_where_the_settings_say_so() -> None:
    api = {"name": "p", "logging": {"accountRole": True}}
    with_role = arguments(settings(api=api), Lineup(), CLOUD, stack="prod", store=STORE).backing.log_role
    assert with_role
    assert with_role.role_name == "p-logs-us-east-1"
    assert arguments(settings(), Lineup(), CLOUD, stack="prod", store=STORE).backing.log_role is None


def test_tags_reach_everything_and_the_programs_own_win() -> None:
    tags = {"team": "ratings", "stack": "mine"}
    declared = arguments(settings(tags=tags), Lineup(stable=R1), CLOUD, stack="prod", store=STORE)
    common = {"team": "ratings", "project": "predicted-ratings", "stack": "prod", "managed-by": "pulumi"}
    assert declared.stage
    route, training = declared.backing.route, declared.training
    assert route
    assert training.registry
    tagged = (training.bucket, training.role, training.registry, declared.logs, route, declared.stage)
    assert [dict(each.tags) for each in tagged] == [common] * 6
    assert dict(declared.endpoints["r1"].tags) == {**common, "release": "r1"}


def test_a_release_with_an_edited_contract_is_refused() -> None:
    edited = replace(R1, contract=ContractRef(name="ratings-v1", hash="0" * 64))
    with pytest.raises(UnknownContractError, match="a released contract never changes"):
        arguments(settings(), Lineup(stable=edited), CLOUD, stack="prod", store=STORE)


def test_a_name_too_long_for_sagemaker_is_refused_with_what_to_shorten() -> None:
    long = replace(R1, id="r" + "1" * 30)
    with pytest.raises(ReleaseError, match="shorten the API's name by 1"):
        arguments(settings(api={"name": "p" * 23}), Lineup(stable=long), CLOUD, stack="prod", store=STORE)


def test_the_line_up_is_read_from_the_store(tmp_path: Path) -> None:
    fill(tmp_path, [R1, R2, R3])
    store = open_store(str(tmp_path), tmp_path)
    wanted = settings(stable="r1", canary={"release": "r2", "percent": 10}, warm=["r3"])
    assert read_lineup(wanted, store, ["r1", "r2", "r3"]) == Lineup(
        stable=R1, canary=Canary(release=R2, percent=10.0), warm=(R3,)
    )
    assert read_lineup(settings(), store, []) == Lineup()
    with pytest.raises(UnknownReleaseError):
        read_lineup(settings(stable="r9"), store, ["r1"])


def test_the_example_request_comes_from_the_contract() -> None:
    assert example_path(documents_of([R1], settings(), CLOUD)["r1"]) == "/predicted-ratings/321?items=101,131,162"


@pytest.mark.parametrize(
    ("lineup", "known", "said"),
    [
        (Lineup(), [], "There is no release yet. Train one: ./canary train --stack s. Then serve it: "),
        (Lineup(), ["r2", "r1"], "Nothing is served yet. In the store: r1, r2. Serve one: "),
        (Lineup(stable=R1), ["r1"], "r1 is served. Put another release beside it (none yet): "),
        (Lineup(stable=R1), ["r2", "r1"], "r1 is served. Put another release beside it (r2): "),
        (
            Lineup(stable=R1, canary=Canary(release=R2, percent=0.5), warm=(R3,)),
            ["r1"],
            "r2 gets 0.5 percent of the requests, r1 the rest. Promote it, r1 kept for an undo: pulumi",
        ),
    ],
)
def test_the_next_step_is_said_with_its_commands(lineup: Lineup, known: list[str], said: str) -> None:
    told = next_step(lineup, known, "s")
    assert told.startswith(said)
    assert told.endswith("pulumi up --stack s")


def test_a_promotion_adds_to_what_is_warm() -> None:
    lineup = Lineup(stable=R1, canary=Canary(release=R2, percent=10), warm=(R3,))
    told = next_step(lineup, [], "s").split("undo: ")[1].split(". Take it back: ")
    drop = "pulumi config rm --stack s --path canary.release && pulumi config rm --stack s --path canary.percent"
    put = "pulumi config set --stack s --path --type string"
    assert told == [
        f"{put} stable r2 && {put} 'warm[1]' r1 && {drop} && pulumi up --stack s",
        f"{drop} && pulumi up --stack s",
    ]
