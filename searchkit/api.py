"""What does a program call?

`build` brings an index up to date, `open` gives a `SearchEngine` on the generation that
answers now. An engine is one unchanging snapshot and safe for many threads; a build
that lands meanwhile is seen by `refresh`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from os import PathLike, cpu_count

from searchkit import arguments
from searchkit.config import Config, checked
from searchkit.errors import ArticleNotFoundError, ClosedError
from searchkit.model import (
    SORTS,
    Article,
    BuildReport,
    Explanation,
    GlossaryPair,
    IndexStats,
    Note,
    ProgressCallback,
    SearchResult,
    Snippet,
    Sort,
)
from searchkit.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from typing import NoReturn, TypeAlias

    from searchkit.engines.reader import GenerationReader, Summary
    from searchkit.engines.search import Evaluation, Ranked
    from searchkit.indexing.corpora import Corpus
    from searchkit.query.evaluate import Conditions

Day: TypeAlias = "date | str | None"


def build(
    corpus: Corpus,
    index: str | PathLike[str],
    *,
    full: bool = False,
    jobs: int | None = 1,
    strict: bool = False,
    config: Config | None = None,
    progress: ProgressCallback | None = None,
    wait_s: float = 0,
) -> BuildReport:
    """Bring an index up to date with a corpus; what did not change costs no analysis.

    `corpus` is a folder or any iterable of articles; what is not in it is removed from
    the index. The index answers as before until the new generation is complete, and
    for good if the build dies. `jobs` is the number of processes (None: one a core;
    a script that asks for more than one needs the `if __name__ == "__main__"` guard).
    `full` analyses every article anew. Articles that cannot be read are in
    `report.failures`; with `strict` any of them leaves the index as it was. Files whose
    size, times and inode are those of the last build are not read again, but for
    `full`. `wait_s` is how many seconds to wait for another build to end.

    Raises: ConfigError (a dictionary), CorpusError, IndexLockedError, IndexStoreError;
    TypeError and ValueError for arguments that are none, as everything here.
    """
    from pathlib import Path

    from searchkit.indexing.build import Build

    if isinstance(corpus, str | PathLike):
        corpus = Path(arguments.folder("corpus", corpus))
    elif isinstance(corpus, bytes | bytearray) or not isinstance(corpus, Iterable):
        wanted = "a folder or an iterable of searchkit.Article"
        raise TypeError(f"corpus is {wanted}, not {corpus!r:.40}")
    jobs = arguments.whole("jobs", jobs or 0)
    if jobs < 0:
        raise ValueError("jobs is 1 or more, or None for one a core")
    index = Path(arguments.folder("index", index))
    wait_s = arguments.seconds("wait_s", wait_s)
    return Build(
        corpus,
        index,
        full=full,
        jobs=jobs or cpu_count() or 1,
        strict=strict,
        config=checked(config or Config()),
        progress=progress,
    ).run(wait_s=wait_s)


def open(index: str | PathLike[str], *, config: Config | None = None) -> SearchEngine:
    """An engine on the generation that answers now. Use it as a context manager.

    Raises: IndexNotFoundError, IndexFormatError, IndexCorruptError, ConfigError.
    """
    return SearchEngine(index, config=config)


class SearchEngine:
    """One snapshot of an index. Made by `searchkit.open`."""

    def __init__(
        self, index: str | PathLike[str], *, config: Config | None = None
    ) -> None:
        from searchkit.engines.reader import open_reader

        self._index = arguments.folder("index", index)
        self._config = checked(config or Config())
        self._opened: GenerationReader | None = open_reader(self._index)

    def __repr__(self) -> str:
        """The index, and whether it is open.

        >>> searchkit.open("index")  # doctest: +SKIP
        <SearchEngine on 'index'>
        """
        closed = ", closed" if self._opened is None else ""
        return f"<SearchEngine on {self._index!r}{closed}>"

    @property
    def _reader(self) -> GenerationReader:
        if self._opened is None:
            raise ClosedError
        return self._opened

    @property
    def index_path(self) -> Path:
        """The folder of this generation, which Whoosh's `open_dir` opens, too."""
        from pathlib import Path

        return Path(self._reader.path)

    @property
    def corpus_path(self) -> Path | None:
        """The folder that the articles were read from, if they came from one."""
        from pathlib import Path

        corpus = self._reader.manifest.corpus
        return Path(corpus) if corpus else None

    def __enter__(self) -> SearchEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an engine cannot be pickled; open the index in each process")

    def close(self) -> None:
        """Let the index's files go; the engine cannot be used after that."""
        opened, self._opened = self._opened, None
        if opened:
            opened.close()

    def search(
        self,
        query: str,
        *,
        limit: int | None = 10,
        offset: int = 0,
        topics: Iterable[str] = (),
        since: Day = None,
        until: Day = None,
        sort: Sort = "relevance",
        exact: bool = False,
        collapse: bool = False,
        strict: bool = False,
        correct: bool = False,
    ) -> SearchResult:
        """The hits from `offset` on, at most `limit` (None: all), best first.

        Scores rise with relevance; ties are in order of `doc_id`. Articles with every
        word of the query come before those that lack one. `topics` are all needed.
        Other names of what was typed (RoPE of 旋转位置编码, see `glossary`) are
        searched, too, and come after the words themselves, but for a whole title or
        heading in the other language, which stands among them; `exact` leaves them out.
        If there are no hits, pinyin is read as Chinese and a word like one that is not
        there is offered in a note; with `correct` it is searched, also if there are. A
        note offers, too, what is far commoner than a word that hardly any article has.
        `since` and `until` are inclusive: a date, or "2024", "2024-01", "2024-01-31".
        `collapse` folds near copies, and one text in two languages, into the first of
        them in the order: `limit` and `offset` count what is shown, `total`, `complete`
        and `facets` all matches.

        Raises: QueryError only if `strict`; ValueError for a bad limit, sort or date.
        """
        started = time.perf_counter()
        ranked = _ranking(limit=limit, offset=offset, sort=sort, collapse=collapse)
        conditions = _conditions(topics, since, until, exact=exact, strict=strict)
        evaluate = partial(self._evaluate, conditions=conditions)
        evaluation, notes = evaluate(query)
        page = ranked(evaluation)
        if correct or not page.total or evaluation.rare:
            from searchkit.query.correct import answering

            found, notes = answering(
                query, evaluation, notes, evaluate, total=page.total, correct=correct
            )
            if found is not evaluation:
                evaluation, page = found, ranked(found)
        return self._result(query, evaluation, page, notes, started)

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[str, ...]:
        """Completions of what is being typed, best first, at most `limit`.

        Raises: ValueError for a limit below 0.
        """
        prefix = arguments.text("prefix", prefix)
        limit = arguments.whole("limit", limit)
        if limit < 0:
            raise ValueError("limit is 0 or more")
        from searchkit.query.suggest import suggestions

        return suggestions(self._reader.suggestions, prefix, limit=limit)

    def explain(self, query: str, doc_id: str) -> Explanation:
        """Why an article has its score for a query, or why it is no hit.

        Raises: ArticleNotFoundError.
        """
        from searchkit.query.explain import explanation

        row = self._row(doc_id)
        evaluation, _ = self._evaluate(query)
        return explanation(evaluation, query, row)

    def article(self, doc_id: str) -> Article:
        """The article as it was when it was indexed.

        Raises: ArticleNotFoundError.
        """
        row = self._row(doc_id)
        (path,) = _paths(self._reader, (row.number,), (doc_id,))
        return replace(self._reader.article(row), path=path)

    def matches(self, query: str, doc_id: str) -> tuple[Snippet, ...]:
        """Every place of one article where the query stands, in text order.

        Raises: ArticleNotFoundError.
        """
        from searchkit.engines.page import damage_told
        from searchkit.query.marks import Marks
        from searchkit.query.snippet import every_place

        row = self._row(doc_id)
        evaluation, _ = self._evaluate(query)
        width = self._config.snippet_characters
        with damage_told(self.index_path):
            page = self._reader.page(row.number)
            matches = Marks(evaluation, [row.number]).in_body(row.number, page)
            return every_place(page, matches, characters=width)

    def glossary(self, term: str | None = None) -> tuple[GlossaryPair, ...]:
        """Every pair of names that mean the same, or those with `term` in them.

        They come from what articles put in brackets, their aliases and the user's file;
        the best attested first, then in order of the names.
        """
        from searchkit.analysis.names import name_key

        pairs = self._reader.glossary()
        if term is not None:
            key = name_key(arguments.text("term", term))
            pairs = tuple(p for p in pairs if key in map(name_key, p.names))
        return tuple(sorted(pairs, key=lambda pair: (-pair.count, pair.names)))

    def doc_ids(self) -> tuple[str, ...]:
        """The `doc_id` of every article, sorted."""
        reader = self._reader
        texts = reader.texts("doc_id")
        return tuple(texts[number] for number in range(reader.document_count))

    def stats(self) -> IndexStats:
        """The size and the versions of this generation."""
        from searchkit.engines.statistics import statistics

        return statistics(self._reader)

    def check(self, told: Callable[[int, int], None] | None = None) -> tuple[str, ...]:
        """What is wrong with this generation's files; nothing if all is sound.

        `told` hears how many bytes of how many have been read.
        """
        from searchkit.engines.check import problems

        return problems(self.index_path, told)

    def refresh(self) -> SearchEngine:
        """An engine on the newest generation; this one if there is no newer.

        This engine stays open for those who still use it.
        """
        from searchkit.engines.generations import current

        if current(self._index) == self._reader.path:
            return self
        return SearchEngine(self._index, config=self._config)

    def _evaluate(
        self, query: str, conditions: Conditions | None = None
    ) -> tuple[Evaluation, tuple[Note, ...]]:
        from searchkit.query.evaluate import NO_CONDITIONS, evaluate
        from searchkit.query.outdated import outdated

        query = arguments.text("query", query)
        conditions = conditions or NO_CONDITIONS
        reader = self._reader
        evaluation, notes = evaluate(query, conditions, reader)
        return evaluation, (*notes, *outdated(reader.manifest, self._config))

    def _result(
        self,
        query: str,
        evaluation: Evaluation,
        page: Ranked,
        notes: tuple[Note, ...],
        started: float,
    ) -> SearchResult:
        from searchkit.engines.page import damage_told
        from searchkit.query.facets import Facets
        from searchkit.query.hits import hits

        # Of the reader of the evaluation: this engine may be closed meanwhile.
        reader = evaluation.reader
        with damage_told(reader.path):
            paths_of = partial(_paths, reader)
            found = hits(evaluation, page, self._config, paths_of)
        return SearchResult(
            query=query,
            total=page.total,
            complete=page.complete,
            hits=found,
            facets=Facets(evaluation),
            notes=notes,
            took_ms=(time.perf_counter() - started) * 1000,
            collapsed=page.collapsed,
        )

    def _row(self, doc_id: str) -> Summary:
        number = self._reader.number_of(arguments.text("doc_id", doc_id))
        if number is None:
            hint = "`searchkit search --paths QUERY` prints the ids of articles."
            raise ArticleNotFoundError(doc_id, hint=hint)
        return self._reader.summary(number)


