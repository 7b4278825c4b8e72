"""How do some articles become a run?

What a process of its own can do without knowing of the others: read, parse, analyse,
pack, and spill the result to a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from searchkit.analysis.lexicon import lexicon
from searchkit.analysis.pairs import alias_definitions, definitions
from searchkit.analysis.rows import AnalyzedBatch, RowAnalyzer
from searchkit.corpus.reader import ReadArticle, read_article, read_bytes
from searchkit.corpus.visible import visible_text
from searchkit.engines.columns.arrays import Array
from searchkit.engines.generation.copies import TermHashes, signatures
from searchkit.engines.generation.documents import Row
from searchkit.engines.generation.run import RunWriter
from searchkit.engines.glossary import pack_definitions
from searchkit.engines.pages import Laid, as_written, lay_pages, pack_article
from searchkit.engines.texts import encoded
from searchkit.errors import CorpusError
from searchkit.indexing.handed_in import read_written
from searchkit.indexing.pool import Note
from searchkit.indexing.runs import Preparing, RunMade, RunTask
from searchkit.indexing.seen import Look
from searchkit.indexing.sources import Failure, Source, digest_of
from searchkit.model import Article, VisibleText
from searchkit.record import record, replace

_BATCH_BYTES = 1 << 19  # of sources that are analysed together


@record
class _Read:
    """An article with what is to be kept of it beside the analysis."""

    article: Article
    visible: VisibleText
    digest: bytes


class Preparer:
    """Makes runs, one after the other; it remembers what it has met."""

    def __init__(self, how: Preparing, note: Note) -> None:
        self._how = how
        self._note = note
        self._analyzer = RowAnalyzer(lexicon(how.words))
        self._hashes = TermHashes()

    def __call__(self, task: RunTask) -> RunMade:
        """Do a task. Raises: OSError if the run cannot be written."""
        work = _Work(self._how, self._analyzer, self._hashes, self._note)
        for batch in _batches(task.sources):
            work.add(batch)
        return work.done(task.path)


class _Work:
    """What has come of a task so far."""

    def __init__(
        self, how: Preparing, analyzer: RowAnalyzer, hashes: TermHashes, note: Note
    ) -> None:
        self._how = how
        self._analyzer, self._hashes = analyzer, hashes
        self._note = note
        self._run = RunWriter()
        self._count = 0
        self._left_out: list[str] = []
        self._failures: list[Failure] = []
        self._looks: list[tuple[str, Look, bytes]] = []

    def add(self, sources: Iterable[Source]) -> None:
        """Read and analyse some sources together."""
        found = list(self._read_all(sources))
        if found:
            pairs = [(one.article, one.visible) for one in found]
            batch = self._analyzer.batch(pairs)
            rows = _rows(found, batch, signatures(batch, self._hashes))
            self._run.add(rows, _pages(found, batch), batch)
            self._count += len(found)

    def done(self, path: Path) -> RunMade:
        """Spill what there is."""
        if self._count:
            self._run.write(path)
        return RunMade(
            path if self._count else None,
            tuple(self._left_out),
            tuple(self._failures),
            tuple(self._looks),
        )

    def _read_all(self, sources: Iterable[Source]) -> Iterator[_Read]:
        for source in sources:
            try:
                read, digest = self._read(source)
            except CorpusError as error:
                self._leave_out(source, str(error))
            except Exception as error:  # noqa: BLE001, the others are to be found
                why = f"cannot be read ({type(error).__name__}: {error}); please report"
                self._leave_out(source, why)
            else:
                if read.warning:
                    self._failures.append((source.doc_id, read.warning))
                # The path of a file is told by the corpus folder, which may move.
                article = replace(read.article, path=None) if source.file else None
                yield _Read(article or read.article, read.visible, digest)
            self._note(source.size_bytes)

    def _leave_out(self, source: Source, why: str) -> None:
        self._left_out.append(source.doc_id)
        self._failures.append((source.doc_id, why))

    def _read(self, source: Source) -> tuple[ReadArticle, bytes]:
        """The article as it is now, whatever it was when the build began."""
        if source.file is None:
            article = read_written(self._how.articles, source)
            return ReadArticle(article, visible_text(article), None), source.digest
        look: Look | None = None
        with suppress(OSError):  # reading tells why
            look = Look.at(source.file.path)
        settled = look and not look.young  # as it is before the file is read
        data = read_bytes(source.file, max_bytes=self._how.max_bytes)
        digest = digest_of(data)
        if look and settled:
            self._looks.append((source.doc_id, look, digest))
        return read_article(source.file, data), digest


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    size = 0
    for source in sources:
        batch.append(source)
        size += source.size_bytes
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _headings(visible: VisibleText) -> Iterator[str]:
    for section in visible.sections:
        if section.heading:
            yield " ".join(section.heading[-1].split())


def _rows(found: Sequence[_Read], batch: AnalyzedBatch, signed: Array) -> Iterator[Row]:
    columns = (
        batch.title_end,
        batch.alias_end,
        batch.address_end,
        batch.body_start,
        batch.title_words,
        batch.body_words,
    )
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    bases, math_bases = batch.text.bases.tolist(), batch.math.bases.tolist()
    for index, (one, of_row) in enumerate(zip(found, numbers, strict=True)):
        article = one.article
        named = (
            *alias_definitions(article.title, article.aliases),
            *definitions(one.visible),
        )
        yield Row(
            numbers=(
                *of_row,
                len(encoded(one.visible.text)),
                article.date.toordinal() if article.date else 0,
            ),
            texts=(
                encoded(article.doc_id),
                encoded(article.title),
                encoded(article.path or ""),
                pack_definitions(named),
                encoded("\n".join(_headings(one.visible))),
            ),
            digest=one.digest,
            signature=signed[index].tobytes(),
            topics=tuple(dict.fromkeys(article.topics)),  # counted once each
            tags=batch.tags[bases[index] : bases[index + 1]].tobytes(),
            math_length=math_bases[index + 1] - math_bases[index],
        )


def _pages(
    found: Sequence[_Read], batch: AnalyzedBatch
) -> Iterator[tuple[bytes, bytes, bytes]]:
    text, math = batch.text, batch.math
    bodies = (text.bases[:-1] + batch.body_start).tolist()
    laid = []
    for index, one in enumerate(found):
        body = slice(bodies[index], text.bases[index + 1])
        formulas = slice(math.bases[index], math.bases[index + 1])
        columns = (text.starts[body], text.lengths[body])
        of_formulas = (math.starts[formulas], math.lengths[formulas])
        laid.append(Laid(one.visible, *columns, *of_formulas))
    for one, page in zip(found, lay_pages(laid), strict=True):
        near = as_written(one.visible.text, one.visible.lines)
        yield *page, pack_article(one.article, near)
