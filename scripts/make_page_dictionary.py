"""Writes searchkit/engines/page.dict, which all stored texts are packed with.

    python scripts/make_page_dictionary.py

It is made of this project's own texts alone. Of articles and documents it has what
COVER would take (Liao, Petri, Moffat, Wirth: Effective construction of relative
Lempel-Ziv dictionaries, WWW 2016): the texts are cut into as many stretches as segments
fit, and of each is taken the segment whose short strings stand in most chunks and not
in the dictionary yet. Before them stand the words of the vocabulary that are nowhere in
them. Zstandard adds the statistics of the chunks of those texts (RFC 8878, 5). An index
cannot be read with another one, so FORMAT_VERSION has to rise with it.

Of chunks of 6,800 real articles and of 10,000 and 100,000 made ones, packed with level
7, as parts of what a dictionary of 29 KB of segments leaves: 60 KB of segments .98,
.98, .98; 106 KB .98, .97, .97; 240 KB .97, .96, .95; this one, of 44 KB of segments and
84 KB of words, .93, .91, .90; in 250 KB, with 110 KB of segments, they are no less.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import searchkit
from searchkit.analysis.folding import fold
from searchkit.analysis.translations import vocabulary
from searchkit.engines.columns.files import Columns
from searchkit.engines.generations import PAGES
from searchkit.engines.packing import DICTIONARY, LEVEL, Packing, zstd
from searchkit.engines.page import Page
from searchkit.engines.texts import Texts

ROOT = Path(__file__).parent.parent
TEXTS = ("corpus/**/*.md", "docs/*.md", "*.md")
BYTES = 44_000
"""Of segments: with the words some less than 128 KB, for which Zstandard has smaller
tables. A build finds most of them gone from the processor's cache: in tables for more a
chunk takes 1.2 times as long."""
SEGMENT = 32
STRING = 5
STATISTICS = 1000
"""Bytes that they take at most."""


def main() -> int:
    """Write it; always status 0."""
    texts = chunks()
    segments = cover(texts)
    words = " ".join(sorted(words_beside(segments), reverse=True))
    content = words.encode() + segments
    raw = zstd.ZstdDict(content, is_raw=True)
    made = zstd.finalize_dict(raw, texts, len(content) + STATISTICS, LEVEL)
    size = Path(DICTIONARY).write_bytes(made.dict_content)
    print(DICTIONARY, size)
    return 0


def chunks() -> list[bytes]:
    """All chunks of the pages of this project's texts, as they are packed."""
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
        packing = Packing(columns.column("sample").whole().tobytes())
        pages = [Page(data, packing) for data in Texts(columns, "page").all_raw()]
    return [page.raw_chunk(n) for page in pages for n in range(len(page.rows))]


def cover(texts: Sequence[bytes]) -> bytes:
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


def words_beside(segments: bytes) -> Iterator[str]:
    """The words of the vocabulary, and their names, that are in no segment and in no
    longer one."""
    text = fold(segments.decode("utf-8", "ignore")).text
    every = {name for word, names in vocabulary() for name in (word, *names)}
    for name in sorted(every, key=lambda name: (-len(name), name)):
        if name not in text:
            text += " " + name
            yield name


def best(worths: Sequence[int], width: int) -> tuple[int, int]:
    """The highest sum of so many values in a row, and where they begin."""
    sums = [sum(worths[:width])]
    for left, right in zip(worths, worths[width:], strict=False):
        sums.append(sums[-1] - left + right)
    return max(sums), sums.index(max(sums))


if __name__ == "__main__":
    sys.exit(main())
