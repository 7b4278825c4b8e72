"""How does a corpus become the next generation of an index?

Each article goes one way: bytes, article, visible text, tokens, document. Those whose
bytes have not changed since the last build are taken over as they are. Articles are
written in the order of their `doc_id`, so the number of worker processes changes
nothing but the time.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timezone
from hashlib import blake2b
from os import PathLike
from pathlib import Path

from searchkit.analysis.analyzer import fingerprint
from searchkit.analysis.dictionary import NO_WORDS, Dictionary, read_dictionaries
from searchkit.analysis.glossary import GLOSSARY_VERSION, mine, with_user_pairs
from searchkit.analysis.lexicon import Lexicon, lexicon
from searchkit.analysis.pairs import alias_definitions, definitions
from searchkit.config import Config
from searchkit.corpus.glossary_file import UserGlossary, read_user_glossary
from searchkit.corpus.reader import (
    ReadArticle,
    SourceFile,
    read_article,
    read_bytes,
    walk,
)
from searchkit.corpus.visible import visible_text
from searchkit.engines import generations
from searchkit.engines.generations import Manifest
from searchkit.engines.glossary import stored_definitions, write_glossary
from searchkit.engines.whoosh.reader import IndexReader, Summary
from searchkit.engines.whoosh.schema import FORMAT_VERSION
from searchkit.engines.user_words import write_words
from searchkit.engines.whoosh.writer import Document, GenerationWriter, document
from searchkit.errors import CorpusError, IndexStoreError
from searchkit.model import Article, BuildReport, Phase, Progress

Corpus = str | PathLike[str] | Iterable[Article]
ProgressCallback = Callable[[Progress], None]

_FEW = 64  # articles to analyse before further processes are worth their start
_AHEAD = 4  # batches in flight for each process
_BATCH_BYTES = 256 * 1024  # of sources that travel to a process together


@dataclass(frozen=True, slots=True)
class Source:
    """One article to be indexed, not yet read further than its digest."""

    doc_id: str
    digest: str
    size_bytes: int
    file: SourceFile | None
    article: Article | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of one source: a document, or the reason why not; or both."""

    doc_id: str
    document: Document | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Preparing:
    """How sources are prepared; the same for all of one build."""

    max_bytes: int
    lexicon: Lexicon


