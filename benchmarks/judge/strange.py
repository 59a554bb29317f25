"""What a score shift costs a test that stays valid whatever instances do: `python -m benchmarks.judge.strange`.

The null: an instance's histogram of a unit comes from one law, the same for all, instances and units independent. So of
an identical canary's histogram a of n items no more is known than its mean, n p, p the shares of a large stable fleet.
Every fair bet on it is e(a) = sum w_b a_b / (n sum w_b p_b), w >= 0. Let P be the law of a canary whose scores have
moved and e* the bet with the largest g = E_P ln e*. That it is the largest means E_P[a_b / (n p_b e*)] <= 1 for every
bin, so dQ = dP / e* has at most mass 1 and mean p in every bin; with what is left put on histograms of one bin alone
it is a law of the null. A test of level alpha stops under Q with probability at most alpha, so under P after
ln(1/alpha) / g units on average at the earliest (Wald). For the densest traffic g = ln max_b P_b / p_b.

The measured test bets on both directions, with the two w that are nearly best for 60 and for 10 items a unit.
"""

import math

import numpy as np

from rollout.judge.bets import even, log_mixture
from rollout.simulation.chances import score_shares
from rollout.simulation.worlds import Fault, Scores

ALPHA = 0.01
SHIFT = 0.2
BINS = 10
DRAWN = 100_000
RUNS = 3000
STAKES = np.array([0.5, 0.9])
SHAPES = np.array([[0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0]], dtype=np.float64)
"""Which upper bins are bet on, and how much; the other direction is their mirror image."""

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def histograms(items: int, shape: tuple[int, ...], shares: Floats, rng: np.random.Generator) -> Floats:
    """Counts of units with so many items each."""
    return rng.multinomial(items, shares / shares.sum(), shape).astype(np.float64)


def best_growth(items: int, usual: Floats, moved: Floats, rng: np.random.Generator) -> float:
    """Max over w of E ln e, stable known exactly: Cover's algorithm for the growth-optimal portfolio."""
    payoffs = histograms(items, (DRAWN,), moved, rng) / items / usual
    weights = usual.copy()
    for _ in range(300):
        weights = weights * (payoffs / (payoffs @ weights)[:, None]).mean(axis=0)
    return float(np.log(payoffs @ weights).mean())


def measured(items: int, units: int, usual: Floats, moved: Floats, rng: np.random.Generator) -> Floats:
    """Units until a mixture of such bets crosses 1/alpha, with stable drawn too (nine times as many items)."""
    ours = histograms(items, (RUNS, units), moved, rng)
    theirs = histograms(9 * items, (RUNS, units), usual, rng)
    shapes = np.concatenate([SHAPES, SHAPES[:, ::-1]])
    total = (ours + theirs) @ shapes.T
    payoff = (ours @ shapes.T) / np.maximum(total / 10.0, 1e-12)
    payoff = np.where(total > 0, payoff, 1.0)
    wealth = np.log1p(STAKES * (payoff[..., None] - 1.0)).reshape(RUNS, units, -1).cumsum(axis=1)
    crossed = log_mixture(wealth, even(wealth.shape[2])) >= -math.log(ALPHA)
    return np.where(crossed.any(axis=1), crossed.argmax(axis=1) + 1.0, np.inf)


def main() -> None:
    """Print both for units of a minute and of one look, at 60 canary items a minute."""
    rng = np.random.default_rng(20260101)
    usual, moved = score_shares(Scores(bins=BINS), Fault(score_shift=SHIFT))
    dense = math.log(float((moved / usual).max()))
    print(f"shift {SHIFT:g} sd, {BINS} bins, alpha {ALPHA:g}: any traffic needs {-math.log(ALPHA) / dense:.1f} units")
    for seconds, items in ((60, 60), (10, 10)):
        growth = best_growth(items, usual, moved, rng)
        least = -math.log(ALPHA) / growth
        found = float(np.median(measured(items, 6 * 60 * 60 // seconds // 3, usual, moved, rng)))
        print(
            f"units of {seconds} s with {items} items: at least {least:.1f} units, {least * items:.0f} items, "
            f"{least * seconds / 60:.1f} minutes, for whoever knows size, direction and stable; measured, both "
            f"directions, median of {RUNS} runs: {found:.0f} units, {found * items:.0f} items, "
            f"{found * seconds / 60:.1f} minutes"
        )


if __name__ == "__main__":
    main()
