"""What does a program call?

`build` brings an index up to date, `open` gives a `SearchEngine` on the generation that
answers now. An engine is one unchanging snapshot and safe for many threads; a build
that lands meanwhile is seen by `refresh`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from os import PathLike, cpu_count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from searchkit import arguments
from searchkit.config import Config, checked
from searchkit.errors import (
    ArticleNotFoundError,
    ClosedError,
    ConfigError,
    IndexStoreError,
)
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
from searchkit.record import replace

if TYPE_CHECKING:
    from datetime import date

    from searchkit.engines.reader import GenerationReader, Summary
    from searchkit.engines.search import Evaluation, Ranked, Sort
    from searchkit.indexing.corpora import Corpus
    from searchkit.indexing.progress import ProgressCallback
    from searchkit.query.correct import Evaluate

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
    from searchkit.indexing.build import Build

    if isinstance(corpus, str | PathLike):
        corpus = arguments.folder("corpus", corpus)
    elif isinstance(corpus, bytes | bytearray) or not isinstance(corpus, Iterable):
        wanted = "a folder or an iterable of searchkit.Article"
        raise TypeError(f"corpus is {wanted}, not {corpus!r:.40}")
    jobs = arguments.whole("jobs", jobs or 0)
    if jobs < 0:
        raise ValueError("jobs is 1 or more, or None for one a core")
    index = arguments.folder("index", index)
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
        self._index = arguments.folder("index", index)
        self._config = checked(config or Config())
        self._opened: GenerationReader | None = _open_reader(self._index)

    @property
    def _reader(self) -> GenerationReader:
        if self._opened is None:
            raise ClosedError
        return self._opened

    @property
    def index_path(self) -> Path:
        """The folder of this generation, which Whoosh's `open_dir` opens, too."""
        return self._reader.path

    @property
    def corpus_path(self) -> Path | None:
        """The folder that the articles were read from, if they came from one."""
        corpus = self._reader.manifest.corpus
        return Path(corpus) if corpus else None

    def __enter__(self) -> SearchEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        limit = None if limit is None else arguments.whole("limit", limit)
        offset = arguments.whole("offset", offset)
        topics = arguments.strings("topics", topics)
        if offset < 0 or (limit is not None and limit < 0):
            raise ValueError("limit and offset are 0 or more")
        if sort not in ("relevance", "date"):
            raise ValueError(f"sort is relevance or date, not {sort!r}")

        def evaluate(query: str) -> tuple[Evaluation, tuple[Note, ...]]:
            return self._evaluate(
                query,
                topics=topics,
                since=since,
                until=until,
                exact=exact,
                strict=strict,
            )

        def ranked(evaluation: Evaluation) -> Ranked:
            page = evaluation.collapsed_page if collapse else evaluation.page
            return page(limit=limit, offset=offset, sort=sort)

        evaluation, notes = evaluate(query)
        page = ranked(evaluation)
        if correct or not page.total or evaluation.rare:
            answering, notes = _helped(
                query, evaluation, notes, evaluate, total=page.total, correct=correct
            )
            if answering is not evaluation:
                evaluation, page = answering, ranked(answering)
        return SearchResult(
            query=query,
            total=page.total,
            complete=page.complete,
            hits=self._hits(evaluation, page),
            facets=Facets(evaluation),
            notes=notes,
            took_ms=(time.perf_counter() - started) * 1000,
            collapsed=page.collapsed,
        )

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
        from collections import Counter

        from searchkit.engines.generations import number_of

        reader = self._reader
        manifest, names = reader.manifest, reader.topic_names
        counts = Counter(names[number] for number in reader.topic_numbers)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return IndexStats(
            documents=reader.document_count,
            terms=len(reader.text.terms) + len(reader.math.terms),
            size_bytes=sum(f.stat().st_size for f in self.index_path.iterdir()),
            text_bytes=sum(reader.text_bytes),
            generation=number_of(self.index_path),
            built_at=manifest.built_at,
            format_version=manifest.format_version,
            analyzer=manifest.fingerprint,
            corpus=manifest.corpus,
            topics=dict(ranked),
        )

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

        if current(self._index) == self.index_path:
            return self
        return SearchEngine(self._index, config=self._config)

    def _evaluate(
        self,
        query: str,
        *,
        topics: Sequence[str] = (),
        since: Day = None,
        until: Day = None,
        exact: bool = False,
        strict: bool = False,
    ) -> tuple[Evaluation, tuple[Note, ...]]:
        from searchkit.engines.finder import Finder
        from searchkit.engines.search import Evaluation
        from searchkit.query.parser import parse
        from searchkit.query.planner import plan_query

        parsed, ignored = parse(arguments.text("query", query), strict=strict)
        finder = Finder(self._reader)
        planned, notes = plan_query(parsed, finder, exact=exact)
        if topics or since is not None or until is not None:
            filters = planned.filters
            filters = replace(
                filters,
                topics=(*filters.topics, *_folded(topics)),
                since=_latest(filters.since, _day(since, last=False)),
                until=_earliest(filters.until, _day(until, last=True)),
            )
            planned = replace(planned, filters=filters)
            notes = (*notes, *self._unknown(filters.topics))
        evaluation = Evaluation(finder, planned)
        return evaluation, (*notes, *ignored, *self._outdated())

    def _unknown(self, topics: Iterable[str]) -> Iterator[Note]:
        """A note for each folded topic that no article has."""
        names = self._reader.topic_names
        known = dict(zip(_folded(names), names, strict=True))
        for topic in topics:
            if topic not in known:
                from difflib import get_close_matches

                close = [known[name] for name in get_close_matches(topic, known)]
                like = f" (like it: {', '.join(close)})" if close else ""
                yield Note("filtered", topic, f"“{topic}” is no topic{like}")

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

    def _hits(self, evaluation: Evaluation, page: Ranked) -> tuple[Hit, ...]:
        from searchkit.engines.page import damage_told
        from searchkit.query.hits import hits

        with damage_told(self.index_path):
            # Of the reader of the evaluation: this engine may be closed meanwhile.
            paths_of = partial(_paths, evaluation.reader)
            return hits(evaluation, page, self._config, paths_of)

    def _row(self, doc_id: str) -> Summary:
        number = self._reader.number_of(arguments.text("doc_id", doc_id))
        if number is None:
            hint = "`searchkit search --paths QUERY` prints the ids of articles."
            raise ArticleNotFoundError(doc_id, hint=hint)
        return self._reader.summary(number)


