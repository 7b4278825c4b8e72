"""Who does the work of a build: this process, or several beside it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from searchkit.indexing.beside import worker_died
from searchkit.indexing.pool import Pool, WorkerDiedError, may_start
from searchkit.indexing.preparing import Preparing, RunMade, RunTask, make_run
from searchkit.indexing.sources import Sources

_FEW_BYTES = 1 << 20  # of sources, before further processes are worth their start
_RUN_BYTES = 4 << 20  # of sources in a run: what a worker holds in memory
_LEAST_RUN_BYTES = 1 << 19  # a batch
_SHARES = 3  # a run is at most this part of a worker's share of what is left


class Workers:
    """Makes runs; no process outlives the call, so what they had in memory is given
    back before the runs are merged."""

    def __init__(self, index: Path, jobs: int, how: Preparing, size_bytes: int) -> None:
        """`size_bytes` is that of all sources to come."""
        self._index = index
        self._how = how
        self._done = 0, 0
        apart = jobs > 1 and size_bytes >= _FEW_BYTES and may_start()
        self._jobs = jobs if apart else 1

    def runs(
        self,
        sources: Sources,
        folder: Path,
        told: Callable[[int, int], None],
    ) -> Sequence[RunMade]:
        """Make runs of all sources; `told` hears how many articles and bytes are done.

        Raises: OSError if a run cannot be written, IndexStoreError if a worker died.
        """
        tasks = _tasks(sources, folder, self._jobs)
        if self._jobs == 1:
            return [self._here(task, told) for task in tasks]
        try:
            with Pool[RunTask, RunMade](self._jobs, make_run, self._how) as pool:
                return pool.answers(tasks, lambda: told(*pool.done()))
        except WorkerDiedError as error:
            raise worker_died(self._index, error) from error

    def _here(self, task: RunTask, told: Callable[[int, int], None]) -> RunMade:
        def note(size_bytes: int) -> None:
            articles, done_bytes = self._done
            self._done = articles + 1, done_bytes + size_bytes
            told(*self._done)

        return make_run(self._how, task, note)


def _tasks(sources: Sources, folder: Path, jobs: int) -> Iterator[RunTask]:
    """Runs that become smaller at the end, so that no worker waits long for another."""
    left = sources.size_bytes
    first = number = 0
    while first < len(sources):
        wanted = left // (_SHARES * jobs) if jobs > 1 else left
        wanted = max(_LEAST_RUN_BYTES, min(_RUN_BYTES, wanted))
        end, size = first, 0
        while end < len(sources) and size < wanted:
            size += sources.size_of(end)
            end += 1
        yield RunTask(sources[first:end], folder / f"tmp-run-{number:06d}")
        first, number, left = end, number + 1, left - size
