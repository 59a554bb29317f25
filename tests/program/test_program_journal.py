"""What the program declares by the journal: the split in force, who decides it, and what it refuses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from components.cloud import Cloud
from mapping.contract import CONTRACTS
from program.arguments import arguments
from program.configuration import read_expected
from program.documents import Named, documents_of, example_path, variables_in
from program.errors import AccountError, SequenceError
from program.exports import next_step
from program.journal import Journalled, check_account, read_journal
from program.lineup import read_lineup
from releases.manifest import to_json
from releases.model import Lineup
from rollout.control.entries import Asked, Body, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import JournalError
from rollout.control.journal import StoreJournal, key_of
from rollout.control.split import split_of
from rollout.control.state import fold
from rollout.control.target import Target
from rollout.errors import AdoptionError
from settings import Settings, parse
from store import Store, open_store
from tests.program.stacks import fill, release, stack_config

CLOUD = Cloud(account_id="123456789012", region="us-east-1")
R = {name: release(name, CONTRACTS / "ratings-v1") for name in ("r0", "r1", "r2", "r4")}
DOCUMENTS = {
    name: f"{text} " for name, text in documents_of([R["r1"], R["r2"]], parse(stack_config("dev", {})), CLOUD).items()
}
START = Started(
    release="r2",
    stable="r1",
    policy={},
    conduct={},
    manifests={name: to_json(R[name]) for name in ("r1", "r2")},
    documents=DOCUMENTS,
)
MADE = Target(stable="r1", warm=("r2",))
FIVE, PROMOTED = Target(stable="r1", canary="r2", percent=5), Target(stable="r2", warm=("r1",))


def decided(phase: Phase, target: Target, choice: Choice = Choice.ADVANCE, ending: Ending | None = None) -> Decided:
    return Decided(choice=choice, reason="so", phase=phase, step=0, target=target, ending=ending)


STEP = decided(Phase.STEPS, FIVE)
PROMOTE = decided(Phase.WARM, PROMOTED, Choice.PROMOTE, Ending.PROMOTED)
BACK = decided(Phase.COOLING, MADE, Choice.ROLLBACK, Ending.WORSE)
RETIRE = decided(Phase.ENDED, Target(stable="r2"), Choice.RETIRE)


def entries(*bodies: Body) -> list[Entry]:
    return [
        Entry(number=number, began=1, rollout="r2-1", at=float(number), by="ann", body=body)
        for number, body in enumerate(bodies, 1)
    ]


def steps(*more: Body) -> Sequence[Body]:
    return (START, Verified(target=MADE), decided(Phase.TRY, MADE), STEP, *more)


@dataclass
class World:
    """A stack's store and configuration."""

    store: Store
    configured: dict[str, object]

    def settings(self) -> Settings:
        return parse(stack_config("dev", {"stable": "r1", **self.configured}), releases=tuple(R))

    def journalled(self, expected: int | None = None) -> Journalled:
        return read_journal(self.store, self.settings(), expected)

    def lineup(self, expected: int | None = None) -> Lineup:
        return read_lineup(self.settings(), self.store, tuple(R), self.journalled(expected))


def world(folder: Path, *bodies: Body, **configured: object) -> World:
    fill(folder, list(R.values()))
    store = open_store(str(folder), folder)
    for entry in entries(*bodies):
        StoreJournal(store).append(entry)
    return World(store, configured)


def places(lineup: Lineup) -> tuple[str | None, str | None, float, list[str]]:
    canary = lineup.canary
    return (
        lineup.stable and lineup.stable.id,
        canary and canary.release.id,
        canary.percent if canary else 0.0,
        [each.id for each in lineup.warm],
    )


def test_an_empty_store_had_no_rollout(tmp_path: Path) -> None:
    one = world(tmp_path, warm=["r0"])
    assert one.journalled() == Journalled()
    assert one.journalled().exports == {}
    assert places(one.lineup()) == ("r1", None, 0.0, ["r0"])


