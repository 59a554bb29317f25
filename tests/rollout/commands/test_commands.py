"""The commands as a person types them, on a judged rollout with a simulated gateway."""

import inspect
import json
import shutil
from dataclasses import replace
from pathlib import Path

import click
import pytest
import typer
from typer.testing import CliRunner, Result

from mapping import load_contract
from releases.model import Artifact, ContractRef, Framework, Metrics, Release, Serving
from releases.registry import publish
from rollout import options
from rollout.commands import COMMANDS
from rollout.control.controller import Controller
from rollout.control.entries import Started
from rollout.control.errors import NothingUnderWayError, RequestError, RolloutError
from rollout.control.outcomes import read_delivery
from rollout.control.ports import Answer
from rollout.control.state import State
from rollout.errors import AdoptionError, UnmeasuredError
from rollout.linting import faults
from rollout.service import Rollouts
from rollout.stack import ROOT, Stack, open_stack
from rollout.words import iso
from settings.stackfile import load_stack, set_values
from store import open_store
from tests.rollout.simulated import Simulated

APP = typer.Typer()
for _name, _function in COMMANDS.items():
    APP.command(_name)(_function)


class Line:
    """A command line whose stack is served by the fakes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = Simulated(folder)
        self.file = Path(shutil.copy(ROOT / "Pulumi.local.yaml", folder))
        for name in ("r1", "r2", "r3"):
            publish(self.world.store, made(name))
        set_values(self.file, {"store": str(folder / "store"), "stable": "r1"})
        monkeypatch.setattr(options, "rollouts", self.rollouts)
        monkeypatch.setenv("CANARY_PERSON", "ada")

    @property
    def stack(self) -> Stack:
        return open_stack("local", file=self.file)

    def rollouts(self, _name: str, _config: Path | None, *, yes: bool | None = None) -> Rollouts:
        return Rollouts(self.stack, ports=self.world.ports, judge=self.world.judge)

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(APP, [*words, "--config", str(self.file)])

    def said(self, *words: str) -> str:
        result = self(*words)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout

    def fails(self, error: type[RolloutError], *words: str) -> str:
        result = self(*words)
        assert isinstance(result.exception, error), (result.output, result.exception)
        return str(result.exception)

    def begin(self) -> None:
        policy = self.file.parent / "rollout.local.yaml"
        policy.write_text(
            "policy: {name: short, metrics: [errors, latency, ratio],"
            " steps: [{percent: 10, minutes: 10}, {percent: 50, minutes: 15}]}\n"
            "conduct: {trials: 2, undo_window: 900}\n"
        )
        self.said("start", "r2")

    def ticked(self) -> State:
        self.world.clock.sleep(60)
        tick = Controller(self.world.ports, self.world.judge).tick()
        assert tick is not None
        return tick.state


def made(name: str) -> Release:
    return Release(
        id=name,
        artifact=Artifact(uri=f"/nowhere/{name}.tar.gz", sha256="0" * 64),
        framework=Framework(name="sklearn", version="1.2-1"),
        contract=ContractRef(name="ratings-v1", hash="0" * 64),
        serving=Serving(instance_type="ml.m5.large", instance_count=2),
        metrics=Metrics(protocol="none", rmse=1.0, mae=1.0, coverage=1.0, ratings=1),
        trained_at="2026-01-01T00:00:00Z",
        data_sha256="0" * 64,
    )


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(tmp_path, monkeypatch)


def status_of(function: object) -> int:
    """What `function` returns is the process's status, as in cli/main.py."""
    return function if isinstance(function, int) else 0


def run(line: Line, *words: str) -> int:
    command = typer.main.get_command(APP)
    arguments = ["run", *words, "--config", str(line.file)]
    return status_of(command.main(args=arguments, prog_name="canary", standalone_mode=False))


def test_every_command_says_how_it_is_used() -> None:
    for name, function in COMMANDS.items():
        text = inspect.getdoc(function) or ""
        assert text.rpartition("\n")[2].startswith("Example: "), name
        assert f"canary {name}" in text.rpartition("\n")[2], name


