"""How long does a real corpus take to build, to bring up to date, and to search?

    python benchmarks/corpus.py FOLDER [--jobs 1 2] [--queries FILE]

Builds FOLDER from nothing with each number of jobs, builds again with nothing changed
and with ten files changed, and runs every query of FILE (one a line) 20 times.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import machine
import processes

import searchkit

MIB = 1024 * 1024
ROUNDS = 20
CHANGED = 10
QUERIES = Path(__file__).parent / "queries.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--queries", type=Path, default=QUERIES)
    options = parser.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory() as name:
        index = measure_builds(options.folder, options.jobs, Path(name))
        measure_searches(index, options.queries)


def measure_builds(folder: Path, all_jobs: list[int], work: Path) -> Path:
    """Print the cost of each kind of build; the last index that was built."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    size_mib = sum(path.stat().st_size for path in files) / MIB
    print(f"{folder.name}: {len(files)} files, {size_mib:.1f} MiB")
    copy = Path(shutil.copytree(folder, work / "copy", symlinks=True))
    for jobs in all_jobs:
        index = work / f"index{jobs}"
        show_build(f"from nothing, {jobs} job(s)", copy, index, jobs, size_mib)
    show_build("nothing changed", copy, index, jobs, size_mib)
    articles = sorted(copy.rglob("*.md"))
    for path in articles[:: max(1, len(articles) // CHANGED)][:CHANGED]:
        path.write_bytes(path.read_bytes() + "\n又改了一句。\n".encode())
    show_build(f"{CHANGED} files changed", copy, index, jobs, size_mib)
    return index


def show_build(
    what: str, folder: Path, index: Path, jobs: int, size_mib: float
) -> None:
    options = ["--index", str(index), "--jobs", str(jobs), "--quiet"]
    command = [sys.executable, "-m", "searchkit", "build", str(folder), *options]
    cost = processes.run(command)
    rate = size_mib / cost.seconds
    print(
        f"  {what:24} {cost.seconds:7.1f} s  {rate:6.2f} MiB/s  "
        f"{cost.peak_mib:6.0f} MiB of memory at most"
    )


def measure_searches(index: Path, queries: Path) -> None:
    """Print what each query finds, and the time of the first run and of later ones."""
    with searchkit.open(index) as engine:
        stats = engine.stats()
        print(
            f"  index: {stats.documents} articles, {stats.terms} terms, "
            f"{stats.size_bytes / MIB:.1f} MiB, "
            f"{stats.size_bytes / stats.text_bytes:.2f} of the visible text\n"
        )
        print(f"{'total':>6} {'first ms':>9} {'median ms':>10}  query → first hit")
        for query in queries.read_text("utf-8").splitlines():
            first = engine.search(query)
            times = []
            for _ in range(ROUNDS):
                started = time.perf_counter()
                result = engine.search(query)
                times.append((time.perf_counter() - started) * 1000)
            assert result.total == first.total
            best = result.hits[0].doc_id if result.hits else "nothing"
            print(
                f"{result.total:6} {first.took_ms:9.1f} "
                f"{statistics.median(times):10.1f}  {query} → {best}"
            )


if __name__ == "__main__":
    main()
