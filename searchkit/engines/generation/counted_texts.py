"""Which texts are there most often, where they may be more than fit into memory?

A text with its count is a line, so that `sorted_lines` has those that wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice, starmap
from operator import itemgetter
from pathlib import Path

from searchkit.engines.generation.sorted_lines import SortedLines
from searchkit.engines.texts import encoded

_COUNTED_AT_ONCE = 1 << 16  # different texts, some 200 bytes each
_MOST_COUNTED = 10**12 - 1
_RANKED_BY = 20  # bytes of a line: the count, turned round, and the length


def counted_line(text: str, count: int) -> bytes:
    """A line that sorts by the text."""
    return b"%s\t%d\n" % (encoded(text), count)


def counted_text(line: bytes) -> tuple[str, int]:
    """The text and the count of a line of `counted_line`."""
    text, _, count = line.rpartition(b"\t")
    return text.decode("utf-8", "surrogatepass"), int(count)


def ranked_line(text: str, count: int) -> bytes:
    """A line that sorts by the count, highest first, then by length and text."""
    numbers = _MOST_COUNTED - count, len(text)
    return b"%012d%08d%s" % (*numbers, counted_line(text, count))


def ranked_text(line: bytes) -> tuple[str, int]:
    """The text and the count of a line of `ranked_line`."""
    return counted_text(line[_RANKED_BY:])


def counted(texts: Iterable[str], folder: Path) -> Iterator[tuple[str, int]]:
    """How often each text is there; nameless files may be made in `folder`."""
    lines = SortedLines(folder)
    waiting = iter(texts)
    while counts := Counter(islice(waiting, _COUNTED_AT_ONCE)):
        lines.add(starmap(counted_line, counts.items()))
    for text, group in groupby(map(counted_text, lines), itemgetter(0)):
        yield text, sum(count for _, count in group)


def most_frequent(
    texts: Iterable[tuple[str, int]], most: int, folder: Path
) -> Iterator[tuple[str, int]]:
    """So many of counted texts, most frequent first, then the shortest."""
    lines = SortedLines(folder, starmap(ranked_line, texts))
    return map(ranked_text, islice(lines, most))