def test_a_good_release_ends_with_0(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    line.begin()
    assert run(line) == 0
    shown = capsys.readouterr().out
    assert "r2-1: promoted: errors 5xx" in shown
    assert "r1 is kept until" in shown
    named = f"--stack local --config {line.file}"
    assert f"to wait for it here: canary run --until-retired {named}\n" in shown
    assert f"\nTake the outcome over: canary adopt {named}. Take it back: canary undo {named}\n" in shown
    assert run(line, "--until-retired") == 0
    waited = [text for text in capsys.readouterr().out.splitlines() if "is kept for another" in text]
    assert len(waited) == len({text[:15] for text in waited}) > 1, "each with its own time"
    assert line.world.gateway.serves.warm == ()


def test_a_worse_release_ends_with_1(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    line.world.counts.failing = 30
    line.begin()
    assert run(line) == 1
    assert capsys.readouterr().out.endswith(
        f"\nTake the outcome over: canary adopt --stack local --config {line.file}\n"
    )


def test_a_person_or_a_blind_judge_ends_with_2(line: Line) -> None:
    line.begin()
    line.ticked()
    Rollouts(line.stack, ports=line.world.ports).abort("enough")
    assert run(line) == 2
    line.said("retry")

    def blind(*_: object) -> None:
        from rollout.control.errors import PortError  # noqa: PLC0415 - beside its use

        raise PortError("no log")

    line.world.counts.since = blind  # pyright: ignore[reportAttributeAccessIssue] # the port's method, failing
    assert run(line) == 2
    assert line.world.state().ending == "broken"


def test_a_tick_for_machines(line: Line) -> None:
    assert line.said("step", "--json").strip() == "{}"
    line.begin()
    told = json.loads(line.said("step", "--json"))
    assert (told["rollout"], told["phase"], told["choice"], told["troubles"]) == ("r2-1", "try", "advance", [])


def test_a_dry_step_changes_nothing(line: Line) -> None:
    line.begin()
    before = line.world.state()
    shown = line.said("step", "--dry-run")
    assert "would serve r1 stable, warm: r2 and make or remove what the rollout owns" in shown
    assert line.world.state() == before
    assert line.world.gateway.orders == []


def test_status_history_and_explain_tell_the_same(line: Line) -> None:
    assert "has had no rollout yet" in line.said("status")
    assert line.said("status", "--json").strip() == "null"
    assert json.loads(line.said("history", "--json")) == []
    line.begin()
    assert run(line) == 0
    status = json.loads(line.said("status", "--json"))
    (past,) = json.loads(line.said("history", "--json"))
    told = json.loads(line.said("explain", "r2", "--json"))
    assert status["canary_requests"] == past["canary_requests"] == told["canary_requests"] > 0
    assert (past["outcome"], past["ending"], past["steps"]) == ("promoted", "promoted", 2)
    assert {event["what"] for event in told["events"]} >= {"started", "seen", "advance", "promote"}
    assert "promoted" in line.said("history")
    assert line.said("explain").splitlines()[1].startswith("promoted: errors 5xx")


def test_a_report_is_written_whole_and_its_path_printed(line: Line, tmp_path: Path) -> None:
    line.begin()
    run(line)
    target = tmp_path / "out.html"
    assert line.said("report", "last", "--output", str(target)).strip() == str(target)
    assert target.read_text().endswith("</html>\n")
    assert list(tmp_path.glob(".out*")) == []


def test_words_that_do_not_fit_the_phase_are_refused(line: Line) -> None:
    assert "canary start RELEASE" in line.fails(NothingUnderWayError, "pause")
    line.begin()
    assert "undo belongs to the window for the way back" in line.fails(RequestError, "undo")
    assert "approve belongs to its steps of a rollout; r2-1 is in provision" in line.fails(RequestError, "approve")
    assert "no retry" in line.fails(RequestError, "retry")
    assert "pause is in the journal (entry 2)" in line.said("pause", "-m", "lunch")
    line.ticked()
    assert line.world.state().paused == "paused by ada: lunch"
    line.said("resume")


def test_promote_full_and_undo(line: Line) -> None:
    line.begin()
    while line.ticked().step != 0:
        pass
    line.ticked()
    line.said("promote", "--full", "-m", "review")
    state = line.ticked()
    assert state.ending_reason == "promoted by ada: review"
    assert "undone by ada: odd" in line.said("undo", "-m", "odd")
    assert line.world.gateway.serves.stable == "r1"


def test_adopt_writes_the_outcome_and_nothing_else(line: Line) -> None:
    assert "has had no rollout" in line.fails(AdoptionError, "adopt")
    line.begin()
    assert "its outcome is not known yet" in line.fails(AdoptionError, "adopt")
    run(line)
    before = line.file.read_text()
    assert line.said("adopt").startswith("Pulumi.local.yaml: stable r2, rollout r2-1 (promoted)")
    raw = load_stack(line.file)
    assert (raw["predicted-ratings:stable"], raw["predicted-ratings:rollout"]) == ("r2", "r2-1")
    changed = set(line.file.read_text().splitlines()) ^ set(before.splitlines())
    assert {each.split(":")[1] for each in changed} == {"stable", "rollout"}
    assert "knows of r2-1 already" in line.said("adopt")


def test_the_next_rollout_waits_for_the_outcome_to_be_adopted(line: Line) -> None:
    line.begin()
    run(line)
    text = line.fails(AdoptionError, "start", "r3")
    assert "says that r1 is stable" in text
    assert "canary adopt" in text
    line.said("adopt")
    line.world.clock.sleep(90_000)
    line.said("start", "r3")
    assert line.world.state().stable == "r2"


def test_a_policy_that_cannot_be_measured_is_refused(line: Line) -> None:
    text = line.fails(UnmeasuredError, "start", "r2", "--policy", "standard")
    assert "asks for scores" in text
    assert line.world.journal.read() == []


def test_a_policys_own_thresholds_are_in_force_and_need_no_history(line: Line) -> None:
    line.world.counts.history = 3
    own = line.file.parent / "own.yaml"
    own.write_text("metrics: [errors, latency]\nlatency: {thresholds: {late: 250, early: 80}}\n")
    assert "latency (3 answers of r1" in line.fails(UnmeasuredError, "start", "r2", "--policy", "fast")
    line.said("start", "r2", "--policy", str(own))
    (started,) = line.world.journal.read()
    assert isinstance(started.body, Started)
    assert started.body.thresholds == {"early": 80.0, "late": 250.0}
    assert "slow is what takes longer than the policy says: early 80 ms, late 250 ms" in line.said("explain")


def test_a_latency_limit_that_nobody_counts_is_refused(line: Line) -> None:
    own = line.file.parent / "own.yaml"
    limits = "limits: [{metric: latency, part: p99, limit: 0.1}]"
    own.write_text(f"metrics: [errors, latency]\n{limits}\n")
    text = line.fails(UnmeasuredError, "start", "r2", "--policy", str(own))
    assert "limits latency at p99, and what is counted is slower than p90 (40 ms)" in text
    own.write_text(f"metrics: [errors]\n{limits}\n")
    line.said("start", "r2", "--policy", str(own))


def test_a_plan_is_shown_without_a_rollout(line: Line) -> None:
    shown = line.said("plan", "r2", "--policy", "fast")
    assert "r2 beside r1, policy fast, at 1200 requests a minute" in shown
    assert "asks for scores" in shown
    told = json.loads(line.said("plan", "r2", "--policy", "fast", "--per-minute", "600", "--json"))
    assert [step["canary_requests"] for step in told["steps"]] == [150, 1650, 6150]
    assert (told["instances"], told["quota"]) == (4, "ml.m5.large for endpoint usage")
    assert line.world.journal.read() == []


def test_a_store_is_adopted_as_it_is(line: Line) -> None:
    assert "adopted, with 3 releases (r1, r2, r3) and 0 rollouts" in line.said("init")


def test_a_threshold_that_no_filter_counts_is_refused_before_anything_begins(line: Line) -> None:
    own = line.file.parent / "own.yaml"
    own.write_text("metrics: [errors, latency]\nlatency: {thresholds: {late: 250, early: 80}}\n")
    line.world.counts.limits = (50.0, 250.0)
    said = line.fails(UnmeasuredError, "start", "r2", "--policy", str(own))
    assert "asks for latency at early (80 ms), and of metric filters that count slow answers there are those of" in said
    assert "50, 250 ms. Set observability.latencyThresholdsMilliseconds" in said
    line.world.counts.limits = ()
    own.write_text("metrics: [errors, latency]\n")
    assert "asks for latency, and of metric filters that count slow answers there are none" in line.fails(
        UnmeasuredError, "start", "r2", "--policy", str(own)
    )
    assert line.world.journal.read() == []
    own.write_text("metrics: [errors]\nlatency: {thresholds: {early: 80}}\n")
    line.said("start", "r2", "--policy", str(own))


def test_lint_compares_the_policys_thresholds_with_the_stacks(tmp_path: Path) -> None:
    file = Path(shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path))
    set_values(file, {"store": str(tmp_path / "store")})
    practice = tmp_path / "rollout.dev.yaml"
    practice.write_text("policy: {preset: standard, latency: {thresholds: {late: 1000, early: 80}}}\n")
    (found,) = (each for each in faults("dev", file) if each.where == practice.name)
    assert "latency at early (80 ms)" in found.text
    practice.write_text("policy: {preset: standard, latency: {thresholds: {late: 1000, early: 50}}}\n")
    assert [each.where for each in faults("dev", file)] == []
    assert [each.where for each in faults("local", file)] == []


def test_lint_names_a_release_whose_image_does_not_fit(tmp_path: Path) -> None:
    file = Path(shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path))
    set_values(file, {"store": str(tmp_path / "store"), "stable": "r1"})
    image = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
    spoken = load_contract("ratings-v1")
    release = replace(
        made("r1"),
        artifact=Artifact(uri="s3://models/r1/model.tar.gz", sha256="0" * 64),
        framework=Framework(name="mine", version="1", image=image),
        contract=ContractRef(name=spoken.name, hash=spoken.hash),
    )
    publish(open_store(str(tmp_path / "store"), tmp_path), release)
    (found,) = faults("dev", file)
    assert found.text.startswith(f"release 'r1' names the image {image!r}, which lies in eu-west-1")


