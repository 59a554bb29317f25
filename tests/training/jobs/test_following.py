"""A job's life as it is followed: what is said, where it ends, and the bound on one that never does."""

import pytest

from training.errors import JobFailedError, JobTimeoutError
from training.jobs.fakes import FakeClock, FakeJobs, FakeLogs
from training.jobs.following import LAST_LINES, POLL_SECONDS, follow
from training.jobs.ports import JobState, Transition

STARTING = Transition(status="Starting", message="Launching requested ML instances")
TRAINING = Transition(status="Training", message="")


def state(status: str, *transitions: Transition, reason: str | None = None, secondary: str = "") -> JobState:
    return JobState(status=status, transitions=transitions, reason=reason, secondary=secondary)


def test_transitions_and_lines_are_said_once_as_they_come() -> None:
    jobs = FakeJobs([state("InProgress", STARTING), state("InProgress", STARTING, TRAINING), state("Completed")])
    said: list[str] = []
    clock = FakeClock()
    logs = FakeLogs([[], ["sweep 5 of 75"], ["sweep 75 of 75"]])
    assert follow("job-1", jobs, logs, clock, said.append, wait_seconds=900).status == "Completed"
    assert said == [
        "Starting: Launching requested ML instances",
        "Training",
        "  sweep 5 of 75",
        "  sweep 75 of 75",
    ]
    assert clock.at == 2 * POLL_SECONDS


def test_a_failed_job_gives_its_reason_and_the_last_lines_of_its_log() -> None:
    jobs = FakeJobs([state("InProgress"), state("Failed", reason="AlgorithmError: ratings.tsv, line 1: ids")])
    lines = [f"line {number}" for number in range(LAST_LINES + 5)]
    with pytest.raises(JobFailedError) as failed:
        follow("job-1", jobs, FakeLogs([lines[:3], lines[3:]]), FakeClock(), lambda _line: None, wait_seconds=900)
    told = str(failed.value).splitlines()
    assert told[0] == (
        "the training job job-1 ended Failed: AlgorithmError: ratings.tsv, line 1: ids. Nothing is registered."
    )
    assert told[1:3] == ["The last lines of its log:", "  line 5"]
    assert told[-1] == "  line 24"
    assert jobs.stopped == []


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (state("Failed"), "ended Failed: SageMaker gives no reason. Nothing is registered.\nIt wrote no log."),
        (state("Stopped"), "ended Stopped: it was stopped"),
        (state("Stopped", secondary="MaxRuntimeExceeded"), "ran longer than it may: raise --max-runtime"),
    ],
)
def test_every_end_has_its_word(last: JobState, message: str) -> None:
    with pytest.raises(JobFailedError) as failed:
        follow("job-1", FakeJobs([last]), FakeLogs(), FakeClock(), lambda _line: None, wait_seconds=900)
    assert message in str(failed.value)


def test_a_job_that_never_ends_is_stopped_at_the_bound() -> None:
    jobs, clock = FakeJobs([state("InProgress", secondary="Pending")]), FakeClock()
    with pytest.raises(JobTimeoutError, match=r"job-1 is InProgress \(Pending\) after 2 minutes, and --max-wait is 2"):
        follow("job-1", jobs, FakeLogs(), clock, lambda _line: None, wait_seconds=125)
    assert clock.at == 125
    assert jobs.stopped == ["job-1"]
