"""From a described world to counts: one `Scene` holds the chance events of many runs, `draw` the requests in them.

Two stages, so that a rule whose share depends on what it has seen (Flagger stays where it is after a failed
check) can draw one minute at a time, while all tracks and rules see the same outages. Requests arrive as a Poisson
process and are split one by one, so each track's count of an interval is Poisson with its share of the mean.
"""

import numpy as np
from numpy.typing import NDArray

from rollout.simulation.chances import exceedances, score_shares
from rollout.simulation.errors import SimulationRefused
from rollout.simulation.streams import Counts, Flags, Floats, Labelled, Streams, Track
from rollout.simulation.worlds import Effect, Outages, Swing, World

LOSSES = np.linspace(0.0, 1.0, 5)
"""The five levels that a labelled loss can take (a rating off by 0 to 4 stars, scaled)."""


class Scene:
    """A world in which everything but the single requests has been drawn, for `runs` independent rollouts."""

    def __init__(self, world: World, runs: int, rng: np.random.Generator) -> None:
        """Draw outages and episodes; raise `SimulationRefused` without a run."""
        if runs < 1:
            raise SimulationRefused(f"simulation: runs must be at least 1, not {runs}")
        self.world = world
        self.runs = runs
        looks = world.looks
        time = (np.arange(looks) + 0.5) * world.seconds / 60.0
        self._traffic = world.requests_per_minute * world.seconds / 60.0 * swing(world.traffic_swing, time)
        self._errors = swing(world.error_swing, time)
        self._slower = swing(world.latency.swing if world.latency else None, time)
        self._faulty = time >= (world.fault.at_minute if world.fault else np.inf)
        present = np.ones(looks, dtype=np.bool_)
        for gap in world.gaps:
            present &= ~((time >= gap.at_minute) & (time < gap.at_minute + gap.minutes))
        self.present = present
        burst = np.zeros(looks)
        for b in world.bursts:
            burst[(time >= b.at_minute) & (time < b.at_minute + b.minutes)] = b.rate
        self._common: Floats = burst[np.newaxis, :]
        if (d := world.dependency) is not None:
            down = d.failing * np.minimum(1.0, episodes(world, runs, d.per_hour, d.seconds, rng))
            self._common = 1.0 - (1.0 - self._common) * (1.0 - down)
        self._trouble: dict[str, Floats] = {}
        if (o := world.outages) is not None:
            for track, n in (("stable", o.stable_instances), ("canary", o.canary_instances), ("baseline", 1)):
                hit = episodes(world, runs, o.per_instance_hour * n, o.seconds, rng)
                self._trouble[track] = np.minimum(1.0, hit / n)

    def draw(
        self,
        rng: np.random.Generator,
        share: Floats | float | None = None,
        *,
        start: int = 0,
        stop: int | None = None,
    ) -> Streams:
        """Counts of the intervals `start`..`stop` with the canary's `share` (broadcast to (runs, looks) of the block).

        Without a share the world's own steps are taken.
        """
        block = slice(start, self.world.looks if stop is None else stop)
        if share is None:
            share = schedule(self.world)[block]
        shares = np.asarray(share, dtype=np.float64)
        return Streams(
            seconds=self.world.seconds,
            share=shares if shares.ndim else np.full(len(self.present[block]), float(shares)),
            present=self.present[block],
            canary=self.track(rng, "canary", shares, block),
            stable=self.track(rng, "stable", 1.0 - shares, block),
        )

    def track(self, rng: np.random.Generator, name: str, share: Floats | float, block: slice) -> Track:
        """One track's counts. `baseline` is a third track for rules that want one: stable's release on one instance."""
        world = self.world
        mean = np.broadcast_to(self._traffic[block] * share, (self.runs, len(self.present[block])))
        requests = rng.poisson(mean).astype(np.int64)
        faulty = self._faulty[block] if name == "canary" else np.zeros(len(self.present[block]), dtype=np.bool_)
        trouble = self._trouble[name][:, block] if name in self._trouble else np.zeros((1, 1))
        return Track(
            requests=requests,
            errors=self._draw_errors(rng, requests, faulty, trouble, block),
            slow=self._draw_slow(rng, requests, faulty, trouble, block) if world.latency else {},
            scores=self._draw_scores(rng, requests, faulty, trouble) if world.scores else None,
            labels=self._draw_labels(rng, requests, faulty) if world.labels else None,
        )

    def trouble(self, name: str) -> Floats:
        """Which part of each interval and of a track's fleet is in trouble, shape (runs, looks)."""
        return self._trouble.get(name, np.zeros((self.runs, self.world.looks)))

    def _draw_errors(
        self, rng: np.random.Generator, requests: Counts, faulty: Flags, trouble: Floats, block: slice
    ) -> dict[str, Counts]:
        world = self.world
        drawn: dict[str, Counts] = {}
        failing = self._common[:, block] if self._common.shape[1] > 1 else self._common
        if world.outages is not None and world.outages.effect is Effect.ERRORS:
            failing = 1.0 - (1.0 - failing) * (1.0 - trouble)
        left = requests
        for index, (name, rate) in enumerate(world.errors.items()):
            fault = world.fault.errors.get(name, rate) if world.fault else rate
            chance = np.clip(np.where(faulty, fault, rate) * self._errors[block], 0.0, 1.0)
            failed = clumped(rng, left, np.broadcast_to(chance, requests.shape), world.clump)
            if index == 0 and failing.any():
                failed = failed + rng.binomial(left - failed, failing)
            drawn[name] = failed
            left = left - failed
        return drawn

    def _draw_slow(
        self, rng: np.random.Generator, requests: Counts, faulty: Flags, trouble: Floats, block: slice
    ) -> dict[str, Counts]:
        latency = self.world.latency
        if latency is None:
            return {}
        outages = self.world.outages
        slow = outages if outages is not None and outages.effect is Effect.SLOW else None
        drawn: dict[str, Counts] = {}
        left, previous = requests, np.ones((1, 1))
        for name, usual, slower in exceedances(latency, self.world.fault, faulty, self._slower[block], factor(slow)):
            chance = usual if slow is None else (1.0 - trouble) * usual + trouble * slower
            ratio = np.divide(chance, previous, out=np.zeros(np.broadcast(chance, previous).shape), where=previous > 0)
            left = rng.binomial(left, np.clip(np.broadcast_to(ratio, left.shape), 0.0, 1.0))
            previous = chance
            drawn[name] = left
        return drawn

    def _draw_scores(self, rng: np.random.Generator, requests: Counts, faulty: Flags, trouble: Floats) -> Counts | None:
        scores = self.world.scores
        if scores is None:
            return None
        usual, changed = score_shares(scores, self.world.fault)
        shares = np.where(faulty[:, np.newaxis], changed, usual)
        outages = self.world.outages
        if outages is None or outages.effect is not Effect.STRANGE:
            return multinomial(rng, requests * scores.items, shares)
        strange = rng.binomial(requests, np.broadcast_to(trouble, requests.shape))
        drawn = multinomial(rng, (requests - strange) * scores.items, shares)
        drawn[..., 0] += strange * scores.items
        return drawn

    def _draw_labels(self, rng: np.random.Generator, requests: Counts, faulty: Flags) -> Labelled | None:
        labels = self.world.labels
        if labels is None:
            return None
        delay = round(labels.after_minutes * 60.0 / self.world.seconds)
        told = np.zeros_like(requests)
        seen = max(0, requests.shape[1] - delay)
        told[:, requests.shape[1] - seen :] = rng.binomial(requests[:, :seen], labels.known)
        bad = self.world.fault.loss if self.world.fault and self.world.fault.loss is not None else labels.loss
        mean = np.where(
            np.concatenate([np.zeros(requests.shape[1] - seen, dtype=np.bool_), faulty[:seen]]), bad, labels.loss
        )
        levels = multinomial(rng, told, binomial_shares(mean))
        return Labelled(n=told, loss_sum=levels @ LOSSES, loss_square_sum=levels @ LOSSES**2)


