"""Is a mean, or a difference of means, more than chance?

Both answers are drawn by lot with a fixed seed: the same values give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RESAMPLES = (
    2_000  # of an interval; its ends then vary by about a hundredth of its width
)
PERMUTATIONS = 10_000  # of a test: the least p is 1 / 10,001
CONFIDENCE = 0.95
_SEED = 20_040_119
_AT_ONCE = 1 << 21  # numbers drawn at a time, so that memory stays small


def confidence_interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the mean of such values lies, in 95 of 100 cases: low and high end.

    The percentile bootstrap over queries (Efron 1979,
    https://doi.org/10.1214/aos/1176344552). No values: (0, 0).

    >>> confidence_interval([0.5, 0.5, 0.5])
    (0.5, 0.5)
    """
    if not values:
        return 0.0, 0.0
    numbers = np.asarray(values, dtype=np.float64)
    chance = np.random.default_rng(_SEED)
    means: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for rows in _portions(RESAMPLES, len(numbers)):
        drawn = chance.integers(0, len(numbers), size=(rows, len(numbers)))
        means.append(numbers[drawn].mean(axis=1))
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(np.concatenate(means), [tail, 100 - tail])
    return float(low), float(high)


def randomisation_p(differences: Sequence[float]) -> float:
    """How often chance alone gives a mean difference as large as this, two-sided.

    Fisher's paired randomisation test, which Smucker, Allan and Carterette 2007
    (https://doi.org/10.1145/1321440.1321528) advise for retrieval: under the null
    hypothesis each difference may as well have the other sign.

    >>> randomisation_p([0.0, 0.0])
    1.0
    """
    moved = np.asarray([value for value in differences if value], dtype=np.float64)
    if not len(moved):
        return 1.0
    observed = abs(moved.sum()) - 1e-12  # sums in another order differ in the last bit
    chance = np.random.default_rng(_SEED)
    as_large = 0
    for rows in _portions(PERMUTATIONS, len(moved)):
        signs = chance.integers(0, 2, size=(rows, len(moved)), dtype=np.int8) * 2 - 1
        as_large += int((np.abs(signs @ moved) >= observed).sum())
    return (as_large + 1) / (PERMUTATIONS + 1)


def _portions(rows: int, columns: int) -> list[int]:
    """`rows` in portions of at most `_AT_ONCE` numbers."""
    each = max(1, _AT_ONCE // columns)
    return [min(each, rows - done) for done in range(0, rows, each)]
