"""Which articles are there, and which of them have changed since the last build?"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from os import PathLike

from searchkit.corpus.reader import SourceFile, read_bytes
from searchkit.errors import CorpusError
from searchkit.indexing.seen import Look, Seen
from searchkit.model import Article
from searchkit.record import record

Corpus = str | PathLike[str] | Iterable[Article]
Failure = tuple[str, str]

DIGEST_BYTES = 16


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


def digest_of(data: bytes) -> bytes:
    """What tells one content from another."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


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

    @property
    def changed(self) -> bool:
        """Whether there is anything to remember that was not known before."""
        return self.seen != self._before


def try_source(
    looks: FileLooks, file: SourceFile, failures: list[Failure], *, read: bool
) -> Source | None:
    """`FileLooks.source`, but a file that cannot be read is a failure."""
    try:
        return looks.source(file, read=read)
    except (CorpusError, OSError) as error:
        failures.append((file.doc_id, str(error)))
        return None
