"""Which files need not be read again, since they look as when they were last read?

A file of the index folder holds size, times and inode of each file of the corpus, with
the digest of what was in it. It is a cache: it belongs to no generation, and without it
all files are read. Times are not trusted that were young when the file was read: it may
have changed again within the same tick of the clock (git calls such files racy).
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from searchkit.corpus.reader import CLOCK_TICK_NS, SourceFile, read_bytes
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generations import DIGEST_BYTES, SEEN
from searchkit.engines.publishing import replacing
from searchkit.errors import IndexStoreError
from searchkit.indexing.sources import Source, digest_of
from searchkit.record import record


@record
class Look:
    """What the system says of a file without reading it.

    Times before 1970 count as its beginning: the index keeps numbers from 0 on.
    """

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def at(cls, path: Path) -> Look:
        """Raises: OSError."""
        stat = path.stat()
        modified_ns, changed_ns = max(stat.st_mtime_ns, 0), max(stat.st_ctime_ns, 0)
        return cls(stat.st_size, modified_ns, changed_ns, stat.st_ino)

    @property
    def young(self) -> bool:
        """Whether the file may still change without looking other than this."""
        latest = max(self.modified_ns, self.changed_ns)
        return latest > time.time_ns() - CLOCK_TICK_NS


Seen = Mapping[str, tuple[Look, bytes]]
"""doc_id to how its file looked and the digest of what was in it."""


class FileLooks:
    """Tells the digests of files, from what was seen before where that can be trusted.

    `seen` has after that what the next build may trust.
    """

    def __init__(self, before: Seen, max_bytes: int) -> None:
        self._before = before
        self._max_bytes = max_bytes
        self.seen: dict[str, tuple[Look, bytes]] = {}

    def source(self, file: SourceFile, *, read: bool) -> Source:
        """The file with its digest, or without if it is not known and not to be read.

        Raises: CorpusError if it cannot be read.
        """
        try:
            look = Look.at(file.path)
        except OSError:  # reading tells why
            read_bytes(file, max_bytes=self._max_bytes)
            raise
        settled = not look.young  # as it is before the file is read
        known = self._before.get(file.doc_id)
        digest = known[1] if known and known[0] == look else b""
        if look.size_bytes > self._max_bytes or (read and not digest):
            digest = digest_of(read_bytes(file, max_bytes=self._max_bytes))
            if settled:
                self.seen[file.doc_id] = look, digest
        elif known and digest:
            self.seen[file.doc_id] = known
        return Source(file.doc_id, look.size_bytes, digest, file=file)

    def note(self, looks: Iterable[tuple[str, Look, bytes]]) -> None:
        """Take note of how files looked that were read since, and of their digests."""
        self.seen |= {name: (look, digest) for name, look, digest in looks}

    @property
    def changed(self) -> bool:
        """Whether there is anything to remember that was not known before."""
        return self.seen != self._before


def read_seen(index: Path, root: str) -> Seen:
    """What was seen of the corpus in `root`; nothing where that cannot be told."""
    try:
        columns = Columns(index / SEEN, "seen")
    except (IndexStoreError, OSError):
        return {}
    try:
        if bytes(columns.column("root").whole()) != os.fsencode(root):
            return {}
        return _table(columns)
    except (IndexStoreError, ValueError):
        return {}
    finally:
        columns.close()


def _table(columns: Columns) -> Seen:
    names = bytes(columns.column("doc_ids").whole()).decode().split("\0")[:-1]
    numbers = array("Q", bytes(columns.column("looks").whole()))
    digests = bytes(columns.column("digests").whole())
    if len(digests) != DIGEST_BYTES * len(names):
        return {}
    return {
        name: (
            Look(*numbers[4 * row : 4 * row + 4]),
            digests[DIGEST_BYTES * row : DIGEST_BYTES * (row + 1)],
        )
        for row, name in enumerate(names)
    }


def write_seen(index: Path, root: str, seen: Seen) -> None:
    """Keep what was seen; where that is not possible, all is read next time."""
    with (
        suppress(OSError),
        replacing(index / SEEN) as fresh,
        ColumnWriter(fresh, "seen") as writer,
    ):
        writer.add("root", os.fsencode(root))
        writer.add("doc_ids", "".join(name + "\0" for name in seen).encode())
        looks = array("Q")
        for look, _ in seen.values():
            looks.extend(
                (look.size_bytes, look.modified_ns, look.changed_ns, look.inode)
            )
        writer.add("looks", looks.tobytes())
        writer.add("digests", b"".join(digest for _, digest in seen.values()))
