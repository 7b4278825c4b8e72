"""Which other names has a name, in the glossary of one generation?

A search asks for a few names of thousands, so nothing is parsed: `keys` are sorted,
`names` has for each key its texts, `first` says from where on. The texts of a name in
the glossary are its spelling and then its twins.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from searchkit.engines.columns.files import corrupt
from searchkit.engines.columns.varints import WIDTHS, narrowest
from searchkit.engines.texts import Texts, add_texts, encoded
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.engines.columns.files import Columns, ColumnWriter


_MOST_FOUND = 4096  # texts of which it is kept which key comes first
_NOT_LOOKED_UP = object()


class NameTable:
    """Some texts for each of many keys. Safe for many threads."""

    def __init__(self, columns: Columns) -> None:
        """Raises: IndexCorruptError."""
        self._path = columns.path
        self._keys = Texts(columns, "keys")
        self._names = Texts(columns, "names")
        self._found: dict[str, Any] = {}
        self._first = columns.column("first").numbers(len(self._keys) + 1)

    def __len__(self) -> int:
        return len(self._keys)

    def any_begins(self, atom: str) -> bool:
        """Whether an atom is the first of any key. Raises: IndexCorruptError."""
        first = self._from(atom)
        # No folded character is below the blank, so no key stands between.
        return first is not None and f"{first[0]} ".startswith(f"{atom} ")

    def get(self, key: str) -> tuple[str, ...]:
        """The texts of a key; none if it is not there. Raises: IndexCorruptError."""
        first = self._from(key)
        return first[1] if first and first[0] == key else ()

    def _from(self, text: str) -> tuple[str, tuple[str, ...]] | None:
        """The first key that is not below a text, with its texts."""
        found = self._found.get(text, _NOT_LOOKED_UP)
        if found is _NOT_LOOKED_UP:
            wanted, keys = encoded(text), self._keys
            number = bisect_left(range(len(keys)), wanted, key=keys.raw)
            there = number < len(keys)
            found = (keys[number], self._at(number)) if there else None
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            self._found[text] = found
        return found  # type: ignore[no-any-return]  # beside _NOT_LOOKED_UP

    def all(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every key with its texts, in order. Raises: IndexCorruptError."""
        for number in range(len(self._keys)):
            yield self._keys[number], self._at(number)

    def _at(self, number: int) -> tuple[str, ...]:
        first, end = self._first[number], self._first[number + 1]
        if not first < end <= len(self._names):
            raise corrupt(self._path, f"key {number} has no names")
        return tuple(map(self._names.__getitem__, range(first, end)))


@record
class Names:
    """A name as it is mostly written, and the other names of the same thing."""

    spelling: str
    twins: tuple[str, ...]


def names_of(table: NameTable, key: str) -> Names | None:
    """The names of a `name_key` in the glossary; None if it has none.

    Raises: IndexCorruptError.
    """
    found = table.get(key)
    return Names(found[0], found[1:]) if found else None


def add_names(writer: ColumnWriter, table: Mapping[str, Sequence[str]]) -> None:
    """Write the columns: the keys with their texts, at least one each."""
    keys = sorted(table)  # as their bytes sort
    add_texts(writer, "keys", [encoded(key) for key in keys])
    names = [encoded(name) for key in keys for name in table[key]]
    add_texts(writer, "names", names)
    counts = (len(table[key]) for key in keys)
    width = WIDTHS[narrowest([len(names)])]
    writer.add("first", array(width, accumulate(counts, initial=0)))