def test_lint_names_every_fault_at_once(line: Line) -> None:
    (line.file.parent / "rollout.local.yaml").write_text("policy: reckless\n")
    set_values(line.file, {"stable": "r9"})
    result = line("lint")
    assert "rollout.local.yaml: " in result.stdout
    assert "preset is 'reckless'" in result.stdout
    assert "r9" in result.stdout
    assert "release r1" in result.stdout


def test_completion_is_a_script() -> None:
    result = CliRunner().invoke(APP, ["completion", "bash"])
    assert "_CANARY_COMPLETE=complete_bash" in result.stdout
    with pytest.raises(click.UsageError, match="'csh' is none of bash"):
        typer.main.get_command(APP).main(args=["completion", "csh"], standalone_mode=False)


def labelled(line: Line) -> None:
    """A rollout in its first step, two minutes of answers of each track, each off by half of the scale."""
    (line.file.parent / "rollout.local.yaml").write_text(
        "policy: {name: short, metrics: [errors, latency, ratio, labels],"
        " steps: [{percent: 10, minutes: 10}, {percent: 50, minutes: 15}]}\nconduct: {trials: 2}\n"
    )
    line.said("start", "r2")
    line.world.until(lambda state: state.step == 0 and state.verified_at is not None)
    began = line.world.clock.now()
    line.world.clock.sleep(180)
    line.world.outcomes.given = {
        release: [Answer(id=f"{release}-{index}", at=began + 10.0 * index, ratings=(3.0, 2.0)) for index in range(12)]
        for release in ("r1", "r2")
    }


