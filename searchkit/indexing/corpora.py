"""Which articles does a corpus hold now? They lie in a folder, or are handed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Protocol

from searchkit.corpus.reader import check_folder, walk
from searchkit.errors import CorpusError
from searchkit.indexing.disk_errors import disk_errors_told
from searchkit.indexing.handed_in import ArticleFile, handed_in_path
from searchkit.indexing.progress import Teller
from searchkit.indexing.seen import FileLooks, Look, read_seen, write_seen
from searchkit.indexing.sources import Failure, Source, Sources
from searchkit.model import Article

Corpus = str | PathLike[str] | Iterable[Article]


class Reading(Protocol):
    """A corpus that is read for a build of an index."""

    @property
    def root(self) -> str | None:
        """The folder, if there is one, as an index keeps its name."""

    def sources(self, found: Callable[[Source], None], *, read: bool) -> Sources:
        """All articles in order of their doc_id; `found` hears of each.

        With `read` each has its digest; else only where it costs nothing.
        """

    def size_bytes(self) -> int:
        """Of all articles; 0 where that cannot be told without taking them."""

    def check_still_there(self) -> None:
        """Raises: CorpusError if the folder itself is gone, and not only some files."""

    def note(self, looks: Sequence[tuple[str, Look, bytes]]) -> None:
        """Take note of how files looked whose articles were analysed."""

    def remember(self) -> None:
        """Keep how files looked, so that the next build need not read them."""


def reading_of(
    corpus: Corpus,
    index: Path,
    *,
    full: bool,
    max_bytes: int,
    failures: list[Failure],
    teller: Teller,
) -> Reading:
    """The corpus, of which failures are added to those that are given.

    Raises: CorpusError for a folder that is none.
    """
    if not isinstance(corpus, str | PathLike):
        return _HandedIn(corpus, index, failures)
    return _Folder(Path(corpus), index, full, max_bytes, failures, teller)


class _Folder:
    def __init__(
        self,
        folder: Path,
        index: Path,
        full: bool,
        max_bytes: int,
        failures: list[Failure],
        teller: Teller,
    ) -> None:
        self._file_system = check_folder(folder)
        self.root = os.path.abspath(folder)  # noqa: PTH100, links stay links
        self._folder, self._index = folder, index
        self._full, self._max_bytes = full, max_bytes
        self._failures, self._teller = failures, teller
        self._looks: FileLooks | None = None

    def sources(self, found: Callable[[Source], None], *, read: bool) -> Sources:
        return Sources(self._sources(found, read=read))

    def _sources(
        self, found: Callable[[Source], None], *, read: bool
    ) -> Iterator[Source]:
        files, failures = walk(self._folder)
        self._failures += failures
        seen = {} if self._full else read_seen(self._index, self.root)
        self._looks = looks = FileLooks(seen, self._max_bytes)
        for done, file in enumerate(files):
            self._teller.tell("reading", done, len(files))
            try:
                source = looks.source(file, read=read)
            except (CorpusError, OSError) as error:
                self._failures.append((file.doc_id, str(error)))
            else:
                found(source)
                yield source

    def size_bytes(self) -> int:
        return self.sources(lambda _: None, read=False).size_bytes

    def check_still_there(self) -> None:
        """Of a disk that was unmounted meanwhile an empty folder is left."""
        if check_folder(self._folder) != self._file_system:
            raise CorpusError(
                f"The corpus folder {os.fspath(self._folder)!r} was mounted or "
                "unmounted while it was read.",
                path=self._folder,
                hint="The index is as it was. Run `searchkit build` when it is there.",
            )

    def note(self, looks: Sequence[tuple[str, Look, bytes]]) -> None:
        if self._looks:
            self._looks.note(looks)

    def remember(self) -> None:
        if self._looks and self._looks.changed:
            write_seen(self._index, self.root, self._looks.seen)


class _HandedIn:
    root = None

    def __init__(
        self, articles: Iterable[Article], index: Path, failures: list[Failure]
    ) -> None:
        self._articles, self._index, self._failures = articles, index, failures

    def sources(self, found: Callable[[Source], None], *, read: bool) -> Sources:
        sources, repeated = Sources(self._sources(found)).in_order()
        self._failures += ((name, "the doc_id stands twice") for name in repeated)
        return sources

    def _sources(self, found: Callable[[Source], None]) -> Iterator[Source]:
        with disk_errors_told(self._index):
            file = ArticleFile(handed_in_path(self._index))
        with file:
            for article in self._articles:
                if source := self._added(file, article):
                    found(source)
                    yield source
            with disk_errors_told(self._index):
                file.flush()

    def _added(self, file: ArticleFile, article: object) -> Source | None:
        """The article, unless it cannot be kept; raises TypeError if it is none."""
        if not isinstance(article, Article):
            raise TypeError(f"not a searchkit.Article: {article!r}")
        if not isinstance(article.doc_id, str):
            raise TypeError(f"a doc_id is a string, not {article.doc_id!r}")
        try:
            with disk_errors_told(self._index):
                return file.add(article)
        except CorpusError as error:
            self._failures.append((article.doc_id, str(error)))
            return None

    def check_still_there(self) -> None:
        pass

    def size_bytes(self) -> int:
        return 0

    def note(self, looks: Sequence[tuple[str, Look, bytes]]) -> None:
        pass  # there are no files

    def remember(self) -> None:
        pass