def _paths(
    reader: GenerationReader, numbers: Sequence[int], doc_ids: Sequence[str]
) -> list[str | None]:
    """Where the files are now: the corpus may have moved since it was analysed."""
    if corpus := reader.manifest.corpus:
        before = os.path.join(corpus, "")
        return [before + doc_id.replace("/", os.sep) for doc_id in doc_ids]
    return [path or None for path in reader.texts("path").several(numbers)]


def _ranking(
    *, limit: int | None, offset: int, sort: Sort, collapse: bool
) -> Callable[[Evaluation], Ranked]:
    """What takes the hits that are asked for. Raises: ValueError."""
    limit = None if limit is None else arguments.whole("limit", limit)
    offset = arguments.whole("offset", offset)
    if offset < 0 or (limit is not None and limit < 0):
        raise ValueError("limit and offset are 0 or more")
    if sort not in SORTS:
        raise ValueError(f"sort is {' or '.join(SORTS)}, not {sort!r}")

    def ranked(evaluation: Evaluation) -> Ranked:
        page = evaluation.collapsed_page if collapse else evaluation.page
        return page(limit=limit, offset=offset, sort=sort)

    return ranked


def _conditions(
    topics: Iterable[str], since: Day, until: Day, *, exact: bool, strict: bool
) -> Conditions:
    """What is asked beside a query. Raises: ValueError for a bad date."""
    from searchkit.query.evaluate import Conditions

    return Conditions(
        topics=arguments.strings("topics", topics),
        since=_day(since, last=False),
        until=_day(until, last=True),
        exact=exact,
        strict=strict,
    )


def _day(value: Day, *, last: bool) -> date | None:
    """A date from what a caller may give; of a year or a month its first or last."""
    if value is None:
        return None
    from searchkit.query.dates import day_of

    return day_of(value, last=last)
