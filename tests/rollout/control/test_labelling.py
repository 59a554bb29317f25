"""Labels in a rollout: judged once and when complete, what they may do before the promotion and after it."""

from dataclasses import replace
from math import exp, log, prod, sqrt
from pathlib import Path

import pytest

from rollout.control.controller import Controller, ask
from rollout.control.decide import Facts, decide
from rollout.control.entries import Choice, Decided, Ending, Phase, Request
from rollout.control.errors import PortError
from rollout.control.labelling import Labelled
from rollout.control.observing import spans
from rollout.control.outcomes import windows
from rollout.control.ports import Answer, Delivery, Severity
from rollout.control.state import State
from rollout.judge.policy import LabelRule, Late, Metric, Role
from rollout.judge.spending import alphas
from tests.rollout.simulated import POLICY, Simulated

LABELS = replace(
    POLICY,
    metrics=(*POLICY.metrics, Metric.LABELS),
    labels=LabelRule(lateness=3_600.0),
)


def world_of(folder: Path, rule: LabelRule = LABELS.labels) -> Simulated:
    made = Simulated(folder, policy=replace(LABELS, labels=rule))
    made.begin()
    return made


def first_step(state: State) -> bool:
    return state.step == 0 and state.verified_at is not None


def warm(state: State) -> bool:
    return state.phase is Phase.WARM and state.verified_at is not None


def answered(world: Simulated, *, canary: float, stable: float, until: float | None = None) -> None:
    """An answer of each track every 15 s since the first percent, each off by so much of a rating of 4; delivered."""
    (span, *_), now = spans(world.state(), world.clock.now()), world.clock.now()
    times = [span.start + 15.0 * index for index in range(int((now - span.start) // 15))]
    tracks = {"r2": canary, "r1": stable}
    world.outcomes.given = {
        release: [Answer(id=f"{release}-{at}", at=at, ratings=(4.0 - off,)) for at in times]
        for release, off in tracks.items()
    }
    labels = {each.id: (4.0,) for given in world.outcomes.given.values() for each in given}
    world.outcomes.delivery = Delivery(labels=labels, until=now if until is None else until)


def promoted(world: Simulated) -> State:
    world.until(first_step)
    for _ in range(40):
        world.clock.sleep(60)
        Controller(world.ports, world.judge).tick()
    ask(world.ports, Request.PROMOTE, "ada")
    return world.until(warm)


def labels_of(world: Simulated) -> Labelled:
    found = world.state().labels
    assert found is not None
    return Labelled.of(found)


def one_tick(world: Simulated) -> Decided:
    world.clock.sleep(60)
    tick = Controller(world.ports, world.judge).tick()
    assert tick is not None
    assert tick.decided is not None
    assert tick.troubles == ()
    return tick.decided


def test_labels_are_judged_by_betting_on_the_difference_of_losses(tmp_path: Path) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=Role.DRY))
    world.until(first_step)
    world.clock.sleep(600)
    answered(world, canary=1.0, stable=0.5)
    one_tick(world)
    found = labels_of(world)
    (reason,) = found.reasons
    units, d = 10, 0.25 - 0.125
    # all losses of a track are the same, so the pooled variance after i units is that of 4i+4 and 4i+4+4 losses
    symmetric = dict.fromkeys((0.3, 0.8, 2.0), 1.0)
    for unit in range(units):
        n = 4 * unit + 8
        mean = (4 * (unit + 1) * 0.125 + 4 * 0.25) / n
        square = (4 * (unit + 1) * 0.125**2 + 4 * 0.25**2) / n
        distance = d / sqrt((square - mean**2) * (1 / 4 + 1 / 4))
        for k in symmetric:
            symmetric[k] *= 2.0 / (1.0 + exp(-2.0 * k * distance))
    plain = [prod([1.0 + stake * d] * units) for stake in (0.1, 0.4, 0.9)]
    e_value = sum(plain) / 6 + sum(symmetric.values()) / 6
    assert reason["e_value"] == pytest.approx(e_value, rel=1e-12)
    assert (reason["canary"], reason["stable"]) == (0.25, 0.125)
    assert (found.delivered, found.judged, found.late, found.bad) == (80, 80, 0, 0)
    assert found.worse == (log(e_value) >= -log(alphas(world.policy)["labels"]))
    assert [each["canary"] for each in found.counted] == [
        {"requests": 0, "labels": {"n": 4, "loss_sum": 1.0, "loss_square_sum": 0.25}}
    ] * units


def test_a_signal_pauses_and_a_person_may_let_it_go_on(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    world.until(first_step)
    world.clock.sleep(540)
    answered(world, canary=3.0, stable=0.2)
    decided = one_tick(world)
    assert decided.choice is Choice.PAUSE
    assert decided.reason.startswith("signals: labels loss: canary 0.75 against 0.05 of stable")
    assert (world.state().paused, world.state().phase) == (decided.reason, Phase.STEPS)
    assert one_tick(world).choice is Choice.HOLD
    ask(world.ports, Request.RESUME, "ada")
    assert one_tick(world).choice is Choice.ADVANCE
    assert world.state().step == 1


def test_a_guard_aborts(tmp_path: Path) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=Role.GUARD))
    world.until(first_step)
    world.clock.sleep(900)
    answered(world, canary=3.0, stable=0.2)
    decided = one_tick(world)
    assert (decided.choice, decided.ending) == (Choice.ROLLBACK, Ending.WORSE)
    assert decided.reason.startswith("labels loss: canary 0.75")