def schedule(world: World) -> Floats:
    """The canary's share of each interval by the world's own steps, shape (looks,)."""
    ends = np.cumsum([minutes for _, minutes in world.steps])
    time = np.arange(world.looks) * world.seconds / 60.0
    step = np.minimum(np.searchsorted(ends, time, side="right"), len(world.steps) - 1)
    return np.array([share for share, _ in world.steps])[step]


def swing(described: Swing | None, minutes: NDArray[np.floating]) -> Floats:
    """The factor of a swing at the given minutes; ones without a swing."""
    if described is None:
        return np.ones_like(minutes)  # pyright: ignore[reportReturnType] # floats stay floats
    factors: Floats = 1.0 + described.amplitude * np.sin(
        2.0 * np.pi * (minutes / described.period_minutes + described.phase)
    )
    return factors


def factor(outages: Outages | None) -> float:
    """How much slower an instance in trouble answers; 1 where none does."""
    return outages.slow_factor if outages is not None else 1.0


def episodes(world: World, runs: int, per_hour: float, seconds: float, rng: np.random.Generator) -> Floats:
    """How much of each interval episodes of fixed length cover, all of them added up; shape (runs, looks).

    Starts are a Poisson process of rate `per_hour` (of all instances together), begun one length before the first
    interval, so that an episode may be under way when the world begins.
    """
    looks, width = world.looks, world.seconds
    covered = np.zeros((runs, looks))
    span = looks * width + seconds
    n = rng.poisson(per_hour * span / 3600.0 * runs)
    run = rng.integers(0, runs, n)
    begin = rng.uniform(-seconds, looks * width, n)
    first = np.floor(begin / width).astype(np.int64)
    for step in range(int(np.ceil(seconds / width)) + 1):
        look = first + step
        overlap = np.minimum(begin + seconds, (look + 1) * width) - np.maximum(begin, look * width)
        inside = (look >= 0) & (look < looks) & (overlap > 0.0)
        np.add.at(covered, (run[inside], look[inside]), overlap[inside] / width)
    return covered


