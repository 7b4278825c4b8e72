"""Are the glossary's pairs right? Draws some of an index at random, to be judged.

    python benchmarks/glossary_sample.py INDEX [--seed N] [--count N]

Prints a table (tab separated): both names, in how many articles, a verdict to be filled
in, and one place. `--judged FILE` counts the verdicts of such a file instead; pairs
with a Chinese name are counted by themselves, too, since abbreviations are easier.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable
from pathlib import Path

import searchkit
from searchkit.analysis.pairs import is_chinese

SEED = 7042  # of the sample that was judged; another one for a changed miner


def sample(index: str, seed: int, count: int) -> Iterable[str]:
    """The lines of a table to be judged."""
    with searchkit.open(index) as engine:
        pairs = sorted(engine.glossary(), key=lambda pair: pair.names)
    yield f"# {count} of {len(pairs)} pairs, seed {seed}"
    for pair in random.Random(seed).sample(pairs, count):
        place = pair.places[0]
        yield "\t".join((*pair.names, str(pair.count), "?", place.doc_id))


def precision(judged: Path) -> Iterable[str]:
    """What share of the judged pairs is right."""
    lines = judged.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for name, part in (
        ("all pairs", rows),
        ("with a Chinese name", [row for row in rows if is_chinese(row[0] + row[1])]),
    ):
        right = sum(row[3] == "right" for row in part)
        yield f"{name}: {right} of {len(part)} right, {right / len(part):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", nargs="?", default="index")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--judged", type=Path)
    options = parser.parse_args()
    if options.judged:
        print(*precision(options.judged), sep="\n")
    else:
        print(*sample(options.index, options.seed, options.count), sep="\n")


if __name__ == "__main__":
    main()
