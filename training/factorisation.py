"""Alternating least squares that knows how unsure it is. Pure: the chance comes in as a generator.

Half a sweep of alternating least squares holds one side's factors and solves a ridge regression for every row of
the other. Here each half-sweep draws from that regression's posterior in place of taking its mean: the same
normal equations, plus noise of the size of what the data leave open. The mean of the predictions over many such
sweeps is better than any single solution, and the ridge penalties are learned on the way (Gibbs sampling;
Salakhutdinov and Mnih 2008, "Bayesian Probabilistic Matrix Factorization using Markov Chain Monte Carlo").

What somebody chose to rate says something too, whatever the stars: the prior mean of a user's factors is a linear
function of the items that the user rated, and of an item's factors one of the users who rated it (as in SVD++,
Koren 2008; drawn as the link matrix of Macau, Simm et al. 2015, section 2.3). Only the training set is looked at.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from training.features import Features, Floats
from training.hyperparameters import Hyperparameters
from training.linear import cholesky, inverse, solve

MEAN_STRENGTH = 2.0  # how many rows the prior's mean of 0 counts for (Salakhutdinov and Mnih: beta_0 = 2)
START = 0.3  # spread of the first factors; forgotten after a few sweeps

Progress = Callable[[int, int], None]
"""Called after every sweep with how many are done and how many there are."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side's view of the table, r rows and c columns, with what stays the same in all sweeps.

    `interests` (r, c) is `rated` with every row divided by the root of its count; `link_spread` (c, c) is the
    inverse of interests' Gram matrix plus the penalty.
    """

    rated: Floats
    deviation: Floats
    interests: Floats
    link_spread: Floats
    penalty: float

    @classmethod
    def of(cls, rated: Floats, deviation: Floats, penalty: float) -> "Side":
        """Prepare a side."""
        interests = rated / np.sqrt(np.maximum(rated.sum(1, keepdims=True), 1.0))
        gram = interests.T @ interests + penalty * np.eye(rated.shape[1])
        return cls(rated, deviation, interests, inverse(gram), penalty)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """One side's draw: `factors` (r, k), the `link` (c, k) from interests to factors, and `expected` (r, k) by it."""

    factors: Floats
    link: Floats
    expected: Floats

    @classmethod
    def start(cls, rows: int, columns: int, rank: int, random: np.random.Generator) -> "State":
        """Return small factors by chance, and nothing expected."""
        factors = random.normal(0.0, START, (rows, rank))
        return cls(factors, np.zeros((columns, rank)), np.zeros_like(factors))


def mean_prediction(
    features: Features, settings: Hyperparameters, random: np.random.Generator, progress: Progress
) -> Floats:
    """Return the posterior mean of every pair's deviation from the overall mean, shape (n, m), in stars."""
    total = np.zeros_like(features.deviation)
    steps = settings.burn_in + settings.sweeps
    for step, (users, items) in enumerate(_sweeps(features, settings, random), 1):
        if step > settings.burn_in:
            total += users @ items.T
        progress(step, steps)
        if step == steps:
            break
    return total / settings.sweeps


def _sweeps(
    features: Features, settings: Hyperparameters, random: np.random.Generator
) -> Iterator[tuple[Floats, Floats]]:
    """Yield the factors of users (n, k) and items (m, k) after each sweep, without end."""
    sides = (
        Side.of(features.rated, features.deviation, settings.interest_penalty),
        Side.of(features.rated.T, features.deviation.T, settings.interest_penalty),
    )
    users, items = (
        State.start(rows, columns, settings.rank, random)
        for rows, columns in (features.rated.shape, features.rated.T.shape)
    )
    while True:
        users = _draw(sides[0], users, items.factors, settings.noise_precision, random)
        items = _draw(sides[1], items, users.factors, settings.noise_precision, random)
        yield users.factors, items.factors


def _draw(side: Side, state: State, other: Floats, noise_precision: float, random: np.random.Generator) -> State:
    """Draw prior, link and factors of one side, given the other side's factors (c, k)."""
    rows, rank = state.factors.shape
    mean, precision = _draw_prior(side, state, random)
    link = _draw_link(side, state.factors - mean, precision, random)
    expected = side.interests @ link
    pairs = (other[:, :, None] * other[:, None, :]).reshape(len(other), rank * rank)
    gram = noise_precision * (side.rated @ pairs).reshape(rows, rank, rank) + precision
    pull = noise_precision * (side.deviation @ other) + (mean + expected) @ precision
    root = cholesky(gram)
    whitened = solve(root, pull[:, :, None]) + random.normal(size=(rows, rank, 1))
    return State(solve(root.transpose(0, 2, 1), whitened)[:, :, 0], link, expected)


def _draw_prior(side: Side, state: State, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw the mean (k,) and precision (k, k) of factors around the link (normal-Wishart, the link's penalty in it)."""
    around = state.factors - state.expected
    rows, rank = around.shape
    centre = around.mean(0)
    spread = (around - centre).T @ (around - centre) + side.penalty * state.link.T @ state.link
    pulled = rows * MEAN_STRENGTH / (rows + MEAN_STRENGTH) * np.outer(centre, centre)
    scale = inverse(np.eye(rank) + spread + pulled)
    precision = _wishart(cholesky((scale + scale.T) / 2), rank + rows + len(state.link), random)
    noise = solve(cholesky(precision * (rows + MEAN_STRENGTH)).T, random.normal(size=(rank, 1)))
    return rows * centre / (rows + MEAN_STRENGTH) + noise[:, 0], precision


def _draw_link(side: Side, around: Floats, precision: Floats, random: np.random.Generator) -> Floats:
    """Draw the link (c, k) by ridge regression of `around` (r, k) on interests, both sides of it perturbed."""
    rows, rank = around.shape
    columns = side.interests.shape[1]
    spread = inverse(cholesky(precision))
    perturbed = side.interests.T @ (around + random.normal(size=(rows, rank)) @ spread)
    perturbed += np.sqrt(side.penalty) * random.normal(size=(columns, rank)) @ spread
    return side.link_spread @ perturbed


def _wishart(root: Floats, freedom: int, random: np.random.Generator) -> Floats:
    """Draw from the Wishart distribution with scale root @ root.T (k, k), by Bartlett's decomposition."""
    rank = len(root)
    lower = np.tril(random.normal(size=(rank, rank)), -1)
    lower[np.diag_indices(rank)] = np.sqrt(random.chisquare(freedom - np.arange(rank)))
    product = root @ lower
    return product @ product.T
