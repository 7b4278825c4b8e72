"""Who makes the runs of new articles? Workers that begin before all of these are known.

They load what they need while this process still looks which articles are new.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.indexing.runs import Preparing, RunMade, RunTask, preparer, run_tasks
from searchkit.indexing.sources import Sources

if TYPE_CHECKING:
    from searchkit.indexing.workers import Job, Told, Workers

_FEW_BYTES = 1 << 20  # of sources that are analysed before other processes have begun


def processes(jobs: int, size_bytes: int) -> int:
    """How many are worth their start to analyse so many bytes of sources.

    They are beside this one; 0 if it is to do the work itself.
    """
    return jobs if jobs > 1 and size_bytes >= _FEW_BYTES else 0


class Analysts:
    """Makes runs once; to be closed in any case."""

    def __init__(self, index: Path, jobs: int, how: Preparing) -> None:
        self._index = index
        self._jobs = jobs
        self._how = how
        self._expected = 0
        self._count = 0
        self._workers: Workers | None = None
        self._job: Job[RunTask, RunMade] | None = None

    def expect(self, size_bytes: int) -> None:
        """Hear of a further article that will have to be analysed. Raises: OSError."""
        self._expected += size_bytes
        if not self._job and processes(self._jobs, self._expected):
            self._begin()

    def _begin(self) -> Job[RunTask, RunMade]:
        from searchkit.indexing.workers import Workers

        self._count = processes(self._jobs, self._expected)
        self._workers = Workers(self._index, self._count)
        self._job = self._workers.begin(preparer, self._how)
        return self._job

    def runs(self, sources: Sources, folder: Path, told: Told) -> list[RunMade]:
        """Make runs of all sources in the folder; then no process is left.

        Raises: IndexStoreError, OSError.
        """
        job = self._job or self._begin()
        made = job.answers(run_tasks(sources, folder, self._count), told)
        self.close()
        return made

    def close(self) -> None:
        """Leave no process behind."""
        if self._workers:
            self._workers.close()
