"""How are the terms of a space and their records written, in bounded memory?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchkit.engines.columns.arrays import Numbers
from searchkit.engines.columns.dictionary_writer import DictionaryWriter
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.records import Records
from searchkit.engines.columns.rows import starts_of
from searchkit.engines.columns.terms import BLOCK


class SpaceWriter:
    """Writes the columns of one space, slab by slab, in bounded memory.

    Only the dictionary is kept until the end.
    """

    def __init__(self, writer: ColumnWriter, name: str) -> None:
        self._writer = writer
        self._name = name
        self._terms = DictionaryWriter()
        self._sizes: list[Numbers] = []
        self._stream = writer.stream(f"{name}.data")

    def add(self, terms: Sequence[bytes], records: Records) -> None:
        """Write the records of further terms.

        Raises: ValueError if the terms do not rise, or have not one record each.
        """
        if len(terms) != len(records.sizes):
            raise ValueError("there is not one record for each term")
        self._terms.add(terms)
        self._sizes.append(records.sizes)
        self._stream.write(records.data)

    def finish(self) -> None:
        """Write the dictionary."""
        self._stream.close()
        sizes = np.concatenate([np.zeros(0, np.int64), *self._sizes])
        starts = starts_of(sizes)[::BLOCK]
        self._writer.add(f"{self._name}.starts", starts.astype("<u8"))
        long = np.flatnonzero(sizes >> 16)
        pairs = np.stack([long, sizes[long]], 1)
        sizes[long] = 0
        self._writer.add(f"{self._name}.sizes", sizes.astype("<u2"))
        self._writer.add(f"{self._name}.long", pairs.astype("<u8"))
        self._terms.finish(self._writer, self._name)
