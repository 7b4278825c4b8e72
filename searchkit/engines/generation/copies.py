"""Which documents are near copies of each other?

Two near copies share nearly all shingles, runs of atoms side by side in the body. A
signature holds one bit of each of 128 minima of hashes of the shingles (one permutation
hashing: Li, Owen, Zhang 2012, https://arxiv.org/abs/1208.1259; what is empty is filled
as by Shrivastava 2017, https://arxiv.org/abs/1703.04664; one bit of each: Li and König
2010, https://doi.org/10.1145/1772690.1772759). The share of the bits in which two
signatures agree is about (1 + J) / 2 for a Jaccard similarity of J. A short body says
too little for that: its signature is a digest of title and body.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.generation.documents import SIGNATURE_BYTES

TYPE_CHECKING = False
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

_AT_ONCE = 1 << 16  # signatures, some 30 bytes each

_ONE = np.uint64(1)
_EMPTY = np.uint64(2**64 - 1)
_STEP = np.uint64(0x9E3779B97F4A7C15)


class TermHashes:
    """A 64-bit hash of each term, the same in every process.

    Batches mostly share their terms, and each is hashed once.
    """

    def __init__(self) -> None:
        self._terms: Sequence[str] = ()
        self._hashes = np.empty(0, np.uint64)

    def of(self, terms: Sequence[str]) -> Array:
        """The hashes of terms, to which some may have come since they were met."""
        if terms is not self._terms:
            self._terms, self._hashes = terms, np.empty(0, np.uint64)
        new = terms[len(self._hashes) :]
        encoded = (term.encode("utf-8", "surrogatepass") for term in new)
        found = np.fromiter(map(zlib.crc32, encoded), np.uint64, len(new))
        self._hashes = np.append(self._hashes, _mixed(found))
        return self._hashes


def signatures(batch: AnalyzedBatch, hashes: TermHashes) -> Array:
    """The signature of each article of a batch, a row of bytes; zeros for no body."""
    rows = batch.text
    count = len(rows.bases) - 1
    ids, positions = rows.ids[: rows.atoms], rows.positions[: rows.atoms]
    atoms = hashes.of(rows.terms).take(ids)
    documents = np.repeat(
        np.arange(count),
        np.diff(np.searchsorted(positions, rows.bases)),
    )
    bodies = (rows.bases[:-1] + batch.body_start).take(documents)
    in_body = np.flatnonzero(positions >= bodies)
    of_bodies = documents.take(in_body)
    long, shingles = _minima(atoms.take(in_body), of_bodies, count)
    bits = shingles & _ONE == _ONE
    found = np.packbits(bits, axis=1, bitorder="little")
    short = np.flatnonzero(~long.take(documents))
    whole = _digests(atoms.take(short), documents.take(short), count)
    found[~long] = whole[~long]
    found[np.bincount(of_bodies, minlength=count) == 0] = 0
    return found


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
    places = np.flatnonzero(whole)
    hashes, owners = _mixed(shingles.take(places)), first.take(places)
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


def alike(found: Array, groups: Array) -> Iterator[tuple[int, int, int]]:
    """Pairs of documents with signatures alike, and how many bits differ.

    Both are of one group, of which each document has one, by number.
    Signatures are compared where they agree in one of 16 blocks of 16 bits (8 of
    neighbouring bits, 8 of bits far apart), and there with the next few in order only:
    linear, however many are alike. Of pairs that differ in MOST_DIFFERENT bits about
    one in 80 goes unseen. A pair may come several times.
    """
    numbers = np.flatnonzero(found.any(axis=1)).astype(np.uint32)
    if len(numbers) < 2:
        return
    halves = found.view("<u8")[numbers]
    numbers = numbers[np.lexsort(halves.T)]  # equal ones side by side
    del halves
    rows, groups = found[numbers], groups[numbers]
    least = 0
    for keys in _block_keys(rows):
        for left, right, apart in _alike_in(rows, keys, groups, least):
            yield int(numbers[left]), int(numbers[right]), apart
        least = 1  # equal ones are side by side in every block


def _block_keys(rows: Array) -> Iterator[Array]:
    """The bits of one block after the other, as a number for each signature."""
    for block in range(0, SIGNATURE_BYTES, _BLOCK_BITS // 8):
        yield rows[:, block].astype(np.uint16) | rows[:, block + 1] << np.uint16(8)
    for bit in range(BINS // _BLOCK_BITS):  # the same bit of every byte
        far = np.zeros(len(rows), np.uint16)
        for byte in range(SIGNATURE_BYTES):
            bits = rows[:, byte] >> np.uint8(bit) & np.uint8(1)
            far |= bits.astype(np.uint16) << np.uint16(byte)
        yield far


def _alike_in(
    rows: Array, keys: Array, groups: Array, least: int
) -> Iterator[tuple[int, int, int]]:
    """Pairs of rows of one group that differ in `least` bits or more, but not many."""
    order = np.argsort(keys, kind="stable").astype(np.uint32)  # rows are in order
    keys = keys[order]
    for step in range(1, _NEIGHBOURS + 1):
        some_agree = False
        for first in range(0, len(keys) - step, _AT_ONCE):
            end = min(first + _AT_ONCE, len(keys) - step)
            agree = keys[first + step : end + step] == keys[first:end]
            at = first + np.flatnonzero(agree)
            some_agree |= len(at) > 0
            left, right = order[at], order[at + step]
            same = groups[left] == groups[right]
            left, right = left[same], right[same]
            apart = _ONES[rows[left] ^ rows[right]].sum(axis=1)
            kept = (apart >= least) & (apart <= MOST_DIFFERENT)
            found = left[kept], right[kept], apart[kept]
            yield from zip(*(each.tolist() for each in found), strict=True)
        if not some_agree:
            return


_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(
    axis=1, dtype=np.uint8
)
"""How many bits of each byte are 1."""