def test_labels_are_delivered_and_told(line: Line) -> None:
    labelled(line)
    assert "a label is judged 168 hours after its answer, or as soon as a delivery says --until" in line.said("labels")
    file = line.file.parent / "truth.jsonl"
    file.write_text(
        '{"id": "r2-0", "ratings": [5, null]}\n{"id": "r1-3", "ratings": [1, 4]}\n{"id": "x", "ratings": [1]}'
    )
    until = iso(line.world.clock.now())
    shown = line.said("labels", str(file), "--until", until)
    assert shown.startswith("delivered as labels/")
    (key,) = line.world.store.keys("labels/")
    said = line.world.store.read(key).decode()
    assert said == file.read_text() + "\n" + json.dumps({"until": until}) + "\n"
    line.world.outcomes.delivery = read_delivery(said.splitlines(), key, line.world.policy.labels)
    line.ticked()
    told = json.loads(line.said("labels", "--json"))
    assert (told["files"], told["delivered"], told["bad"], told["rollout"]) == (1, 4, [], "r2-1")
    assert (told["canary"], told["stable"], told["judged"], told["late"], told["worse"]) == (1, 2, 3, 0, False)
    shown = line.said("labels")
    assert "r2-1: 1 of the canary's and 2 of stable's answers; 1 of none" in shown
    assert f"3 judged, of answers until {until}" in shown
    assert "labels loss: canary 0.5 against 0.5 of stable" in shown


def test_a_delivery_with_a_wrong_line_is_refused_whole(line: Line) -> None:
    file = line.file.parent / "truth.jsonl"
    file.write_text('{"id": "a", "ratings": [4]}\n{"id": "b", "ratings": [9]}\nnonsense\n')
    text = line.fails(RequestError, "labels", str(file))
    assert text.startswith("nothing was delivered, for 2 of 3 lines are wrong:\n")
    assert "line 2: a rating is 9, not between labels.low (1) and labels.high (5)" in text
    assert "line 3: " in text
    assert "until is 'noon'" in line.fails(RequestError, "labels", "--until", "noon")
    file.write_text("\n")
    assert "holds no label" in line.fails(RequestError, "labels", str(file))
    assert "nowhere.jsonl cannot be read: No such file" in line.fails(RequestError, "labels", "nowhere.jsonl")
    assert line.world.store.keys("labels/") == []


def test_labels_come_from_standard_input_too(line: Line) -> None:
    result = CliRunner().invoke(APP, ["labels", "-", "--config", str(line.file)], input='{"id": "a", "ratings": [4]}\n')
    assert result.exit_code == 0, result.output
    assert "1 ratings in 1 files\nno rollout: they wait" in result.stdout
