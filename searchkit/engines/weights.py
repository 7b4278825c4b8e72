"""How much does one occurrence weigh, by the part of a document it stands in?

The weight of a part divided by the length norm of its field (see `ranking`), rounded to
a multiple of GRAIN. Sums of such numbers are exact, so a frequency is the same to the
last bit in whatever order, in numpy or in plain Python, its occurrences are summed.
"""

from __future__ import annotations

import math

from searchkit.engines.ranking import (
    B_BODY,
    B_TITLE,
    FIELD_WEIGHTS,
    WEIGHT_BY_ZONE,
    length_norm,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAIN = 2.0**-20

TITLE, ALIAS, ADDRESS, TOPIC = 4, 5, 6, 7
"""The parts of a document after the zones of its body, which are 0 to 3 as in ZONES."""

PARTS = 8


def weights(
    title_words: int, body_words: int, average_title: float, average_body: float
) -> tuple[float, ...]:
    """The weight of an occurrence in each of the PARTS of a document.

    >>> weights(4, 100, 4.0, 100.0)[:5] == tuple(
    ...     math.floor(weight / GRAIN + 0.5) * GRAIN
    ...     for weight in (1.0, 3.0, 0.6, 0.8, 6.0)
    ... )
    True
    """
    body = length_norm(B_BODY, body_words, average_body)
    title = length_norm(B_TITLE, title_words, average_title)
    return (
        *(_grained(weight / body) for weight in WEIGHT_BY_ZONE),
        _grained(FIELD_WEIGHTS["title"] / title),
        _grained(FIELD_WEIGHTS["alias"]),
        _grained(FIELD_WEIGHTS["address"]),
        _grained(FIELD_WEIGHTS["topic"]),
    )


def _grained(weight: float) -> float:
    return math.floor(weight / GRAIN + 0.5) * GRAIN


def weight_table(
    title_words: NDArray[np.uint32],
    body_words: NDArray[np.uint32],
    average_title: float,
    average_body: float,
) -> NDArray[np.float64]:
    """`weights` for all documents: one row of PARTS a document."""
    import numpy as np

    body = _norms(B_BODY, body_words, average_body)
    title = _norms(B_TITLE, title_words, average_title)
    table = np.zeros((len(title_words), PARTS))
    table[:, :TITLE] = np.array(WEIGHT_BY_ZONE) / body[:, np.newaxis]
    table[:, TITLE] = FIELD_WEIGHTS["title"] / title
    table[:, ALIAS] = FIELD_WEIGHTS["alias"]
    table[:, ADDRESS] = FIELD_WEIGHTS["address"]
    table[:, TOPIC] = FIELD_WEIGHTS["topic"]
    return np.floor(table / GRAIN + 0.5) * GRAIN


def _norms(
    b: float, lengths: NDArray[np.uint32], average: float
) -> NDArray[np.float64]:
    """`length_norm` for an array of lengths, operation by operation."""
    import numpy as np

    if not average:
        return np.ones(len(lengths))
    return 1 - b + b * lengths.astype(np.float64) / average
