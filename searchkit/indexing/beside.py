"""How does a build do one thing while it does another?

In a worker process, since numpy's threads and Python's loops would share one core.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from searchkit.errors import IndexStoreError
from searchkit.indexing.pool import Note, Pool, WorkerDiedError, may_start

Answer = TypeVar("Answer")
_Call = tuple[Callable[..., Any], tuple[Any, ...]]


class Beside:
    """Calls functions one after the other; a context manager that leaves nothing."""

    def __init__(self, index: Path, *, apart: bool) -> None:
        """`apart`: in a process of its own where this one may have any, else here."""
        self._index = index
        self._apart = apart and may_start()
        self._pool: Pool[_Call, Any] | None = None
        self._thread = ThreadPoolExecutor(1)  # which waits for the process

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.end()
        self._thread.shutdown()
        if self._pool:
            self._pool.close()

    def start(
        self, function: Callable[..., Answer], *arguments: object
    ) -> Future[Answer]:
        """Call a function of a module; its result may be asked for later.

        The result raises IndexStoreError if the process died, or what the function
        raised.
        """
        if self._apart:
            self._pool = self._pool or Pool(1, _call, None)
            return self._thread.submit(self._answer, self._pool, (function, arguments))
        done: Future[Answer] = Future()
        done.set_result(function(*arguments))
        return done

    def _answer(self, pool: Pool[_Call, Any], call: _Call) -> Any:
        try:
            (answer,) = pool.answers([call], lambda: None)
        except WorkerDiedError as error:
            raise worker_died(self._index, error) from error
        return answer


def worker_died(index: Path, error: WorkerDiedError) -> IndexStoreError:
    """The error that says what to do then."""
    return IndexStoreError(
        f"A worker process of the build died ({error}).",
        path=index,
        hint="The old index still answers. If memory was short, try --jobs 1.",
    )


def _call(_: None, call: _Call, note: Note) -> Any:
    function, arguments = call
    return function(*arguments)
