"""What is asked of the stage and of the engine for each order, and when an order counts as verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from components.cloud import Cloud
from mapping.contract import CONTRACTS
from program.documents import documents_of
from program.enriched import function_name
from releases.identity import endpoint_name
from releases.manifest import to_json
from rollout.adapters.aws.engine import Engine, Fault, FaultyError
from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.ownership import Operation
from rollout.adapters.aws.stage import Served, Stage
from rollout.adapters.aws.traffic import AwsTraffic
from rollout.control.entries import Body, Choice, Decided, Ending, Entry, Phase, Started, Verified
from rollout.control.errors import CreationError, ForeignError, PortError
from rollout.control.fakes import FakeJournal
from rollout.control.ports import Order, Seen
from rollout.control.target import Target
from settings import parse
from tests.program.stacks import SCALING, release, stack_config

if TYPE_CHECKING:
    from rollout.adapters.aws.fleet import Endpoints

R = {name: release(name, CONTRACTS / "ratings-v1", scaling=SCALING) for name in ("r1", "r2")}
NAMES = {name: endpoint_name("p", each) for name, each in R.items()}
START = Started(
    release="r2", stable="r1", policy={}, conduct={}, manifests={name: to_json(each) for name, each in R.items()}
)
MADE, FIVE = Target(stable="r1", warm=("r2",)), Target(stable="r1", canary="r2", percent=5)
PROMOTED, LEFT = Target(stable="r2", warm=("r1",)), Target(stable="r2")


def decided(phase: Phase, target: Target, choice: Choice = Choice.ADVANCE, ending: Ending | None = None) -> Decided:
    return Decided(choice=choice, reason="so", phase=phase, step=0, target=target, ending=ending)


STEPS = (START, Verified(target=MADE), decided(Phase.TRY, MADE), decided(Phase.STEPS, FIVE))
BACK = (*STEPS, Verified(target=FIVE), decided(Phase.COOLING, MADE, Choice.ROLLBACK, Ending.WORSE))
GONE = (
    *STEPS,
    decided(Phase.WARM, PROMOTED, Choice.PROMOTE, Ending.PROMOTED),
    Verified(target=PROMOTED),
    decided(Phase.ENDED, LEFT, Choice.RETIRE),
)


@dataclass
class FakeStage:
    """A stage that is told what it serves."""

    served: Served
    withdrawn: int = 0
    flushed: int = 0
    asked: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    def read(self) -> Served:
        return self.served

    def withdraw(self) -> None:
        self.withdrawn += 1

    def flush(self) -> None:
        self.flushed += 1

    def answer(self, **asked: Any) -> None:
        self.asked.append(asked)


@dataclass
class FakeEndpoints:
    there: set[str]
    bound: list[str] = field(default_factory=list[str])

    def in_service(self) -> frozenset[str]:
        return frozenset(self.there)

    def bounds(self, endpoint: str) -> None:
        self.bound.append(endpoint)


@dataclass
class FakeEngine:
    outs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    operations: Sequence[Operation] = ()
    fault: FaultyError | None = None
    updates: list[tuple[int, tuple[str, ...]]] = field(default_factory=list[tuple[int, tuple[str, ...]]])
    previews: list[int] = field(default_factory=list[int])

    def outputs(self) -> Mapping[str, Any]:
        return self.outs

    def preview(self, sequence: int) -> Sequence[Operation]:
        self.previews.append(sequence)
        return self.operations

    def update(self, sequence: int, targets: Sequence[str] = ()) -> None:
        self.updates.append((sequence, tuple(targets)))
        if self.fault is not None:
            raise self.fault


@dataclass
class World:
    stage: FakeStage
    endpoints: FakeEndpoints
    engine: FakeEngine
    traffic: AwsTraffic


def served(stable: str, canary: str | None = None, percent: float = 0.0) -> Served:
    overrides = {"endpointRatings": NAMES[canary]} if canary else {}
    return Served(variables={"endpointRatings": NAMES[stable]}, overrides=overrides, percent=percent)


def world(bodies: Sequence[Body], at: Served, there: Sequence[str] = ("r1", "r2")) -> World:
    journal = FakeJournal()
    for number, body in enumerate(bodies, 1):
        journal.append(Entry(number=number, began=1, rollout="r2-1", at=float(number), by="ann", body=body))
    stage, endpoints, engine = FakeStage(at), FakeEndpoints(set(there)), FakeEngine()
    parts = (cast("Stage", stage), cast("Endpoints", endpoints), cast("Engine", engine))
    return World(stage, endpoints, engine, AwsTraffic(*parts, journal, "p"))


def order(target: Target, *, whole: bool = False) -> Order:
    return Order(rollout="r2-1", number=99, target=target, releases=("r1", "r2"), whole=whole)


def says(sequence: int, by: str = "journal") -> Mapping[str, Any]:
    return {"rolloutId": "r2-1", "journalSequence": sequence, "splitDecidedBy": by}


def test_a_step_updates_the_stage_alone_by_the_splits_own_sequence() -> None:
    one = world((*STEPS, decided(Phase.STEPS, FIVE, Choice.HOLD)), served("r1", "r2"))
    one.traffic.apply(order(FIVE))
    assert one.engine.updates == [(4, ("gateway-stage",))]
    assert (one.engine.previews, one.stage.withdrawn) == ([], 0)


def test_towards_no_traffic_the_patch_goes_first() -> None:
    one = world(BACK, served("r1", "r2", 50))
    one.traffic.apply(order(MADE))
    assert (one.stage.withdrawn, one.engine.updates) == (1, [(6, ("gateway-stage",))])


def test_a_promotion_is_no_withdrawal() -> None:
    one = world((*STEPS, decided(Phase.WARM, PROMOTED, Choice.PROMOTE)), served("r1", "r2", 50))
    one.traffic.apply(order(PROMOTED))
    assert (one.stage.withdrawn, one.engine.updates) == (0, [(5, ("gateway-stage",))])


def test_a_start_is_whole_after_a_preview() -> None:
    one = world((START,), served("r1"))
    one.engine.operations = [Operation(op="create", type="aws:sagemaker/endpoint:Endpoint", name="model-r2-endpoint")]
    one.traffic.apply(order(MADE, whole=True))
    assert (one.engine.previews, one.engine.updates, one.endpoints.bound) == ([1], [(1, ())], [])


def test_what_is_not_the_rollouts_own_is_named_and_nothing_done() -> None:
    one = world((START,), served("r1"))
    kind = "aws:apigateway/methodSettings:MethodSettings"
    one.engine.operations = [Operation(op="update", type=kind, name="gateway-methods", changed=frozenset({"settings"}))]
    said = (
        r"not its own: update MethodSettings gateway-methods \(settings\)\. Nothing was done\. Deploy .* canary resume"
    )
    with pytest.raises(ForeignError, match=said):
        one.traffic.apply(order(MADE, whole=True))
    assert one.engine.updates == []


def test_a_clean_up_puts_the_fleet_back_first() -> None:
    one = world(GONE, served("r2"))
    one.traffic.apply(order(LEFT, whole=True))
    assert one.endpoints.bound == [NAMES["r2"]]
    assert one.engine.updates == [(7, ())]


def test_an_order_that_the_journal_has_moved_on_from_is_not_applied() -> None:
    one = world(BACK, served("r1", "r2", 5))
    with pytest.raises(PortError, match=r"moved on from r2-1: r1 stable, r2 at 5 % to r2-1: r1 stable, warm: r2"):
        one.traffic.apply(order(FIVE))
    assert (one.engine.updates, one.stage.withdrawn) == ([], 0)


@pytest.mark.parametrize(
    ("name", "text", "raised"),
    [
        ("model-r2-endpoint", "ResourceLimitExceeded: the account-level limit is 0 Instances", CreationError),
        ("model-r2-model", "ValidationException: Could not find model data at s3://x", CreationError),
        ("model-r2-endpoint", "ThrottlingException: Rate exceeded", FaultyError),
        ("model-r2-endpoint", "RequestError: send request failed: connection reset by peer", FaultyError),
        ("gateway-methods", "BadRequestException", FaultyError),
        ("", "the program was refused", FaultyError),
    ],
)
def test_only_a_fault_of_the_candidates_own_that_would_come_again_is_final(
    name: str, text: str, raised: type[Exception]
) -> None:
    one = world((START,), served("r1"))
    one.engine.fault = FaultyError("the update of dev", [Fault(name=name, text=text)], "")
    with pytest.raises(raised, match=text.split(":", maxsplit=1)[0]) as caught:
        one.traffic.apply(order(MADE, whole=True))
    assert type(caught.value) is raised


def test_what_ends_a_split_is_verified_when_the_cache_is_empty() -> None:
    promotion = (*STEPS, decided(Phase.WARM, PROMOTED, Choice.PROMOTE))
    for bodies, target, at in ((promotion, PROMOTED, served("r2")), (BACK, MADE, served("r1"))):
        one = world(bodies, at)
        one.engine.outs = says(len(bodies) - 1)
        assert (one.traffic.verify(order(target)), one.stage.flushed) == (False, 0)
        one.engine.outs = says(len(bodies))
        assert (one.traffic.verify(order(target)), one.stage.flushed) == (True, 1)


def test_a_cache_is_left_alone_by_steps_starts_and_what_was_verified_before() -> None:
    step, start = world(STEPS, served("r1", "r2", 5)), world((START,), served("r1"))
    step.engine.outs, start.engine.outs = says(4), says(1)
    assert step.traffic.verify(order(FIVE))
    assert start.traffic.verify(order(MADE, whole=True))
    over = world((*STEPS, decided(Phase.WARM, PROMOTED, Choice.PROMOTE), Verified(target=PROMOTED)), served("r2"))
    over.engine.outs = says(5)
    assert over.traffic.verify(order(PROMOTED))
    assert (step.stage.flushed, start.stage.flushed, over.stage.flushed) == (0, 0, 0)


@pytest.mark.parametrize(
    ("outputs", "verified"),
    [(says(4), True), (says(1), False), ({}, False), ({**says(4), "rolloutId": "r2-0"}, False)],
)
def test_an_order_is_verified_by_the_stage_and_the_last_updates_sequence(
    outputs: Mapping[str, Any], verified: bool
) -> None:
    one = world(STEPS, served("r1", "r2", 5))
    one.engine.outs = outputs
    assert one.traffic.verify(order(FIVE)) == verified


@pytest.mark.parametrize(("at", "there"), [(served("r1", "r2", 1), ("r1", "r2")), (served("r1", "r2", 5), ("r1",))])
def test_what_the_gateway_does_not_serve_is_not_verified(at: Served, there: Sequence[str]) -> None:
    one = world(STEPS, at, there)
    one.engine.outs = says(4)
    assert not one.traffic.verify(order(FIVE))


@pytest.mark.parametrize(
    ("at", "there", "by", "verified"),
    [
        (served("r2"), ("r2",), "journal", True),
        (served("r2"), ("r1", "r2"), "journal", False),
        (served("r1"), ("r1",), "configuration", True),  # a person chose it, with the rollout's own id
        (served("r1"), ("r1",), "journal", False),
        (served("r1"), ("r1", "r2"), "configuration", False),
        (served("r1", "r2", 5), ("r1",), "configuration", False),
    ],
)
def test_a_clean_up_is_verified_with_a_persons_stable_too(
    at: Served, there: Sequence[str], by: str, verified: bool
) -> None:
    one = world(GONE, at, there)
    one.engine.outs = says(7, by)
    assert one.traffic.verify(order(LEFT, whole=True)) == verified


def test_what_is_served_is_read_by_the_endpoints_names() -> None:
    seen = world(STEPS, served("r1", "r2", 5)).traffic.read()
    assert seen == Seen(stable="r1", canary="r2", percent=5, in_service=frozenset({"r1", "r2"}))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (Served(variables={"endpointRatings": "else"}, overrides={}, percent=0), "name no endpoint of p"),
        (
            Served(variables={"endpointRatings": NAMES["r1"]}, overrides={}, percent=5),
            "the stage's canary has 5 percent and names no endpoint of p",
        ),
    ],
)
def test_a_stage_that_serves_something_else_is_told(at: Served, said: str) -> None:
    with pytest.raises(AwsError, match=said):
        world(STEPS, at).traffic.read()


def test_a_try_asks_every_route_of_the_candidates_document_and_its_own_function() -> None:
    settings = parse(stack_config("dev", {"api": {"name": "p"}, "enriched": {"enabled": True}}))
    cloud = Cloud(account_id="123456789012", region="eu-west-1")
    one = world((replace(START, documents=documents_of(R.values(), settings, cloud)),), served("r1"))
    one.traffic.answer("r2")
    variables = {"endpointRatings": NAMES["r2"], "functionEnriched": function_name("p", R["r2"], "enriched-v1")}
    assert one.stage.asked == [
        {
            "path": f"/{route}-ratings/{{user_id}}",
            "method": "GET",
            "request": f"/{route}-ratings/321?items=101,131,162",
            "variables": variables,
        }
        for route in ("predicted", "enriched")
    ]


def test_a_try_asks_with_the_candidates_endpoint_and_its_contracts_example() -> None:
    one = world((START,), served("r1"))
    one.traffic.answer("r2")
    (asked,) = one.stage.asked
    assert asked == {
        "path": "/predicted-ratings/{user_id}",
        "method": "GET",
        "request": "/predicted-ratings/321?items=101,131,162",
        "variables": {"endpointRatings": NAMES["r2"]},
    }
    with pytest.raises(PortError, match="no rollout knows r9"):
        one.traffic.answer("r9")
