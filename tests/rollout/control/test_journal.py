"""Entries survive the way through JSON and a store; a torn end is passed over, damage in the middle is not."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout.control.codec import decode, encode
from rollout.control.entries import Asked, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import FenceError, JournalError, LockedError
from rollout.control.fakes import FakeClock
from rollout.control.journal import StoreJournal, key_of
from rollout.control.lock import Lock
from rollout.control.state import fold
from rollout.control.target import Target
from store import open_store

TEXT = st.text(max_size=20)
RELEASE = st.sampled_from(["r1", "r2", "r3"])


def target(stable: str, percent: float) -> Target:
    return Target(stable=stable, canary="c" if percent else None, percent=percent, warm=("w",))


TARGET = st.builds(target, RELEASE, st.floats(0, 100))
BODY = st.one_of(
    st.builds(
        Started,
        release=RELEASE,
        stable=RELEASE,
        policy=st.dictionaries(TEXT, st.integers() | TEXT, max_size=2),
        conduct=st.just({}),
        manifests=st.dictionaries(RELEASE, TEXT, max_size=2),
        documents=st.just({}),
        thresholds=st.dictionaries(TEXT, st.floats(0, 1e6), max_size=2),
        edges=st.lists(st.floats(1, 5), max_size=4).map(tuple),
    ),
    st.builds(
        Decided,
        choice=st.sampled_from(Choice),
        reason=TEXT,
        phase=st.sampled_from(Phase),
        step=st.integers(-1, 5),
        target=TARGET,
        ending=st.none() | st.sampled_from(Ending),
        verdict=st.none() | st.just({"label": "pass"}),
        judge=st.none() | st.just({"look": 3}),
        observed_until=st.none() | st.floats(0, 1e10),
        canary_requests=st.integers(0, 10**9),
        broken_since=st.none() | st.floats(0, 1e10),
        tries=st.integers(0, 9),
        labels=st.none() | st.just({"worse": True, "counted": [{"start": 1.0}]}),
    ),
    st.builds(Verified, target=TARGET),
    st.builds(Asked, request=st.sampled_from(Request), reason=TEXT),
)
ENTRY = st.builds(
    Entry,
    number=st.integers(1, 10**7),
    began=st.integers(1, 10**7),
    rollout=TEXT,
    at=st.floats(0, 1e10),
    by=TEXT,
    body=BODY,
)


@settings(deadline=None)
@given(entry=ENTRY)
def test_what_is_written_is_what_is_read(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


def history(count: int) -> list[Entry]:
    start = Started(release="r2", stable="r1", policy={}, conduct={})
    entries = [Entry(number=1, began=1, rollout="r2-1", at=0.0, by="ada", body=start)]
    for number in range(2, count + 1):
        body = Asked(request=Request.PAUSE, reason=str(number))
        entries.append(Entry(number=number, began=1, rollout="r2-1", at=float(number), by="ada", body=body))
    return entries


def test_a_journal_cut_at_any_byte_is_read_up_to_its_last_whole_decision(tmp_path: Path) -> None:
    store = open_store("store", tmp_path)
    entries = history(3)
    for entry in entries[:2]:
        StoreJournal(store).append(entry)
    whole = encode(entries[2])
    for cut in range(len(whole) - 1):  # the last byte is only the line's end
        store.write(key_of(3), whole[:cut])
        assert list(StoreJournal(store).read()) == entries[:2]
    StoreJournal(store).append(entries[2])  # and the torn entry's place can be written
    assert list(StoreJournal(store).read()) == entries


def test_a_number_is_written_once(tmp_path: Path) -> None:
    journal = StoreJournal(open_store("store", tmp_path))
    first, second = history(2)
    journal.append(first)
    journal.append(second)
    with pytest.raises(FenceError, match="entry 2 of the journal is written already"):
        StoreJournal(open_store("store", tmp_path)).append(second)


@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_damage_in_the_middle_stops_the_reader(tmp_path: Path, damage: str) -> None:
    store = open_store("store", tmp_path)
    for entry in history(3):
        StoreJournal(store).append(entry)
    store.delete(key_of(2)) if damage == "missing" else store.write(key_of(2), b"{")
    with pytest.raises(JournalError):
        StoreJournal(store).read()


def test_only_the_last_rollout_is_read_unless_all_are_asked_for(tmp_path: Path) -> None:
    journal = StoreJournal(open_store("store", tmp_path))
    entries = history(2)
    again = Started(release="r3", stable="r1", policy={}, conduct={})
    entries.append(Entry(number=3, began=3, rollout="r3-1", at=9.0, by="ada", body=again))
    for entry in entries:
        journal.append(entry)
    assert list(journal.read()) == entries[2:]
    assert list(journal.read(whole=True)) == entries
    state = fold(journal.read())
    assert state is not None
    assert (state.rollout, state.number, state.began) == ("r3-1", 3, 3)


def test_an_empty_store_has_no_rollout(tmp_path: Path) -> None:
    assert list(StoreJournal(open_store("store", tmp_path)).read()) == []
    assert fold([]) is None


def lock(tmp_path: Path, clock: FakeClock, person: str) -> Lock:
    return Lock(open_store("store", tmp_path), clock, person=person, host="h", pid=1, seconds=300)


def test_the_second_controller_is_told_who_is_at_work(tmp_path: Path) -> None:
    clock = FakeClock()
    ada, eve = lock(tmp_path, clock, "ada"), lock(tmp_path, clock, "eve")
    with ada.held():
        with pytest.raises(
            LockedError, match=r"ada is at work on this stage \(process 1 on h\); the lock runs out in 300 s"
        ):
            eve.renew()
        clock.sleep(100)
        ada.renew()
        clock.sleep(250)
        with pytest.raises(LockedError, match="in 50 s"):
            eve.renew()
    eve.renew()


def test_a_dead_holder_keeps_the_lock_no_longer_than_its_lease(tmp_path: Path) -> None:
    clock = FakeClock()
    ada, eve = lock(tmp_path, clock, "ada"), lock(tmp_path, clock, "eve")
    ada.renew()
    clock.sleep(301)
    eve.renew()
    ada.release()  # it was lost meanwhile: nothing of eve's is taken away
    holder = eve.holder()
    assert holder is not None
    assert holder.person == "eve"
