"""What grows with the corpus, and how fast?

    python benchmarks/growth.py S.jsonl L.jsonl 1M.jsonl [--jobs 2] [--results DIR]

Builds each corpus of `corpora.py` with searchkit, opens it and runs queries drawn from
it by seed. Build, memory of all processes, size, time to open, latency, and memory of
the searching process are written to `growth.txt` in `--results`. The words are drawn
in the peers' environment, as in `peers.py`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import arguments
import environment
import latency
import machine
import processes
import running
import workload
from peers import measured, table
from running import SEARCHKIT, System

ROUNDS = 3
HEAD = (
    "documents",
    "MiB",
    "build s",
    "MiB/s",
    "peak MiB",
    "index / text",
    "first open ms",
    "open ms",
    "p50 ms",
    "p99 ms",
    "memory MiB",
)


def main() -> None:
    options = _options()
    python = options.python or environment.prepare(options.cache)
    rows = []
    for corpus in options.corpora:
        print(corpus, file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=options.work) as name:
            rows.append((corpus.stem, *_row(corpus, python, options, Path(name))))
    report = "\n".join(_lines(rows, options)) + "\n"
    print(report)
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "growth.txt").write_text(report, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = arguments.parser(__doc__)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--jobs", type=int, default=2)
    arguments.add_queries(parser, rounds=ROUNDS)
    return parser.parse_args()


def _row(
    path: Path, python: Path, options: argparse.Namespace, index: Path
) -> tuple[str, ...]:
    """One corpus, in the order of `HEAD`."""
    corpus = measured(path)
    drawn = running.drawn(path, python, seed=options.seed, each=options.queries)
    queries = [query for query in drawn if query.kind in workload.PAGE_KINDS]
    system = System(SEARCHKIT, python)
    cost = system.build(path, index, jobs=options.jobs)
    with system:
        opening = system.open(index)
        times = latency.measure(
            {SEARCHKIT: system},
            queries,
            rounds=options.rounds,
            seed=options.seed,
            clock=options.clock,
        )
        memory = system.anonymous_mib()
    load = times.mixed(SEARCHKIT, workload.PAGE_KINDS)
    return (
        f"{corpus.documents}",
        f"{corpus.text_mib:.1f}",
        f"{cost.seconds:.1f}",
        f"{corpus.text_mib / cost.seconds:.2f}",
        f"{cost.peak_mib:.0f}",
        f"{processes.size_mib(index) / corpus.text_mib:.2f}",
        f"{opening.first_ms:.1f}",
        f"{opening.again_ms:.1f}",
        f"{statistics.median(load):.2f}",
        f"{latency.percentile(load, 0.99):.2f}",
        f"{memory:.0f}",
    )


def _lines(rows: list[tuple[str, ...]], options: argparse.Namespace) -> Iterator[str]:
    yield machine.describe()
    yield (
        f"searchkit, {options.jobs} processes build; ten hits with snippets, all kinds "
        f"of queries as one load, {options.rounds} rounds, {options.clock} time, "
        f"seed {options.seed}"
    )
    yield from table(("", *HEAD), rows)


if __name__ == "__main__":
    main()
