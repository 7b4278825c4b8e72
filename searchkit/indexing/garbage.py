"""How often does a build look for rings of garbage?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_COLLECT_EVERY = 500_000
"""New objects after which a build looks. It makes hundreds of thousands of small values
and hardly a ring (some hundred objects, most of them by imports): with Python's 700
reading Markdown takes a sixth longer, with 50,000 analysing a twentieth."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have Python look for garbage more seldom."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _COLLECT_EVERY) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