def test_labels_that_are_no_worse_do_nothing(tmp_path: Path) -> None:
    for role in Role:
        world = world_of(tmp_path / role, replace(LABELS.labels, role=role, after_promotion=Late.UNDO))
        world.until(first_step)
        world.clock.sleep(540)
        answered(world, canary=0.5, stable=0.5)
        assert one_tick(world).choice is Choice.ADVANCE
        assert not labels_of(world).worse


@pytest.mark.parametrize("role", [Role.SIGNAL, Role.GUARD])
def test_late_labels_take_a_promotion_back_where_the_policy_says_so(tmp_path: Path, role: Role) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=role, after_promotion=Late.UNDO))
    promoted(world)
    assert world.gateway.serves.stable == "r2"
    answered(world, canary=3.0, stable=0.2)
    decided = one_tick(world)
    assert (decided.choice, decided.ending, decided.phase) == (Choice.ROLLBACK, Ending.UNDONE, Phase.COOLING)
    assert decided.reason.startswith("labels loss: canary 0.75 against 0.05 of stable")
    assert (world.gateway.serves.stable, world.gateway.serves.warm) == ("r1", ("r2",))
    event = world.notifier.events[-1]
    assert (event.what, event.severity) == ("undone", Severity.ATTENTION)


def test_late_labels_keep_the_way_back_open_until_a_person_says_so(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    promoted(world)
    answered(world, canary=3.0, stable=0.2)
    assert one_tick(world).choice is Choice.PAUSE
    number = world.state().number
    world.clock.sleep(10 * world.conduct.undo_window)
    decided = one_tick(world)
    assert decided.reason.startswith("r1 is kept until a person says undo, resume or retire: labels loss")
    assert (world.state().number, world.gateway.serves.warm) == (number, ("r1",)), "waiting fills no journal"
    ask(world.ports, Request.RESUME, "ada")
    assert one_tick(world).choice is Choice.RETIRE


@pytest.mark.parametrize(("request_", "choice"), [(Request.RETIRE, Choice.RETIRE), (Request.UNDO, Choice.ROLLBACK)])
def test_what_late_labels_keep_open_a_person_ends(tmp_path: Path, request_: Request, choice: Choice) -> None:
    world = world_of(tmp_path)
    promoted(world)
    answered(world, canary=3.0, stable=0.2)
    one_tick(world)
    ask(world.ports, request_, "ada")
    assert one_tick(world).choice is choice


@pytest.mark.parametrize(("role", "after"), [(Role.SIGNAL, Late.TOLD), (Role.DRY, Late.UNDO)])
def test_late_labels_are_told_once(tmp_path: Path, role: Role, after: Late) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=role, after_promotion=after))
    promoted(world)
    before = len(world.notifier.events)
    answered(world, canary=3.0, stable=0.2)
    assert one_tick(world).choice is Choice.HOLD
    assert one_tick(world).choice is Choice.HOLD
    (event,) = world.notifier.events[before:]
    assert (event.what, event.severity) == ("labels", Severity.ATTENTION)
    assert event.text.startswith("labels loss: canary 0.75 against 0.05 of stable")
    assert world.gateway.serves.stable == "r2"


def test_labels_wait_for_their_lateness_or_for_a_word_that_no_more_will_come(tmp_path: Path) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=Role.DRY))
    world.until(first_step)
    start = spans(world.state(), world.clock.now())[0].start
    world.clock.sleep(600)
    answered(world, canary=1.0, stable=0.5, until=float("-inf"))
    one_tick(world)
    assert (labels_of(world).judged, labels_of(world).until) == (0, start)
    assert labels_of(world).text == "no label has been judged yet"
    world.outcomes.delivery = replace(world.outcomes.delivery, until=start + 119.0)
    one_tick(world)
    assert (labels_of(world).judged, labels_of(world).until) == (8, start + 60.0)
    world.clock.at = start + 3_600.0 + 300.0 - 60.0
    one_tick(world)
    assert (labels_of(world).judged, labels_of(world).until) == (40, start + 300.0)


