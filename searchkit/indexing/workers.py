"""Who does the work of a build: this process, or several beside it?

Processes and not threads: Python's loops would keep each other waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

    from searchkit.indexing.pool import Note, Pool

Setup = TypeVar("Setup")
Task = TypeVar("Task")
Answer = TypeVar("Answer")

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of a module, and its arguments."""

Told = Callable[[int, int], None]
"""Hears of articles and bytes."""

_LOOK_S = 0.1  # between two looks at how far the workers are


def _not_told(articles: int, size_bytes: int) -> None:
    pass


class Workers:
    """Do jobs of tasks; a context manager that leaves no process behind."""

    def __init__(self, index: Path) -> None:
        """For a build of the index; there are no processes yet."""
        self._index = index
        self._count = 0
        self._pool: Pool | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave no process behind, whatever they do; what was begun ends."""
        if self._pool:
            self._pool.close()
            self._pool = None

    def start(self, count: int) -> None:
        """Have so many processes, if there are none and this one may have any.

        Where there are none it does all itself. Raises: OSError.
        """
        if count and not self._pool:
            from searchkit.indexing.pool import Pool, may_start

            if may_start():
                self._count = count
                self._pool = Pool(self._index, count)

    def renew(self) -> None:
        """Have others instead, so that the memory of these is given back.

        What was begun ends. Raises: OSError.
        """
        self.close()
        self.start(self._count)

    def begin(
        self,
        work: Callable[[Setup, Note], Callable[[Task], Answer]],
        setup: Setup,
        *,
        alone: bool = False,
    ) -> Job[Task, Answer]:
        """A job; with `alone` one process does all its tasks, in their order."""
        return Job(self._pool, self._count, work, setup, alone)


class Job(Generic[Task, Answer]):
    """Tasks of one kind."""

    def __init__(
        self,
        pool: Pool | None,
        count: int,
        work: Callable[[Any, Note], Callable[[Task], Answer]],
        setup: object,
        alone: bool,
    ) -> None:
        self._pool = pool
        self._count = count
        self._alone = alone
        self._told: Told = _not_told
        self._done = 0, 0
        if pool:
            self._number = pool.begin(work, setup, alone=alone)
        else:
            self._do = work(setup, self._note)

    def start(self, task: Task) -> Future[Answer]:
        """Have a task done, after those before it; its answer may be asked for later.

        It raises IndexStoreError if a process died, or what the task raised: here if
        there are no processes, else from the future.
        """
        if self._pool:
            return self._pool.start(self._number, task, alone=self._alone)
        from concurrent.futures import Future

        done: Future[Answer] = Future()
        done.set_result(self._do(task))
        return done

    def answers(self, tasks: Iterable[Task], told: Told = _not_told) -> list[Answer]:
        """What comes of the tasks, in their order; they are made when they are needed.

        `told` hears meanwhile how many articles and bytes the workers have done.

        Raises: IndexStoreError if a process died, or what a task raised.
        """
        self._told = told
        started: list[Future[Answer]] = []
        busy: set[Future[Answer]] = set()
        for task in tasks:
            while len(busy) > self._count:  # one is there for whoever is done first
                busy = self._look(busy)
            started.append(self.start(task))
            busy.add(started[-1])
        while busy:
            busy = self._look(busy)
        return [future.result() for future in started]

    def _look(self, busy: set[Future[Answer]]) -> set[Future[Answer]]:
        """Wait until a task is done, or some time; the tasks that are not done yet."""
        from concurrent.futures import FIRST_COMPLETED, wait

        done, left = wait(busy, _LOOK_S, FIRST_COMPLETED)
        for future in done:
            future.result()
        if self._pool:
            self._told(*self._pool.done())
        return left

    def _note(self, size_bytes: int) -> None:
        articles, done_bytes = self._done
        self._done = articles + 1, done_bytes + size_bytes
        self._told(*self._done)


def caller(_: object, note: Note) -> Callable[[Call], Any]:
    """Work whose tasks are calls."""
    return _called


def _called(call: Call) -> Any:
    function, arguments = call
    return function(*arguments)
