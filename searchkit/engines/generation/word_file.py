"""Which words of the index may be completions, and how do they come to who makes these?

In a file, of which the other process is told stretch by stretch: it can take words in
while postings are still written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from searchkit.engines.generation.counted_texts import counted_line, counted_text

MOST_RARE_WORDS = 20_000  # up to which number there are words of a single article
LONGEST_TEXT = 200  # characters of a completion; a longer one helps nobody

_WORD_BYTES = 1 << 18  # of words that are told together


class WordFile:
    """Words on their way; a context manager: with its end no more words come."""

    def __init__(self, path: Path, found: Callable[[Path, int, int], None]) -> None:
        """Begin the file, which must not exist.

        `found` hears of one stretch of the file after the other that has words.

        Raises: OSError.
        """
        self._path = path
        self._found = found
        self._told = 0
        self._common = 0
        self._file = path.open("xb")

    def add(self, terms: Iterable[bytes], counts: Iterable[int]) -> None:
        """Add terms as they are written, of which only some are words.

        The counts are those of the articles that have them. Words of one article are
        left out once enough others are there. Raises: OSError.
        """
        least = 2 if self._common >= MOST_RARE_WORDS else 1
        several = 0
        words = []
        for raw, count in zip(terms, counts, strict=True):
            if count >= least:
                term = raw.decode("utf-8", "surrogatepass")
                if 1 < len(term) <= LONGEST_TEXT and term.isalpha():
                    words.append(counted_line(term, count))
                    several += count > 1
        self._common += several
        self._file.writelines(words)
        if self._file.tell() - self._told >= _WORD_BYTES:
            self._tell()

    def _tell(self) -> None:
        self._file.flush()
        start, self._told = self._told, self._file.tell()
        self._found(self._path, start, self._told)

    def __enter__(self) -> WordFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if kind is None:
                self._tell()


def read_words(path: Path, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The words of a stretch, with their counts. Raises: OSError."""
    with path.open("rb") as file:
        file.seek(start)
        lines = file.read(end - start).splitlines(keepends=True)
    return map(counted_text, lines)
