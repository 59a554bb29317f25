"""A journal, judged again: by its own policy exactly what the controller saw, by another one something else."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rollout.control.codec import decode, encode
from rollout.control.counting import interval, plain
from rollout.control.entries import Decided, Ending, Phase
from rollout.control.errors import JournalError
from rollout.judge.observations import Interval, Labels, TrackCounts
from rollout.judge.verdict import Label
from rollout.recorded.journal import read_journal
from rollout.recorded.replaying import Options, replayed
from tests.rollout.simulated import Simulated


def lines(folder: Path) -> list[bytes]:
    return [each.read_bytes() for each in sorted(folder.rglob("rollouts/journal/*.json"))]


@pytest.fixture(scope="module")
def aborted(tmp_path_factory: pytest.TempPathFactory) -> Sequence[bytes]:
    """A canary with 30 failures in a thousand is taken back."""
    folder = tmp_path_factory.mktemp("aborted")
    world = Simulated(folder)
    world.counts.failing = 30
    world.begin()
    state = world.until(lambda state: state.ending is not None)
    assert state.ending is Ending.WORSE
    return lines(folder)


def test_its_own_policy_says_again_what_the_controller_was_told(aborted: Sequence[bytes]) -> None:
    (batch,) = replayed(aborted, Options(words=True))
    (found,) = batch.replayed
    last = [entry.body for entry in map(decode, aborted) if isinstance(entry.body, Decided)][-1]
    assert last.verdict is not None
    assert batch.policy.name == "simulated"
    assert found.series == "r2-1"
    assert found.verdict.label is Label.FAIL
    told = (found.verdict.metric, found.verdict.look, found.verdict.canary_requests)
    assert told == ("errors", last.verdict["look"], last.verdict["canary_requests"])
    assert found.ended == last.observed_until
    assert batch.notes[0].startswith("the journal: worse at ")


def test_another_policy_may_say_something_else(aborted: Sequence[bytes]) -> None:
    (batch,) = replayed(aborted, Options(policy="standard", metrics="latency"))
    assert batch.policy.name == "standard"
    assert batch.replayed[0].verdict.label is Label.PASS


def test_entries_of_older_versions_give_a_tick_an_interval(aborted: Sequence[bytes]) -> None:
    """They say no more than the sum; here a tick was an interval, so that the verdict is the same."""
    older = [
        encode(replace(entry, body=replace(entry.body, counted=[]) if isinstance(entry.body, Decided) else entry.body))
        for entry in map(decode, aborted)
    ]
    (then,), (now,) = read_journal(older), read_journal(aborted)
    verified = [each for each in now.intervals if each.verified]
    counted = [each for each in then.intervals if each.verified]
    assert [(each.start, each.seconds, each.share) for each in counted] == [
        (each.start, each.seconds, each.share) for each in verified
    ]
    assert [each.canary for each in counted] == [each.canary for each in verified]


def test_an_entry_from_before_the_field_is_read(aborted: Sequence[bytes]) -> None:
    import orjson  # noqa: PLC0415 - here alone

    for line in aborted:
        raw = orjson.loads(line)
        raw.pop("counted", None)
        body = decode(orjson.dumps(raw)).body
        assert not isinstance(body, Decided) or body.counted == []


def test_a_torn_last_entry_is_left_out_and_any_other_stops_the_reader(aborted: Sequence[bytes]) -> None:
    torn = aborted[-1][: len(aborted[-1]) // 2]
    (found,) = read_journal([*aborted[:-1], torn])
    assert found.intervals
    with pytest.raises(JournalError, match="cannot be read"):
        read_journal([*aborted[:3], torn, *aborted[4:]])
    with pytest.raises(JournalError, match="has no entry 4"):
        read_journal([*aborted[:3], *aborted[4:]])


def test_a_rollout_without_traffic_has_nothing_to_judge(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    world.until(lambda state: state.phase is Phase.STEPS)
    (batch,) = replayed(lines(tmp_path), Options())
    assert batch.replayed == ()
    assert "r2-1: nothing was counted" in batch.notes[1]
    assert batch.notes[0].startswith("the journal: under way")


def test_an_interval_goes_through_the_journal_unchanged() -> None:
    canary = TrackCounts(
        requests=7,
        errors={"4xx": 0, "5xx": 1},
        slow={"p50": 4, "a": 1},
        scores=(1, 2, 3),
        labels=Labels(n=2, loss_sum=0.5, loss_square_sum=0.25),
    )
    for each in (
        Interval(series="s", start=1.5, seconds=10.0, share=0.05, canary=canary, stable=None),
        Interval(series="s", start=0.0, seconds=60.0, share=0.5, canary=None, stable=canary, verified=False),
    ):
        again = interval("s", plain(each))
        assert asdict(again) == asdict(each)
        if again.canary is not None and again.canary.slow is not None:
            assert list(again.canary.slow) == ["p50", "a"]
