"""Writes searchkit/engines/page.dict, which all chunks of pages are deflated with.

    python scripts/make_page_dictionary.py

It is made of this project's own texts, articles and documents, as COVER makes one
(Liao, Petri, Moffat, Wirth: Effective construction of relative Lempel-Ziv dictionaries,
WWW 2016): the texts are cut into as many stretches as segments fit, and of each is
taken the segment whose short strings stand in most chunks and not in the dictionary
yet. An index cannot be read with another one, so FORMAT_VERSION has to rise with it.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import searchkit
from searchkit.engines.columns.files import Columns
from searchkit.engines.generations import PAGES
from searchkit.engines.page import PRESET, Page

ROOT = Path(__file__).parent.parent
TEXTS = ("corpus/**/*.md", "docs/*.md", "*.md")
BYTES = 29_000
"""A window less a chunk: what is further back cannot be copied."""
SEGMENT = 32
STRING = 5


def main() -> int:
    """Write it; always status 0."""
    PRESET.write_bytes(dictionary(chunks()))
    print(PRESET, PRESET.stat().st_size)
    return 0


def chunks() -> list[bytes]:
    """All chunks of the pages of this project's texts, as they are deflated."""
    paths = sorted({path for pattern in TEXTS for path in ROOT.glob(pattern)})
    articles = [
        searchkit.Article(
            str(path.relative_to(ROOT)), path.stem, path.read_text("utf-8")
        )
        for path in paths
    ]
    with tempfile.TemporaryDirectory() as folder:
        generation = searchkit.build(articles, Path(folder) / "index").index_path
        columns = Columns(generation / PAGES, PAGES)
        at = columns.column("page_offsets").integers("Q").tolist()
        data = columns.column("page").whole().tobytes()
    pages = [Page(data[low:high]) for low, high in pairwise(at)]
    return [page.raw_chunk(n) for page in pages for n in range(len(page.rows))]


def dictionary(texts: Sequence[bytes]) -> bytes:
    """The segments, the best last: what is nearest takes the fewest bits."""
    holding: Counter[bytes] = Counter()
    for text in texts:
        holding.update({text[i : i + STRING] for i in range(len(text) - STRING + 1)})
    every = b"".join(texts)
    count = BYTES // SEGMENT
    step = len(every) // count
    found: list[tuple[int, bytes]] = []
    met: set[bytes] = set()
    for start in range(0, count * step, step):
        stretch = every[start : start + step + SEGMENT]
        strings = [stretch[i : i + STRING] for i in range(len(stretch) - STRING + 1)]
        worths = [0 if one in met else holding[one] - 1 for one in strings]
        worth, at = best(worths, SEGMENT - STRING + 1)
        if worth > 0:
            found.append((worth, stretch[at : at + SEGMENT]))
            met.update(strings[at : at + SEGMENT - STRING + 1])
    return b"".join(segment for _, segment in sorted(found))


def best(worths: Sequence[int], width: int) -> tuple[int, int]:
    """The highest sum of so many values in a row, and where they begin."""
    sums = [sum(worths[:width])]
    for left, right in zip(worths, worths[width:], strict=False):
        sums.append(sums[-1] - left + right)
    return max(sums), sums.index(max(sums))


if __name__ == "__main__":
    sys.exit(main())