def test_what_comes_after_that_is_counted_and_dropped(tmp_path: Path) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=Role.DRY))
    world.until(first_step)
    world.clock.sleep(600)
    answered(world, canary=1.0, stable=0.5)
    whole = world.outcomes.delivery
    world.outcomes.delivery = replace(whole, labels={k: v for k, v in whole.labels.items() if k.startswith("r1")})
    one_tick(world)
    before = labels_of(world)
    assert (before.judged, before.late) == (40, 0)
    world.outcomes.delivery = whole
    one_tick(world)
    after = labels_of(world)
    assert (after.delivered, after.judged, after.late) == (80, 40, 40)
    assert after.judge == before.judge
    assert one_tick(world).labels is None, "nothing new, nothing written"


def test_answers_that_cannot_be_read_yet_are_waited_for(tmp_path: Path) -> None:
    world = world_of(tmp_path, replace(LABELS.labels, role=Role.DRY))
    world.outcomes.settled = 300.0
    world.until(first_step)
    start = spans(world.state(), world.clock.now())[0].start
    world.clock.sleep(540)
    answered(world, canary=1.0, stable=0.5)
    one_tick(world)
    assert labels_of(world).until == start + 300.0


def test_labels_that_cannot_be_read_are_a_trouble_and_no_fault(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    world.until(first_step)

    def gone(point: str) -> None:
        raise PortError(f"{point}: the store is gone")

    world.outcomes.fault = gone
    world.clock.sleep(60)
    tick = Controller(world.ports, world.judge).tick()
    assert tick is not None
    assert tick.troubles == ("delivered: the store is gone",)
    assert tick.state.ending is None


def test_no_label_and_no_metric_write_nothing(tmp_path: Path) -> None:
    world = world_of(tmp_path / "none")
    world.until(first_step)
    assert one_tick(world).labels is None
    plain = Simulated(tmp_path / "plain")
    plain.begin()
    plain.until(first_step)
    answered(plain, canary=3.0, stable=0.2)
    assert one_tick(plain).labels is None
    assert one_tick(plain).choice is Choice.HOLD


def test_labels_that_may_take_back_spend_of_the_guards_alpha() -> None:
    told = alphas(LABELS)
    assert told["labels"] == pytest.approx(0.65 * 0.01)
    assert told["errors"] == pytest.approx(0.85 * 0.01 * 0.5 / 0.75)
    undo = alphas(replace(LABELS, labels=replace(LABELS.labels, after_promotion=Late.UNDO)))
    assert undo["labels"] == pytest.approx(0.65 * 0.01 * 0.1 / 0.85)
    assert undo["errors"] == pytest.approx(0.85 * 0.01 * 0.5 / 0.85)
    dry = alphas(replace(LABELS, labels=replace(LABELS.labels, role=Role.DRY, after_promotion=Late.UNDO)))
    assert dry == told


def test_no_label_moves_anything_without_a_decision(tmp_path: Path) -> None:
    """The rule alone: worse labels in the journal's state act at any later tick, whatever is new in it."""
    world = world_of(tmp_path, replace(LABELS.labels, after_promotion=Late.UNDO))
    state = promoted(world)
    worse = Labelled(
        worse=True,
        newly=True,
        text="labels",
        until=0.0,
        delivered=1,
        judged=1,
        late=0,
        bad=0,
        judge={},
        reasons=[],
        counted=[],
    )
    facts = Facts(now=world.clock.now())
    kept = decide(world.policy, world.conduct, state, facts)
    assert kept.choice is Choice.HOLD
    undone = decide(world.policy, world.conduct, replace(state, labels=worse.to_mapping()), facts)
    assert (undone.choice, undone.ending) == (Choice.ROLLBACK, Ending.UNDONE)
    heard = replace(state, labels=worse.to_mapping(), heard=("labels",))
    assert decide(world.policy, world.conduct, heard, facts).choice is Choice.HOLD


def test_windows_of_a_rollout_begin_with_its_first_percent(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    world.until(first_step)
    world.clock.sleep(125)
    within = spans(world.state(), world.clock.now())
    assert [each.start - within[0].start for each in windows(within, 60.0)] == [0.0, 60.0]
