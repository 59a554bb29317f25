"""What is folded on is what would be folded anew: from any entry, through any snapshot, by any number of readers."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout.control import snapshot
from rollout.control.codec import encode
from rollout.control.entries import Asked, Body, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import FenceError, JournalError
from rollout.control.fakes import MemoryStore
from rollout.control.journal import EVERY, StoreJournal, key_of
from rollout.control.observing import spans
from rollout.control.spans import Span
from rollout.control.state import State, fold
from rollout.control.target import Target
from rollout.control.yardstick import Tally
from rollout.judge.observations import TrackCounts
from store import UnreachableError

TARGETS = (
    Target(stable="r1", warm=("r2",)),
    Target(stable="r1", canary="r2", percent=10),
    Target(stable="r1", canary="r2", percent=50),
    Target(stable="r2", warm=("r1",)),
    Target(stable="r1"),
)
COUNTS = TrackCounts(requests=7, errors={"5xx": 1}, slow={"p90": 2}, scores=(1, 2))
START = Started(
    release="r2", stable="r1", policy={"name": "p"}, conduct={"lease": 9.0}, documents={"r1": "{}"}, edges=(1.0, 2.0)
)
DECIDED = st.builds(
    Decided,
    choice=st.sampled_from(Choice),
    reason=st.sampled_from(["so", ""]),
    phase=st.sampled_from(Phase),
    step=st.integers(-1, 2),
    target=st.sampled_from(TARGETS),
    ending=st.none() | st.sampled_from(Ending),
    verdict=st.none() | st.just({"label": "pass"}),
    judge=st.none() | st.just({"look": [1, 2.5]}),
    observed_until=st.none() | st.floats(0, 1e9),
    canary_requests=st.integers(0, 99),
    seen=st.none() | st.just(Tally(seconds=60.0, canary=COUNTS, stable=replace(COUNTS, slow=None))),
    broken_since=st.none() | st.floats(0, 1e9),
    tries=st.integers(0, 9),
)
BODIES = st.lists(
    st.one_of(
        DECIDED,
        st.builds(Verified, target=st.sampled_from(TARGETS)),
        st.builds(Asked, request=st.sampled_from(Request), reason=st.just("")),
        st.just(START),
    ),
    max_size=30,
)


def entries(bodies: list[Body]) -> list[Entry]:
    found: list[Entry] = []
    for number, body in enumerate([START, *bodies], 1):
        began = number if isinstance(body, Started) else found[-1].began
        entry = Entry(number=number, began=began, rollout=f"r2-{began}", at=60.0 * number, by="ada", body=body)
        found.append(entry)
    return found


def state_of(told: list[Entry]) -> State:
    state = fold(told)
    assert state is not None
    return state


def test_a_gap_is_refused_by_every_way_to_fold() -> None:
    told = entries([Verified(target=TARGETS[0]), Verified(target=TARGETS[0])])
    for more, before in (((told[0], told[2]), None), ((told[2],), fold(told[:1]))):
        with pytest.raises(JournalError, match=r"^the journal has no entry 2; nothing is decided"):
            fold(more, before)


@settings(deadline=None)
@given(bodies=BODIES, cut=st.integers(0, 31))
def test_a_fold_goes_on_from_any_entry(bodies: list[Body], cut: int) -> None:
    told = entries(bodies)
    before = fold(told[:cut])
    assert fold(told[cut:] if before else told, before) == state_of(told)


@settings(deadline=None)
@given(bodies=BODIES)
def test_what_the_fold_says_of_sequence_and_spans_is_what_the_entries_say(bodies: list[Body]) -> None:
    """Against what they mean, told the long way."""
    told = entries(bodies)
    state = state_of(told)
    own = [entry for entry in told if entry.number >= state.began]
    sequence, target, since, found = own[0].number, TARGETS[0], None, list[Span]()
    for entry in own:
        match entry.body:
            case Decided(target=wanted) if wanted != target:
                if since is not None and 0 < target.percent < 100:
                    found.append(Span(start=since, end=entry.at, share=target.percent / 100))
                sequence, target, since = entry.number, wanted, None
            case Verified(target=seen) if seen == target and since is None:
                since = entry.at
            case _:
                pass
    if since is not None and 0 < target.percent < 100:
        found.append(Span(start=since, end=1e6, share=target.percent / 100))
    assert (state.sequence, spans(state, 1e6)) == (sequence, tuple(found))


@settings(deadline=None)
@given(bodies=BODIES)
def test_a_snapshot_is_the_state(bodies: list[Body]) -> None:
    told = entries(bodies)
    state, last = state_of(told), encode(told[-1])
    found = snapshot.load(snapshot.dump(state, last))
    assert found is not None
    assert (found.began, found.number, found.digest) == (state.began, state.number, snapshot.digest(last))
    assert found.state(told[state.began - 1]) == state


@settings(deadline=None, max_examples=50)
@given(bodies=st.lists(BODIES, min_size=1, max_size=5), writers=st.lists(st.integers(0, 2), min_size=1, max_size=200))
def test_of_three_who_take_turns_each_knows_where_it_stands(bodies: list[list[Body]], writers: list[int]) -> None:
    """One writes and reads in a process that lives, one reads now and then, one is made anew each time."""
    store = MemoryStore()
    living = [StoreJournal(store), StoreJournal(store)]
    told = entries([each for some in bodies for each in (*some, START)])
    turns = iter(writers * (len(told) // len(writers) + 1))
    for entry in told:
        who = next(turns)
        writer = living[who] if who < len(living) else StoreJournal(store)
        writer.state()
        writer.append(entry)
        assert writer.state() == state_of(told[: entry.number])
    for reader in (*living, StoreJournal(store)):
        assert reader.state() == state_of(told)


def long(store: MemoryStore, count: int) -> list[Entry]:
    """A journal of so many entries, as a process that lives writes it."""
    told = entries([Asked(request=Request.APPROVE, reason=str(number)) for number in range(2, count + 1)])
    journal = StoreJournal(store)
    for entry in told:
        journal.state()
        journal.append(entry)
    return told


@pytest.mark.parametrize("count", [EVERY - 1, EVERY, 100, 400])
def test_a_new_process_reads_what_came_after_the_snapshot(count: int) -> None:
    store = MemoryStore()
    told = long(store, count)
    store.reads.clear()
    assert StoreJournal(store).state() == state_of(told)
    assert len([key for key in store.reads if "journal" in key]) <= EVERY + 2


def test_a_process_that_lives_reads_what_is_new() -> None:
    store = MemoryStore()
    told = long(store, 300)
    journal = StoreJournal(store)
    journal.state()
    more = replace(told[-1], number=301)
    StoreJournal(store).append(more)
    store.reads.clear()
    assert journal.state() == state_of([*told, more])
    assert store.reads == [key_of(301)]
    store.reads.clear()
    journal.state()
    assert store.reads == []


def test_a_rollout_that_began_after_the_snapshot_is_read_from_its_beginning() -> None:
    store = MemoryStore()
    told = long(store, 200)
    again = Entry(number=201, began=201, rollout="r3-201", at=1.0, by="ada", body=replace(START, release="r3"))
    StoreJournal(store).append(again)
    store.reads.clear()
    assert StoreJournal(store).state() == state_of([*told, again])
    assert [key for key in store.reads if "journal" in key] == [key_of(201)]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{",
        b"[]",
        b'{"code": "other"}',
        b'{"code": "CODE", "digest": "0", "state": {"began": 1, "number": 3}}',
        b'{"code": "CODE", "digest": "DIGEST", "state": {"began": 1, "number": 3}}',
        b'{"code": "CODE", "digest": "DIGEST", "state": {"began": 1, "number": 99}}',
        b'{"code": "CODE", "digest": "DIGEST", "state": {"began": 2, "number": 3}}',
    ],
)
def test_whatever_is_wrong_with_a_snapshot_the_entries_are_folded(wrong: bytes) -> None:
    store = MemoryStore()
    told = long(store, 40)
    digest = snapshot.digest(store.kept[key_of(3)]).encode()
    store.kept[snapshot.KEY] = wrong.replace(b"CODE", snapshot.code().encode()).replace(b"DIGEST", digest)
    assert StoreJournal(store).state() == state_of(told)


def test_a_snapshot_of_other_code_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    told = long(store, 40)
    kept = store.kept[snapshot.KEY]
    assert snapshot.load(kept) is not None
    monkeypatch.setattr(snapshot, "code", lambda: "newer")
    assert snapshot.load(kept) is None
    assert StoreJournal(store).state() == state_of(told)


def test_a_snapshot_of_another_journal_is_passed_over() -> None:
    """A journal that was put back from before the snapshot, and went on otherwise."""
    store = MemoryStore()
    told = long(store, 40)
    for number in range(30, 41):
        store.kept[key_of(number)] = encode(replace(told[number - 1], by="eve"))
    there = [*told[:29], *(replace(each, by="eve") for each in told[29:])]
    assert StoreJournal(store).state() == state_of(there)
    for number in range(20, 41):
        del store.kept[key_of(number)]
    assert StoreJournal(store).state() == state_of(told[:19])


class Foldless(MemoryStore):
    """A store whose writer may write the journal alone."""

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        if key == snapshot.KEY:
            raise UnreachableError("denied")
        super().write(key, data, once=once)


def test_where_no_snapshot_can_be_left_nothing_is_lost() -> None:
    store = Foldless()
    told = long(store, EVERY * 2)
    assert snapshot.KEY not in store.kept
    assert StoreJournal(store).state() == state_of(told)


def test_the_fence_stands_with_a_snapshot_too() -> None:
    store = MemoryStore()
    told = long(store, 64)
    with pytest.raises(FenceError):
        StoreJournal(store).append(told[-1])


def test_a_hole_behind_the_snapshot_stops_the_reader() -> None:
    store = MemoryStore()
    told = long(store, 32)
    for number in (33, 35):
        StoreJournal(store).append(replace(told[-1], number=number))
    with pytest.raises(JournalError, match="no entry 34"):
        StoreJournal(store).state()


def test_whoever_wrote_an_entry_has_it_as_every_reader_has() -> None:
    """An entry's keys are sorted when it is written: nobody's judge may go by another order than the next one's."""
    store = MemoryStore()
    told = long(store, 2)
    writer = StoreJournal(store)
    writer.state()
    body = Decided(
        choice=Choice.HOLD, reason="", phase=Phase.STEPS, step=0, target=TARGETS[1], judge={"5xx": 1, "4xx": 2}
    )
    writer.append(replace(told[-1], number=3, body=body))
    for journal in (writer, StoreJournal(store)):
        state = journal.state()
        assert state is not None
        assert list(state.judge or {}) == ["4xx", "5xx"]
