"""The engine's tests need Pulumi's command; where there is none they are skipped, with one line that says so."""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.engine.harness import Engine
from tests.engine.rollouts import World
from tests.engine.test_model_canary import filled

NO_ENGINE = "tests/engine: no pulumi command on PATH (https://www.pulumi.com/docs/install/)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let every skip for want of an engine come from one place: the summary folds them into one line then."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and NO_ENGINE in report.longrepr[2]:
        report.longrepr = (__file__, 1, report.longrepr[2])
    return report


@pytest.fixture
def engine(tmp_path: Path) -> Callable[[str], Engine]:
    """Make a stack of a copy of the program, on the real engine and an AWS account of its own."""
    if shutil.which("pulumi") is None:
        pytest.skip(NO_ENGINE)
    return lambda stack: Engine(tmp_path / stack, stack)


@pytest.fixture
def world(engine: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch) -> Generator[World]:
    """Make a stack that serves r1, with a controller on it; r2 speaks r1's contract, r3 another one."""
    with filled(engine("dev")) as dev:
        monkeypatch.setattr("mapping.contract.CONTRACTS", dev.contracts)  # the controller's checkout is the program's
        dev.configure(stable="r1")
        assert dev.up().code == 0
        yield World.on(dev)
