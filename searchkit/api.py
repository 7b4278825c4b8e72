"""What does a program call?

`build` brings an index up to date, `open` gives a `SearchEngine` on the generation that
answers now. An engine is one unchanging snapshot and safe for many threads; a build
that lands meanwhile is seen by `refresh`.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from os import PathLike, cpu_count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from searchkit.config import Config
from searchkit.errors import ArticleNotFoundError, ConfigError, IndexStoreError
from searchkit.model import (
    Article,
    BuildReport,
    Explanation,
    GlossaryPair,
    Hit,
    IndexStats,
    Note,
    SearchResult,
    Snippet,
)

if TYPE_CHECKING:
    from searchkit.engines.search import Evaluation, Finder, Sort
    from searchkit.engines.whoosh.reader import IndexReader, Summary
    from searchkit.engines.whoosh.stored import Page
    from searchkit.indexing import Corpus, ProgressCallback
    from searchkit.query.snippet import Mark

Day = date | str | None


def build(
    corpus: Corpus,
    index: str | PathLike[str],
    *,
    full: bool = False,
    jobs: int | None = 1,
    strict: bool = False,
    config: Config | None = None,
    progress: ProgressCallback | None = None,
) -> BuildReport:
    """Bring an index up to date with a corpus; what did not change costs no analysis.

    `corpus` is a folder or any iterable of articles; what is not in it is removed from
    the index. The index answers as before until the new generation is complete, and
    for good if the build dies. `jobs` is the number of processes (None: one a core;
    a script that asks for more than one needs the `if __name__ == "__main__"` guard).
    `full` analyses every article anew. Articles that cannot be read are in
    `report.failures`; with `strict` any of them leaves the index as it was.

    Raises: ConfigError (a dictionary), CorpusError, IndexLockedError, IndexStoreError.
    """
    from searchkit.indexing import Build

    return Build(
        corpus=corpus,
        index=Path(index),
        full=full,
        jobs=jobs or cpu_count() or 1,
        strict=strict,
        config=config or Config(),
        progress=progress,
    ).run()


def open(index: str | PathLike[str], *, config: Config | None = None) -> SearchEngine:
    """An engine on the generation that answers now. Use it as a context manager.

    Raises: IndexNotFoundError, IndexFormatError, IndexCorruptError.
    """
    return SearchEngine(Path(index), config=config)


class SearchEngine:
    """One snapshot of an index. Made by `searchkit.open`."""

    def __init__(self, index: Path, *, config: Config | None = None) -> None:
        self._index = index
        self._config = config or Config()
        self._reader = _open_reader(index)

    @property
    def index_path(self) -> Path:
        """The folder of this generation, which Whoosh's `open_dir` opens, too."""
        return self._reader.path

    def __enter__(self) -> SearchEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the index's files go; the engine cannot be used after that."""
        self._reader.close()

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
        strict: bool = False,
    ) -> SearchResult:
        """The hits from `offset` on, at most `limit` (None: all), best first.

        Scores rise with relevance; ties are in order of `doc_id`. Articles with every
        word of the query come before those that lack one. `topics` are all needed.
        Other names of what was typed (RoPE of 旋转位置编码, see `glossary`) are
        searched, too, and come after the words themselves; `exact` leaves them out.
        `since` and `until` are inclusive: a date, or "2024", "2024-01", "2024-01-31".

        Raises: QueryError only if `strict`; ValueError for a bad limit or date.
        """
        started = time.perf_counter()
        if offset < 0 or (limit is not None and limit < 0):
            raise ValueError("limit and offset are 0 or more")
        evaluation, notes = self._evaluate(
            query, topics=topics, since=since, until=until, exact=exact, strict=strict
        )
        page = evaluation.page(limit=limit, offset=offset, sort=sort)
        if not page.total:
            notes = (*notes, *_smaller_query(evaluation))
        hits = tuple(self._hit(evaluation, row, score) for row, score in page.rows)
        return SearchResult(
            query=query,
            total=page.total,
            complete=page.complete,
            hits=hits,
            facets={"topic": dict(page.topics)},
            notes=notes,
            took_ms=(time.perf_counter() - started) * 1000,
        )

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[str, ...]:
        """Completions of what is being typed, best first."""
        from searchkit.query.suggest import suggestions

        return suggestions(self._reader, prefix, limit=limit)

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
        return replace(self._reader.article(row.number), path=self._path(row))

    def matches(self, query: str, doc_id: str) -> tuple[Snippet, ...]:
        """Every place of one article where the query stands, in text order.

        Raises: ArticleNotFoundError.
        """
        from searchkit.query.snippet import every_place

        row = self._row(doc_id)
        evaluation, _ = self._evaluate(query)
        page = self._reader.page(row.number)
        found = _page_marks(evaluation, row, page)
        width = self._config.snippet_characters
        return every_place(page, found, characters=width)

    def glossary(self, term: str | None = None) -> tuple[GlossaryPair, ...]:
        """Every pair of names that mean the same, or those with `term` in them.

        They come from what articles put in brackets, their aliases and the user's file;
        the best attested first, then in order of the names.
        """
        from searchkit.analysis.glossary import name_key

        pairs = self._reader.glossary()
        if term is not None:
            key = name_key(term)
            pairs = tuple(p for p in pairs if key in map(name_key, p.names))
        return tuple(sorted(pairs, key=lambda pair: (-pair.count, pair.names)))

    def doc_ids(self) -> tuple[str, ...]:
        """The `doc_id` of every article, sorted."""
        return tuple(sorted(self._reader.by_doc_id))

    def stats(self) -> IndexStats:
        """The size and the versions of this generation."""
        from searchkit.engines.generations import number_of

        manifest = self._reader.manifest
        counts: dict[str, int] = {}
        for row in self._reader.summaries.values():
            for topic in row.topics:
                counts[topic] = counts.get(topic, 0) + 1
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return IndexStats(
            documents=self._reader.document_count,
            terms=self._reader.term_count(),
            size_bytes=sum(f.stat().st_size for f in self.index_path.iterdir()),
            text_bytes=sum(r.text_bytes for r in self._reader.summaries.values()),
            generation=number_of(self.index_path),
            built_at=manifest.built_at,
            format_version=manifest.format_version,
            analyzer=manifest.fingerprint,
            corpus=manifest.corpus,
            topics=dict(ranked),
        )

    def check(self) -> tuple[str, ...]:
        """What is wrong with this generation's files; nothing if all is sound."""
        from searchkit.engines.whoosh.check import problems

        return problems(self._reader)

    def refresh(self) -> SearchEngine:
        """An engine on the newest generation; this one if there is no newer.

        This engine stays open for those who still use it.
        """
        from searchkit.engines.generations import current

        if current(self._index) == self.index_path:
            return self
        return SearchEngine(self._index, config=self._config)

    def _evaluate(
        self,
        query: str,
        *,
        topics: Iterable[str] = (),
        since: Day = None,
        until: Day = None,
        exact: bool = False,
        strict: bool = False,
    ) -> tuple[Evaluation, tuple[Note, ...]]:
        from searchkit.engines.search import Evaluation, Finder
        from searchkit.query.parser import parse
        from searchkit.query.planner import plan_query

        parsed, ignored = parse(query, strict=strict)
        finder = Finder(self._reader)
        planned, notes = plan_query(parsed, finder, exact=exact)
        filters = planned.filters
        filters = replace(
            filters,
            topics=(*filters.topics, *_folded(topics)),
            since=_latest(filters.since, _day(since, last=False)),
            until=_earliest(filters.until, _day(until, last=True)),
        )
        evaluation = Evaluation(finder, replace(planned, filters=filters))
        return evaluation, (*notes, *ignored, *self._outdated())

    def _outdated(self) -> tuple[Note, ...]:
        from searchkit.analysis.analyzer import fingerprint

        manifest = self._reader.manifest
        if manifest.fingerprint != fingerprint():
            changed = "the index was built with another analysis of text"
        else:
            changed = self._changed_dictionaries(manifest.dictionaries)
        then = "; run `searchkit build` to bring it up to date"
        return (Note("hint", "index", changed + then),) if changed else ()

    def _changed_dictionaries(self, built_with: str) -> str:
        """How the dictionaries differ from those of the build; empty if they do not.

        Where the settings name none, as far from the corpus, the index's own words
        are good enough.
        """
        from searchkit.analysis.dictionary import digest_of

        if not self._config.dictionaries:
            return ""
        try:
            now = digest_of(self._config.dictionaries)
        except ConfigError as error:
            return f"{error} The words that the index was built with are used"
        same = now == built_with
        return "" if same else "the dictionaries have changed since the index was built"

    def _hit(self, evaluation: Evaluation, row: Summary, score: float) -> Hit:
        from searchkit.analysis.analyzer import atom_places
        from searchkit.query.snippet import merged

        starts, lengths = atom_places(row.title)
        title = _marks(evaluation, row, row.title, starts, lengths, field="title")
        return Hit(
            doc_id=row.doc_id,
            title=row.title,
            topics=row.topics,
            date=row.date,
            path=self._path(row),
            score=score,
            snippets=self._snippets(evaluation, row),
            title_highlights=merged(title),
            missing=evaluation.missing(row.number),
        )

    def _snippets(self, evaluation: Evaluation, row: Summary) -> tuple[Snippet, ...]:
        from searchkit.query.snippet import snippets

        count = self._config.snippets_per_hit
        if not count:  # and the stored text need not be read
            return ()
        page = self._reader.page(row.number)
        found = _page_marks(evaluation, row, page)
        width = self._config.snippet_characters
        return snippets(page, found, count=count, characters=width)

    def _row(self, doc_id: str) -> Summary:
        row = self._reader.by_doc_id.get(doc_id)
        if row is None:
            hint = "`searchkit search --paths QUERY` prints the ids of articles."
            raise ArticleNotFoundError(doc_id, hint=hint)
        return row

    def _path(self, row: Summary) -> str | None:
        """Where the file is now: the corpus may have moved since it was analysed."""
        corpus = self._reader.manifest.corpus
        return str(Path(corpus) / row.doc_id) if corpus else row.path