@pytest.mark.parametrize(
    ("bodies", "sequence", "expected"),
    [
        ((START,), 1, ("r1", "r2", 0.0, ["r0"])),
        (steps()[:3], 1, ("r1", "r2", 0.0, ["r0"])),  # tried at 0 percent: on the stage, without traffic
        (steps(), 4, ("r1", "r2", 5.0, ["r0"])),
        (steps(Verified(target=FIVE), decided(Phase.STEPS, FIVE, Choice.HOLD)), 4, ("r1", "r2", 5.0, ["r0"])),
        (steps(Asked(request=Request.ABORT)), 4, ("r1", "r2", 5.0, ["r0"])),
        (steps(BACK), 5, ("r1", "r2", 0.0, ["r0"])),
        (steps(PROMOTE), 5, ("r2", None, 0.0, ["r1", "r0"])),
        (steps(PROMOTE, Verified(target=PROMOTED), RETIRE), 7, ("r2", None, 0.0, ["r0"])),
    ],
)
def test_under_way_the_journal_says_the_split(
    tmp_path: Path, bodies: Sequence[Body], sequence: int, expected: tuple[str, str | None, float, list[str]]
) -> None:
    one = world(tmp_path, *bodies, warm=["r0"], stable="r4")  # whatever the configuration's stable is
    found = one.journalled()
    assert (found.in_force, found.split and found.split.sequence) == (True, sequence)
    assert places(one.lineup()) == expected
    assert found.exports == {"rolloutId": "r2-1", "journalSequence": sequence, "splitDecidedBy": "journal"}


def test_its_manifests_and_documents_are_the_journals(tmp_path: Path) -> None:
    one = world(tmp_path, *steps())
    one.store.delete("releases/r2.json")
    lineup, found = one.lineup(), one.journalled()
    assert lineup.canary is not None
    assert lineup.canary.release == R["r2"]
    declared = arguments(one.settings(), lineup, CLOUD, stack="dev", store=one.store.uri, carried=found.carried)
    assert declared.stage is not None
    assert declared.stage.canary is not None
    assert (declared.stage.stable.document, declared.stage.canary.document) == (DOCUMENTS["r1"], DOCUMENTS["r2"])


def test_its_thresholds_are_counted_until_nothing_is_left_of_it(tmp_path: Path) -> None:
    begun = replace(START, thresholds={"p50": 41.5, "p99": 200.0})

    def counted(name: str, *bodies: Body, **configured: object) -> list[str]:
        one = world(tmp_path / name, begun, *bodies, **configured)
        carried = one.journalled().carried
        declared = arguments(one.settings(), one.lineup(), CLOUD, stack="dev", store=one.store.uri, carried=carried)
        return [end for end in declared.observability.filters if end.startswith("stable-slow")]

    own = ["stable-slow-50ms", "stable-slow-200ms", "stable-slow-1000ms"]  # dev's
    assert counted("under way", *steps()[1:]) == ["stable-slow-41.5ms", *own]
    assert counted("kept", *ENDED[1:], stable="r2", rollout="r2-1") == ["stable-slow-41.5ms", *own]
    over = (*ENDED[1:], RETIRE, Verified(target=RETIRE.target))
    assert counted("over", *over, stable="r2", rollout="r2-1") == own


def test_a_canary_other_than_the_rollouts_is_refused(tmp_path: Path) -> None:
    one = world(tmp_path, *steps(), canary={"release": "r4", "percent": 3})
    with pytest.raises(AdoptionError, match=r"puts r4 on as a canary at 3 percent, and rollout r2-1 is taking r2"):
        one.journalled()
    assert places(world(tmp_path / "own", *steps(), canary={"release": "r2", "percent": 3}).lineup())[2] == 5.0


ENDED = steps(PROMOTE, Verified(target=PROMOTED))


def test_an_older_configuration_is_refused_with_both_facts_and_the_ways_out(tmp_path: Path) -> None:
    said = r"knows of rollout r1-0 and says that r1 is stable; rollout r2-1 has ended since \(promoted\), and r2 serves"
    with pytest.raises(AdoptionError, match=said + r".*canary adopt.*canary undo"):
        world(tmp_path, *ENDED, rollout="r1-0").journalled()


@pytest.mark.parametrize("bodies", [ENDED, (*ENDED, RETIRE, Verified(target=RETIRE.target))])
@pytest.mark.parametrize("configured", [{"stable": "r2"}, {"stable": "r2", "rollout": "r1-0"}])
def test_an_older_rollout_is_refused_with_the_same_stable_too(
    tmp_path: Path, bodies: Sequence[Body], configured: dict[str, object]
) -> None:
    with pytest.raises(AdoptionError, match=r"rollout r2-1 has ended since \(promoted\), and r2 serves.*canary adopt"):
        world(tmp_path, *bodies, **configured).journalled()


