"""Who does the work of a build: this process, or several beside it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from searchkit.engines.generation.classes import Keys
from searchkit.indexing.beside import worker_died
from searchkit.indexing.keys import keys_of
from searchkit.indexing.pool import Pool, Work, WorkerDiedError, may_start
from searchkit.indexing.preparing import Preparing, RunMade, RunTask, make_run
from searchkit.indexing.sources import Sources

_FEW_BYTES = 1 << 20  # of sources, before further processes are worth their start
_FEW_WORDS = 2000  # the same for words whose stems are asked for
_RUN_BYTES = 4 << 20  # of sources in a run: what a worker holds in memory
_LEAST_RUN_BYTES = 1 << 20
_SHARES = 3  # a run is at most this part of a worker's share of what is left


class Workers:
    """Does what can be done apart; no process outlives the call that it works for.

    Keys are asked for while postings are merged: by then what the processes that read
    and analysed had in memory has been given back.
    """

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
        return self._apart(make_run, self._how, tasks, told)

    def keys(self, words: list[bytes]) -> Iterable[Keys]:
        """The keys of English words. Raises: IndexStoreError if a worker died."""
        if self._jobs == 1 or len(words) < _FEW_WORDS:
            return keys_of(None, words)
        size = -(-len(words) // (4 * self._jobs))
        parts = [words[at : at + size] for at in range(0, len(words), size)]
        found: Iterable[Iterable[Keys]] = self._apart(keys_of, None, parts, _unheard)
        return chain.from_iterable(found)

    def _here(self, task: RunTask, told: Callable[[int, int], None]) -> RunMade:
        def note(size_bytes: int) -> None:
            articles, done_bytes = self._done
            self._done = articles + 1, done_bytes + size_bytes
            told(*self._done)

        return make_run(self._how, task, note)

    def _apart(
        self,
        work: Work,
        how: object,
        tasks: Iterable[object],
        told: Callable[[int, int], None],
    ) -> Sequence[Any]:
        """What comes of the tasks in processes of their own, in the tasks' order."""
        try:
            with Pool[object, Any](self._jobs, work, how) as pool:
                return pool.answers(tasks, lambda: told(*pool.done()))
        except WorkerDiedError as error:
            raise worker_died(self._index, error) from error


def _unheard(articles: int, size_bytes: int) -> None:
    """Whoever asks for keys is not told how far they are."""


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