@dataclass(slots=True)
class Build:
    """One build, from the reading of the corpus to the new generation.

    The options are those of `searchkit.build`.
    """

    corpus: Corpus
    index: Path
    full: bool
    jobs: int
    strict: bool
    config: Config
    progress: ProgressCallback | None
    failures: list[tuple[str, str]] = field(default_factory=list)
    dictionary: Dictionary = NO_WORDS
    glossary: UserGlossary = field(default_factory=UserGlossary)

    def run(self) -> BuildReport:
        """Bring the index up to date; what came of it."""
        started = time.monotonic()
        self.dictionary = read_dictionaries(self.config.dictionaries)
        self.glossary = read_user_glossary(self.config.glossary)
        with generations.build_lock(self.index):
            report = self._run()
        return replace(report, took_s=time.monotonic() - started)

    def _run(self) -> BuildReport:
        base = None if self.full else _usable(self.index, self.dictionary)
        manifest = generations.read_manifest(base) if base else None
        old = _summaries(base)
        sources = self._sources()
        changed = [s for s in sources if not _same(s, old.get(s.doc_id))]
        unchanged = {s.doc_id for s in sources} - {s.doc_id for s in changed}
        warned = manifest.warnings.items() if manifest else ()
        self.failures += [(name, why) for name, why in warned if name in unchanged]
        gone = [row for row in old.values() if row.doc_id not in unchanged]
        glossary = _glossary_digest(self.glossary)
        moved = manifest is None or (
            (manifest.corpus, manifest.glossary) != (_root(self.corpus), glossary)
        )
        if base and not gone and not changed and not moved:
            self._refuse_if_strict()
            return self._report(base, old, set(), unchanged)
        generation = generations.begin(self.index, base)
        try:
            written = self._write(generation, base is not None, changed, gone)
            self._refuse_if_strict()
            self._write_glossary(generation)
            self._finish(generation, unchanged | written)
        except BaseException as error:
            generations.abandon(generation)
            if isinstance(error, OSError):
                raise _disk_error(self.index, error) from error
            raise
        return self._report(generation, old, written, unchanged)

    def _sources(self) -> list[Source]:
        if isinstance(self.corpus, str | PathLike):
            return list(self._files(Path(self.corpus)))
        return sorted(self._articles(self.corpus), key=lambda source: source.doc_id)

    def _files(self, root: Path) -> Iterator[Source]:
        files, failures = walk(root)
        self.failures += failures
        for done, file in enumerate(files):
            self._tell("reading", done, len(files))
            try:
                data = read_bytes(file, max_bytes=self.config.max_article_bytes)
            except CorpusError as error:
                self.failures.append((file.doc_id, str(error)))
            else:
                yield Source(file.doc_id, _digest(data), len(data), file, None)

    def _articles(self, articles: Iterable[Article]) -> Iterator[Source]:
        seen: set[str] = set()
        for article in articles:
            if not isinstance(article, Article):
                raise TypeError(f"not a searchkit.Article: {article!r}")
            if article.doc_id in seen:
                self.failures.append((article.doc_id, "the doc_id stands twice"))
                continue
            seen.add(article.doc_id)
            data = repr(astuple(article)).encode("utf-8", "surrogatepass")
            yield Source(article.doc_id, _digest(data), len(data), None, article)

    def _write(
        self,
        generation: Path,
        based: bool,
        changed: Sequence[Source],
        gone: Iterable[Summary],
    ) -> set[str]:
        """Write the changed articles; the doc_ids of those that could be."""
        writer = GenerationWriter(generation, based=based)
        written: set[str] = set()
        done_bytes, total_bytes = 0, sum(source.size_bytes for source in changed)
        try:
            writer.delete(gone)
            for done, (source, prepared) in enumerate(self._prepared(changed)):
                self._tell("analysing", done, len(changed), done_bytes, total_bytes)
                done_bytes += source.size_bytes
                if prepared.reason:
                    self.failures.append((prepared.doc_id, prepared.reason))
                if prepared.document:
                    writer.add(prepared.document)
                    written.add(prepared.doc_id)
            self._tell("writing", len(changed), len(changed), done_bytes, total_bytes)
            writer.commit()
        except BaseException:
            writer.cancel()
            raise
        return written

    def _prepared(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Prepared]]:
        how = Preparing(self.config.max_article_bytes, lexicon(self.dictionary.words))
        if self.jobs == 1 or len(sources) < _FEW:
            yield from ((source, prepare(source, how)) for source in sources)
            return
        # A fresh interpreter each: no lock or thread of the caller is copied.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.jobs, context, _begin_worker, (how,)) as pool:
            try:
                yield from _in_order(pool, sources, self.jobs * _AHEAD)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _write_glossary(self, generation: Path) -> None:
        """Mine the definitions of all articles, those of earlier builds included."""
        user = self.glossary
        mined = mine(stored_definitions(generation))
        pairs = with_user_pairs(mined, user.path, user.added, user.banned)
        write_glossary(generation, pairs)

    def _finish(self, generation: Path, doc_ids: set[str]) -> None:
        """Write the manifest, look whether all is there, and swap."""
        documents = len(doc_ids)
        write_words(generation, self.dictionary.words)
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            fingerprint=fingerprint(),
            built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            documents=documents,
            corpus=_root(self.corpus),
            files=generations.file_sizes(generation),
            warnings={name: why for name, why in self.failures if name in doc_ids},
            dictionaries=self.dictionary.digest,
            glossary=_glossary_digest(self.glossary),
        )
        generations.write_manifest(generation, manifest)
        reader = IndexReader(generation)
        try:
            found = reader.document_count
        finally:
            reader.close()
        if found != documents:
            raise IndexStoreError(
                f"The new index has {found} articles instead of {documents}.",
                path=self.index,
                hint="The old one still answers. Run `searchkit build --full`.",
            )
        generations.publish(self.index, generation)

    def _tell(
        self, phase: Phase, done: int, total: int, done_bytes: int = 0, size: int = 0
    ) -> None:
        if self.progress:
            self.progress(Progress(phase, done, total, done_bytes, size))

    def _refuse_if_strict(self) -> None:
        if self.strict and self.failures:
            name, reason = self.failures[0]
            more = len(self.failures) - 1
            others = f" (and {more} more)" if more else ""
            raise CorpusError(
                f"{name}: {reason}{others}; the index is left as it was.",
                path=name,
                hint="Mend the article, or build without --strict.",
            )

    def _report(
        self,
        generation: Path,
        old: dict[str, Summary],
        written: set[str],
        unchanged: set[str],
    ) -> BuildReport:
        present = written | unchanged
        return BuildReport(
            added=len(written - old.keys()),
            updated=len(written & old.keys()),
            unchanged=len(unchanged),
            removed=len(old.keys() - present),
            failures=tuple(sorted(self.failures)),
            skipped=frozenset(name for name, _ in self.failures) - present,
            index_path=generation,
            took_s=0.0,
        )


