"""Which other names has a name, in the glossary of one generation?

A search asks for a few names of thousands, so nothing is parsed: `keys` are sorted,
`names` has for each key its spelling and then its twins, `first` says from where on.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from searchkit.engines.columns.files import corrupt
from searchkit.engines.texts import Texts, add_texts
from searchkit.record import record

if TYPE_CHECKING:
    from searchkit.engines.columns.files import Columns, ColumnWriter


_MOST_ATOMS = 8192  # of which it is kept whether a key begins with them


@record
class Names:
    """A name as it is mostly written, and the other names of the same thing."""

    spelling: str
    twins: tuple[str, ...]


class Twins:
    """The names that have twins, by `name_key`. Safe for many threads."""

    def __init__(self, columns: Columns) -> None:
        """Raises: IndexCorruptError."""
        self._path = columns.path
        self._keys = Texts(columns, "keys")
        self._names = Texts(columns, "names")
        self._begins: dict[str, bool] = {}
        self._first = columns.column("first").integers("I")
        if len(self._first) != len(self._keys) + 1:
            raise corrupt(self._path, "it has more keys or fewer than names")

    def __len__(self) -> int:
        return len(self._keys)

    def any_begins(self, atom: str) -> bool:
        """Whether an atom is the first of any key. Raises: IndexCorruptError."""
        known = self._begins.get(atom)
        if known is None:
            known = self._any_begins(atom.encode("utf-8", "surrogatepass"))
            if len(self._begins) >= _MOST_ATOMS:
                self._begins.clear()
            self._begins[atom] = known
        return known

    def _any_begins(self, wanted: bytes) -> bool:
        keys = self._keys
        number = bisect_left(range(len(keys)), wanted, key=keys.raw)
        # No folded character is below the blank, so no key stands between.
        return number < len(keys) and (keys.raw(number) + b" ").startswith(
            wanted + b" "
        )

    def get(self, key: str) -> Names | None:
        """The names of a key; None if it has none. Raises: IndexCorruptError."""
        wanted, keys = key.encode("utf-8", "surrogatepass"), self._keys
        number = bisect_left(range(len(keys)), wanted, key=keys.raw)
        if number == len(keys) or keys.raw(number) != wanted:
            return None
        return self._at(number)

    def all(self) -> Iterator[tuple[str, Names]]:
        """Every key with its names, in order. Raises: IndexCorruptError."""
        for number in range(len(self._keys)):
            yield self._keys[number], self._at(number)

    def _at(self, number: int) -> Names:
        first, end = self._first[number], self._first[number + 1]
        if not first < end <= len(self._names):
            raise corrupt(self._path, f"key {number} has no names")
        spelling, *twins = map(self._names.__getitem__, range(first, end))
        return Names(spelling, tuple(twins))


def add_twins(writer: ColumnWriter, table: Mapping[str, Sequence[str]]) -> None:
    """Write the columns: of each key its spelling, then its twins."""
    rows = sorted((k.encode("utf-8", "surrogatepass"), k) for k in table)
    keys = [key for _, key in rows]
    add_texts(writer, "keys", keys)
    add_texts(writer, "names", [name for key in keys for name in table[key]])
    counts = (len(table[key]) for key in keys)
    writer.add("first", array("I", accumulate(counts, initial=0)))


__all__ = ["Names", "Twins", "add_twins"]
