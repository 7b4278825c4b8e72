"""Do the systems count the same documents where they must?

The peers that are given jieba's words must agree with each other on every query. With
searchkit they cannot: to it a word stands wherever its characters stand, however jieba
cuts the text around them, in traditional characters, too; English words are found in
their other forms; a phrase crosses neither signs nor paragraphs, which the peers do not
see; and of words without operators the very common ones alone are no match. So
searchkit is compared with a plain scan: a quoted text is in exactly the documents whose
text, folded as searchkit folds it, has it in one paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from running import SEARCHKIT, System
from systems import Query, read_corpus

from searchkit.analysis.folding import fold

ON_JIEBAS_WORDS = ("tantivy", "sqlite", "bm25s")
_HAN = re.compile(r"[一-鿿]+")
_PARAGRAPHS = re.compile(r"\n\s*\n")

Counts = dict[str, dict[int, int]]


def count(systems: Mapping[str, System], queries: Sequence[Query]) -> Counts:
    """How many documents each system finds, by query number, where it can tell."""
    counts: Counts = {}
    for name, system in systems.items():
        asked = (i for i, query in enumerate(queries) if can_count(name, query))
        counts[name] = {i: system.ask("count", queries[i])["total"] for i in asked}
    return counts


def can_count(system: str, query: Query) -> bool:
    """bm25s knows nothing but OR of words."""
    return system != "bm25s" or query.operator in ("or", "words")


def among_peers(counts: Counts, queries: Sequence[Query]) -> Iterator[str]:
    """A line for each two peers on jieba's words, and for each query they differ on."""
    names = [name for name in ON_JIEBAS_WORDS if name in counts]
    for name in names[1:]:
        both = sorted(counts[name].keys() & counts[names[0]].keys())
        differ = [n for n in both if counts[name][n] != counts[names[0]][n]]
        same = len(both) - len(differ)
        yield f"{names[0]} and {name}: {same} of {len(both)} counts are the same"
        for number in differ:
            query = queries[number]
            yield (
                f"  {query.kind} {query.text()}: "
                f"{counts[names[0]][number]} and {counts[name][number]}"
            )


def with_scan(
    searchkit: System, corpus: Path, queries: Sequence[Query]
) -> Iterator[str]:
    """searchkit's counts of quoted Chinese texts against a scan of the corpus."""
    parts = {part for query in queries for part in query.parts}
    wanted = sorted(part for part in parts if _HAN.fullmatch(part))
    scanned = scan(corpus, wanted)
    found = {
        text: searchkit.ask("count", Query("scan", "phrase", (text,)))["total"]
        for text in wanted
    }
    differ = [text for text in wanted if found[text] != scanned[text]]
    same = len(wanted) - len(differ)
    yield f"{SEARCHKIT}, in quotes, and a scan: {same} of {len(wanted)} are the same"
    for text in differ:
        yield f"  {text}: {found[text]} and {scanned[text]}"


def scan(corpus: Path, wanted: Iterable[str]) -> dict[str, int]:
    """In how many documents each Chinese text stands, blanks in it or not."""
    spellings = {text: fold(text).text for text in wanted}
    counts = dict.fromkeys(spellings, 0)
    for document in read_corpus(corpus):
        paragraphs = [document.title, *_PARAGRAPHS.split(document.text)]
        whole = "\n".join("".join(paragraph.split()) for paragraph in paragraphs)
        folded = fold(whole).text
        for text, spelling in spellings.items():
            counts[text] += spelling in folded
    return counts


def beside_jieba(counts: Counts, queries: Sequence[Query]) -> Iterator[str]:
    """How searchkit's counts lie to those of jieba's words; there is no rule."""
    base = next((name for name in ON_JIEBAS_WORDS if name in counts), None)
    if base is None or SEARCHKIT not in counts:
        return
    mine, theirs = counts[SEARCHKIT], counts[base]
    for kind in dict.fromkeys(query.kind for query in queries):
        both = [n for n in mine if queries[n].kind == kind and n in theirs]
        more = sum(mine[n] > theirs[n] for n in both)
        same = sum(mine[n] == theirs[n] for n in both)
        yield (
            f"  {kind:8} {SEARCHKIT} finds more than {base} in {more:2}, as many in "
            f"{same:2}, fewer in {len(both) - more - same:2} of {len(both)}"
        )
