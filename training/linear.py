"""NumPy's linear algebra for float64, with the types that its own stubs leave open. Pure."""

from typing import cast

import numpy as np

from training.features import Floats


def cholesky(positive: Floats) -> Floats:
    """Return the lower root L of a positive definite matrix, or of each in a stack: L @ L.T is `positive`."""
    return cast("Floats", np.linalg.cholesky(positive))


def inverse(matrix: Floats) -> Floats:
    """Return the inverse."""
    return cast("Floats", np.linalg.inv(matrix))


def solve(matrix: Floats, right: Floats) -> Floats:
    """Return x with matrix @ x = right; `right` is a matrix, or a stack of them."""
    return cast("Floats", np.linalg.solve(matrix, right))


def singular(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Return left (n, k), strengths (k,) and right (m, k) of `table` (n, m), strongest first, k the smaller side."""
    left, strengths, right = np.linalg.svd(table, full_matrices=False)
    return cast("Floats", left), cast("Floats", strengths), cast("Floats", right.T)
