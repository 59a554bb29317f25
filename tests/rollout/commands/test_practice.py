"""What stands beside a stack's file about its rollouts, and when configuration and journal agree."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from rollout import agreement
from rollout.control.controller import abort
from rollout.control.entries import Request
from rollout.control.errors import PortError
from rollout.control.ports import Event, Severity
from rollout.control.state import State
from rollout.errors import AdoptionError, ConfigurationError
from rollout.judge.policy import CAUTIOUS, FAST, STANDARD
from rollout.policies import Practice, Way, chosen, file_of, notifier, practice_of, read_practice, unable
from rollout.stack import ROOT, open_for_abort
from settings import CanarySettings, parse
from tests.rollout.simulated import Simulated

EVENT = Event(what="paused", severity=Severity.ATTENTION, rollout="r2-1", at=0.0, text="", numbers={})
FILE = """
policy: {preset: cautious, alpha: 0.005}
conduct: {interval: 30, undo_window: 172800}
notify:
  - {webhook: https://example.org/hook, secret: HOOK_SECRET, least: attention}
  - {command: [tell, people]}
"""


def test_without_a_file_the_presets_hold(tmp_path: Path) -> None:
    assert read_practice(file_of(tmp_path / "Pulumi.dev.yaml", "dev")) == Practice()


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "rollout.dev.yaml"
    file.write_text(FILE)
    practice = read_practice(file)
    assert practice.policy == replace(CAUTIOUS, alpha=0.005)
    assert (practice.conduct.interval, practice.conduct.undo_window) == (30, 172_800)
    assert practice.notify == (
        Way(webhook="https://example.org/hook", secret="HOOK_SECRET", least=Severity.ATTENTION),
        Way(command=("tell", "people")),
    )


def test_every_fault_is_told_at_once() -> None:
    raw: dict[str, object] = {
        "polcy": {},
        "policy": {"alpha": 7},
        "conduct": {"interval": 0},
        "notify": [{"webhook": "https://x"}, {"topic": "no"}, {"command": "rm -rf"}, {"least": "loud"}, "mail"],
    }
    with pytest.raises(ConfigurationError) as raised:
        practice_of(raw, "rollout.dev.yaml")
    text = str(raised.value)
    for part in (
        "rollout.dev.yaml: ",
        "polcy is not known",
        "alpha is 7",
        "conduct.interval must be above 0, got 0",
        "notify[0].secret is missing",
        "notify[1].topic is 'no', not an ARN",
        "notify[2].command is 'rm -rf', not a list",
        "notify[3] has none of webhook, topic, command",
        "notify[3].least is 'loud'",
        "notify[4] is 'mail'",
    ):
        assert part in text
    assert raised.value.exit_code == 64


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    way = (Way(webhook="https://example.org", secret="HOOK_SECRET"),)
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    said = r"^nobody was told of 'paused': the secret of the webhook https://example.org is to be in \$HOOK_SECRET"
    with pytest.raises(PortError, match=said):
        notifier(way).notify(EVENT)
    monkeypatch.setenv("HOOK_SECRET", "s")
    assert unable(way[0]) is None
    notifier((replace(way[0], least=Severity.ALARM),)).notify(EVENT)  # passed over: nothing is sent


def test_a_missing_secret_keeps_no_other_way_from_telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    told = tmp_path / "told"
    ways = (Way(webhook="https://example.org", secret="HOOK_SECRET"), Way(command=("tee", str(told))))
    with pytest.raises(PortError, match=r"\$HOOK_SECRET"):
        notifier(ways).notify(EVENT)
    assert '"what":"paused"' in told.read_text()


def test_an_abort_reads_nothing_of_what_could_keep_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    file = Path(shutil.copy(ROOT / "Pulumi.local.yaml", tmp_path))
    for text in (FILE, "policy: {"):
        file_of(file, "local").write_text(text)
        assert open_for_abort("local", file=file).practice == Practice()


def test_a_policy_is_chosen_by_name_or_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("preset: fast\nalpha: 0.05\n")
    assert chosen(Practice(), None) == STANDARD
    assert chosen(Practice(), "fast") == FAST
    assert chosen(Practice(), str(file)) == replace(FAST, alpha=0.05)
    with pytest.raises(ConfigurationError, match="neither a preset"):
        chosen(Practice(), "reckless")
    file.write_text("alpha: 9\n")
    with pytest.raises(ConfigurationError, match="alpha"):
        chosen(Practice(), str(file))


SETTINGS = parse({"api": {"name": "x"}, "store": "store", "serving": {"instanceType": "ml.m5.large"}})


@pytest.fixture
def world(tmp_path: Path) -> Simulated:
    made = Simulated(tmp_path)
    made.begin()
    made.until(lambda state: state.step == 0 and state.verified_at is not None)
    return made


def promoted(world: Simulated) -> State:
    from rollout.control.controller import ask  # noqa: PLC0415 - beside its use

    ask(world.ports, Request.PROMOTE, "eve")
    return world.until(lambda state: not state.under_way)


def test_before_the_first_rollout_everything_agrees() -> None:
    agreement.check(SETTINGS, None)


def test_another_canary_than_the_rollouts_own_is_refused_while_it_is_under_way(world: Simulated) -> None:
    state = world.state()
    agreement.check(SETTINGS, state)
    agreement.check(replace(SETTINGS, canary=CanarySettings(release="r2", percent=3.0)), state)
    with pytest.raises(AdoptionError, match=r"puts r9 on as a canary at 3 percent, and rollout r2-1 .* canary abort"):
        agreement.check(replace(SETTINGS, canary=CanarySettings(release="r9", percent=3.0)), state)


def test_the_stable_release_is_no_canary_of_the_rollouts_own(world: Simulated) -> None:
    with pytest.raises(AdoptionError, match="puts r1 on as a canary at 3 percent"):
        agreement.check(replace(SETTINGS, canary=CanarySettings(release="r1", percent=3.0)), world.state())


def test_an_outcome_that_the_configuration_does_not_know_is_refused(world: Simulated) -> None:
    state = promoted(world)
    for older in (None, "r0-1"):
        knows = f"knows of {f'rollout {older}' if older else 'no rollout'} and says that r"
        for stable in ("r1", "r2"):  # also where the stable release happens to be the same
            said = rf"{knows}{stable[1]} is stable; rollout r2-1 has ended since \(promoted\), and r2 serves\. "
            said += r".*canary adopt\. Or take it back: canary undo, then canary adopt$"
            with pytest.raises(AdoptionError, match=said):
                agreement.check(replace(SETTINGS, stable=stable, rollout=older), state)
    agreement.check(replace(SETTINGS, stable="r7", rollout="r2-1"), state)  # a person's decision


def test_after_its_window_a_promotion_is_adopted_and_stable_chosen(world: Simulated) -> None:
    promoted(world)
    world.clock.sleep(7_200)
    state = world.until(lambda state: state.over)
    with pytest.raises(AdoptionError, match=r"window for canary undo is over.*canary adopt, then change stable"):
        agreement.check(replace(SETTINGS, stable="r1"), state)


def test_a_rollback_is_an_outcome_too(world: Simulated) -> None:
    abort(world.ports, "eve", "")
    state = world.until(lambda state: not state.under_way)
    with pytest.raises(
        AdoptionError, match=r"r2-1 has ended since \(aborted\), and r1 serves\. .*canary adopt\. .*retry"
    ):
        agreement.check(replace(SETTINGS, stable="r1"), state)
    agreement.check(replace(SETTINGS, stable="r1", rollout="r2-1"), state)


def test_the_next_rollout_may_begin_beside_what_serves(world: Simulated) -> None:
    agreement.check_start(SETTINGS, None)
    abort(world.ports, "eve", "")
    state = world.until(lambda state: not state.under_way)
    agreement.check_start(replace(SETTINGS, stable="r1"), state)
    with pytest.raises(AdoptionError, match="says that r7 is stable"):
        agreement.check_start(replace(SETTINGS, stable="r7"), state)
    agreement.check_start(replace(SETTINGS, stable="r7", rollout="r2-1"), state)
