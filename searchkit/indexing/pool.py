"""How do other processes share the work of a build?

Each worker is a fresh interpreter (no lock or thread of the caller is copied) that does
one task after the other, and says with two shared numbers how far it is. It ignores the
terminal's interrupt: the parent ends it. It ends by itself when the parent is gone. A
worker that dies is an error at once, never a wait without end. A thread for each takes
it tasks and brings back answers, so that none waits until the caller has time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

from searchkit.errors import IndexStoreError
from searchkit.indexing.garbage import keep_freed, seldom_collected

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Note = Callable[[int], None]
"""Takes the bytes of an article that is done."""

Work = Callable[[Any, Note], Callable[[Any], Any]]
"""Makes, of what holds for all tasks, what does each; a function of a module."""


def may_start() -> bool:
    """Whether this process may have children: daemons may not."""
    return not multiprocessing.current_process().daemon


class Pool(Generic[Task, Answer]):
    """Worker processes; a context manager that leaves none behind."""

    def __init__(self, index: Path, count: int, work: Work, setup: object) -> None:
        """So many, for a build of the index."""
        self._index = index
        context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        self._threads = ThreadPoolExecutor(count)
        try:
            with _interrupts_held():
                for _ in range(count):
                    done = context.RawArray("Q", 2)
                    ours, theirs = context.Pipe()
                    process = context.Process(
                        target=_main,
                        args=(theirs, work, done),
                        daemon=True,
                    )
                    process.start()
                    theirs.close()
                    self._workers.append(_Worker(process, ours, done))
                    self._threads.submit(self._begin, self._workers[-1], setup)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Pool[Task, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers now, whatever they do, and wait until they are gone."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.connection.close()
        self._workers = []

    def done(self) -> tuple[int, int]:
        """Articles and bytes that all workers have done."""
        counts = [worker.done[:] for worker in self._workers]
        return sum(one for one, _ in counts), sum(size for _, size in counts)

    def start(self, task: Task) -> Future[Answer]:
        """Have a task done when a worker is free; those before it come first.

        The future raises IndexStoreError if the process died, or what the task raised.
        """
        return self._threads.submit(self._ask, task)

    def _begin(self, worker: _Worker, setup: object) -> None:
        """Tell a worker what holds for all tasks, once it hears: that takes a while."""
        try:
            worker.connection.send(setup)
        except OSError:  # it has ended, which is told to whoever asks it something
            pass
        except BaseException:
            worker.process.terminate()
            raise
        finally:
            self._free.put(worker)

    def _ask(self, task: Task) -> Answer:
        process, connection, _ = worker = self._free.get()
        try:
            connection.send(task)
            # Of a worker that has ended, too, what it said is heard.
            if connection not in wait([connection, process.sentinel]):
                raise EOFError
            good, answer = connection.recv()
        except (EOFError, OSError):
            process.join(1)
            # Raised below: what was being sent is not kept as long as this error is.
            good = False
            answer = IndexStoreError(
                f"A worker process of the build died (exit status {process.exitcode}).",
                path=self._index,
                hint="The old index still answers. If memory was short, try --jobs 1.",
            )
        finally:
            self._free.put(worker)
        if not good:
            raise answer
        return answer  # type: ignore[no-any-return]  # what the work gives


class _Worker(NamedTuple):
    """A process, what leads to it, and how much it has done."""

    process: SpawnProcess
    connection: Connection
    done: Any


def _main(connection: Connection, work: Work, done: Any) -> None:
    """What a worker does until there is nothing more to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed()

    def note(size_bytes: int) -> None:
        done[0] += 1
        done[1] += size_bytes

    do: Callable[[Any], Any] | None = None
    with seldom_collected(), suppress(EOFError, OSError):
        setup = connection.recv()
        while True:
            task = connection.recv()
            try:
                do = do or work(setup, note)
                answer = True, do(task)
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
