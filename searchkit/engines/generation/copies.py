"""Which documents are copies of each other, or one text in two languages?

Two near copies share nearly all shingles, runs of atoms side by side in the body. A
signature holds one bit of each of 128 minima of hashes of the shingles (one permutation
hashing: Li, Owen, Zhang 2012, https://arxiv.org/abs/1208.1259; what is empty is filled
as by Shrivastava 2017, https://arxiv.org/abs/1703.04664; one bit of each: Li and König
2010, https://doi.org/10.1145/1772690.1772759). The share of the bits in which two
signatures agree is about (1 + J) / 2 for a Jaccard similarity of J. A short body says
too little for that: its signature is a digest of title and body.

Signatures alone do not tell copies: `kubectl create job` and `kubectl create role`,
made from one template, share nine tenths of their text. So near copies have the same
title and the same file name, too, but for numbers; what shares nearly all of its text
needs the same title only.

Twins in two languages are told by their paths (`path_key`).

Families are what these relations join. They depend on the documents alone, so builds
may come in any order.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from searchkit.engines.generation.documents import SIGNATURE_BYTES, Array

if TYPE_CHECKING:
    from searchkit.analysis.rows import AnalyzedBatch

SHINGLE = 6  # atoms; a Han character is one, and so is an English word
SHORT = 64  # shingles; a body with fewer is compared as a whole
BINS = 8 * SIGNATURE_BYTES
MOST_DIFFERENT = 10  # bits of two near copies: a Jaccard similarity of about 0.84
SAME = 2  # bits; of copies under other names: about 0.97
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

_NUMBER = re.compile(r"[a-z]*[0-9][a-z0-9]*")  # 10, 1.6.4, v1beta1
_UNTITLED = (b"index", b"readme")  # what a file's name gives to many articles
_WORD = re.compile(r"[^\W\d_]+")


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
    counts = np.bincount(ids)
    used = np.flatnonzero(counts)
    encoded = (terms[one].encode("utf-8", "surrogatepass") for one in used.tolist())
    hashes = np.fromiter(map(zlib.crc32, encoded), np.uint64, len(used))
    by_term = np.empty(len(counts), np.uint64)
    by_term[used] = _mixed(hashes)
    return np.asarray(by_term[ids])


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
    long = np.bincount(owners, minlength=count) >= SHORT
    return long, _filled(minima.reshape(count, BINS), long)


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


def families(found: Array, doc_ids: Sequence[bytes], titles: Sequence[bytes]) -> Array:
    """For each document the number of the first one of its family, maybe its own.

    `found` has their signatures, a row of bytes each.
    """
    leaders = array("I", range(len(doc_ids)))
    pairs = chain(near_copies(found, doc_ids, titles), language_twins(doc_ids))
    for left, right in pairs:
        one, two = _leader(leaders, left), _leader(leaders, right)
        leaders[max(one, two)] = min(one, two)
    return np.array([_leader(leaders, n) for n in range(len(leaders))], "<u4")


def _leader(leaders: array[int], number: int) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number


def near_copies(
    found: Array, doc_ids: Sequence[bytes], titles: Sequence[bytes]
) -> Iterator[tuple[int, int]]:
    """Pairs of documents that are near copies."""
    for left, right, apart in alike(found):
        title = titles[left]
        same_title = title == titles[right] and title.lower() not in _UNTITLED
        if (apart <= SAME and same_title) or _is_same_page(
            (doc_ids[left], titles[left]), (doc_ids[right], titles[right])
        ):
            yield left, right


def _is_same_page(left: tuple[bytes, bytes], right: tuple[bytes, bytes]) -> bool:
    """Whether paths and titles are the same but for numbers, and say anything."""
    (path, title), (other_path, other_title) = left, right
    name = _without_numbers(_decoded(title)), page_name(_decoded(path))
    other = _without_numbers(_decoded(other_title)), page_name(_decoded(other_path))
    return name == other and any(name)


def page_name(doc_id: str) -> str:
    """What a path calls its page, without its language and without numbers.

    >>> page_name("v1.2/Install.md"), page_name("news/istio-1.6.4/index.md")
    ('install', 'istio')
    """
    folder, _, name = path_key(doc_id)[0].rpartition("/")
    stem = name.rpartition(".")[0] or name
    if stem.lower().strip("_").encode() in _UNTITLED:
        stem = folder.rpartition("/")[2]
    return _without_numbers(stem)


def _without_numbers(text: str) -> str:
    return " ".join(_WORD.findall(_NUMBER.sub(" ", text.casefold())))


def alike(found: Array) -> Iterator[tuple[int, int, int]]:
    """Pairs of documents with signatures alike, and how many bits differ.

    Signatures are compared where they agree in one of 16 blocks of 16 bits (8 of
    neighbouring bits, 8 of bits far apart), and there with the next few in order only:
    linear, however many are alike. Of pairs that differ in MOST_DIFFERENT bits about
    one in 80 goes unseen. A pair may come several times.
    """
    numbers = np.flatnonzero(found.any(axis=1))
    if len(numbers) < 2:
        return
    rows = found[numbers]
    order = np.lexsort(rows.T)  # equal ones side by side
    numbers, rows = numbers[order], rows[order]
    for keys in _block_keys(rows):
        for left, right, apart in _alike_in(rows, keys):
            yield int(numbers[left]), int(numbers[right]), apart


def _block_keys(rows: Array) -> Iterator[Array]:
    """The bits of one block after the other, as a number for each signature."""
    for block in range(0, SIGNATURE_BYTES, _BLOCK_BITS // 8):
        yield rows[:, block].astype(np.uint16) | rows[:, block + 1] << np.uint16(8)
    for bit in range(BINS // _BLOCK_BITS):  # the same bit of every byte
        far = np.packbits(rows >> np.uint8(bit) & 1, axis=1, bitorder="little")
        yield far[:, 0].astype(np.uint16) | far[:, 1] << np.uint16(8)


def _alike_in(rows: Array, keys: Array) -> Iterator[tuple[int, int, int]]:
    order = np.argsort(keys, kind="stable")  # rows are in order already
    keys = keys[order]
    for step in range(1, _NEIGHBOURS + 1):
        at = np.flatnonzero(keys[step:] == keys[:-step])
        if not len(at):
            return
        left, right = order[at], order[at + step]
        apart = _ONES[rows[left] ^ rows[right]].sum(axis=1)
        kept = apart <= MOST_DIFFERENT
        yield from zip(
            left[kept].tolist(), right[kept].tolist(), apart[kept].tolist(), strict=True
        )


_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(
    axis=1, dtype=np.uint8
)
"""How many bits of each byte are 1."""


def language_twins(doc_ids: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of documents whose paths differ only in their language."""
    found: defaultdict[str, dict[str, list[int]]]
    found = defaultdict(lambda: defaultdict(list))
    for number in _with_company(path_key(_decoded(one))[0] for one in doc_ids):
        key, language = path_key(_decoded(doc_ids[number]))
        found[key][language].append(number)
    for by_language in found.values():
        several = len(by_language) > 1
        if several and all(len(numbers) == 1 for numbers in by_language.values()):
            first, *others = (numbers[0] for numbers in by_language.values())
            yield from ((first, other) for other in others)


def _with_company(keys: Iterable[str]) -> list[int]:
    """The numbers of keys that come again, and of few others, in little memory."""
    hashes = (zlib.crc32(key.encode("utf-8", "surrogatepass")) for key in keys)
    found = np.fromiter(hashes, np.uint32)
    order = found.argsort(kind="stable")
    same = found[order[1:]] == found[order[:-1]]
    again = np.zeros(len(found), np.bool_)
    again[order[1:][same]] = again[order[:-1][same]] = True
    numbers: list[int] = np.flatnonzero(again).tolist()
    return numbers


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


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogatepass")


def _language(name: str) -> str:
    return _LANGUAGES.get(name.lower().replace("_", "-"), "")
