"""How does a corpus become the next generation of an index?

Each article goes one way: bytes, article, visible text, tokens, run. Those whose bytes
have not changed since the last build are taken over as they are. Runs and what is taken
over are merged in the order of `doc_id`, so neither the number of worker processes nor
the builds before can be seen in the result.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path

from searchkit.analysis.analyzer import fingerprint
from searchkit.config import Config
from searchkit.engines import generations, publishing
from searchkit.engines.generation.known import document_count
from searchkit.engines.generations import FORMAT_VERSION, Manifest
from searchkit.errors import IndexStoreError
from searchkit.indexing.before import NOTHING, Before, generation_before
from searchkit.indexing.changes import Changes, changes_since
from searchkit.indexing.corpora import Corpus, reading_of
from searchkit.indexing.disk_errors import disk_errors_told
from searchkit.indexing.garbage import seldom_collected
from searchkit.indexing.handed_in import handed_in_path
from searchkit.indexing.ingredients import read_ingredients
from searchkit.indexing.outcome import refusal, report, warnings
from searchkit.indexing.progress import Teller
from searchkit.indexing.runs import Preparing, RunMade, preparer, run_tasks
from searchkit.indexing.signals import ended_by_signals
from searchkit.indexing.sources import Failure, Source, Sources
from searchkit.indexing.workers import Workers
from searchkit.model import BuildReport, ProgressCallback
from searchkit.record import replace

_FEW_BYTES = 1 << 20  # of sources that this process analyses before others have begun
_MANY_BYTES = 1 << 23  # of which it does not merge the postings itself, either


class Build:
    """One build, from the reading of the corpus to the new generation."""

    def __init__(
        self,
        corpus: Corpus,
        index: Path,
        *,
        full: bool,
        jobs: int,
        strict: bool,
        config: Config,
        progress: ProgressCallback | None,
    ) -> None:
        """The options are those of `searchkit.build`. The index is not touched yet.

        Raises: CorpusError for a folder that is none; ConfigError.
        """
        self._started = time.monotonic()
        self._index = index
        self._full, self._strict = full, strict
        self._processes = jobs if jobs > 1 else 0  # to share work that is worth it
        self._max_bytes = config.max_article_bytes
        self._teller = Teller(progress)
        self._failures: list[Failure] = []
        self._sources: Sources | None = None
        self._reading = reading_of(
            corpus,
            index,
            full=full,
            max_bytes=self._max_bytes,
            failures=self._failures,
            teller=self._teller,
        )
        self._ingredients = read_ingredients(config)

    def run(self, *, wait_s: float = 0) -> BuildReport:
        """Bring the index up to date; what came of it."""
        with ended_by_signals(), seldom_collected(), self._locked(wait_s):
            made = self._run()
        return replace(made, took_s=time.monotonic() - self._started)

    @contextmanager
    def _locked(self, wait_s: float) -> Iterator[None]:
        """Hold the index folder, cleared of what builds that died left behind."""
        with ExitStack() as held:
            with self._disk_errors_told():
                lock = publishing.build_lock(self._index, wait_s=wait_s)
                held.enter_context(lock)
                publishing.tidy(self._index)
            try:
                yield
            finally:
                handed_in_path(self._index).unlink(missing_ok=True)

    def _run(self) -> BuildReport:
        before = NOTHING
        if not self._full:
            before = generation_before(self._index, self._ingredients)
        left_out: Set[str] = frozenset()
        with Workers(self._index) as workers:
            changes = changes_since(before, self._read(before, workers))
            for name, why in before.warnings.items():
                if name in changes.unchanged:
                    self._failures.append((name, why))
            generation = self._still(before, changes)
            if generation is None or changes.changed:
                generation, left_out = self._make(before, changes, workers)
            else:
                self._refuse_if_strict()
        self._reading.remember()
        warned = warnings(self._failures, changes.sources, left_out)
        return report(generation, before, changes, left_out, self._failures, warned)

    def _read(self, before: Before, workers: Workers) -> Sources:
        """All articles; workers begin as soon as it is known that they are worth it."""
        new_bytes = 0

        def found(source: Source) -> None:
            nonlocal new_bytes
            if not before.has(source):
                new_bytes += source.size_bytes
                if new_bytes >= _FEW_BYTES:
                    with self._disk_errors_told():
                        workers.start(self._processes)

        read = before.folder is not None
        self._sources = sources = self._reading.sources(found, read=read)
        with self._disk_errors_told():
            sources.leave_memory(self._index)
        return sources

    def _still(self, before: Before, changes: Changes) -> Path | None:
        """The generation before, if but for changed articles it is what is wanted."""
        whole = len(changes.unchanged) == len(before.digests)
        same = before.is_made_of(self._reading.root, self._ingredients)
        return before.folder if whole and same else None

    def _make(
        self, before: Before, changes: Changes, workers: Workers
    ) -> tuple[Path, Set[str]]:
        """The generation that answers then, and the doc_ids of what was left out.

        No new one is made if nothing new can be read. Whatever happens, no process is
        left when the generation's files go away.
        """
        with (
            self._disk_errors_told(),
            publishing.new_generation(self._index) as generation,
            closing(workers),
        ):
            if changes.sources.size_bytes >= _MANY_BYTES:
                workers.start(self._processes)
            made = self._analyse(generation, changes.changed, workers)
            self._reading.check_still_there()
            left_out = {name for run in made for name in run.left_out}
            still = self._still(before, changes)
            if still and len(left_out) == len(changes.changed):
                publishing.abandon(generation)
                return still, left_out
            if changes.changed.size_bytes >= _MANY_BYTES:
                workers.renew()
            runs = [run.path for run in made if run.path]
            count = changes.count(left_out)
            self._write(generation, runs, before, changes.unchanged, count, workers)
            self._publish(generation, count, left_out)
        return generation, left_out

    def _analyse(
        self, generation: Path, changed: Sources, workers: Workers
    ) -> list[RunMade]:
        """Make runs in the generation's folder."""
        size = changed.size_bytes

        def analysed(done: int, done_bytes: int) -> None:
            self._teller.tell(
                "analysing", done, len(changed), done_bytes=done_bytes, total_bytes=size
            )

        words = self._ingredients.dictionary.words
        how = Preparing(self._max_bytes, words, handed_in_path(self._index))
        tasks = run_tasks(changed, generation, self._processes)
        job = workers.begin(preparer, how, alone=size < _FEW_BYTES)
        made = job.answers(tasks, analysed)
        self._failures += (failure for run in made for failure in run.failures)
        self._refuse_if_strict()
        for run in made:
            self._reading.note(run.looks)
        return made

    def _write(
        self,
        generation: Path,
        runs: Sequence[Path],
        before: Before,
        kept: Set[str],
        count: int,
        workers: Workers,
    ) -> None:
        """Write all files but the manifest."""
        from searchkit.engines.user_words import write_words
        from searchkit.indexing.writing import write_files

        def told(share: float) -> None:
            self._teller.tell("writing", int(share * count), count)

        write_files(
            generation,
            runs,
            before,
            kept,
            count,
            ingredients=self._ingredients,
            workers=workers,
            told=told,
        )
        write_words(generation, self._ingredients.dictionary.words)

    def _publish(self, generation: Path, count: int, left_out: Set[str]) -> None:
        """Write the manifest, look whether all `count` articles are there, and swap."""
        manifest = self._manifest(generation, count, left_out)
        generations.write_manifest(generation, manifest)
        found = document_count(generation)
        if found != count:
            raise IndexStoreError(
                f"The new index has {found} articles instead of {count}.",
                path=self._index,
                hint="The old one still answers. Run `searchkit build --full`.",
            )
        publishing.publish(self._index, generation)

    def _manifest(self, generation: Path, count: int, left_out: Set[str]) -> Manifest:
        sources = self._sources or Sources()
        return Manifest(
            format_version=FORMAT_VERSION,
            fingerprint=fingerprint(),
            built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            documents=count,
            corpus=self._reading.root,
            files=generations.file_seals(generation),
            warnings=warnings(self._failures, sources, left_out),
            dictionaries=self._ingredients.dictionary.digest,
            glossary=self._ingredients.glossary_digest,
            translations=self._ingredients.translations_digest,
        )

    def _disk_errors_told(self) -> AbstractContextManager[None]:
        return disk_errors_told(self._index, self._size_bytes)

    def _size_bytes(self) -> int:
        """Of the sources, as far as that can be told."""
        sources = self._sources
        return self._reading.size_bytes() if sources is None else sources.size_bytes

    def _refuse_if_strict(self) -> None:
        if self._strict and self._failures:
            raise refusal(self._failures)
