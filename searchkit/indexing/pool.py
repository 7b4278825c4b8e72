"""How do other processes share the work of a build?

Each worker is a fresh interpreter (no lock or thread of the caller is copied) that does
one task after the other, and says with two shared numbers how far it is. It ignores the
terminal's interrupt: the parent ends it. It ends by itself when the parent is gone. A
worker that dies is an error at once, never a wait without end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from searchkit.indexing.garbage import seldom_collected

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Note = Callable[[int], None]
"""Takes the bytes of an article that is done."""

Work = Callable[[Any, Any, Note], Any]
"""Does a task, given what holds for all tasks; a function of a module."""

_LOOK_S = 0.1  # between two looks at how far the workers are


class WorkerDiedError(Exception):
    """A worker process ended before its task; `status` is its exit status."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


def may_start() -> bool:
    """Whether this process may have children: daemons may not."""
    return not multiprocessing.current_process().daemon


class Pool(Generic[Task, Answer]):
    """Worker processes; a context manager that leaves none behind."""

    def __init__(self, count: int, work: Work, setup: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._workers: list[tuple[SpawnProcess, Connection, Any]] = []
        try:
            with _interrupts_held():
                for _ in range(count):
                    done = context.RawArray("Q", 2)
                    ours, theirs = context.Pipe()
                    process = context.Process(
                        target=_main,
                        args=(theirs, work, setup, done),
                        daemon=True,
                    )
                    process.start()
                    theirs.close()
                    self._workers.append((process, ours, done))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Pool[Task, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def end(self) -> None:
        """End all workers now, whatever they do, and wait until they are gone.

        Whoever waits for answers hears that a worker died.
        """
        for process, _, _ in self._workers:
            process.terminate()
        for process, _, _ in self._workers:
            process.join()

    def close(self) -> None:
        """End all workers; nobody may be waiting for them."""
        self.end()
        for _, connection, _ in self._workers:
            connection.close()
        self._workers = []

    def done(self) -> tuple[int, int]:
        """Articles and bytes that all workers have done."""
        counts = [done[:] for _, _, done in self._workers]
        return sum(one for one, _ in counts), sum(size for _, size in counts)

    def answers(
        self, tasks: Iterable[Task], look: Callable[[], None]
    ) -> Sequence[Answer]:
        """What comes of the tasks, in their order; `look` is called now and then.

        Raises: WorkerDiedError, or what a task raised.
        """
        waiting = iter(enumerate(tasks))
        found: dict[int, Answer] = {}
        busy: dict[Connection, tuple[int, SpawnProcess]] = {}
        for process, connection, _ in self._workers:
            self._give(connection, process, waiting, busy)
        while busy:
            watched: list[Any] = [*busy, *(p.sentinel for _, p in busy.values())]
            ready = wait(watched, _LOOK_S)
            for connection, (number, process) in list(busy.items()):
                if connection in ready:
                    del busy[connection]
                    found[number] = _answer(connection, process)
                    self._give(connection, process, waiting, busy)
                elif process.sentinel in ready and not connection.poll():
                    raise WorkerDiedError(process.exitcode)
            look()
        return [found[number] for number in sorted(found)]

    def _give(
        self,
        connection: Connection,
        process: SpawnProcess,
        waiting: Iterator[tuple[int, Task]],
        busy: dict[Connection, tuple[int, SpawnProcess]],
    ) -> None:
        """Give a worker that is free the next task, if there is one."""
        for number, task in waiting:
            try:
                connection.send(task)
            except OSError:
                raise _died(process) from None
            busy[connection] = number, process
            return


def _answer(connection: Connection, process: SpawnProcess) -> Any:
    try:
        good, answer = connection.recv()
    except (EOFError, OSError):
        raise _died(process) from None
    if not good:
        raise answer
    return answer


def _died(process: SpawnProcess) -> WorkerDiedError:
    process.join(1)
    return WorkerDiedError(process.exitcode)


def _main(connection: Connection, work: Work, setup: object, done: Any) -> None:
    """What a worker does until there is nothing more to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def note(size_bytes: int) -> None:
        done[0] += 1
        done[1] += size_bytes

    with seldom_collected(), suppress(EOFError, OSError):
        while True:
            task = connection.recv()
            try:
                answer = True, work(setup, task, note)
            except Exception as error:  # noqa: BLE001, it is raised in the parent
                answer = False, error
            connection.send(answer)


def _end_with_parent() -> None:
    """End this process when nobody waits any more for what it does."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Children start with interrupts blocked; one that comes meanwhile is not lost."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
