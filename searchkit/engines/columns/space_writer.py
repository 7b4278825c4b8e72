"""How are the terms of a space and their records written, in bounded memory?"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from searchkit.engines.columns.dictionary_writer import DictionaryWriter
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.records import Records
from searchkit.engines.columns.rows import starts_of
from searchkit.engines.columns.terms import BLOCK


class SpaceWriter:
    """Writes the columns of one space, slab by slab, in bounded memory.

    Only the dictionary is kept until the end, and of each record what the columns have.
    """

    def __init__(self, writer: ColumnWriter, name: str) -> None:
        self._writer = writer
        self._name = name
        self._terms, self._packed_terms = DictionaryWriter(), bytearray()
        self._count = self._end = 0
        self._sizes, self._starts = array("H"), array("Q")
        self._long: list[tuple[int, int]] = []
        self._stream = writer.stream(f"{name}.data")

    def add(self, terms: Sequence[bytes], records: Records) -> None:
        """Write the records of further terms.

        Raises: ValueError if the terms do not rise, or have not one record each.
        """
        if len(terms) != len(records.sizes):
            raise ValueError("there is not one record for each term")
        self._packed_terms += self._terms.add(terms).data
        self._stream.write(records.data)
        sizes, starts = records.sizes, self._end + starts_of(records.sizes)
        self._starts.extend(starts[-self._count % BLOCK :: BLOCK].tolist())
        long = np.flatnonzero(sizes >> 16)
        self._long += zip(
            (self._count + long).tolist(), sizes[long].tolist(), strict=True
        )
        self._sizes.frombytes(np.where(sizes >> 16, 0, sizes).astype("u2").tobytes())
        self._count += len(sizes)
        self._end += int(sizes.sum())

    def finish(self) -> None:
        """Write the dictionary."""
        self._stream.close()
        self._writer.add(f"{self._name}.starts", np.array(self._starts, "<u8"))
        self._writer.add(f"{self._name}.sizes", np.array(self._sizes, "<u2"))
        pairs = np.array(self._long, "<u8").reshape(-1, 2)
        self._writer.add(f"{self._name}.long", pairs)
        self._writer.add(f"{self._name}.terms", self._packed_terms)
        self._terms.finish(self._writer, self._name)
