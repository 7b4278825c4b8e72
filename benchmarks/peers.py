"""How does searchkit compare with what else one could use, on the same documents?

    python benchmarks/peers.py CORPUS.jsonl [--systems …] [--rounds N] [--results DIR]

`corpora.py` makes corpora. The peers get an environment of their own in `--cache`,
made by the first run (or `--python` names one that has them). Each system builds the
corpus; then all run the same queries, drawn from it by seed, taking turns query by
query; counts are compared; a search in a new process is measured for each. Everything
is written to `peers-CORPUS.txt` and `.json` in `--results` with machine and date.

How each peer is set up stands in its module in `systems/`. "Snippets": ten hits, each
with a snippet of 160 characters, and the total where the system has one. "First ten":
the numbers of the ten best documents and nothing else, without a total. Times are taken
inside each system's process and begin with the text that a person typed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import agreement
import arguments
import environment
import fresh_process
import latency
import machine
import processes
import running
import workload
from running import SEARCHKIT, Opening, System
from systems import Query, read_corpus

BASE = "tantivy"
"""What ratios are to, if it is among the systems; else the first peer."""

ROUNDS = 5
FRESH_ROUNDS = 7
SEARCHES = 100  # before memory is measured
NAMES = (SEARCHKIT, *environment.PEERS)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is searched: sizes are of titles and texts in UTF-8."""

    path: Path
    documents: int
    text_mib: float


