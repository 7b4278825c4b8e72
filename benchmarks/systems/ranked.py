"""The first ten documents of one system for many queries, each an OR of its words.

    python benchmarks/systems/ranked.py SYSTEM CORPUS.jsonl INDEX < queries > documents

In and out are JSON: a list of texts, a list of lists of document numbers. Runs in the
environment that has the system.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

from systems import Query, words  # noqa: E402, once the path is right


def main() -> None:
    name, corpus, index = sys.argv[1:]
    system = importlib.import_module(f"systems.{name}_")
    Path(index).mkdir(parents=True)
    system.build(Path(corpus), Path(index), jobs=1)
    engine = system.Engine(Path(index))
    found = []
    for text in json.load(sys.stdin):
        parts = tuple(dict.fromkeys(words.words(text)))
        query = Query("ranked", "or", parts)
        found.append(engine.first(query).documents if parts else ())
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