def test_an_outcome_that_was_taken_back_is_adopted_too(tmp_path: Path) -> None:
    back = steps(BACK, Verified(target=MADE))
    with pytest.raises(AdoptionError, match=r"ended since \(worse\), and r1 serves.*canary adopt.*canary undo"):
        world(tmp_path, *back).journalled()
    assert places(world(tmp_path / "adopted", *back, rollout="r2-1").lineup()) == ("r1", None, 0.0, ["r2"])


def test_with_the_current_id_any_stable_is_a_persons(tmp_path: Path) -> None:
    one = world(tmp_path, *ENDED, rollout="r2-1", stable="r4")
    assert places(one.lineup()) == ("r4", None, 0.0, ["r1"])
    assert one.journalled().exports["splitDecidedBy"] == "configuration"
    assert set(one.journalled().carried.documents) == {"r1"}  # what is kept keeps its deployment


def test_a_persons_stable_stands_while_what_was_kept_is_cleared(tmp_path: Path) -> None:
    one = world(tmp_path, *ENDED, RETIRE, rollout="r2-1", stable="r1")
    assert places(one.lineup(expected=7)) == ("r1", None, 0.0, [])
    assert one.journalled(7).exports["splitDecidedBy"] == "configuration"


def test_what_is_over_leaves_the_configuration_alone(tmp_path: Path) -> None:
    one = world(tmp_path, *ENDED, RETIRE, Verified(target=RETIRE.target), rollout="r2-1", stable="r2", warm=["r0"])
    assert places(one.lineup()) == ("r2", None, 0.0, ["r0"])
    assert one.journalled().carried.documents == {}


def test_its_own_controller_may_bring_an_unadopted_outcome_about_again(tmp_path: Path) -> None:
    one = world(tmp_path, *ENDED)
    with pytest.raises(AdoptionError):
        one.journalled()
    assert places(one.lineup(expected=5)) == ("r2", None, 0.0, ["r1"])


def test_its_own_controller_lets_go_of_what_was_kept_before_anybody_adopts(tmp_path: Path) -> None:
    one = world(tmp_path, *ENDED, RETIRE)
    assert places(one.lineup(expected=7)) == ("r2", None, 0.0, [])
    assert one.journalled(7).exports["splitDecidedBy"] == "journal"


@pytest.mark.parametrize(("expected", "now"), [(3, "r2-1 is at 4"), (5, "r2-1 is at 4")])
def test_another_sequence_than_the_previewed_is_refused(tmp_path: Path, expected: int, now: str) -> None:
    with pytest.raises(SequenceError, match=f"entry {expected}, and {now}"):
        world(tmp_path, *steps()).journalled(expected)


def test_an_expected_rollout_that_never_was_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="there is no rollout"):
        world(tmp_path).journalled(1)


def test_a_damaged_journal_stops_the_program(tmp_path: Path) -> None:
    one = world(tmp_path, *steps())
    one.store.write(key_of(2), b"{")
    with pytest.raises(JournalError):
        one.journalled()


def test_what_a_controller_expects_comes_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANARY_EXPECT", raising=False)
    assert read_expected() is None
    monkeypatch.setenv("CANARY_EXPECT", "17")
    assert read_expected() == 17
    monkeypatch.setenv("CANARY_EXPECT", "soon")
    with pytest.raises(SequenceError, match="got 'soon'"):
        read_expected()


def test_the_store_is_in_the_providers_account(tmp_path: Path) -> None:
    class InBucket:
        uri, account = "s3://b/p", "210987654321"

    bucket: Store = InBucket()  # pyright: ignore[reportAssignmentType] # only what is asked of it
    with pytest.raises(AccountError, match=r"s3://b/p belongs to the account 210987654321, .* deploys to 123456789012"):
        check_account(bucket, "123456789012")
    check_account(bucket, "210987654321")
    check_account(open_store(str(tmp_path), tmp_path), "123456789012")


def test_what_a_document_says_of_its_route() -> None:
    assert variables_in(DOCUMENTS["r1"]) == Named(endpoint="endpointRatings", function=None)
    assert example_path(DOCUMENTS["r1"]) == "/predicted-ratings/321?items=101,131,162"


def test_under_way_the_next_step_is_the_rollouts() -> None:
    told = next_step(Lineup(stable=R["r1"]), [], "dev", split_of(fold(entries(*steps()))))
    assert told.startswith("Rollout r2-1 is under way: r1 stable, r2 at 5 %. Watch it: ./canary status --stack dev.")
