"""How long does a query take from its text to the numbers of its best documents?

    python benchmarks/evaluation.py [DOCUMENTS] [WORDS]

An index of documents with so many words each, drawn by Zipf's law, half of them Chinese
(of jieba's dictionary), half Latin, is written by the index's own writer; no article is
parsed. Each query is parsed, planned and evaluated, without snippets; of three times
its shortest, in milliseconds of CPU. What a search kept in memory for the next one is
there: each query was asked before.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jieba
import machine
import numpy as np

from searchkit.analysis.analyzer import fingerprint
from searchkit.engines import generations, ranking
from searchkit.engines.columns.encode import Lists, Slab, SpaceWriter, no_lists
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.finder import Finder
from searchkit.engines.generation.documents import add_texts
from searchkit.engines.reader import GenerationReader
from searchkit.engines.search import Evaluation
from searchkit.engines.weights import TITLE, weight_table
from searchkit.query.parser import parse
from searchkit.query.planner import plan_query

DOCUMENTS = 100_000
WORDS = 120
VOCABULARY = 50_000
TITLE_WORDS = 5
QUERIES = 200
USUAL = (0.002, 0.3)  # shares of the documents that words of the queries are in
SEED = 7


def latin(number: int) -> str:
    """A word of three letters or more."""
    letters, number = "", number + 26 * 26
    while number:
        letters, number = chr(97 + number % 26) + letters, number // 26
    return letters


def vocabulary() -> list[str]:
    """Chinese and Latin words in turn, the most frequent first."""
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    known = sorted(jieba.dt.FREQ.items(), key=lambda item: (-item[1], item[0]))
    chinese = [w for w, f in known if f > 200 and len(w) == 2 and w >= "一"]
    return [
        chinese[at // 2] if at % 2 == 0 and at // 2 < len(chinese) else latin(at)
        for at in range(VOCABULARY)
    ]


class Texts:
    """All words of all documents, in order, and where they stand."""

    def __init__(self, documents: int, length: int) -> None:
        generator = np.random.default_rng(SEED)
        self.words = vocabulary()
        shares = 1 / np.arange(10, VOCABULARY + 10)
        drawn = generator.choice(
            VOCABULARY, documents * length, p=shares / shares.sum()
        )
        self.drawn = drawn.astype(np.int64)
        self.wide = np.array([w >= "一" for w in self.words])[self.drawn]
        atoms = np.where(self.wide, 2, 1).reshape(documents, length)
        places = atoms.cumsum(1) - atoms
        places[:, TITLE_WORDS:] += 1  # the gap behind the title
        self.title_end = places[:, TITLE_WORDS]
        self.base = np.concatenate(([0], (atoms.sum(1) + 2).cumsum()))
        self.numbers = np.repeat(np.arange(documents), length)
        self.positions = self.base[self.numbers] + places.ravel()
        self.parts = np.where(
            np.tile(np.arange(length), documents) < TITLE_WORDS, TITLE, 0
        )

    def slab(self, weights: Any) -> tuple[Slab, Any]:
        """The words and the characters with their lists; of each its documents."""
        characters = sorted({c for w in self.words if w >= "一" for c in w})
        number_of = {c: VOCABULARY + at for at, c in enumerate(characters)}
        halves = [
            np.array([number_of.get(w[i], 0) for w in self.words])[self.drawn][
                self.wide
            ]
            for i in (0, 1)
        ]
        wide = self.wide

        def spread(column: Any, step: int = 0) -> Any:
            return np.concatenate((column, column[wide], column[wide] + step))

        names = [name.encode() for name in (*self.words, *characters)]
        order = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(names), np.int64)
        rank[order] = np.arange(len(names))
        terms = rank[np.concatenate((self.drawn, *halves))]
        positions = spread(self.positions, 1)
        by_term = np.lexsort((positions, terms))
        terms, positions = terms[by_term], positions[by_term]
        numbers, parts = spread(self.numbers)[by_term], spread(self.parts)[by_term]
        new = np.diff(terms * len(weights) + numbers, prepend=-1) != 0
        xs = np.bincount(new.cumsum() - 1, weights[numbers, parts])
        codes = np.searchsorted(ranking.CODE_BORDERS, xs, "right").astype(np.uint8)
        every = np.arange(len(names) + 1)
        bounds = np.searchsorted(terms[new], every)
        slab = Slab(
            [names[at] for at in order],
            Lists(positions, np.searchsorted(terms, every)),
            Lists(numbers[new], bounds),
            codes,
            no_lists(len(names)),
        )
        return slab, np.diff(bounds)[rank[:VOCABULARY]]


def write(folder: Path, texts: Texts) -> Any:
    """Write a generation; the number of documents of each word."""
    count = len(texts.base) - 1
    length = len(texts.drawn) // count
    titles = np.full(count, TITLE_WORDS, np.uint32)
    bodies = np.full(count, length - TITLE_WORDS, np.uint32)
    means = float(TITLE_WORDS), float(length - TITLE_WORDS)
    with ColumnWriter(folder / "documents", "documents", durable=False) as writer:
        sums = [count, int(titles.sum()), int(bodies.sum())]
        writer.add("totals", np.array(sums, "<u8").tobytes())
        writer.add("text_base", texts.base.astype("<u8").tobytes())
        writer.add("math_base", bytes(8 * (count + 1)))
        for name in ("title_end", "alias_end", "body_start"):
            writer.add(name, texts.title_end.astype("<u4").tobytes())
        writer.add("title_words", titles.tobytes())
        for name in ("body_words", "text_bytes"):
            writer.add(name, bodies.tobytes())
        writer.add("date", bytes(4 * count))
        writer.add("digest", bytes(16 * count))
        names = [f"{number:07d}.md".encode() for number in range(count)]
        for name in ("doc_id", "title"):
            add_texts(writer, name, names)
        for name in ("path", "definitions"):
            add_texts(writer, name, [b""] * count)
        add_texts(writer, "topic_names", [])
        writer.add("topics", b"")
        writer.add("topics_at", bytes(4 * (count + 1)))
        writer.add("tags", bytes(int(texts.base[-1]) // 2 + 1))
    slab, found = texts.slab(weight_table(titles, bodies, *means))
    with ColumnWriter(folder / "postings", "postings", durable=False) as writer:
        space = SpaceWriter(writer, "text", texts.base)
        space.add(slab)
        space.finish()
        SpaceWriter(writer, "math", np.zeros(count + 1, np.int64)).finish()
    (folder / "glossary.json").write_text("[]")
    (folder / "twins.json").write_text("{}")
    sizes = generations.file_sizes(folder)
    generations.write_manifest(
        folder,
        generations.Manifest(
            generations.FORMAT_VERSION, fingerprint(), "", count, None, sizes, {}, ""
        ),
    )
    return found


def queries(texts: Texts, found: Any) -> dict[str, list[str]]:
    """Queries of each type, of words drawn as often as documents have them."""
    chance = random.Random(SEED)
    count = len(texts.base) - 1
    usual = [at for at in range(VOCABULARY) if USUAL[0] < found[at] / count < USUAL[1]]
    english = [at for at in usual if texts.words[at].isascii()]
    chinese = [at for at in usual if not texts.words[at].isascii()]

    def some(pool: Sequence[int], number: int) -> list[str]:
        drawn = chance.choices(pool, weights=[found[at] for at in pool], k=number)
        return [texts.words[at] for at in drawn]

    def pair() -> str:
        at = chance.randrange(len(texts.drawn) - 1)
        both = [texts.words[word] for word in texts.drawn[at : at + 2]]
        blank = " " if any(word.isascii() for word in both) else ""
        return f'"{blank.join(both)}"'

    every = range(QUERIES)
    return {
        "one Chinese term": [*some(chinese, QUERIES)],
        "one English term": [*some(english, QUERIES)],
        "two terms OR": [" ".join(some(usual, 2)) for _ in every],
        "three terms OR": [" ".join(some(usual, 3)) for _ in every],
        "eight terms OR": [" ".join(some(usual, 8)) for _ in every],
        "two terms AND": [" ".join("+" + w for w in some(usual, 2)) for _ in every],
        "phrase": [pair() for _ in every],
        "prefix": [word[:3] + "*" for word in some(english, QUERIES)],
    }


def ask(reader: GenerationReader, query: str) -> int:
    """The first ten of a query; how many documents answer it."""
    parsed, _ = parse(query)
    finder = Finder(reader)
    plan, _ = plan_query(parsed, finder)
    return Evaluation(finder, plan).page(limit=10, offset=0, sort="relevance").total


def took_ms(reader: GenerationReader, query: str) -> float:
    """The shortest of three times."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        ask(reader, query)
        times.append(time.thread_time() - start)
    return 1000 * min(times)


def line(name: str, times: Sequence[float]) -> str:
    """The times at 50, 90 and 99 of a hundred."""
    ranked = sorted(times)
    shares = [ranked[int(len(ranked) * share)] for share in (0.5, 0.9, 0.99)]
    return f"{name:18}" + "".join(f"{share:9.3f}" for share in shares)


def main() -> None:
    """Write the index and print a line a type of query, and one of all mixed."""
    documents, length = (*map(int, sys.argv[1:]), DOCUMENTS, WORDS)[:2]
    if len(sys.argv) == 2:
        length = WORDS
    texts = Texts(documents, length)
    with TemporaryDirectory() as folder:
        found = write(Path(folder), texts)
        asked = queries(texts, found)
        del texts
        reader = GenerationReader(Path(folder))
        print(machine.describe())
        print(f"{documents} documents of {length} words; ms of CPU")
        print(f"{'':18}{'p50':>9}{'p90':>9}{'p99':>9}")
        mixed: list[float] = []
        for name, texts_of in asked.items():
            for query in texts_of:
                ask(reader, query)
            times = [took_ms(reader, query) for query in texts_of]
            mixed += times
            print(line(name, times), flush=True)
        print(line("all of them", mixed))
        reader.close()


if __name__ == "__main__":
    main()
