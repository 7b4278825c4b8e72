"""What does a build know of an article before it is analysed?"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate, compress, pairwise
from mmap import ACCESS_READ, mmap
from operator import not_
from pathlib import Path
from tempfile import TemporaryFile
from typing import overload

from searchkit.corpus.reader import SourceFile
from searchkit.engines.columns.files import release
from searchkit.engines.generations import DIGEST_BYTES
from searchkit.record import record

Failure = tuple[str, str]


@record
class Source:
    """One article to be indexed, not yet read further than its digest.

    The digest is empty if the article was not read at all. One that has no file was
    handed in by a program: see `handed_in`.
    """

    doc_id: str
    size_bytes: int
    digest: bytes = b""
    file: SourceFile | None = None
    start: int = 0


class Sources(Sequence[Source]):
    """Sources in the order in which they were added, in some 60 bytes each.

    A `Source` is made when it is asked for: of a million there need not be as many.
    """

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        names, digests = bytearray(), bytearray()
        ends, sizes, starts = array("Q", [0]), array("Q"), array("Q")
        files: list[SourceFile | None] = []
        for source in sources:
            names += source.doc_id.encode("utf-8", "surrogatepass")
            ends.append(len(names))
            sizes.append(source.size_bytes)
            starts.append(source.start)
            digests += source.digest.ljust(DIGEST_BYTES, b"\0")
            files.append(source.file)
        self._files = files if any(files) else ()
        self._map: mmap | None = None
        columns = ends, sizes, starts, digests, names
        self._take([memoryview(column) for column in columns])

    def _take(self, columns: Sequence[memoryview]) -> None:
        """Three columns of numbers, two of bytes."""
        self._columns = columns
        self._ends, self._sizes, self._starts, self._digests, self._names = columns

    def leave_memory(self, folder: Path) -> None:
        """Lie in a nameless file of the folder from now on. Raises: OSError."""
        with TemporaryFile(dir=folder) as file:
            for column in self._columns:
                file.write(column)
            file.flush()
            self._map = mmap(file.fileno(), 0, access=ACCESS_READ)
        whole = memoryview(self._map)
        ends = [*accumulate((column.nbytes for column in self._columns), initial=0)]
        pieces = [whole[first:end] for first, end in pairwise(ends)]
        numbers = [piece.cast("Q") for piece in pieces[:3]]
        self._take([*numbers, *pieces[3:]])

    def release(self) -> None:
        """Give back the memory of what was read of the file."""
        if self._map:
            release(self._map)

    def __len__(self) -> int:
        return len(self._sizes)

    @overload
    def __getitem__(self, number: int) -> Source: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[Source, ...]: ...

    def __getitem__(self, number: int | slice) -> Source | tuple[Source, ...]:
        if isinstance(number, slice):
            return tuple(self[one] for one in range(*number.indices(len(self))))
        at = DIGEST_BYTES * number
        digest = bytes(self._digests[at : at + DIGEST_BYTES])
        return Source(
            self._name(number).decode("utf-8", "surrogatepass"),
            self._sizes[number],
            digest if any(digest) else b"",
            self._files[number] if self._files else None,
            self._starts[number],
        )

    def doc_ids(self) -> Iterator[str]:
        """The doc_id of each."""
        names = map(self._name, range(len(self)))
        return (name.decode("utf-8", "surrogatepass") for name in names)

    @property
    def size_bytes(self) -> int:
        """Of all together."""
        return sum(self._sizes)

    def size_of(self, number: int) -> int:
        """The bytes of one of them."""
        return self._sizes[number]

    def chosen(self, numbers: Sequence[int]) -> Sources:
        """Some of them, by their numbers, which rise."""
        if len(numbers) == len(self):
            return self
        return Sources(self[number] for number in numbers)

    def in_order(self) -> tuple[Sources, list[str]]:
        """Those of different doc_ids in the order of these; doc_ids that came again.

        Of several with one doc_id the first is kept.
        """
        names = map(self._name, range(len(self)))
        if all(one < other for one, other in pairwise(names)):
            return self, []
        order = sorted(range(len(self)), key=self._name)
        names = map(self._name, order)
        new = [True, *(one != other for one, other in pairwise(names))][: len(order)]
        again = compress(order, map(not_, new))
        repeated = [self[number].doc_id for number in again]
        return Sources(self[number] for number in compress(order, new)), repeated

    def _name(self, number: int) -> bytes:
        return bytes(self._names[self._ends[number] : self._ends[number + 1]])


def digest_of(data: bytes) -> bytes:
    """What tells one content from another."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()
