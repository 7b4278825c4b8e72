"""Is the first page the right page? searchkit beside its peers on test collections.

    python benchmarks/relevance.py FOLDER [NAME…] [--most 300] [--runs DIR]
        [--peers whoosh tantivy sqlite] [--python PYTHON] [--bilingual FILE]
        [--out docs/relevance.md]

FOLDER holds collections as `searchkit evaluate` reads them. Each system is searched
with the same queries (of more than `--most` a random sample with a fixed seed, of each
kind where ids tell kinds apart), with no dictionary beside its own vocabulary; with
`--bilingual` it is searched once more, with that one in the index; plain BM25 is
`plain_bm25`, the peers get jieba's words in the environment that PYTHON runs.
Runs are kept in DIR: a system whose run is there is not searched again. The table goes
between the marks of the report, what stands around it is kept.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from statistics import fmean

import environment
from plain_bm25 import PlainBM25

import searchkit
from searchkit.config import Config
from searchkit.evaluation import metrics, runner, trec
from searchkit.evaluation.collection import (
    ALL,
    Collection,
    read_articles,
    read_collection,
)
from searchkit.evaluation.significance import randomisation_p
from searchkit.record import replace

Run = Mapping[str, tuple[str, ...]]

PEERS = ("whoosh", "tantivy", "sqlite")
TUNED = frozenset(
    ["cacm", "qsec-hf-course-zh", "cosqa", "xl-istio-en2zh", "xl-d2l-en2zh"]
)  # the constants were chosen on these
LARGEST = {"whoosh": 12 << 20}
"""Bytes of the corpora that a peer gets at most: Whoosh indexes 0.1 MB a second."""

DEPTH = 100
BILINGUAL = "dictionary"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
_SEED = 7
_SERVER = Path(__file__).with_name("systems") / "ranked.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--peers", nargs="*", default=PEERS)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--bilingual", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    names = options.names or sorted(
        path.parent.name for path in options.folder.glob("*/qrels.tsv")
    )
    python = options.python or environment.prepare(environment.default_cache())
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        alone = Path(temporary) / "empty"  # a dictionary, whatever is installed
        alone.touch()
        for name in names:
            collection = read_collection(options.folder / name)
            runs = options.runs or Path(temporary) / "runs"
            kept = _Kept(runs / name)
            kinds = {
                kind: sample(ids, options.most)
                for kind, ids in kinds_of(collection).items()
            }
            wanted = tuple(query_id for ids in kinds.values() for query_id in ids)
            ours = _searchkit(str(alone))
            run = {"searchkit": kept.run("searchkit", wanted, collection, ours)}
            if options.bilingual:
                ours = _searchkit(str(options.bilingual))
                run[BILINGUAL] = kept.run(BILINGUAL, wanted, collection, ours)
            run["plain"] = kept.run("plain", wanted, collection, _plain)
            for peer in options.peers:
                if collection.corpus.stat().st_size > LARGEST.get(peer, inf):
                    continue
                search = _peer(peer, python)
                run[peer] = kept.run(peer, wanted, collection, search)
            for kind, ids in kinds.items():
                rows.append(row(collection, kind, ids, run))
                print(rows[-1], flush=True)
    if options.out:
        names = [BILINGUAL] if options.bilingual else []
        write(options.out, table(rows, (*names, *options.peers)))


def kinds_of(collection: Collection) -> Mapping[str, tuple[str, ...]]:
    """The judged queries by the letters of their ids; all by "" if they are alike."""
    kinds = collection.kinds()
    alike = {"": kinds.pop(ALL)}
    by_letters = {k: ids for k, ids in kinds.items() if k not in collection.named_kinds}
    return by_letters or alike


def sample(judged: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The queries, or as many of them as are searched at most."""
    if len(judged) <= most:
        return judged
    return tuple(sorted(random.Random(_SEED).sample(judged, most)))


