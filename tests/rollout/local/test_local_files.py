"""What is read out of the emulator's files: line by line, on from where it ended, by intervals of the clock."""

import base64
import json
import time
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from rollout.adapters.captured import read_capture
from rollout.adapters.clock import AcceleratedClock, SystemClock
from rollout.adapters.deliveries import Deliveries
from rollout.adapters.local.captures import Captures
from rollout.adapters.local.lines import Counter, Table, read_line
from rollout.adapters.local.outcomes import LocalOutcomes
from rollout.adapters.local.tail import Tail
from rollout.control.errors import PortError
from rollout.control.ports import Answer, Delivery
from rollout.judge.policy import LabelRule
from rollout.metrics import Track, edges, rows
from store import Store, UnreachableError, open_store


def line(*, at: float = 1_000.0, latency: int = 20, status: int = 200, canary: str = "false") -> bytes:
    """A request that came in at `at` (seconds since 1970), as the access log tells of it."""
    told = {
        "path": "/v1/x",
        "isCanaryRequest": canary,
        "status": status,
        "responseLatency": latency,
        "requestTimeEpoch": int(at * 1000),
    }
    return json.dumps(told).encode() + b"\n"


def test_a_request_counts_when_it_was_answered() -> None:
    answered = read_line(line(at=1_000.0, latency=1_500, status=502, canary="true"))
    assert answered is not None
    assert (answered.track, answered.at, answered.latency) == (Track.CANARY, 1_001.5, 1_500)


@pytest.mark.parametrize("track", ["false", "-"])
def test_whatever_is_not_the_canarys_is_stables(track: str) -> None:
    answered = read_line(line(canary=track))
    assert answered is not None
    assert answered.track is Track.STABLE


@pytest.mark.parametrize("torn", [b"", b"{", b"[]\n", b'{"status": "200"}\n', line()[:-30]])
def test_what_cannot_be_read_is_passed_over(torn: bytes) -> None:
    assert read_line(torn) is None


def test_numbers_in_quotes_are_counted_by_no_pattern_and_so_are_no_requests() -> None:
    quoted = line(status=502).replace(b'"status": 502', b'"status": "502"')
    assert read_line(quoted) is None
    answered = read_line(quoted, quoted=True)
    assert answered is not None
    assert Table(rows({})).counted_in(answered) == ["requests", "errors-5xx"]


def test_counts_are_those_of_the_rows() -> None:
    counter, wanted = Counter(scores=[0, 0]), Table(rows({"p90": 20.0, "p50": 5.0}))
    for status, latency in ((200, 5), (404, 20), (500, 21), (503, 900)):
        answered = read_line(line(status=status, latency=latency))
        assert answered is not None
        counter.take(answered, wanted)
    counts = counter.counts(wanted)
    assert counts.requests == 4
    assert counts.errors == {"4xx": 1, "5xx": 2}
    assert list((counts.slow or {}).items()) == [("p50", 3), ("p90", 2)]
    assert counts.scores == (0, 0)


def test_a_log_is_read_on_and_a_torn_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    tail = Tail(path)
    assert list(tail.lines()) == []
    path.write_bytes(b"one\ntw")
    assert list(tail.lines()) == [b"one\n"]
    assert list(tail.lines()) == []
    with path.open("ab") as file:
        file.write(b"o\nthree\n")
    assert list(tail.lines()) == [b"two\n", b"three\n"]
    path.write_bytes(b"new\n")
    assert list(tail.lines()) == [b"new\n"], "a file that was made anew is read from its start"


@bounds(deadline=None, max_examples=30)
@given(start=st.integers(0, 40_000), count=st.integers(0, 30_000))
def test_a_long_log_is_entered_near_the_time_asked_for(
    tmp_path_factory: pytest.TempPathFactory, start: int, count: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "access.log"
    filler = b" " * 90
    path.write_bytes(b"".join(b"%d%s\n" % (time, filler) for time in range(count)))
    tail = Tail(path)
    tail.begin(float, float(start))
    times = [int(each) for each in tail.lines()]
    assert times[-1:] == ([count - 1] if count else []), "to the last line"
    if start < count:
        assert times[0] <= start
        assert start - times[0] < 25_000, "from a block before at most"


def capture(at: str, *scores: float, inference: str = "id", encoding: str = "JSON") -> bytes:
    text = json.dumps({"predictions": [{"scores": [each]} for each in scores]})
    data = base64.b64encode(text.encode()).decode() if encoding == "BASE64" else text
    event = {
        "captureData": {"endpointOutput": {"data": data, "encoding": encoding, "mode": "OUTPUT"}},
        "eventMetadata": {"inferenceId": inference, "inferenceTime": at},
    }
    return json.dumps(event).encode() + b"\n"


@pytest.mark.parametrize("encoding", ["JSON", "BASE64"])
def test_scores_are_read_out_of_captures(encoding: str) -> None:
    found = read_capture(capture("1970-01-01T00:16:40Z", 1.5, 4.25, encoding=encoding))
    assert found is not None
    assert (found.at, found.scores) == (1_000.0, (1.5, 4.25))


@pytest.mark.parametrize(
    "left_out",
    [capture("1970-01-01T00:16:40Z", 1.0, inference="invalid-7"), b"{", b'{"eventMetadata": {}}', capture("x", 1.0)],
)
def test_refused_requests_and_what_cannot_be_read_give_no_scores(left_out: bytes) -> None:
    assert read_capture(left_out) is None


def test_only_hours_that_matter_are_opened(tmp_path: Path) -> None:
    def write(hour: str, *lines: bytes) -> None:
        file = tmp_path / "endpoint" / "AllTraffic" / hour / "00-00-000-x.jsonl"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"".join(lines))

    write("1970/01/01/00", capture("1970-01-01T00:59:59Z", 1.0))
    write("1970/01/01/01", capture("1970-01-01T01:00:00Z", 2.0), capture("1970-01-01T01:00:05Z", 3.0))
    captures = Captures(tmp_path, "endpoint")
    assert [each.scores for each in captures.since(3_601.0)] == [(3.0,)]
    assert list(captures.since(3_601.0)) == [], "what was read once is not read again"
    assert [each.scores for each in Captures(tmp_path, "endpoint").since(0.0)] == [(1.0,), (2.0,), (3.0,)]
    assert list(Captures(tmp_path, "other").since(0.0)) == []


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([1.0] * 99, ()),
        ([1.0] * 100, ()),
        ([float(value) for value in range(100)], (10, 20, 30, 40, 50, 60, 70, 80, 90)),
        ([1.0] * 55 + [float(value) for value in range(2, 47)], (1.0, 7.0, 17.0, 27.0, 37.0)),
    ],
)
def test_bins_lie_between_stables_deciles(scores: list[float], expected: tuple[float, ...]) -> None:
    assert edges(scores) == expected


