"""Does a search ever fail, or mix two indexes, while builds land?

    python benchmarks/readers.py [--threads N] [--processes N] [--builds N]

Reader threads of this process and reader processes search without pause, each on an
engine that is refreshed before every search, while builds put one generation after the
other in its place. Every article of generation N holds the word of N and of no other,
and there are FEWEST + N articles: so each answer tells which generation it is from, and
whether all of it is. At the end no reader may have more files open than it had after
its first searches, nor more than MEMORY more memory, and two generations may be left.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import machine

import searchkit
from searchkit import Article

FEWEST = 20
MEMORY = 24 << 20
_WARM = 20  # searches after which a reader is compared with itself


def word(generation: int) -> str:
    """A word that only the articles of one generation hold."""
    digits = str(generation).translate(str.maketrans("0123456789", "abcdefghij"))
    return f"generation{digits}"


def articles(generation: int) -> Iterator[Article]:
    for number in range(FEWEST + generation):
        body = f"注意力 {word(generation)} 旋转位置编码 token\n\n" * 3
        yield Article(f"{number:04}", f"{word(generation)} {number}", body)


def ask(engine: searchkit.SearchEngine) -> int:
    """Search, show and complete; the generation that all of it is from.

    Raises: AssertionError if it is from more than one.
    """
    found = engine.search("注意力 token", limit=3)
    generation = found.total - FEWEST
    name = word(generation)
    assert found.hits, "no hits"
    for hit in found.hits:
        assert hit.title.split()[0] == name, f"{hit.title} in generation {generation}"
        assert all(name in snippet.text for snippet in hit.snippets), hit.snippets
    assert engine.search(name).total == found.total, "its word stands elsewhere"
    assert name in engine.article("0000").body
    completed = engine.suggest("generation")
    assert any(text.startswith(name) for text in completed), completed
    return generation


def open_files() -> int:
    """Files and maps of this process; 0 where the system does not tell."""
    with suppress(OSError):
        maps = Path("/proc/self/maps").read_text().count("generation-")
        return len(os.listdir("/proc/self/fd")) + maps  # noqa: PTH208
    return 0


def memory_bytes() -> int:
    """Memory in use by this process; 0 where the system does not tell."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


@dataclass
class Reader:
    """One that searches without pause until it is told to stop."""

    index: Path
    stop: threading.Event
    searches: int = 0
    seen: set[int] = field(default_factory=set)
    failure: str = ""

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001, told by who started it
            self.failure = f"{type(error).__name__}: {error}"

    def _run(self) -> None:
        engine = searchkit.open(self.index)
        last = -1
        while not self.stop.is_set():
            newer = engine.refresh()
            if newer is not engine:
                engine.close()
                engine = newer
            generation = ask(engine)
            assert generation >= last, f"{generation} after {last}"
            last = generation
            self.seen.add(generation)
            self.searches += 1
        engine.close()


def read_in_threads(
    index: Path, count: int, stop: threading.Event
) -> dict[str, object]:
    """What so many reader threads saw, and how this process grew meanwhile."""
    readers = [Reader(index, stop) for _ in range(count)]
    threads = [threading.Thread(target=reader.run) for reader in readers]
    for thread in threads:
        thread.start()
    while not stop.wait(0.02) and min(r.searches for r in readers) < _WARM:
        if any(reader.failure for reader in readers):
            break
    files, memory = open_files(), memory_bytes()
    for thread in threads:
        thread.join()
    gc.collect()
    return {
        "searches": sum(reader.searches for reader in readers),
        "generations": len(set().union(*(reader.seen for reader in readers))),
        "failures": [reader.failure for reader in readers if reader.failure],
        "files": max(0, open_files() - files),
        "memory": max(0, memory_bytes() - memory),
    }


def read_until_input_ends(index: Path) -> None:
    """A reader process: says when it begins, and what it saw, as a line of JSON."""
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    print("begun", flush=True)
    print(json.dumps(read_in_threads(index, 1, stop)), flush=True)


def start_process(index: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--read", str(index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    return process


def run(folder: Path, threads: int, processes: int, builds: int) -> dict[str, object]:
    """All readers and builds; what was seen. Raises: AssertionError."""
    index = folder / "index"
    searchkit.build(articles(0), index)
    started = [start_process(index) for _ in range(processes)]
    own_stop = threading.Event()
    seen: list[dict[str, object]] = []
    own = threading.Thread(
        target=lambda: seen.append(read_in_threads(index, threads, own_stop))
    )
    own.start()
    try:
        for generation in range(1, builds + 1):
            searchkit.build(articles(generation), index)
            time.sleep(0.01)
    finally:
        own_stop.set()
        own.join()
        said = [process.communicate()[0] for process in started]
    everyone = [*map(json.loads, said), *seen]
    for one in everyone:
        assert not one["failures"], one["failures"]
        assert one["searches"], "a reader never searched"
    for one in everyone[:processes]:  # this process builds, too, and so grows
        assert one["files"] == 0, f"{one['files']} more files are open"
        assert one["memory"] < MEMORY, f"{one['memory']:,} bytes more"
    own_files = seen[0]["files"] if threads else 0
    assert own_files == 0, f"{own_files} more files are open"
    left = sorted(path.name for path in index.glob("generation-*"))
    assert len(left) == 2, left
    return {
        "searches": sum(one["searches"] for one in everyone),
        "generations seen": max(one["generations"] for one in everyone),
        "generations left": len(left),
        "more bytes of memory, at most": max(
            (one["memory"] for one in everyone[:processes]), default=0
        ),
    }


def main() -> int:
    """Print what was seen; status 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--builds", type=int, default=50)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_until_input_ends(options.read)
        return 0
    print(machine.describe())
    shape = options.threads, options.processes, options.builds
    print("{} threads, {} processes, {} builds".format(*shape))
    with tempfile.TemporaryDirectory() as folder:
        try:
            counts = run(Path(folder), *shape)
        except AssertionError as error:
            print(f"wrong: {error}", file=sys.stderr)
            return 1
    for name, count in counts.items():
        print(f"{count:10,} {name}")
    print("no search failed, and each answer is that of one generation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
