"""Which documents are copies of each other, or one text in two languages?

Two near copies share nearly all shingles, runs of atoms side by side in the body. A
signature holds one bit of each of 128 minima of hashes of the shingles (one permutation
hashing: Li, Owen, Zhang 2012, https://arxiv.org/abs/1208.1259; what is empty is filled
as by Shrivastava 2017, https://arxiv.org/abs/1703.04664; one bit of each: Li and König
2010, https://doi.org/10.1145/1772690.1772759). The share of the bits in which two
signatures agree is about (1 + J) / 2 for a Jaccard similarity of J. A short body says
too little for that: its signature is a digest of title and body.

Twins in two languages are told by their paths (`path_key`).

Families are what these relations join. They depend on the documents alone, so builds
may come in any order.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from searchkit.engines.generation.documents import SIGNATURE_BYTES, Array

if TYPE_CHECKING:
    from searchkit.analysis.rows import AnalyzedBatch

SHINGLE = 6  # atoms; a Han character is one, and so is an English word
SHORT = 64  # shingles; a body with fewer is compared as a whole
BINS = 8 * SIGNATURE_BYTES
MOST_DIFFERENT = 10  # bits of two near copies: a Jaccard similarity of about 0.84
_BIN_BITS = 7
_BLOCK_BITS = 16
_NEIGHBOURS = 32  # signatures alike in a block that one is compared with

_ONE = np.uint64(1)
_EMPTY = np.uint64(2**64 - 1)
_STEP = np.uint64(0x9E3779B97F4A7C15)

_LANGUAGES = {
    **dict.fromkeys(("zh", "zh-cn", "zh-hans", "zh-hans-cn", "cn"), "zh"),
    **dict.fromkeys(("zh-tw", "zh-hk", "zh-hant", "zh-hant-tw", "tw"), "zh-hant"),
    **dict.fromkeys(("en", "en-us", "en-gb"), "en"),
    **dict.fromkeys(("origin", "original"), "original"),  # d2l-zh: index_origin.md
    **{code: code for code in ("ja", "ko", "fr", "de", "es", "ru", "pt", "pt-br")},
}
_NAME = re.compile(r"(?P<stem>.+?)[._-](?P<language>[A-Za-z]{2,8}(?:[-_][A-Za-z]+)*)")


def signatures(batch: AnalyzedBatch) -> Array:
    """The signature of each article of a batch, a row of bytes; zeros for no body."""
    rows = batch.text
    count = len(rows.bases) - 1
    ids, positions = rows.ids[: rows.atoms], rows.positions[: rows.atoms]
    atoms = _hashes(rows.terms, ids)
    documents = np.repeat(
        np.arange(count),
        np.diff(np.searchsorted(positions, rows.bases)),
    )
    in_body = positions >= (rows.bases[:-1] + batch.body_start)[documents]
    long, shingles = _minima(atoms[in_body], documents[in_body], count)
    bits = shingles & _ONE == _ONE
    found = np.packbits(bits, axis=1, bitorder="little")
    whole = _digests(atoms, documents, count)
    found[~long] = whole[~long]
    found[np.bincount(documents[in_body], minlength=count) == 0] = 0
    return found


def _hashes(terms: Sequence[str], ids: Array) -> Array:
    """A 64-bit hash of each occurrence's term, the same in every process."""
    used, inverse = np.unique(ids, return_inverse=True)
    encoded = (terms[one].encode("utf-8", "surrogatepass") for one in used.tolist())
    hashes = np.fromiter(map(zlib.crc32, encoded), np.uint64, len(used))
    return np.asarray(_mixed(hashes)[inverse.ravel()])


