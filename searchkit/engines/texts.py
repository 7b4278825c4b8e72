"""How do many short texts lie in a file of columns?

End to end in the column `NAME`, with the offset of each and their end in `NAME_at`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.engines.columns.files import Columns, ColumnWriter

_ENCODING = "utf-8", "surrogatepass"


class Texts:
    """A column of texts by number."""

    __slots__ = ("_at", "_blob")

    def __init__(self, columns: Columns, name: str) -> None:
        """Raises: IndexCorruptError."""
        self._blob = columns.column(name)
        code = "Q" if len(self._blob) >= 1 << 32 else "I"
        self._at = columns.column(name + "_at").integers(code)

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> str:
        text = self._blob.slice(self._at[number], self._at[number + 1])
        return str(text, *_ENCODING)

    def several(self, numbers: Sequence[int]) -> list[str]:
        """The texts of some numbers, in their order."""
        if not self._blob:  # as of paths where none was handed in
            return [""] * len(numbers)
        at, piece = self._at, self._blob.slice
        return [str(piece(at[n], at[n + 1]), *_ENCODING) for n in numbers]

    def raw(self, number: int) -> bytes:
        """The bytes of a text."""
        return bytes(self._blob.slice(self._at[number], self._at[number + 1]))


def encoded(text: str) -> bytes:
    """A text as it lies in a column; any `str` has some bytes."""
    return text.encode("utf-8", "surrogatepass")


def add_texts(writer: ColumnWriter, name: str, texts: Sequence[bytes]) -> None:
    """Write a column of texts."""
    blob = b"".join(texts)
    writer.add(name, blob)
    code = "Q" if len(blob) >= 1 << 32 else "I"
    writer.add(name + "_at", array(code, accumulate(map(len, texts), initial=0)))
