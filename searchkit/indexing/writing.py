"""Who writes which file of a new generation?

This process puts documents, postings and pages together, and workers merge postings for
it. What is made of documents and words beside that, one of the workers makes (`aids`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

from searchkit.engines.generation.counterparts import RareWords, write_counterparts
from searchkit.engines.generation.families import write_families
from searchkit.engines.generation.writer import GenerationWriter, Told
from searchkit.indexing.aids import (
    add_words,
    begin_suggestions,
    make_glossary,
    make_suggestions,
    make_translations,
    make_whoosh_view,
)
from searchkit.indexing.before import Before
from searchkit.indexing.ingredients import Ingredients
from searchkit.indexing.merging import slab_merger
from searchkit.indexing.packing import page_packer
from searchkit.indexing.workers import Call, Job, Workers, caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future


def write_files(
    generation: Path,
    runs: Sequence[Path],
    before: Before,
    kept: Collection[str],
    count: int,
    *,
    ingredients: Ingredients,
    workers: Workers,
    told: Told,
) -> None:
    """Write all columns of `count` articles: those of runs, and those that are kept.

    The runs are removed. `told` hears what share of the postings is written.
    """
    writer = GenerationWriter(generation, runs, before.folder, kept)
    with writer, closing(workers):
        beside = _Beside(generation, before, ingredients, count, workers)
        writer.write_documents()
        beside.begin()
        rare = _write_postings(writer, workers, beside, told)
        beside.counterparts_known([*rare.counterparts()])
        packing = writer.packing()
        writer.write_pages(packing, workers.begin(page_packer, packing).start)
        beside.wait()
    for path in runs:
        path.unlink()


def _write_postings(
    writer: GenerationWriter, workers: Workers, beside: _Beside, told: Told
) -> RareWords:
    how = writer.merging()
    merging = workers.begin(slab_merger, how)
    return writer.write_postings(
        how, merging.start, told, beside.words_found, beside.words_known
    )


class _Beside:
    """What workers make while postings and pages are written."""

    def __init__(
        self,
        generation: Path,
        before: Before,
        ingredients: Ingredients,
        count: int,
        workers: Workers,
    ) -> None:
        """There are to be `count` documents."""
        self._generation, self._before = generation, before
        self._ingredients, self._count = ingredients, count
        self._anywhere, self._aside = (
            workers.begin(caller, None, alone=alone) for alone in (False, True)
        )
        self._made: list[Future[None]] = []

    def begin(self) -> None:
        """Begin what needs the documents only."""
        same = self._before.with_glossary_of(self._ingredients)
        self._make(self._aside, make_glossary, same, self._ingredients.glossary)
        self._make(self._aside, begin_suggestions, self._before.folder)

    def words_found(self, words: Path, start: int, end: int) -> None:
        """A stretch of the file of words is there."""
        self._make(self._aside, add_words, self._before.folder, words, start, end)

    def words_known(self, words: Path) -> None:
        """All words are there: the rest is made.

        Before that all processes are busy with postings, behind it one of them is not.
        """
        self._make(self._aside, make_suggestions, self._before.folder, words)
        same = self._before.with_translations_of(self._ingredients)
        if bilingual := self._ingredients.bilingual:
            self._make(self._anywhere, make_translations, same, bilingual)
        self._make(self._anywhere, make_whoosh_view, self._count)

    def counterparts_known(self, pairs: Sequence[tuple[int, int]]) -> None:
        """It is known which articles are one in two languages.

        What that tells is made before pages are packed: behind them all but one of the
        processes would wait for it.
        """
        self._make(self._anywhere, write_counterparts, pairs)
        self._make(self._anywhere, write_families, pairs)

    def wait(self) -> None:
        """Wait until all is made; raises what was raised in making it."""
        for one in self._made:
            one.result()

    def _make(
        self, job: Job[Call, None], make: Callable[..., None], *given: object
    ) -> None:
        self._made.append(job.start((make, (self._generation, *given))))
