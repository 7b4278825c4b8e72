"""How do other processes share the work of a build?

Each worker is a fresh interpreter (no lock or thread of the caller is copied) that is
told what jobs there are, does one task of them after the other, and says with two
shared numbers how far it is. It ignores the terminal's interrupt: the parent ends it.
It ends by itself when the parent is gone. A worker that dies is an error at once, never
a wait without end. A thread for each takes it tasks and brings back answers, so that
none waits until the caller has time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

from searchkit.errors import IndexStoreError
from searchkit.indexing.garbage import keep_freed, seldom_collected

Note = Callable[[int], None]
"""Takes the bytes of an article that is done."""

Work = Callable[[Any, Note], Callable[[Any], Any]]
"""Makes, of what holds for all tasks, what does each; a function of a module."""


_ONE_THREAD = "OPENBLAS_NUM_THREADS", "1"
"""A worker multiplies no matrices. numpy's library for that has a thread for each core,
which looks for work from the start: half of the time in which numpy is imported."""


def may_start() -> bool:
    """Whether this process may have children: daemons may not."""
    return not multiprocessing.current_process().daemon


class Pool:
    """Worker processes, told apart by their numbers."""

    def __init__(self, index: Path, count: int) -> None:
        """So many, for a build of the index."""
        self._index = index
        self._jobs = 0
        self._tasks: deque[_Message] = deque()  # for whoever is free
        self._changed = threading.Condition()
        self._closed = False
        self._workers: list[_Worker] = []
        context = multiprocessing.get_context("spawn")
        try:
            with _interrupts_held():
                for _ in range(count):
                    done = context.RawArray("Q", 2)
                    ours, theirs = context.Pipe()
                    process = context.Process(
                        target=_main, args=(theirs, done), daemon=True
                    )
                    process.start()
                    theirs.close()
                    worker = _Worker(process, ours, done)
                    worker.thread = threading.Thread(target=self._serve, args=[worker])
                    self._workers.append(worker)
                    worker.thread.start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all workers now, whatever they do, and wait until they are gone."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
            if worker.thread.ident:  # else an interrupt came before it was started
                worker.thread.join()
            worker.connection.close()
        self._workers = []

    def done(self) -> tuple[int, int]:
        """Articles and bytes that all workers have done."""
        counts = [worker.done[:] for worker in self._workers]
        return sum(one for one, _ in counts), sum(size for _, size in counts)

    def begin(self, work: Work, setup: object, *, alone: bool) -> int:
        """Tell the workers of a job, or the first if it does that `alone`; its number.

        They hear of it once they have done what they do, and make ready at once.
        """
        self._jobs += 1
        with self._changed:
            for worker in self._workers[: 1 if alone else None]:
                worker.tasks.append(_Message(self._jobs, setup, work))
            self._changed.notify_all()
        return self._jobs

    def start(self, job: int, task: object, *, alone: bool) -> Future[Any]:
        """Have a task of a job done when a worker is free; those before it come first.

        The future raises IndexStoreError if the process died, or what the task raised.
        """
        future: Future[Any] = Future()
        with self._changed:
            tasks = self._workers[0].tasks if alone else self._tasks
            tasks.append(_Message(job, task, future=future))
            self._changed.notify_all()
        return future

    def _serve(self, worker: _Worker) -> None:
        """Bring a worker its messages, one after the other; what its thread does."""
        while message := self._next(worker):
            try:
                answer = self._told(worker, message)
            except BaseException as error:  # noqa: BLE001, it is raised in the caller
                if message.future:
                    message.future.set_exception(error)
                else:
                    worker.process.terminate()
            else:
                if message.future:
                    message.future.set_result(answer)
            del message

    def _next(self, worker: _Worker) -> _Message | None:
        """What is to be told to it next, its own first; None if there is no more."""
        with self._changed:
            while not self._closed:
                for tasks in (worker.tasks, self._tasks):
                    if tasks:
                        return tasks.popleft()
                self._changed.wait()
        return None

    def _told(self, worker: _Worker, message: _Message) -> Any:
        """What a worker answers; nothing if the message is about a job."""
        connection, process = worker.connection, worker.process
        try:
            connection.send(message[:3])
            if message.work:
                return None
            # Of a worker that has ended, too, what it said is heard.
            if connection not in wait([connection, process.sentinel]):
                raise EOFError
            good, answer = connection.recv()
        except (EOFError, OSError):
            if message.work:  # it is told to whoever asks it something
                return None
            process.join(1)
            # Raised below: what was being sent is not kept as long as this error is.
            good = False
            answer = IndexStoreError(
                f"A worker process of the build died (exit status {process.exitcode}).",
                path=self._index,
                hint="The old index still answers. If memory was short, try --jobs 1.",
            )
        if not good:
            raise answer
        return answer


class _Message(NamedTuple):
    """A task of a job; or, with its work, what holds for all of its tasks."""

    job: int
    given: Any
    work: Work | None = None
    future: Future[Any] | None = None


@dataclass(slots=True)
class _Worker:
    """A process, what leads to it, how much it has done, and what it alone is to do."""

    process: SpawnProcess
    connection: Connection
    done: Any
    tasks: deque[_Message] = field(default_factory=deque)
    thread: threading.Thread = field(default_factory=threading.Thread)


def _main(connection: Connection, done: Any) -> None:
    """What a worker does until there is nothing more to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault(*_ONE_THREAD)
    keep_freed()

    def note(size_bytes: int) -> None:
        done[0] += 1
        done[1] += size_bytes

    jobs: dict[int, Callable[[Any], Any]] = {}
    with seldom_collected(), suppress(EOFError, OSError):
        while True:
            job, given, work = connection.recv()
            if work:
                jobs[job] = _ready(work, given, note)
                continue
            try:
                answer = True, jobs[job](given)
            except Exception as error:  # noqa: BLE001, it is raised in the parent
                answer = False, error
            connection.send(answer)


def _ready(work: Work, setup: object, note: Note) -> Callable[[Any], Any]:
    """What does the tasks of a job; if that cannot be made, each task says why."""
    try:
        return work(setup, note)
    except Exception as error:  # noqa: BLE001, it is raised in the parent
        why = error

    def fail(_: object) -> None:
        raise why

    return fail


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