def clumped(rng: np.random.Generator, requests: Counts, chance: Floats, clump: float) -> Counts:
    """Background errors with mean `chance` a request: independent, or in geometric clumps of mean size `clump`.

    Each request begins a clump with probability chance / clump; a clump stays within its interval and track and
    is cut where the interval's requests end.
    """
    if clump == 1.0:
        return rng.binomial(requests, chance)
    begun = rng.binomial(requests, chance / clump)
    size = begun.copy()
    hit = begun > 0
    size[hit] += rng.negative_binomial(begun[hit], 1.0 / clump)
    return np.minimum(size, requests)


def multinomial(rng: np.random.Generator, n: Counts, shares: Floats) -> Counts:
    """Split counts over bins; `shares` of shape (looks, bins), result (runs, looks, bins), by conditional binomials."""
    bins = shares.shape[1]
    drawn = np.zeros((*n.shape, bins), dtype=np.int64)
    left, rest = n, np.ones(shares.shape[0])
    for index in range(bins - 1):
        chance = np.clip(np.divide(shares[:, index], rest, out=np.zeros_like(rest), where=rest > 0.0), 0.0, 1.0)
        drawn[..., index] = rng.binomial(left, np.broadcast_to(chance, n.shape))
        left = left - drawn[..., index]
        rest = rest - shares[:, index]
    drawn[..., -1] = left
    return drawn


def binomial_shares(mean: Floats) -> Floats:
    """Shares of the five loss levels with the given mean: a binomial of four, shape (looks, 5)."""
    choose = np.array([1.0, 4.0, 6.0, 4.0, 1.0])
    k = np.arange(5)
    return choose * mean[:, np.newaxis] ** k * (1.0 - mean[:, np.newaxis]) ** (4 - k)
