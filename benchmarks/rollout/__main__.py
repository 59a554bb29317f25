"""`python -m benchmarks.rollout [--ticks N] [--decisions N]`: a tick without I/O, and `status` on a long journal.

A tick's ports are in memory: what is left is reading the state, observing, judging, deciding, encoding. A status is
that of a new process on a journal of that many decisions in a folder, each with a judge's state as a rollout writes it:
from the fold that the last writer left, and with every entry folded anew. Times are the process's own (CPU) in
milliseconds, so that what else the machine does does not count. Writes `results.json`.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from releases.model import Serving
from rollout.control.codec import decode, encode
from rollout.control.conduct import Conduct
from rollout.control.controller import Controller
from rollout.control.entries import Decided, Entry, Started
from rollout.control.fakes import FakeClock, FakeGateway, FakeNotifier, MemoryStore
from rollout.control.journal import EVERY, StoreJournal, key_of
from rollout.control.judging import TheJudge, policy_mapping, settled_policy
from rollout.control.ports import Counted, Ports
from rollout.control.state import State, fold
from rollout.control.target import Target
from rollout.control.yardstick import Baseline, Yardstick
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import STANDARD, Step
from rollout.status import status_of
from store import open_store

HERE = Path(__file__).parent
POLICY = replace(STANDARD, steps=(Step(percent=10, seconds=1e6),), deadline=2_592_000.0)
THRESHOLDS = {"p50": 10.0, "p90": 30.0, "p99": 90.0, "p99.9": 300.0}
MILLISECONDS = 1000


@dataclass
class Memory:
    """A journal that is a list."""

    entries: list[Entry] = field(default_factory=list[Entry])
    folded: State | None = None

    def read(self, *, whole: bool = False) -> Sequence[Entry]:  # noqa: ARG002 - there is one rollout
        return self.entries

    def state(self) -> State | None:
        self.folded = fold(self.entries[self.folded.number if self.folded else 0 :], self.folded)
        return self.folded

    def append(self, entry: Entry) -> None:
        self.entries.append(decode(encode(entry)))


@dataclass
class Steady:
    """One interval of a minute a tick: 600 requests, all metrics measured."""

    clock: FakeClock

    def baseline(self, release: str, start: float) -> Baseline:  # noqa: ARG002 - asked for by nobody here
        return Baseline(requests=0, per_minute=0.0, error_rate=0.0)

    def since(self, start: float, yardstick: Yardstick) -> Sequence[Counted]:  # noqa: ARG002 - one yardstick
        first = -(-start // 60) * 60
        count = int((self.clock.now() - first) // 60)
        return [
            Counted(start=first + 60 * index, seconds=60.0, canary=_track(60), stable=_track(540))
            for index in range(count)
        ]


def _track(requests: int) -> TrackCounts:
    slow = {key: requests // part for key, part in zip(THRESHOLDS, (2, 10, 100, 1000), strict=True)}
    return TrackCounts(requests=requests, errors={"4xx": 0, "5xx": 0}, slow=slow, scores=(requests // 2,) * 10)


def rolled(ticks: int) -> tuple[Memory, list[float]]:
    """Run a rollout for so many ticks; return its journal, and what each tick took in milliseconds."""
    clock, gateway, journal = FakeClock(at=1_800_000_000.0), FakeGateway(Target(stable="r1")), Memory()
    ports = Ports(
        traffic=gateway,
        fleet=gateway,
        observations=Steady(clock),
        journal=journal,
        clock=clock,
        notifier=FakeNotifier(),
    )
    body = Started(
        release="r2",
        stable="r1",
        policy=policy_mapping(settled_policy(POLICY)),
        conduct=Conduct().to_mapping(),
        thresholds=THRESHOLDS,
        edges=tuple(float(each) for each in range(9)),
    )
    journal.append(Entry(number=1, began=1, rollout="r2-1", at=clock.now(), by="benchmark", body=body))
    controller, spent = Controller(ports, TheJudge()), list[float]()
    for _ in range(ticks):
        clock.sleep(60)
        spent.append(took(controller.tick))
    return journal, spent


def took(work: Callable[[], object]) -> float:
    """How much of the processor a call takes, in milliseconds."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * MILLISECONDS


def status(journal: Memory, decisions: int) -> dict[str, float]:
    """Write a journal of so many decisions into a folder, and look at it as `canary status` does."""
    last = journal.entries[-1]
    assert isinstance(last.body, Decided)  # noqa: S101 - the tick before wrote it
    servings = {"r2": Serving(instance_type="ml.m5.large", instance_count=1)}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store("store", Path(folder))
        home = Path(folder) / "store" / "rollouts" / "journal"
        home.mkdir(parents=True)
        size = 0
        for number in range(1, decisions + 1):
            entry = journal.entries[number - 1] if number < last.number else replace(last, number=number)
            data = encode(entry)
            size += len(data)
            (Path(folder) / "store" / key_of(number)).write_bytes(data)

        def look() -> None:
            state = StoreJournal(store).state()
            assert state is not None  # noqa: S101 - it was written above
            status_of(state, TheJudge().policy(state.policy), state.decided_at, servings)

        anew = took(look)
        writer = StoreJournal(store)
        writer.state()
        for number in range(decisions + 1, decisions + EVERY // 2):  # the first of them leaves a fold, the others none
            writer.append(replace(last, number=number))
        calls = MemoryStore(kept={key: store.read(key) for key in store.keys("")})
        StoreJournal(calls).state()
        return {
            "milliseconds": round(took(look), 1),
            "store_reads": len(calls.reads),
            "milliseconds_folded_anew": round(anew, 1),
            "bytes_per_decision": round(size / decisions),
        }


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=500)
    parser.add_argument("--decisions", type=int, default=10_000)
    chosen = parser.parse_args()
    journal, spent = rolled(chosen.ticks)
    spent = spent[5:]  # the first ones provision and try
    results = {
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "tick": {
            "ticks": len(spent),
            "median_milliseconds": round(statistics.median(spent), 3),
            "p99_milliseconds": round(sorted(spent)[int(0.99 * len(spent))], 3),
        },
        "status": {"decisions": chosen.decisions, **status(journal, chosen.decisions)},
    }
    print(json.dumps(results, indent=1))
    part = HERE / ".results.json.part"
    part.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    part.replace(HERE / "results.json")


if __name__ == "__main__":
    main()