@dataclass(frozen=True, slots=True)
class Built:
    """What an index cost and how large it is."""

    jobs: int
    cost: processes.Cost
    size_mib: float


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine at rest: how long opening took, what it holds after 100 searches."""

    opening: Opening
    anonymous_mib: float


def main() -> None:
    options = _options()
    python = options.python or environment.prepare(options.cache)
    corpus = measured(options.corpus)
    queries = running.drawn(
        corpus.path, python, seed=options.seed, each=options.queries
    )
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        run = _Run(corpus, python, queries, options, Path(name))
        run.measure()
    options.results.mkdir(parents=True, exist_ok=True)
    report = "\n".join(run.lines()) + "\n"
    print(report)
    stem = options.results / f"peers-{corpus.path.stem.removeprefix('synthetic-')}"
    stem.with_suffix(".txt").write_text(report, encoding="utf-8")
    stem.with_suffix(".json").write_text(run.as_json(), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = arguments.parser(__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--systems", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--fresh-rounds", type=int, default=FRESH_ROUNDS)
    arguments.add_queries(parser, rounds=ROUNDS)
    return parser.parse_args()


def measured(path: Path) -> Corpus:
    """How much there is in a corpus."""
    documents, size = 0, 0
    for document in read_corpus(path):
        documents += 1
        size += len(document.title.encode()) + len(document.text.encode())
    return Corpus(path, documents, size / processes.MIB)


class _Run:
    """One comparison: measured once, then told in lines and in JSON."""

    def __init__(
        self,
        corpus: Corpus,
        python: Path,
        queries: Sequence[Query],
        options: argparse.Namespace,
        work: Path,
    ) -> None:
        self.corpus, self.queries, self.python = corpus, queries, python
        self.work = work
        self.names: list[str] = options.systems
        self.jobs: list[int] = options.jobs
        self.rounds, self.seed = options.rounds, options.seed
        self.clock: str = options.clock
        self.fresh_rounds: int = options.fresh_rounds
        peers = [name for name in self.names if name != SEARCHKIT]
        self.base = BASE if BASE in peers else next(iter(peers), SEARCHKIT)
        self.machine = f"{machine.describe()}; peers: {environment.versions(python)}"
        self.builds: dict[str, Built] = {}
        self.opened: dict[str, Opened] = {}
        self.times = latency.Times(queries)
        self.agreement: list[str] = []
        self.fresh: dict[str, float] = {}

    def measure(self) -> None:
        for name in self.names:
            self._build(name)
        for name in self.names:
            with System(name, self.python) as system:
                self.opened[name] = self._open(system)
        with ExitStack() as stack:
            systems = {
                name: stack.enter_context(System(name, self.python))
                for name in self.names
            }
            for name, system in systems.items():
                system.open(self.work / name)
            _say("searches")
            self.times = latency.measure(
                systems,
                self.queries,
                rounds=self.rounds,
                seed=self.seed,
                clock=self.clock,
            )
            _say("counts")
            self.agreement = list(self._agreement(systems))
        _say("new processes")
        self.fresh = self._fresh(self.fresh_rounds)

    def _build(self, name: str) -> None:
        for jobs in self.jobs if name == SEARCHKIT else [1]:
            what = f"{name}, {jobs} processes" if jobs > 1 else name
            _say(f"building with {what}")
            index = self.work / name
            cost = System(name, self.python).build(self.corpus.path, index, jobs=jobs)
            self.builds[what] = Built(jobs, cost, processes.size_mib(index))

    def _agreement(self, systems: Mapping[str, System]) -> Iterator[str]:
        counts = agreement.count(systems, self.queries)
        yield from agreement.among_peers(counts, self.queries)
        if SEARCHKIT in systems:
            yield from agreement.with_scan(
                systems[SEARCHKIT], self.corpus.path, self.queries
            )
            yield from agreement.beside_jieba(counts, self.queries)

    def _open(self, system: System) -> Opened:
        """Open its index, and see what its process holds after its first searches."""
        opening = system.open(self.work / system.name)
        asked = [
            query
            for query in self.queries
            if query.kind in workload.PAGE_KINDS and latency.answers(system.name, query)
        ]
        for number in range(SEARCHES):
            system.ask("page", asked[number % len(asked)])
        return Opened(opening, system.anonymous_mib())

    def _fresh(self, rounds: int) -> dict[str, float]:
        text = next(q.parts[0] for q in self.queries if q.band == "middle")
        commands: dict[str, Sequence[str]] = {
            name: System(name, self.python).once(self.work / name, text)
            for name in self.names
        }
        if rg := environment.ripgrep(self.python):
            folder = _as_files(self.corpus.path, self.work / "files")
            command = [str(rg), "--count", "--no-messages", text, str(folder)]
            commands["ripgrep over the files"] = command
        terminal = {name: c for name, c in commands.items() if name == SEARCHKIT}
        return fresh_process.measure(commands, terminal=terminal, rounds=rounds)

    def lines(self) -> Iterator[str]:
        """The report."""
        corpus = self.corpus
        yield self.machine
        yield (
            f"{corpus.path.stem}: {corpus.documents} documents, "
            f"{corpus.text_mib:.1f} MiB of text; {len(self.queries)} queries, "
            f"{self.rounds} rounds, {self.clock} time, seed {self.seed}"
        )
        missing = ", ".join(environment.WITHOUT_WHEELS)
        yield f"not compared, since pip has no wheels of it: {missing}"
        yield from self._build_lines()
        yield from self._latency_lines()
        yield from ("", "Counts", *self.agreement)
        yield from ("", "One search in a new process, CPU time, median")
        yield from fresh_process.lines(self.fresh)
        if environment.ripgrep(self.python) is None:
            yield "ripgrep is not in the peers' environment"

    def _build_lines(self) -> Iterator[str]:
        yield from ("", "Builds, segmentation and the start of the process included")
        head = ("", "s", "MiB/s", "CPU s", "peak MiB", "index / text")
        rows = [
            (
                what,
                f"{built.cost.seconds:.1f}",
                f"{self.corpus.text_mib / built.cost.seconds:.2f}",
                f"{built.cost.cpu_seconds:.1f}",
                f"{built.cost.peak_mib:.0f}",
                f"{built.size_mib / self.corpus.text_mib:.2f}",
            )
            for what, built in self.builds.items()
        ]
        yield from table(head, rows)
        yield from ("", f"Opened; memory after {SEARCHES} searches, mapped files apart")
        opened = [
            (
                name,
                f"{found.opening.first_ms:.1f}",
                f"{found.opening.again_ms:.1f}",
                f"{found.anonymous_mib:.0f}",
            )
            for name, found in self.opened.items()
        ]
        yield from table(("", "first ms", "again ms", "MiB"), opened)

    def _latency_lines(self) -> Iterator[str]:
        for title, kinds in (
            ("Ten hits with snippets, median ms", workload.PAGE_KINDS),
            ("First ten documents, median ms", workload.FIRST_KINDS),
        ):
            yield from ("", title)
            rows = [
                (name, *latency.median_row(self.times, name, kinds))
                for name in self.names
            ]
            yield from table(("", *kinds), rows)
            yield from self._ratio_lines(kinds)
        yield from ("", "All kinds with snippets as one load, ms")
        loads = [(name, *latency.mixed_row(self.times, name)) for name in self.names]
        yield from table(("", "p50", "p99", "p99 / p50"), loads)

    def _ratio_lines(self, kinds: Sequence[str]) -> Iterator[str]:
        """searchkit to the base: medians and quartiles of each query's ratio."""
        if SEARCHKIT not in self.names or self.base == SEARCHKIT:
            return
        found = {kind: self.times.ratios(SEARCHKIT, self.base, kind) for kind in kinds}
        yield f"{SEARCHKIT} / {self.base}, each query in each round, with quartiles"
        for kind, ratios in found.items():
            yield f"  {kind:8} {latency.spread(ratios) if ratios else '–'}"
        medians = [statistics.median(ratios) for ratios in found.values() if ratios]
        yield f"  geometric mean of the medians {latency.geometric_mean(medians):.2f}"
        new = (
            self.times.ratios(SEARCHKIT, self.base, kind, first=True) for kind in kinds
        )
        medians = [statistics.median(ratios) for ratios in new if ratios]
        mean = f"{latency.geometric_mean(medians):.2f}"
        yield f"  the same where each query is asked for the first time {mean}"

    def as_json(self) -> str:
        """All that was measured, each time of each query included."""
        value = {
            "machine": self.machine,
            "corpus": {**asdict(self.corpus), "path": self.corpus.path.name},
            "seed": self.seed,
            "clock": self.clock,
            "builds": {name: asdict(built) for name, built in self.builds.items()},
            "opened": {name: asdict(found) for name, found in self.opened.items()},
            "queries": [asdict(query) for query in self.queries],
            "ms": self.times.of,
            "agreement": self.agreement,
            "fresh_process_cpu_ms": self.fresh,
        }
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _as_files(corpus: Path, folder: Path) -> Path:
    """Each document as a file, for tools that search files; a thousand a folder."""
    for document in read_corpus(corpus):
        path = folder / str(document.number // 1000) / f"{document.number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.whole, encoding="utf-8")
    return folder


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns flush right, but for the first one."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for first, *others in (head, *rows):
        cells = (c.rjust(w) for c, w in zip(others, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
