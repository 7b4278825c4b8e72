"""What does a person see of a build: how far it is, and what became of it?"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from searchkit.cli.exits import complain, say
from searchkit.cli.printable import printable
from searchkit.config import Config
from searchkit.model import BuildReport, Progress, ProgressCallback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich import progress as rich_progress

REFRESH_S = 0.1
MB = 1_000_000


def build_with_bar(
    config: Config,
    *,
    full: bool = False,
    strict: bool = False,
    quiet: bool = False,
    wait_s: float = 0,
) -> BuildReport:
    """Builds as configured, with a bar if standard error is a terminal; names what
    was skipped."""
    import searchkit

    with build_bar(quiet=quiet) as callback:
        report = searchkit.build(
            config.corpus,
            config.index,
            full=full,
            jobs=config.jobs or None,
            strict=strict,
            config=config,
            progress=callback,
            wait_s=wait_s,
        )
    tell_failures(report)
    if not report.documents and not report.skipped:
        _tell_emptiness(report, config.corpus)
    return report


def tell_failures(report: BuildReport) -> None:
    """Names what was skipped or noticed, a line each."""
    for path, reason in report.failures:
        what = "skipped" if path in report.skipped else "noticed in"
        say(f"{what} {printable(path)}: {printable(reason)}")


def _tell_emptiness(report: BuildReport, corpus: str) -> None:
    """Says that the folder has no articles: it may be the wrong one."""
    from searchkit.corpus.reader import MARKUPS

    back = "`searchkit build --rollback` has the index before answer again."
    complain(
        f"There are no articles in {corpus} ({', '.join(MARKUPS)}).",
        back if report.removed else "Name a folder of Markdown files.",
    )


def summary(report: BuildReport) -> str:
    """`added 3, updated 1, unchanged 40, removed 0 in 1.2 s`."""
    counts = (
        f"added {report.added}, updated {report.updated}, "
        f"unchanged {report.unchanged}, removed {report.removed}"
    )
    skipped = f", skipped {len(report.skipped)}" if report.skipped else ""
    return f"{counts}{skipped} in {report.took_s:.1f} s"


@contextmanager
def build_bar(*, quiet: bool = False) -> Iterator[ProgressCallback | None]:
    """A bar to report progress to; none if standard error is no terminal."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar = _progress_bar()
    with bar:
        yield _Reporter(bar)


@contextmanager
def check_bar() -> Iterator[Callable[[int, int], None] | None]:
    """A bar of the bytes that were checked; none if standard error is no terminal."""
    with build_bar() as callback:
        if callback is None:
            yield None
            return
        report = callback

        def told(done: int, total: int) -> None:
            report(Progress("checking", done // MB, -(-total // MB), done, total))

        yield told


def _progress_bar() -> rich_progress.Progress:
    """A bar that leaves the last columns free: the `^C` of the terminal goes there."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=Console(file=sys.stderr, width=Console(file=sys.stderr).width - 3),
        transient=True,
        expand=True,
    )


class _Reporter:
    """Moves the bar, at most every `REFRESH_S`: a build calls once an article."""

    def __init__(self, bar: rich_progress.Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("reading", total=1, rate="")
        self._phase = ""
        self._phase_began = self._shown = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.phase != self._phase:
            self._begin(progress, now)
        elif now - self._shown < REFRESH_S and progress.done < progress.total:
            return
        self._shown = now
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            rate=rate(progress, now - self._phase_began),
        )

    def _begin(self, progress: Progress, now: float) -> None:
        self._phase, self._phase_began = progress.phase, now
        self._bar.reset(self._task, total=progress.total, description=progress.phase)


def rate(progress: Progress, elapsed_s: float) -> str:
    """Articles and bytes a second in the phase so far; no bytes where none are told.

    >>> rate(Progress("analysing", 820, 1000, 6_200_000, 8_000_000), 2.0)
    '410/s 3.1 MB/s'
    """
    if elapsed_s <= 0 or not progress.done:
        return ""
    articles = f"{progress.done / elapsed_s:.0f}/s"
    if not progress.done_bytes:
        return articles
    read = f"{progress.done_bytes / elapsed_s / MB:.1f} MB/s"
    return read if progress.phase == "checking" else f"{articles} {read}"
