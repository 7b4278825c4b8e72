"""An index of words alone, to be asked for completions and for words like others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from searchkit.engines.columns.encode import Encoder, Slab
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.lists import Lists
from searchkit.engines.columns.postings import Postings, TermPostings
from searchkit.engines.columns.space_writer import SpaceWriter
from searchkit.engines.columns.terms import encode_term
from searchkit.engines.generation.suggestions import Completions
from searchkit.engines.generations import SUGGESTIONS
from searchkit.engines.suggestions import Suggestions


class SmallIndex:
    """As much of a finder and its reader as words are looked for with."""

    def __init__(
        self,
        folder: Path,
        words: Mapping[str, int],
        *,
        titles: Iterable[str] = (),
        headings: Iterable[str] = (),
        names: Iterable[tuple[str, int]] = (),
    ) -> None:
        """`words` with the number of articles that have them, the first ones."""
        self.reader = self
        _write_postings(folder / "postings", words)
        count = max(words.values(), default=0)
        bases = memoryview(np.arange(count + 1, dtype=np.uint64) * (len(words) + 1))
        self.text = Postings(Columns(folder / "postings", "postings"), "text", bases)
        self.suggestions = completions(
            folder, words=words, titles=titles, headings=headings, names=names
        )
        self.looked_up = 0

    def find(self, space: str, term: str) -> TermPostings | None:
        assert space == "text"
        self.looked_up += 1
        return self.text.find(term)


def completions(
    folder: Path,
    *,
    words: Mapping[str, int] | None = None,
    titles: Iterable[str] = (),
    headings: Iterable[str] = (),
    names: Iterable[tuple[str, int]] = (),
) -> Suggestions:
    """The file of completions, written and opened."""
    path = folder / SUGGESTIONS
    made = Completions(folder, titles=titles, headings=headings, names=names)
    made.add_words((words or {}).items())
    made.write(path)
    return Suggestions(Columns(path, SUGGESTIONS))


def _write_postings(path: Path, words: Mapping[str, int]) -> None:
    terms = sorted(words, key=encode_term)
    counts = [words[term] for term in terms]
    bounds = np.cumsum([0, *counts])
    documents = [document for count in counts for document in range(count)]
    width = len(terms) + 1
    positions = [
        document * width + place
        for place, count in enumerate(counts)
        for document in range(count)
    ]
    bases = np.arange(max(counts, default=0) + 1, dtype=np.int64) * width
    slab = Slab(
        positions=Lists(np.array(positions, np.int64), bounds),
        documents=Lists(np.array(documents, np.int64), bounds),
        codes=np.full(len(documents), 100, np.uint8),
        members=Lists(np.zeros(0, np.int64), np.zeros(width, np.int64)),
    )
    with ColumnWriter(path, "postings") as writer:
        space = SpaceWriter(writer, "text")
        space.add([encode_term(term) for term in terms], Encoder(bases).records(slab))
        space.finish()