def _mixed(values: Array) -> Array:
    """The values with their bits mixed: the end of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def _minima(atoms: Array, documents: Array, count: int) -> tuple[Array, Array]:
    """Whether each document is long enough, and the minima of its bins."""
    shingles = np.zeros(max(0, len(atoms) - SHINGLE + 1), np.uint64)
    for at in range(SHINGLE):
        shingles *= _STEP
        shingles += atoms[at : at + len(shingles)]
    first, last = documents[: len(shingles)], documents[SHINGLE - 1 :]
    whole = first == last[: len(shingles)]
    hashes, owners = _mixed(shingles[whole]), first[whole]
    minima = np.full(count * BINS, _EMPTY)
    bins = (hashes >> np.uint64(64 - _BIN_BITS)).astype(np.int64)
    np.minimum.at(minima, owners * BINS + bins, hashes)
    minima = minima.reshape(count, BINS)
    long = np.bincount(owners, minlength=count) >= SHORT
    return long, _filled(minima, long)


def _filled(minima: Array, long: Array) -> Array:
    """Empty bins of long documents take what the first full one of a fixed row has."""
    filled = minima.copy()
    bins = np.arange(BINS, dtype=np.uint64)
    at = 0
    while len(empty := np.flatnonzero(long & (filled == _EMPTY).any(axis=1))):
        at += 1
        probe = _mixed(bins + np.uint64(at * BINS)) % np.uint64(BINS)
        drawn = minima[empty][:, probe.astype(np.int64)]
        filled[empty] = np.where(filled[empty] == _EMPTY, drawn, filled[empty])
    return filled


def _digests(atoms: Array, documents: Array, count: int) -> Array:
    """A digest of all atoms of each document, in order: two sums of 64 bits."""
    starts = np.searchsorted(documents, np.arange(count))
    within = (np.arange(len(atoms)) - starts[documents]).astype(np.uint64)
    found = np.zeros((count, 2), np.uint64)
    for half in range(2):
        salted = _mixed(atoms + (within * np.uint64(2) + np.uint64(half)) * _STEP)
        np.add.at(found[:, half], documents, salted)
    return found.astype("<u8").view(np.uint8)


def families(found: Array, doc_ids: Sequence[bytes]) -> Array:
    """For each document the number of the first one of its family, maybe its own.

    `found` has their signatures, a row of bytes each.
    """
    leaders = list(range(len(doc_ids)))
    for left, right in (*near_copies(found), *language_twins(doc_ids)):
        one, two = _leader(leaders, left), _leader(leaders, right)
        leaders[max(one, two)] = min(one, two)
    return np.array([_leader(leaders, n) for n in range(len(leaders))], "<u4")


def _leader(leaders: list[int], number: int) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number


def near_copies(found: Array) -> Iterator[tuple[int, int]]:
    """Pairs of documents that join all near copies.

    Equal signatures are joined at once. Others are compared where they agree in one of
    16 blocks of 16 bits (8 of neighbouring bits, 8 of bits far apart), and there with
    the next few in order only: linear, however many are alike. Of pairs that differ in
    MOST_DIFFERENT bits about one in 80 goes unseen.
    """
    numbers = np.flatnonzero(found.any(axis=1))
    rows, inverse = np.unique(found[numbers], axis=0, return_inverse=True)
    if not len(rows):
        return
    order = np.argsort(inverse.ravel(), kind="stable")
    named = inverse.ravel()[order]
    begins = np.flatnonzero(np.r_[True, named[1:] != named[:-1]])
    heads = numbers[order[begins]]
    for row, number in zip(named.tolist(), numbers[order].tolist(), strict=True):
        if heads[row] != number:
            yield int(heads[row]), number
    for left, right in _alike(rows):
        yield int(heads[left]), int(heads[right])


def _alike(rows: Array) -> Iterator[tuple[int, int]]:
    bits = np.unpackbits(rows, axis=1, bitorder="little")
    count = BINS // _BLOCK_BITS
    near = bits.reshape(-1, count, _BLOCK_BITS)
    far = bits.reshape(-1, _BLOCK_BITS, count).swapaxes(1, 2)
    for blocks in (near, far):
        keys = np.packbits(blocks, axis=2, bitorder="little").view("<u2")[:, :, 0]
        for block in range(count):
            yield from _alike_in(rows, keys[:, block])


def _alike_in(rows: Array, keys: Array) -> Iterator[tuple[int, int]]:
    order = np.argsort(keys, kind="stable")  # rows are in order already
    keys = keys[order]
    for step in range(1, _NEIGHBOURS + 1):
        at = np.flatnonzero(keys[step:] == keys[:-step])
        if not len(at):
            return
        left, right = order[at], order[at + step]
        apart = _ONES[rows[left] ^ rows[right]].sum(axis=1)
        kept = apart <= MOST_DIFFERENT
        yield from zip(left[kept].tolist(), right[kept].tolist(), strict=True)


_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(
    axis=1, dtype=np.uint8
)
"""How many bits of each byte are 1."""


def language_twins(doc_ids: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of documents whose paths differ only in their language."""
    found: defaultdict[str, dict[str, list[int]]]
    found = defaultdict(lambda: defaultdict(list))
    for number, doc_id in enumerate(doc_ids):
        key, language = path_key(doc_id.decode("utf-8", "surrogatepass"))
        found[key][language].append(number)
    for by_language in found.values():
        several = len(by_language) > 1
        if several and all(len(numbers) == 1 for numbers in by_language.values()):
            first, *others = (numbers[0] for numbers in by_language.values())
            yield from ((first, other) for other in others)


def path_key(doc_id: str) -> tuple[str, str]:
    """A path without its language, and the language; empty if it names none.

    A folder for the language keeps its place, so that only other languages' folders
    are the same; of a file's name it is taken off.

    >>> path_key("content/zh-cn/docs/a.md"), path_key("content/en/docs/a.md")
    (('content/*/docs/a.md', 'zh'), ('content/*/docs/a.md', 'en'))
    >>> path_key("README.zh-CN.md"), path_key("README.md")
    (('README.md', 'zh'), ('README.md', ''))
    """
    *folders, name = doc_id.split("/")
    for at, folder in enumerate(folders):
        if language := _language(folder):
            return "/".join((*folders[:at], "*", *folders[at + 1 :], name)), language
    stem, dot, ending = name.rpartition(".")
    parts = _NAME.fullmatch(stem) if dot else None
    language = _language(parts["language"]) if parts else ""
    if parts and language:
        return "/".join((*folders, f"{parts['stem']}.{ending}")), language
    return doc_id, ""


def _language(name: str) -> str:
    return _LANGUAGES.get(name.lower().replace("_", "-"), "")
