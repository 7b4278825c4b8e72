"""Which sources make a run together, and what is told of it?

Light, as this process need not load what makes runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from searchkit.analysis.dictionary import UserWord
from searchkit.indexing.seen import Look
from searchkit.indexing.sources import Failure, Source, Sources
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.indexing.pool import Note

_RUN_BYTES = 4 << 20  # of sources in a run: what a worker holds in memory
_LEAST_RUN_BYTES = 1 << 19  # a batch
_SHARES = 2  # a run is at most this part of a worker's share of what is left


@record
class Preparing:
    """How sources are prepared; the same for all of one build.

    `articles` is the file of those that were handed in by a program.
    """

    max_bytes: int
    words: tuple[UserWord, ...]
    articles: Path


@record
class RunTask:
    """Some sources in the order of their doc_id, and where their run is to be."""

    sources: tuple[Source, ...]
    path: Path


@record
class RunMade:
    """What came of a task: its run, unless no article could be read.

    `left_out` are the doc_ids of those that could not be read; `failures` tell why, and
    what was noticed of others, in the order of the sources. `looks` has for files that
    were read how they looked before, and the digest of what was read; not for those
    that were young.
    """

    path: Path | None
    left_out: tuple[str, ...]
    failures: tuple[Failure, ...]
    looks: tuple[tuple[str, Look, bytes], ...]


def preparer(how: Preparing, note: Note) -> Callable[[RunTask], RunMade]:
    """Work whose tasks are runs."""
    from searchkit.indexing.preparing import Preparer

    return Preparer(how, note)


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
        sources.release()
        first, number, left = end, number + 1, left - size