class Facets(Mapping[str, Mapping[str, int]]):
    """How many of all matches have each topic, by "topic"; counted when asked for.

    Also after the engine was closed: what is needed is mapped as long as this lives.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        evaluation.finder.reader.keep_topics()

    @cached_property
    def _counts(self) -> Mapping[str, Mapping[str, int]]:
        return {"topic": self._evaluation.topic_counts()}

    def __getitem__(self, name: str) -> Mapping[str, int]:
        return self._counts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def __repr__(self) -> str:
        return repr(self._counts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled and copied are the counts, without the index behind them."""
        return dict, ({name: dict(counts) for name, counts in self._counts.items()},)


def _paths(
    reader: GenerationReader, numbers: Sequence[int], doc_ids: Sequence[str]
) -> list[str | None]:
    """Where the files are now: the corpus may have moved since it was analysed."""
    if corpus := reader.manifest.corpus:
        before = os.path.join(Path(corpus), "")  # noqa: PTH118, a Path has no end
        return [before + doc_id.replace("/", os.sep) for doc_id in doc_ids]
    return [path or None for path in reader.texts("path").several(numbers)]


def _open_reader(index: Path) -> GenerationReader:
    """The generation that answers, even if a build swaps it in that very moment."""
    from searchkit.engines.generations import current
    from searchkit.engines.reader import GenerationReader

    while True:
        generation = current(index)
        try:
            return GenerationReader(generation)
        except IndexStoreError:
            if current(index) == generation:
                raise


def _helped(
    query: str,
    evaluation: Evaluation,
    notes: tuple[Note, ...],
    evaluate: Evaluate,
    *,
    total: int,
    correct: bool,
) -> tuple[Evaluation, tuple[Note, ...]]:
    """The evaluation that answers a query that may be mistyped, and its notes."""
    from searchkit.query.correct import help_for

    found = help_for(
        query,
        evaluation,
        notes,
        evaluate,
        total=total,
        correct=correct,
        rare=evaluation.rare,
    )
    if found and found.evaluation:
        return found.evaluation, found.notes
    said = found.notes if found else ()
    if total or said:
        return evaluation, (*notes, *said)
    from searchkit.query.smaller import smaller_query

    smaller = smaller_query(evaluation)
    return evaluation, (*notes, smaller) if smaller else notes


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    from searchkit.analysis.folding import fold

    return tuple(fold(text).text for text in texts)


def _day(value: Day, *, last: bool) -> date | None:
    """A date from what a caller may give; of a year or a month its first or last."""
    if value is None:
        return None
    from datetime import date, datetime

    from searchkit.query.dates import date_range

    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    days = date_range(value) if isinstance(value, str) else None
    if days is None:
        raise ValueError(f"not a date (2024, 2024-01 or 2024-01-31): {value!r}")
    return days[last]


def _latest(left: date | None, right: date | None) -> date | None:
    return max(left, right) if left and right else left or right


def _earliest(left: date | None, right: date | None) -> date | None:
    return min(left, right) if left and right else left or right


__all__ = ["SearchEngine", "build", "open"]
