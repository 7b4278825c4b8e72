"""What does a build cost, phase by phase, and what does the index take on the disk?

    python benchmarks/build.py FOLDER [--jobs N]

Builds FOLDER from nothing, again with nothing changed, and with ten files changed; each
in a process of its own. Prints the seconds of each on the clock, of all cores and by
phase, the peak memory of all processes together, and the bytes of every file and column
against those of the sources and of the visible text.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import machine
import processes

import searchkit
from searchkit.engines.columns.files import Columns
from searchkit.engines.reader import GenerationReader

MIB = 1024 * 1024
CHANGED = 10
COLUMN_FILES = ("documents", "pages", "postings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timed", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.timed:
        print_phases(options.folder, options.timed, options.jobs)
        return
    print(machine.describe())
    with tempfile.TemporaryDirectory() as name:
        measure(options.folder, Path(name), options.jobs)


def measure(folder: Path, work: Path, jobs: int) -> None:
    """Build three times and show what it cost."""
    copy = Path(shutil.copytree(folder, work / "copy", symlinks=True))
    files = [path for path in copy.rglob("*") if path.is_file()]
    source_bytes = sum(path.stat().st_size for path in files)
    print(
        f"{folder.name}: {len(files)} files, {source_bytes / MIB:.1f} MiB, {jobs} jobs"
    )
    time.sleep(2)  # so that the copies' times can be trusted
    index = work / "index"
    show("from nothing", copy, index, jobs)
    show("nothing changed", copy, index, jobs)
    articles = sorted(copy.rglob("*.md"))
    for path in articles[:: max(1, len(articles) // CHANGED)][:CHANGED]:
        path.write_bytes(path.read_bytes() + "\n又改了一句。\n".encode())
    show(f"{CHANGED} files changed", copy, index, jobs)
    show_sizes(index, source_bytes)


def show(what: str, folder: Path, index: Path, jobs: int) -> None:
    """Build in a process of its own and print its cost."""
    script = [sys.executable, __file__, str(folder), "--jobs", str(jobs)]
    with tempfile.NamedTemporaryFile("r") as phases:
        os.environ["PHASES"] = phases.name
        cost = processes.run([*script, "--timed", str(index)])
        by_phase = json.loads(phases.read())
    told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in by_phase.items())
    seconds = f"{cost.seconds:7.2f} s  {cost.cpu_seconds:7.2f} s of all cores"
    print(f"  {what:18} {seconds}  {cost.peak_mib:5.0f} MiB  ({told})")


def print_phases(folder: Path, index: Path, jobs: int) -> None:
    """Build, and write the seconds of each phase to the file that PHASES names."""
    seconds: dict[str, float] = {}
    phase, began = "starting", time.perf_counter()

    def hear(progress: searchkit.Progress) -> None:
        nonlocal phase, began
        if progress.phase != phase:
            now = time.perf_counter()
            seconds[phase] = now - began
            phase, began = progress.phase, now

    searchkit.build(folder, index, jobs=jobs, progress=hear)
    seconds[phase] = time.perf_counter() - began
    Path(os.environ["PHASES"]).write_text(json.dumps(seconds))


def show_sizes(index: Path, source_bytes: int) -> None:
    """Print every file and column, with its share of the sources and of the text."""
    folder = index / (index / "current").read_text("ascii").strip()
    text_bytes = text_size(folder)
    print(f"  visible text {text_bytes / MIB:.1f} MiB")
    rows = [(path.name, path.stat().st_size) for path in sorted(folder.iterdir())]
    for name, size in [("whole index", sum(size for _, size in rows)), *rows]:
        show_size(name, size, source_bytes, text_bytes)
        if name in COLUMN_FILES:
            columns = Columns(folder / name, name)
            for column in columns:
                size = len(columns.column(column))
                show_size(f"  {column}", size, source_bytes, text_bytes)


def show_size(name: str, size: int, source_bytes: int, text_bytes: int) -> None:
    """One line: bytes, and what part of the sources and of the text they are."""
    print(
        f"  {name:24} {size:12,} bytes  {size / source_bytes:6.3f} of the sources  "
        f"{size / text_bytes:6.3f} of the text"
    )


def text_size(generation: Path) -> int:
    """The bytes of the visible text of all documents."""
    with closing(GenerationReader(generation)) as reader:
        return sum(reader.text_bytes)


if __name__ == "__main__":
    main()
