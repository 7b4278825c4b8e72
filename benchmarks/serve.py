"""One search system, behind a command or a pipe.

    python benchmarks/serve.py SYSTEM build CORPUS.jsonl INDEX [--jobs N]
    python benchmarks/serve.py SYSTEM once INDEX QUERY       one search, then the end
    python benchmarks/serve.py SYSTEM serve INDEX            asked and answered in JSON

Runs in the environment that has the system. When serving, a line in is a request, a
line out its answer: {"do": "page", "first" or "count", "query": …} or {"do": "memory"}.
Times are taken here, so the pipe costs nothing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import processes
from systems import Engine, Query, query_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build")
    build.add_argument("corpus", type=Path)
    build.add_argument("index", type=Path)
    build.add_argument("--jobs", type=int, default=1)
    once = commands.add_parser("once")
    once.add_argument("index", type=Path)
    once.add_argument("query")
    serving = commands.add_parser("serve")
    serving.add_argument("index", type=Path)
    options = parser.parse_args()
    system = importlib.import_module(f"systems.{options.system}_")
    if options.command == "build":
        shutil.rmtree(options.index, ignore_errors=True)
        options.index.mkdir(parents=True)
        system.build(options.corpus, options.index, jobs=options.jobs)
    elif options.command == "once":
        query = Query("once", "words", tuple(options.query.split()))
        print(*system.Engine(options.index).page(query).snippets, sep="\n")
    else:
        serve(system, options.index)


def serve(system: Any, index: Path) -> None:
    """Say how long opening took, then answer until the input ends."""
    times = []
    for _ in range(2):  # the first one may import what is needed
        started = time.perf_counter()
        engine: Engine = system.Engine(index)
        times.append((time.perf_counter() - started) * 1000)
    _say({"open_ms": times[1], "first_open_ms": times[0]})
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "memory":
            _say({"anonymous_mib": processes.anonymous_mib()})
        else:
            _say(answer(engine, request["do"], query_of(request["query"])))


def answer(engine: Engine, what: str, query: Query) -> dict[str, object]:
    """What the engine says, and its milliseconds by each of `systems.CLOCKS`."""
    if what == "count":
        return {"total": engine.count(query)}
    ask = engine.page if what == "page" else engine.first
    started, worked = time.perf_counter(), time.process_time()
    found = ask(query)
    return {
        "wall": (time.perf_counter() - started) * 1000,
        "cpu": (time.process_time() - worked) * 1000,
        "total": found.total,
        "documents": found.documents,
        "snippets": found.snippets,
    }


def _say(value: dict[str, object]) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