def _open_reader(index: Path) -> IndexReader:
    """The generation that answers, even if a build swaps it in that very moment."""
    from searchkit.engines.generations import current
    from searchkit.engines.whoosh.reader import IndexReader

    while True:
        generation = current(index)
        try:
            return IndexReader(generation)
        except IndexStoreError:
            if current(index) == generation:
                raise


def _smaller_query(evaluation: Evaluation) -> tuple[Note, ...]:
    from searchkit.query.smaller import smaller_query

    hint = smaller_query(evaluation)
    return (hint,) if hint else ()


def _marks(
    evaluation: Evaluation,
    row: Summary,
    text: str,
    starts: array[int],
    lengths: array[int],
    *,
    field: str = "body",
) -> list[Mark]:
    from searchkit.engines.matching import places
    from searchkit.query.snippet import marks, telling

    finder: Finder = evaluation.finder
    leaves = evaluation.plan.leaves()
    other_names = tuple(twin.leaf for twin in evaluation.plan.twins())
    found = [
        (place, number, finder.found(leaf).idf)
        for number, leaf in enumerate((*leaves, *other_names))
        for place in places(finder.reader, field, leaf, row.number)
    ]
    weak = {number for number, leaf in enumerate(leaves) if evaluation.weak(leaf)}
    return telling(marks(text, starts, lengths, found), weak, count=len(leaves))


