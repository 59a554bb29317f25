"""The engine's tests need Pulumi's command; where there is none they are skipped, with one line that says so."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.harness import Engine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.fixture
def engine(tmp_path: Path) -> Callable[[str], Engine]:
    """Make a stack of a copy of the program, on the real engine and an AWS account of its own."""
    if shutil.which("pulumi") is None:
        pytest.skip("tests/engine: no pulumi command on PATH (https://www.pulumi.com/docs/install/)")
    return lambda stack: Engine(tmp_path / stack, stack)