class _Kept:
    """Runs of one collection in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(
        self,
        name: str,
        wanted: tuple[str, ...],
        collection: Collection,
        search: Callable[[Collection, tuple[str, ...]], Run],
    ) -> Run:
        """What a system found, searched only if it is not known."""
        path = self._folder / f"{name}.run"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            trec.write_run(path, search(collection, wanted), name=name)
        return trec.read_run(path)


def _searchkit(bilingual: str) -> Callable[[Collection, tuple[str, ...]], Run]:
    """Searches with searchkit, with this setting of its dictionary."""
    config = replace(Config(), snippets_per_hit=0, bilingual=bilingual)

    def search(collection: Collection, wanted: tuple[str, ...]) -> Run:
        with runner.index_folder(None) as folder:
            runner.build_collection(collection, folder, config)
            with searchkit.open(folder, config=config) as engine:
                return {q: _first(engine, collection.queries[q]) for q in wanted}

    return search


def _first(engine: searchkit.SearchEngine, query: str) -> tuple[str, ...]:
    return tuple(hit.doc_id for hit in engine.search(query, limit=DEPTH).hits)


def _plain(collection: Collection, wanted: tuple[str, ...]) -> Run:
    articles = read_articles(collection.corpus)
    engine = PlainBM25((a.doc_id, f"{a.title}\n{a.body}") for a in articles)
    queries = collection.queries
    return {query_id: engine.first(queries[query_id], DEPTH) for query_id in wanted}


def _peer(name: str, python: Path) -> Callable[[Collection, tuple[str, ...]], Run]:
    def search(collection: Collection, wanted: tuple[str, ...]) -> Run:
        texts = json.dumps([collection.queries[query_id] for query_id in wanted])
        with tempfile.TemporaryDirectory() as folder:
            command = (python, _SERVER, name, collection.corpus, f"{folder}/index")
            answer = subprocess.check_output(command, input=texts, text=True)
        ids = [article.doc_id for article in read_articles(collection.corpus)]
        found = zip(wanted, json.loads(answer), strict=True)
        return {q: tuple(ids[number] for number in numbers) for q, numbers in found}

    return search


def row(
    collection: Collection,
    kind: str,
    wanted: tuple[str, ...],
    runs: Mapping[str, Run],
) -> dict[str, object]:
    """The figures of one kind of a collection's queries."""
    ndcg = {
        name: [metrics.ndcg(run.get(q, ()), collection.qrels[q], at=10) for q in wanted]
        for name, run in runs.items()
    }
    recall = {
        name: fmean(
            metrics.recall(runs[name].get(q, ()), collection.qrels[q], at=DEPTH)
            for q in wanted
        )
        for name in ("searchkit", "plain")
    }
    pairs = zip(ndcg["searchkit"], ndcg["plain"], strict=True)
    return {
        "name": collection.name,
        "kind": kind,
        "queries": len(wanted),
        "ndcg": {name: fmean(values) for name, values in ndcg.items()},
        "recall": recall,
        "p": randomisation_p([ours - theirs for ours, theirs in pairs]),
    }


def table(rows: list[dict[str, object]], peers: tuple[str, ...]) -> str:
    """The figures as Markdown."""
    head = ["collection", "queries", "searchkit", "plain BM25", "p", *peers]
    head += ["recall@100", "plain"]
    lines = [_cells(head), _cells(["---"] * len(head))]
    for one in rows:
        ndcg, recall = one["ndcg"], one["recall"]
        assert isinstance(ndcg, dict)
        assert isinstance(recall, dict)
        name = " ".join(filter(None, (str(one["name"]), str(one["kind"]))))
        name += " (tuned)" if one["name"] in TUNED else ""
        cells = [name, str(one["queries"]), _figure(ndcg["searchkit"])]
        cells += [_figure(ndcg["plain"]), f"{one['p']:.4f}"]
        cells += [_figure(ndcg[peer]) if peer in ndcg else "–" for peer in peers]
        cells += [_figure(recall["searchkit"]), _figure(recall["plain"])]
        lines.append(_cells(cells))
    return "\n".join(lines)


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def write(path: Path, made: str) -> None:
    """Put the table between its marks."""
    text = path.read_text("utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
