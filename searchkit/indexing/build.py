"""How does a corpus become the next generation of an index?

Each article goes one way: bytes, article, visible text, tokens, run. Those whose bytes
have not changed since the last build are taken over as they are. Runs and what is taken
over are merged in the order of `doc_id`, so neither the number of worker processes nor
the builds before can be seen in the result.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.analysis.analyzer import GLOSSARY_VERSION, fingerprint
from searchkit.analysis.bilingual import BILINGUAL_VERSION
from searchkit.analysis.dictionary import NO_WORDS, Dictionary, read_dictionaries
from searchkit.analysis.tables import read_table
from searchkit.analysis.translations import VOCABULARY
from searchkit.config import Config
from searchkit.corpus.bilingual_file import BilingualFile, read_bilingual
from searchkit.corpus.glossary_file import UserGlossary, read_user_glossary
from searchkit.corpus.reader import check_folder, walk
from searchkit.engines import generations
from searchkit.engines.generation.known import document_count, known_digests
from searchkit.engines.generations import FORMAT_VERSION, Manifest
from searchkit.errors import CorpusError, IndexStoreError
from searchkit.indexing.garbage import seldom_collected
from searchkit.indexing.handed_in import ArticleFile
from searchkit.indexing.runs import Preparing, preparer, run_tasks
from searchkit.indexing.seen import Look, read_seen, write_seen
from searchkit.indexing.sources import (
    Corpus,
    Failure,
    FileLooks,
    Source,
    Sources,
    digest_of,
    try_source,
)
from searchkit.indexing.workers import Call, Job, Workers, caller
from searchkit.model import Article, BuildReport, Phase, Progress
from searchkit.record import replace

if TYPE_CHECKING:
    from concurrent.futures import Future

ProgressCallback = Callable[[Progress], None]

_NEEDED = 2.5  # bytes of disk for a byte of sources: runs and the new generation

_FEW_BYTES = 1 << 20  # of sources that this process analyses before others have begun
_MANY_BYTES = 1 << 23  # of which it does not merge the postings itself, either


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
    wait_s: float = 0
    failures: list[Failure] = field(default_factory=list)
    dictionary: Dictionary = NO_WORDS
    glossary: UserGlossary = field(default_factory=UserGlossary)
    bilingual: BilingualFile | None = None
    looks: FileLooks | None = None
    sources: Sources | None = None

    def run(self) -> BuildReport:
        """Bring the index up to date; what came of it."""
        started = time.monotonic()
        if isinstance(self.corpus, str | PathLike):
            check_folder(Path(self.corpus))  # before the index folder is made
        self.dictionary = read_dictionaries(self.config.dictionaries)
        self.glossary = read_user_glossary(self.config.glossary)
        self.bilingual = read_bilingual(self.config.bilingual)
        with _ended_by_signals(), seldom_collected(), self._locked():
            report = self._run()
        return replace(report, took_s=time.monotonic() - started)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the index folder, cleared of what builds that died left behind."""
        with ExitStack() as held:
            with self._disk_errors_told():
                lock = generations.build_lock(self.index, wait_s=self.wait_s)
                held.enter_context(lock)
                generations.tidy(self.index)
            try:
                yield
            finally:
                self._handed_in.unlink(missing_ok=True)

    def _run(self) -> BuildReport:
        base, old = (None, {}) if self.full else _usable(self.index, self.dictionary)
        manifest = generations.read_manifest(base) if base else None
        with Workers(self.index) as workers:
            return self._build(base, manifest, old, workers)

    def _build(
        self,
        base: Path | None,
        manifest: Manifest | None,
        old: Mapping[str, bytes],
        workers: Workers,
    ) -> BuildReport:
        """Start from a generation, with what its manifest says and its digests.

        Workers begin as soon as it is known that they are worth it.
        """
        new_bytes = 0

        def found(source: Source) -> Source:
            nonlocal new_bytes
            if not _same(source, old.get(source.doc_id)):
                new_bytes += source.size_bytes
                if new_bytes >= _FEW_BYTES:
                    with self._disk_errors_told():
                        workers.start(self._processes)
            return source

        self.sources = sources = self._sources(found, read=base is not None)
        with self._disk_errors_told():
            sources.leave_memory(self.index)
        unchanged = {s.doc_id for s in sources if _same(s, old.get(s.doc_id))}
        named = enumerate(sources.doc_ids())
        changed = sources.chosen(
            array("Q", (number for number, name in named if name not in unchanged))
        )
        sources.release()
        warned = manifest.warnings.items() if manifest else ()
        self.failures += [(name, why) for name, why in warned if name in unchanged]
        said = _root(self.corpus), _glossary_digest(self.glossary), self._translated
        moved = manifest is None or said != (
            (manifest.corpus, manifest.glossary, manifest.translations)
        )
        still = base if len(unchanged) == len(old) and not moved else None
        if still and not changed:
            self._refuse_if_strict()
            self._remember()
            return self._report(still, old.keys(), changed, set(), unchanged)
        # Whatever happens, no process is left when the generation's files go away.
        with (
            self._disk_errors_told(),
            self._new_generation() as generation,
            closing(workers),
        ):
            if sources.size_bytes >= _MANY_BYTES:
                workers.start(self._processes)
            runs, left_out = self._analyse(generation, changed, workers)
            count = len(changed) - len(left_out) + len(unchanged)
            if still and len(left_out) == len(changed):  # nothing new can be read
                generations.abandon(generation)
                generation = still
            else:
                if changed.size_bytes >= _MANY_BYTES:
                    workers.renew()
                self._merge(generation, runs, base, count, unchanged, workers)
                self._finish(generation, count, left_out)
        self._remember()
        return self._report(generation, old.keys(), changed, left_out, unchanged)

    @contextmanager
    def _new_generation(self) -> Iterator[Path]:
        """A folder to write to; removed again unless it is the one that answers then.

        An interrupt or a failure that comes after the swap must not take away what
        answers.
        """
        generation = generations.begin(self.index)
        try:
            generation.mkdir()
            yield generation
        except BaseException:
            if generations.current_or_none(self.index) != generation:
                generations.abandon(generation)
            raise

    @contextmanager
    def _disk_errors_told(self) -> Iterator[None]:
        """Have what the system says of the index folder be said to a person."""
        try:
            yield
        except OSError as error:
            if self.sources is None and isinstance(self.corpus, str | PathLike):
                self.sources = self._sources(read=False)
            raise _disk_error(self.index, error, self.sources or Sources()) from error

    def _sources(
        self, found: Callable[[Source], Source] = lambda source: source, *, read: bool
    ) -> Sources:
        """All articles in order of their doc_id; files read only where that is needed.

        With `read` each has its digest. A doc_id that comes again is a failure. Each
        goes through `found` as soon as it is there.
        """
        if isinstance(self.corpus, str | PathLike):
            return Sources(map(found, self._files(Path(self.corpus), read=read)))
        given = map(found, self._articles(self.corpus))
        sources, repeated = Sources(given).in_order()
        self.failures += ((name, "the doc_id stands twice") for name in repeated)
        return sources

    def _articles(self, articles: Iterable[Article]) -> Iterator[Source]:
        """Articles that a program hands in."""
        with self._disk_errors_told():
            file = ArticleFile(self._handed_in)
        with file:
            for article in articles:
                if not isinstance(article, Article):
                    raise TypeError(f"not a searchkit.Article: {article!r}")
                if not isinstance(article.doc_id, str):
                    raise TypeError(f"a doc_id is a string, not {article.doc_id!r}")
                try:
                    with self._disk_errors_told():
                        source = file.add(article)
                except CorpusError as error:
                    self.failures.append((article.doc_id, str(error)))
                else:
                    yield source
            with self._disk_errors_told():
                file.flush()

    @property
    def _handed_in(self) -> Path:
        """Where articles that a program hands in wait; not there for a folder."""
        return self.index / f"{generations.HANDED_IN}{generations.NEW}"

    def _files(self, root: Path, *, read: bool) -> Iterator[Source]:
        files, failures = walk(root)
        self.failures += failures
        seen = {} if self.full else read_seen(self.index, str(_root(self.corpus)))
        self.looks = FileLooks(seen, self.config.max_article_bytes)
        for done, file in enumerate(files):
            self._tell("reading", done, len(files))
            if source := try_source(self.looks, file, self.failures, read=read):
                yield source

    def _remember(self) -> None:
        """Keep how the files looked, so that the next build need not read them."""
        if self.looks and self.looks.changed:
            write_seen(self.index, str(_root(self.corpus)), self.looks.seen)

    def _analyse(
        self, generation: Path, changed: Sources, workers: Workers
    ) -> tuple[list[Path], set[str]]:
        """Runs in the generation's folder, and the doc_ids left out."""
        size = changed.size_bytes

        def analysed(done: int, done_bytes: int) -> None:
            self._tell("analysing", done, len(changed), done_bytes, size)

        how = Preparing(
            self.config.max_article_bytes, self.dictionary.words, self._handed_in
        )
        tasks = run_tasks(changed, generation, self._processes)
        alone = size < _FEW_BYTES
        made = workers.begin(preparer, how, alone=alone).answers(tasks, analysed)
        self.failures += (failure for run in made for failure in run.failures)
        self._refuse_if_strict()
        for run in made:
            self._note(run.looks)
        left_out = {name for run in made for name in run.left_out}
        runs = [run.path for run in made if run.path]
        return runs, left_out

    def _merge(
        self,
        generation: Path,
        runs: Sequence[Path],
        base: Path | None,
        total: int,
        unchanged: set[str],
        workers: Workers,
    ) -> None:
        """Write all columns; what `aids` makes is made by one of the workers.

        `total` is the number of articles.
        """
        from searchkit.engines.generation.counterparts import write_counterparts
        from searchkit.engines.generation.families import write_families
        from searchkit.engines.generation.writer import GenerationWriter
        from searchkit.indexing.aids import (
            add_words,
            begin_suggestions,
            make_glossary,
            make_suggestions,
            make_translations,
            make_whoosh_view,
        )
        from searchkit.indexing.merging import slab_merger

        made: list[Future[None]] = []

        def told(share: float) -> None:
            self._tell("writing", int(share * total), total)

        with (
            GenerationWriter(generation, runs, base, unchanged) as writer,
            closing(workers),
        ):
            anywhere, aside = (
                workers.begin(caller, None, alone=alone) for alone in (False, True)
            )

            def make(
                job: Job[Call, None], function: Callable[..., None], *given: object
            ) -> None:
                made.append(job.start((function, (generation, *given))))

            def words_found(words: Path, start: int, end: int) -> None:
                make(aside, add_words, base, words, start, end)

            def words_known(words: Path) -> None:
                make(aside, make_suggestions, base, words)

            writer.write_documents()
            same = base if self._glossary_stays(base) else None
            make(aside, make_glossary, same, self.glossary)
            make(aside, begin_suggestions, base)
            if self._translated:
                same = base if self._translations_stay(base) else None
                make(anywhere, make_translations, same, self.bilingual)
            make(anywhere, make_whoosh_view, total)
            how = writer.merging()
            merging = workers.begin(slab_merger, how)
            rare = writer.write_postings(
                how, merging.start, told, words_found, words_known
            )
            writer.write_pages()
            counterparts = [*rare.counterparts()]
            write_counterparts(generation, counterparts)
            write_families(generation, counterparts)
            for each in made:
                each.result()
        for path in runs:
            path.unlink()

    @property
    def _processes(self) -> int:
        """How many are to share work that is worth it; 0 if there are to be none."""
        return self.jobs if self.jobs > 1 else 0

    def _glossary_stays(self, base: Path | None) -> bool:
        """Whether the glossary of a generation was made as it would be now."""
        if not base:
            return False
        manifest = generations.read_manifest(base)
        return manifest.glossary == _glossary_digest(self.glossary)

    def _note(self, looks: Sequence[tuple[str, Look, bytes]]) -> None:
        if self.looks:
            self.looks.seen |= {name: (look, digest) for name, look, digest in looks}

    @property
    def _translated(self) -> str:
        """What the translations are made of; nothing if there are to be none."""
        if self.bilingual is None:
            return ""
        data = read_table(VOCABULARY) + self.bilingual.data
        return digest_of(bytes([BILINGUAL_VERSION]) + data).hex()

    def _translations_stay(self, base: Path | None) -> bool:
        """Whether the translations of a generation are those of the dictionary."""
        if not base:
            return False
        return generations.read_manifest(base).translations == self._translated

    def _finish(self, generation: Path, count: int, left_out: set[str]) -> None:
        """Write the manifest, look whether all is there, and swap.

        There are to be `count` articles.
        """
        from searchkit.engines.user_words import write_words

        write_words(generation, self.dictionary.words)
        warned = self._failed() - left_out
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            fingerprint=fingerprint(),
            built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            documents=count,
            corpus=_root(self.corpus),
            files=generations.file_seals(generation),
            warnings={name: why for name, why in self.failures if name in warned},
            dictionaries=self.dictionary.digest,
            glossary=_glossary_digest(self.glossary),
            translations=self._translated,
        )
        generations.write_manifest(generation, manifest)
        found = document_count(generation)
        if found != count:
            raise IndexStoreError(
                f"The new index has {found} articles instead of {count}.",
                path=self.index,
                hint="The old one still answers. Run `searchkit build --full`.",
            )
        generations.publish(self.index, generation)

    def _failed(self) -> set[str]:
        """The doc_ids of articles about which something is to be said."""
        names = {name for name, _ in self.failures}
        if not names or not self.sources:
            return set()
        return {name for name in self.sources.doc_ids() if name in names}

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
        old: Set[str],
        changed: Sources,
        left_out: set[str],
        unchanged: set[str],
    ) -> BuildReport:
        updated = sum(name in old for name in changed.doc_ids()) - len(left_out & old)
        named = {name for name, _ in self.failures}
        return BuildReport(
            added=len(changed) - len(left_out) - updated,
            updated=updated,
            unchanged=len(unchanged),
            removed=len(old) - len(unchanged) - updated,
            failures=tuple(sorted(self.failures)),
            skipped=frozenset(named - (self._failed() - left_out)),
            index_path=generation,
            took_s=0.0,
        )


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have SIGTERM end the build as an interrupt does, so that nothing is left lying.

    Where the program has a handler of its own, or this is not its main thread, nothing
    is changed.
    """
    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _exit(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _glossary_digest(user: UserGlossary) -> str:
    data = repr((GLOSSARY_VERSION, user)).encode("utf-8", "surrogatepass")
    return digest_of(data).hex()


def _same(source: Source, digest: bytes | None) -> bool:
    return digest is not None and source.digest == digest


def _usable(
    index: Path, dictionary: Dictionary
) -> tuple[Path | None, dict[str, bytes]]:
    """The generation that a build may start from, and the digests of its documents.

    It is readable and was analysed as documents are now; else there is none.
    """
    now = fingerprint(), dictionary.digest
    base = generations.current_or_none(index)
    try:
        if base:
            manifest = generations.read_manifest(base)
            generations.compare_seals(base, manifest)
            if (manifest.fingerprint, manifest.dictionaries) == now:
                return base, known_digests(base)
    except IndexStoreError:
        pass
    return None, {}


def _root(corpus: Corpus) -> str | None:
    if isinstance(corpus, str | PathLike):
        return str(Path(os.path.abspath(corpus)))  # noqa: PTH100, links stay links
    return None


def _disk_error(index: Path, error: OSError, sources: Sources) -> IndexStoreError:
    full = error.errno in generations.NO_ROOM
    needed = ""
    if full and sources:
        size = _NEEDED * sources.size_bytes
        free = shutil.disk_usage(_existing(index)).free
        needed = f" About {_mb(size)} are needed while building, {_mb(free)} are free."
    still = "The index still answers. " if generations.current_or_none(index) else ""
    room = "Make room, or choose" if full else "Choose"
    return IndexStoreError(
        f"The index in {index} could not be written ({error.strerror or error})."
        + needed,
        path=index,
        hint=f"{still}{room} another --index.",
    )


def _existing(path: Path) -> Path:
    """The nearest folder above, or the path itself, that is there."""
    return next(
        folder for folder in (path, *path.absolute().parents) if folder.exists()
    )


def _mb(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