def prepare(source: Source, how: Preparing) -> Prepared:
    """Make one source ready to be written. Pure but for the reading of its file."""
    try:
        read = _read(source, how.max_bytes)
    except CorpusError as error:
        return Prepared(source.doc_id, None, str(error))
    # The path of a file is told by the corpus folder, which may move.
    article = replace(read.article, path=None) if source.file else read.article
    named = (
        *alias_definitions(article.title, article.aliases),
        *definitions(read.visible),
    )
    made = document(article, read.visible, how.lexicon, source.digest, named)
    return Prepared(source.doc_id, made, read.warning)


_worker: dict[str, Preparing] = {}


def _begin_worker(how: Preparing) -> None:
    """Tell a worker process once how it prepares: a dictionary may be long."""
    _worker["how"] = how


def prepare_all(sources: Sequence[Source]) -> list[Prepared]:
    """`prepare` for a batch, as a worker process is asked for it."""
    return [prepare(source, _worker["how"]) for source in sources]


def _read(source: Source, max_bytes: int) -> ReadArticle:
    if source.article:
        return ReadArticle(source.article, visible_text(source.article), None)
    assert source.file is not None
    data = read_bytes(source.file, max_bytes=max_bytes)
    if _digest(data) != source.digest:
        raise CorpusError(
            "changed while being read",
            path=source.file.path,
            hint="Run `searchkit build` again.",
        )
    return read_article(source.file, data)


def _in_order(
    pool: Executor, sources: Sequence[Source], ahead: int
) -> Iterator[tuple[Source, Prepared]]:
    """What the pool makes of the sources, in their order, few batches at a time."""
    waiting: deque[tuple[list[Source], Future[list[Prepared]]]] = deque()
    batches = _batches(sources)
    while True:
        while len(waiting) < ahead and (batch := next(batches, None)):
            waiting.append((batch, pool.submit(prepare_all, batch)))
        if not waiting:
            return
        batch, future = waiting.popleft()
        yield from zip(batch, future.result(), strict=True)


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    for source in sources:
        batch.append(source)
        if sum(s.size_bytes for s in batch) >= _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _glossary_digest(user: UserGlossary) -> str:
    return _digest(repr((GLOSSARY_VERSION, user)).encode("utf-8", "surrogatepass"))


def _same(source: Source, row: Summary | None) -> bool:
    return row is not None and row.digest == source.digest


def _usable(index: Path, dictionary: Dictionary) -> Path | None:
    """The generation that a build may start from: readable and analysed as now."""
    now = fingerprint(), dictionary.digest
    base = generations.current_or_none(index)
    try:
        manifest = generations.read_manifest(base) if base else None
        if base and manifest:
            generations.compare_sizes(base, manifest)
    except IndexStoreError:
        return None
    if not manifest or (manifest.fingerprint, manifest.dictionaries) != now:
        return None
    return base


def _summaries(base: Path | None) -> dict[str, Summary]:
    if not base:
        return {}
    reader = IndexReader(base)
    try:
        return dict(reader.by_doc_id)
    finally:
        reader.close()


def _root(corpus: Corpus) -> str | None:
    if isinstance(corpus, str | PathLike):
        return str(Path(os.path.abspath(corpus)))  # noqa: PTH100, links stay links
    return None


def _disk_error(index: Path, error: OSError) -> IndexStoreError:
    return IndexStoreError(
        f"The index in {index} could not be written ({error.strerror or error}).",
        path=index,
        hint="The old index still answers. Make room, or choose another --index.",
    )
