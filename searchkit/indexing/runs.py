"""Which sources make a run together?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from searchkit.indexing.preparing import RunTask
from searchkit.indexing.sources import Sources

_RUN_BYTES = 4 << 20  # of sources in a run: what a worker holds in memory
_LEAST_RUN_BYTES = 1 << 19  # a batch
_SHARES = 3  # a run is at most this part of a worker's share of what is left


def run_tasks(sources: Sources, folder: Path, workers: int) -> Iterator[RunTask]:
    """Runs that become smaller at the end, so that no worker waits long for another.

    Of 0 workers none waits.
    """
    left = sources.size_bytes
    first = number = 0
    while first < len(sources):
        wanted = left // (_SHARES * workers) if workers else left
        wanted = max(_LEAST_RUN_BYTES, min(_RUN_BYTES, wanted))
        end, size = first, 0
        while end < len(sources) and size < wanted:
            size += sources.size_of(end)
            end += 1
        yield RunTask(sources[first:end], folder / f"tmp-run-{number:06d}")
        first, number, left = end, number + 1, left - size
