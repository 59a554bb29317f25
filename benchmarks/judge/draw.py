"""Streams of a cell, the same for every rule: seeds follow from the benchmark's seed, the cell's name and the chunk."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.judge.cells import Cell
from rollout.simulation.scene import Scene
from rollout.simulation.streams import Streams
from rollout.simulation.worlds import World

CHUNK = 1000
"""Runs at once."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some runs of a cell. `key` makes generators: the same purpose gives the same numbers."""

    key: tuple[int, ...]
    runs: int
    begin: int

    def rng(self, purpose: str) -> np.random.Generator:
        """A generator for one purpose, independent of all others."""
        return np.random.default_rng([*self.key, zlib.crc32(purpose.encode())])

    def scene(self, world: World) -> Scene:
        """The cell's chance events: the same outages whoever draws requests in them."""
        return Scene(world, self.runs, self.rng("scene"))

    def fixed(self, cell: Cell) -> Streams:
        """Streams at the cell's fixed share, the same for every rule."""
        return self.scene(cell.world).draw(self.rng("fixed"), cell.share)


def chunks(cell: Cell, seed: int, runs: int, size: int = CHUNK) -> Iterator[Chunk]:
    """Cut a cell's runs into chunks."""
    for begin in range(0, runs, size):
        key = (seed, zlib.crc32(cell.name.encode()), begin)
        yield Chunk(key=key, runs=min(size, runs - begin), begin=begin)
