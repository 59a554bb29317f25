"""One process forks for every recording: what the programs share is Pulumi's own code, and nothing else."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from emulator import recorder as recorders
from emulator.errors import ProgramError
from emulator.program import Program, record
from emulator.recorder import Recorder
from emulator.recording_folder import shareable
from tests.emulator.test_program import FAILURES, MAIN, folder

pytestmark = pytest.mark.skipif(not recorders.SUPPORTED, reason="recordings are forked on Linux only")


@pytest.fixture(scope="module")
def recorder() -> Generator[Recorder]:
    made = Recorder()
    yield made
    made.close()


def outputs(recorder: Recorder, path: Path, config: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    program = Program(directory=path, stack="local", config=config or {}, timeout_seconds=60)
    return record(program, recorder).outputs


def process(recorder: Recorder) -> int:
    assert recorder._process is not None
    return recorder._process.pid


def test_it_records_what_a_fresh_process_records(recorder: Recorder, tmp_path: Path) -> None:
    config = {"mine:more": 2, "mine:list": [1], "mine:flag": True, "aws:region": "eu-north-1"}
    program = Program(directory=folder(tmp_path / "p", MAIN), stack="local", config=config)
    assert record(program, recorder) == record(program, recorder) == record(program)


@pytest.mark.parametrize(("main", "message"), FAILURES.items())
def test_a_program_that_fails_says_why(recorder: Recorder, tmp_path: Path, main: str, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        outputs(recorder, folder(tmp_path / "p", main))


def test_a_crash_is_told_with_what_the_program_said(recorder: Recorder, tmp_path: Path) -> None:
    main = "import os, signal\nprint('so far', flush=True)\nos.kill(os.getpid(), signal.SIGSEGV)\n"
    with pytest.raises(ProgramError, match=r"ended with status -11: so far$"):
        outputs(recorder, folder(tmp_path / "p", main))


LEAKING = """
import os, sys
import pulumi, pulumi_aws as aws
pulumi.export("first", "pulumi_leak" not in sys.modules and "LEAK" not in os.environ and not hasattr(aws, "leak"))
pulumi.export("loaded", "pulumi_aws.sns.topic" in sys.modules)
aws.sns.Topic("topic")
aws.leak = True
os.environ["LEAK"] = "1"
import pulumi_leak
pulumi.export("value", pulumi_leak.VALUE)
"""


def test_nothing_of_a_program_reaches_the_next_one_but_what_is_pulumis(recorder: Recorder, tmp_path: Path) -> None:
    path = folder(tmp_path / "p", LEAKING)
    for value in (1, 2):
        (path / "pulumi_leak.py").write_text(f"VALUE = {value}\n")  # its own, although it is named as Pulumi's are
        told = outputs(recorder, path)
        assert (told["first"], told["value"]) == (True, value)
    assert outputs(recorder, path)["loaded"], "imported once, and not by this program"


def test_the_environment_is_that_of_the_moment(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = (
        "import os, sys\nimport pulumi\npulumi.export('a', [os.environ.get('OF_NOW'), sys.stdin.read(), os.getcwd()])\n"
    )
    path = folder(tmp_path / "p", main)
    for value in ("one", "two"):
        monkeypatch.setenv("OF_NOW", value)
        assert outputs(recorder, path)["a"] == [value, "", str(path)]


def test_a_program_that_waits_is_killed_and_the_next_one_recorded(recorder: Recorder, tmp_path: Path) -> None:
    waits = folder(
        tmp_path / "w", f"open({str(tmp_path / 'pid')!r}, 'w').write(str(__import__('os').getpid()))\nwhile 1: pass\n"
    )
    before = process(recorder)
    with pytest.raises(ProgramError, match=r"did not end within 2 s"):
        record(Program(directory=waits, stack="local", config={}, timeout_seconds=2), recorder)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert outputs(recorder, folder(tmp_path / "p", "import pulumi\npulumi.export('a', 1)\n")) == {"a": 1}
    assert process(recorder) == before


def test_recordings_asked_for_at_once_come_one_after_the_other(recorder: Recorder, tmp_path: Path) -> None:
    paths = [folder(tmp_path / f"p{n}", f"import pulumi\npulumi.export('a', {n})\n") for n in range(4)]

    def asked(path: Path) -> object:
        return outputs(recorder, path)["a"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(asked, paths)) == [0, 1, 2, 3]


def test_where_the_forking_process_has_died_another_is_started(recorder: Recorder, tmp_path: Path) -> None:
    path = folder(tmp_path / "p", "import pulumi\npulumi.export('a', 1)\n")
    outputs(recorder, path)
    dead = process(recorder)
    os.kill(dead, signal.SIGKILL)
    assert outputs(recorder, path) == {"a": 1}
    assert outputs(recorder, path) == {"a": 1}
    assert process(recorder) != dead


def test_it_ends_with_whoever_asked_and_takes_a_running_program_with_it(tmp_path: Path) -> None:
    made = Recorder()
    started = tmp_path / "started"
    waits = folder(tmp_path / "w", f"import os\nopen({str(started)!r}, 'w').write(str(os.getpid()))\nwhile 1: pass\n")

    def run() -> None:
        with pytest.raises(ProgramError):
            record(Program(directory=waits, stack="local", config={}, timeout_seconds=60), made)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    _awaited(lambda: started.exists() and bool(started.read_text()))
    server, child = process(made), int(started.read_text())
    assert made._process is not None
    assert made._process.stdin is not None
    made._process.stdin.close()
    _awaited(lambda: not _alive(child) and not _alive(server))
    thread.join(timeout=60)
    made.close()


def _awaited(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, "it did not happen within 60 s"
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        return not re.search(r"State:\s+Z", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return False


def test_without_forking_each_has_a_fresh_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.program.SUPPORTED", False)
    made = Recorder()
    assert outputs(made, folder(tmp_path / "p", "import pulumi\npulumi.export('a', 1)\n")) == {"a": 1}
    assert made._process is None


def test_what_is_shared_is_installed_and_pulumis() -> None:
    import pulumi  # noqa: PLC0415 - to have it in the table

    own, lazy = ModuleType("pulumi_own"), type("Lazy", (ModuleType,), {})("pulumi_lazy")
    own.__file__ = "/srv/program/pulumi_own.py"
    lazy.__file__ = pulumi.__file__
    table = {"pulumi": sys.modules["pulumi"], "pulumi_own": own, "pulumi_lazy": lazy, "os": os, "pytest": pytest}
    assert shareable(table) == ["pulumi"]
