"""What becomes of memory that a build no longer needs?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_COLLECT_EVERY = 500_000
"""New objects after which a build looks. It makes hundreds of thousands of small values
and hardly a ring (some hundred objects, most of them by imports): with Python's 700
reading Markdown takes a sixth longer, with 50,000 analysing a twentieth."""

_KEPT_BYTES = 1 << 24
"""Of one freed block. The GNU C library asks the system for each block that is larger
than any that was freed before, and gives the end of its heap back when twice as much is
free. What a batch needs for a moment came as new pages each time: of the time of
analysing a twentieth, for 5 MB. Other libraries take no notice."""


def keep_freed() -> None:
    """Have the system get back memory more seldom, for as long as this process lives.

    So it is for workers alone: a program that builds may have plans of its own.
    """
    bytes(_KEPT_BYTES)  # never touched: it takes no memory


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have Python look for garbage more seldom."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _COLLECT_EVERY) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