@bounds(deadline=None)
@given(factor=st.floats(1, 1_000), at=st.floats(1e9, 2e9))
def test_an_accelerated_clock_maps_every_time_alike(factor: float, at: float) -> None:
    clock = AcceleratedClock(factor=factor, origin=1e9, real=lambda: at)
    assert clock.now() == clock.of(at)
    assert clock.stamp(clock.now()) == pytest.approx(at, abs=1e-3)
    assert clock.of(at + 1) - clock.of(at) == pytest.approx(factor, rel=1e-3)


def test_an_accelerated_clock_sleeps_less() -> None:
    slept: list[float] = []
    AcceleratedClock(factor=60, wait=slept.append).sleep(90)
    assert slept == [1.5]
    with pytest.raises(ValueError, match="at least as fast"):
        AcceleratedClock(factor=0.5)


def test_a_whole_second_is_a_whole_interval() -> None:
    clock = AcceleratedClock(factor=60)
    assert clock.origin % 60 == 0
    assert clock.of(clock.origin + 7) % 60 == 0


def test_the_machines_clock_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 5.0)
    clock = SystemClock()
    assert (clock.now(), clock.of(3.0), clock.stamp(3.0)) == (5.0, 3.0, 3.0)


def test_answers_are_found_by_their_request_in_the_clocks_time(tmp_path: Path) -> None:
    hour = tmp_path / "capture" / "endpoint-r2" / "AllTraffic" / "1970/01/01/00"
    hour.mkdir(parents=True)
    told = [capture(f"1970-01-01T00:16:{second}Z", 1.5, inference=f"a{second}") for second in (39, 40, 41, 49, 50)]
    (hour / "16-00-000-x.jsonl").write_bytes(b"".join(told))
    store = open_store("store", tmp_path)
    deliveries = Deliveries(store)
    clock = AcceleratedClock(factor=10.0, origin=960.0)  # 16:39 of this machine is 960 + 10 * 39 of the clock
    outcomes = LocalOutcomes(deliveries, tmp_path / "capture", lambda release: f"endpoint-{release}", clock)
    found = list(outcomes.answers("r2", 960.0 + 400.0, 960.0 + 500.0))
    assert found == [
        Answer(id="a40", at=1360.0, ratings=(1.5,)),
        Answer(id="a41", at=1370.0, ratings=(1.5,)),
        Answer(id="a49", at=1450.0, ratings=(1.5,)),
    ]
    assert list(outcomes.answers("r1", 0.0, 1e9)) == []


def test_deliveries_are_all_files_below_labels_in_the_order_of_their_names(tmp_path: Path) -> None:
    store = open_store("store", tmp_path)
    deliveries = Deliveries(store)
    assert deliveries.all(LabelRule()) == Delivery()
    store.write("labels/by-hand.jsonl", b'{"id": "a", "ratings": [1]}\nnonsense\n')
    store.write("labels/readme.txt", b"no delivery")
    store.write("labels/x/later.jsonl", b'{"id": "a", "ratings": [2]}\n{"until": "1970-01-01T00:01:00Z"}')
    found = deliveries.all(LabelRule())
    assert (found.labels, found.until) == ({"a": (2.0,)}, 60.0)
    assert [each.split(":")[0] for each in found.bad] == ["labels/by-hand.jsonl, line 2"]


def test_the_same_labels_may_be_delivered_twice_in_a_second(tmp_path: Path) -> None:
    deliveries = Deliveries(open_store("store", tmp_path))
    keys = [deliveries.add(b'{"id": "a", "ratings": [1]}\n', 0.25) for _ in range(2)]
    first = "labels/19700101T000000Z-" + sha256(b'{"id": "a", "ratings": [1]}\n').hexdigest()[:12]
    assert keys == [f"{first}.jsonl", f"{first}-1.jsonl"]
    assert sorted(deliveries.keys()) == sorted(keys)


def test_a_store_that_cannot_be_read_is_a_port_that_cannot_be_used(tmp_path: Path) -> None:
    class Gone:
        uri = "gone"

        def keys(self, prefix: str = "") -> list[str]:
            raise UnreachableError("gone")

    with pytest.raises(PortError, match="the labels cannot be listed: gone"):
        Deliveries(cast("Store", Gone())).all(LabelRule())