def _formula_marks(evaluation: Evaluation, row: Summary, page: Page) -> list[Mark]:
    from searchkit.engines import formulas
    from searchkit.engines.plan import FormulaLeaf
    from searchkit.query.snippet import formula_marks

    finder: Finder = evaluation.finder
    found = (
        (place, number, finder.found(leaf).idf)
        for number, leaf in enumerate(evaluation.plan.leaves())
        if isinstance(leaf, FormulaLeaf)
        for place in formulas.places(finder.reader, leaf, row.number)
    )
    return formula_marks(page, found)


def _page_marks(evaluation: Evaluation, row: Summary, page: Page) -> list[Mark]:
    """The marks of one article's text, rising."""
    text = page.visible.text
    found = _marks(evaluation, row, text, page.starts, page.lengths)
    found += _formula_marks(evaluation, row, page)
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    from searchkit.analysis.folding import fold

    if isinstance(texts, str):
        raise TypeError("topics is an iterable of strings, not one string")
    return tuple(fold(text).text for text in texts)


def _day(value: Day, *, last: bool) -> date | None:
    """A date from what a caller may give; of a year or a month its first or last."""
    from searchkit.query.dates import date_range

    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    days = date_range(value)
    if days is None:
        raise ValueError(f"not a date (2024, 2024-01 or 2024-01-31): {value!r}")
    return days[last]


def _latest(left: date | None, right: date | None) -> date | None:
    return max(left, right) if left and right else left or right


def _earliest(left: date | None, right: date | None) -> date | None:
    return min(left, right) if left and right else left or right


__all__ = ["SearchEngine", "build", "open"]
