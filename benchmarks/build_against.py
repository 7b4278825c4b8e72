"""How much sooner is a folder of Markdown searchable with searchkit than with others?

    python benchmarks/build_against.py FOLDER [--every N] [--systems whoosh tantivy]

searchkit builds the folder from nothing with `--jobs` processes. The others get the
same visible text: searchkit's reader writes it to a file in one process, whose time is
added to theirs, and they index it the way their users would, in one Python process,
since jieba has no other. Articles are every N-th of the folder, copied. Written to
`build_against.txt` in `--results`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import arguments
import environment
import machine
import processes
import running
from running import SEARCHKIT

import searchkit
from searchkit.corpus.reader import read_article, read_bytes, walk

PARSE = "Markdown to visible text"


def main() -> None:
    options = _options()
    if options.write_visible:
        write_visible(options.folder, options.write_visible)
        return
    python = options.python or environment.prepare(options.cache)
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        lines = list(_lines(options, python, Path(name)))
    print(*lines, sep="\n")
    options.results.mkdir(parents=True, exist_ok=True)
    path = options.results / "build_against.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = arguments.parser(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--systems", nargs="+", default=["whoosh", "tantivy"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--write-visible", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def write_visible(folder: Path, path: Path) -> None:
    """The visible text of a folder's articles as JSON lines (id, title, text)."""
    with path.open("w", encoding="utf-8") as lines:
        for file in walk(folder)[0]:
            data = read_bytes(file, max_bytes=searchkit.Config().max_article_bytes)
            try:
                read = read_article(file, data)
            except searchkit.CorpusError:
                continue  # empty or not text: a build tells, and goes on
            row = {
                "id": file.doc_id,
                "title": read.article.title,
                "text": read.visible.text,
            }
            print(json.dumps(row, ensure_ascii=False), file=lines)


def _lines(options: argparse.Namespace, python: Path, work: Path) -> Iterator[str]:
    """Measure, and say what was measured."""
    folder = _every(options.folder, options.every, work / "articles")
    size, count = processes.size_mib(folder), len(walk(folder)[0])
    yield f"{machine.describe()}; peers: {environment.versions(python)}"
    yield (
        f"{options.folder.name}: {count} files (every {options.every}), {size:.1f} MiB "
        f"of Markdown; medians of {options.rounds} rounds; ratios are to searchkit"
    )
    rounds = [_round(options, python, folder, work) for _ in range(options.rounds)]
    for what in rounds[0]:
        costs = [one[what] for one in rounds]
        ratios = [one[what].seconds / one[SEARCHKIT].seconds for one in rounds]
        yield _line(what, costs, ratios, size)


def _round(
    options: argparse.Namespace, python: Path, folder: Path, work: Path
) -> dict[str, processes.Cost]:
    """What each system costs, one after the other; the peers' with the parse."""
    visible = work / "visible.jsonl"
    reads = [sys.executable, __file__, str(folder), "--write-visible", str(visible)]
    costs = {
        SEARCHKIT: processes.run(_searchkit_command(folder, work, options.jobs)),
        PARSE: processes.run(reads),
    }
    for name in options.systems:
        cost = running.System(name, python).build(visible, work / name, jobs=1)
        costs[f"{name} behind it"] = _together(costs[PARSE], cost)
    return costs


def _together(one: processes.Cost, then: processes.Cost) -> processes.Cost:
    return processes.Cost(
        one.seconds + then.seconds,
        one.cpu_seconds + then.cpu_seconds,
        max(one.peak_mib, then.peak_mib),
    )


def _every(folder: Path, step: int, target: Path) -> Path:
    """Every `step`-th article of the folder, copied, so that all read the same."""
    for file in walk(folder)[0][::step]:
        path = target / file.doc_id
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, path)
    return target


def _searchkit_command(folder: Path, work: Path, jobs: int) -> list[str]:
    program = [sys.executable, "-m", "searchkit", "build", str(folder), "--full"]
    options = ["--index", str(work / "searchkit"), "--jobs", str(jobs), "--quiet"]
    return [*program, *options]


def _line(
    what: str, costs: list[processes.Cost], ratios: list[float], size_mib: float
) -> str:
    seconds = statistics.median(cost.seconds for cost in costs)
    return (
        f"  {what:28} {seconds:7.1f} s  {size_mib / seconds:6.2f} MiB/s  "
        f"{statistics.median(cost.cpu_seconds for cost in costs):7.1f} CPU s  "
        f"{max(cost.peak_mib for cost in costs):5.0f} MiB at most  "
        f"{statistics.median(ratios):5.1f} times "
        f"({min(ratios):.1f}–{max(ratios):.1f})"
    )


if __name__ == "__main__":
    main()
