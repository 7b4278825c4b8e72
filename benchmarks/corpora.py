"""Makes corpora of any size from real articles: synthetic ones, of real paragraphs.

    python benchmarks/corpora.py SOURCE [SOURCE …] --size S [--out FOLDER]

A SOURCE is a folder of articles or a file of JSON lines (id, title, text). Each made
article draws its paragraphs, by seed, from a few source articles that stand side by
side, so that its words keep company as they do in real ones; its title is a heading of
theirs. Lengths scatter as real ones do (log-normal). The paragraphs of a corpus larger
than its sources come again and again: new words do not grow with it, postings do.
Writes `synthetic-SIZE.jsonl`, the plain text that a reader sees.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import searchkit
from searchkit.corpus.reader import read_article, read_bytes, walk
from searchkit.corpus.visible import visible_text
from searchkit.model import VisibleText

SEED = 20240601
NEIGHBOURS = 6
"""Source articles side by side that one made article draws from."""

SPREAD = 0.8
"""Standard deviation of the logarithm of a length."""


@dataclass(frozen=True, slots=True)
class Size:
    """So many articles of so many bytes of UTF-8 in the mean."""

    articles: int
    mean_bytes: int


SIZES = {
    "tiny": Size(60, 2_000),
    "S": Size(1_000, 10_000),
    "M": Size(10_000, 10_400),
    "L": Size(100_000, 1_770),
    "10L": Size(1_000_000, 1_770),
    "1M": Size(1_000_000, 600),
}
"""`L` is of sections rather than articles; `1M` and `10L` are of many short ones."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one real article gives: its headings and its paragraphs."""

    headings: tuple[str, ...]
    paragraphs: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--size", choices=SIZES, nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    sources = [source for path in options.sources for source in read_sources(path)]
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.size:
        path = options.out / f"synthetic-{name}.jsonl"
        write(path, name, made(sources, SIZES[name], seed=options.seed))
        print(path)


def read_sources(path: Path) -> Iterator[Source]:
    """What the articles of a folder or of a file of JSON lines are made of."""
    visible = _visible_files(path) if path.is_dir() else _visible_lines(path)
    for title, text in visible:
        headings = [part.heading[-1] for part in text.sections if part.heading]
        blocks = [text.text[block.start : block.end].strip() for block in text.blocks]
        known = set(headings)
        paragraphs = tuple(block for block in blocks if block and block not in known)
        if paragraphs:
            yield Source((title, *headings), paragraphs)


def _visible_files(folder: Path) -> Iterator[tuple[str, VisibleText]]:
    for file in walk(folder)[0]:
        data = read_bytes(file, max_bytes=searchkit.Config().max_article_bytes)
        try:
            read = read_article(file, data)
        except searchkit.CorpusError:
            continue  # empty or not text, as a build would say
        yield read.article.title, read.visible


def _visible_lines(path: Path) -> Iterator[tuple[str, VisibleText]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            article = searchkit.Article(row["id"], row["title"], row["text"])
            yield article.title, visible_text(article)


def made(
    sources: list[Source], size: Size, *, seed: int
) -> Iterator[tuple[str, list[str]]]:
    """(title, paragraphs) of so many synthetic articles."""
    chance = random.Random(seed)
    middle = math.log(size.mean_bytes) - SPREAD**2 / 2  # of a log-normal's mean
    for _ in range(size.articles):
        start = chance.randrange(len(sources))
        near = sources[start : start + NEIGHBOURS]
        length = chance.lognormvariate(middle, SPREAD)
        title = chance.choice(chance.choice(near).headings)
        yield title, list(_paragraphs(near, length, chance))


def _paragraphs(
    near: list[Source], length: float, chance: random.Random
) -> Iterator[str]:
    """Runs of paragraphs until there are so many bytes, the last one cut short.

    None comes twice before all have come once.
    """
    left, taken = length, set[tuple[int, int]]()
    count = sum(len(source.paragraphs) for source in near)
    while left > 0:
        which = chance.randrange(len(near))
        source = near[which].paragraphs
        first = chance.randrange(len(source))
        for number in range(first, min(first + chance.randint(1, 4), len(source))):
            if left <= 0 or ((which, number) in taken and len(taken) < count):
                break
            taken.add((which, number))
            paragraph = source[number]
            size = len(paragraph.encode())
            if size > left:  # a whole one of 5 kB is no part of an article of 1 kB
                paragraph = paragraph[: max(1, int(len(paragraph) * left / size))]
            yield paragraph
            left -= size


def write(path: Path, name: str, articles: Iterable[tuple[str, list[str]]]) -> None:
    """One JSON line for each article."""
    with path.open("w", encoding="utf-8") as lines:
        for number, (title, paragraphs) in enumerate(articles):
            row = {
                "id": f"synthetic-{name}-{number:07}",
                "title": title,
                "text": "\n\n".join(paragraphs),
            }
            print(json.dumps(row, ensure_ascii=False), file=lines)


if __name__ == "__main__":
    main()
