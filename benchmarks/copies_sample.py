"""Are the articles that `--collapse` folds the same? Draws some pairs, to be judged.

    python benchmarks/copies_sample.py INDEX [--seed N] [--count N]

Prints a table (tab separated): what joins the two (twins of two languages, or copies),
a verdict to be filled in (right, wrong, or version for the same text about another
version), both doc_ids, both titles, and how many headings and fences each has. Half of
the pairs are copies, if there are so many. `--judged FILE` counts the verdicts of such
a file instead.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import searchkit
from searchkit.corpus.visible import visible_text
from searchkit.engines.generation.families import path_key
from searchkit.engines.generations import current
from searchkit.engines.reader import GenerationReader

SEED = 7041

Pair = tuple[str, str]


def pairs(index: Path) -> dict[str, list[Pair]]:
    """All pairs of one family, by what joins them."""
    reader = GenerationReader(current(index))
    names, families = reader.texts("doc_id"), list(reader.family)
    reader_families: dict[int, list[str]] = {}
    for number, family in enumerate(families):
        reader_families.setdefault(family, []).append(names[number])
    reader.close()
    found: dict[str, list[Pair]] = {"twins": [], "copies": []}
    for family in reader_families.values():
        for one, two in combinations(family, 2):
            is_twin = path_key(one)[0] == path_key(two)[0]
            found["twins" if is_twin else "copies"].append((one, two))
    return found


def sample(index: Path, seed: int, count: int) -> Iterator[str]:
    """The lines of a table to be judged."""
    found, draw = pairs(index), random.Random(seed)
    copies = draw.sample(found["copies"], min(count // 2, len(found["copies"])))
    twins = draw.sample(found["twins"], min(count - len(copies), len(found["twins"])))
    sizes = ", ".join(f"{len(of)} {kind}" for kind, of in found.items())
    yield f"# {len(copies) + len(twins)} of {sizes}, seed {seed}"
    with searchkit.open(index) as engine:
        for kind, drawn in (("copies", copies), ("twins", twins)):
            for pair in drawn:
                yield "\t".join((kind, "?", *pair, *_told(engine, pair)))


def _told(engine: searchkit.SearchEngine, pair: Pair) -> Iterator[str]:
    articles = [engine.article(doc_id) for doc_id in pair]
    yield from (article.title for article in articles)
    for article in articles:
        visible = visible_text(article)
        fences = sum(1 for block in visible.blocks if block.language)
        yield f"{len(visible.sections) - 1}/{fences}"


def precision(judged: Path) -> Iterator[str]:
    """What share of the judged pairs is right."""
    lines = judged.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for kind in ("copies", "twins"):
        verdicts = [row[1] for row in rows if row[0] == kind]
        right = verdicts.count("right")
        versions = verdicts.count("version")
        yield (
            f"{kind}: of {len(verdicts)} {right} right, {versions} the same text for "
            f"another version, {len(verdicts) - right - versions} wrong"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", nargs="?", default="index", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--judged", type=Path)
    options = parser.parse_args()
    lines: Iterable[str] = (
        precision(options.judged)
        if options.judged
        else sample(options.index, options.seed, options.count)
    )
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
