"""What the program registers, to the last input, for dev and prod and every kind of line-up (files in `golden/`)."""

from pathlib import Path

import pytest

from tests.program.golden import FOLDER, LINEUPS, STACKS, World


@pytest.mark.parametrize("stack", STACKS)
def test_every_line_up_registers_exactly_this(stack: str, tmp_path: Path) -> None:
    world = World(tmp_path / "world", stack)
    for name, changes in LINEUPS.items():
        expected = (FOLDER / f"{stack}-{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert world.lines(world.run(**changes)) == expected, f"{stack}, {name}"
