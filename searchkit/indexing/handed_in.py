"""Where do the articles wait that a program hands in, before they are analysed?

In a file, a line of JSON each: they may be more than fit into memory, and a worker that
analyses some of them need not be sent the others.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from searchkit.engines.generations import HANDED_IN, NEW
from searchkit.errors import CorpusError
from searchkit.indexing.sources import Source, digest_of
from searchkit.model import MARKUPS, Article
from searchkit.record import as_dict

_MOST_LINES = 1_000_000_000
_KINDS = {
    **dict.fromkeys(("doc_id", "title", "body", "path"), "string"),
    **dict.fromkeys(("topics", "aliases"), "tuple of strings"),
    "date": "date",
    "markup": "markup",
    "line_offset": f"whole number from 0 to {_MOST_LINES}",
}
_TYPES = {"string": str, "date": date}


def handed_in_path(index: Path) -> Path:
    """The file in an index folder; there only as long as a build runs."""
    return index / f"{HANDED_IN}{NEW}"


class ArticleFile:
    """Articles on their way to a new file; a context manager."""

    def __init__(self, path: Path) -> None:
        """Raises: OSError."""
        self._file = path.open("xb")
        self._end = 0

    def __enter__(self) -> ArticleFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def flush(self) -> None:
        """Have all that was added be in the file. Raises: OSError."""
        self._file.flush()

    def add(self, article: Article) -> Source:
        """Write an article. Raises: CorpusError if it cannot be kept; OSError."""
        data = _packed(article)
        start, self._end = self._end, self._end + len(data)
        self._file.write(data)
        return Source(article.doc_id, len(data), digest_of(data), start=start)


def read_written(path: Path, source: Source) -> Article:
    """The article of a source as it was handed in. Raises: OSError."""
    with path.open("rb") as file:
        file.seek(source.start)
        return _unpacked(file.read(source.size_bytes))


def _packed(article: Article) -> bytes:
    fields = as_dict(article)
    for name, value in fields.items():
        if not _fits(name, value):
            raise CorpusError(
                f"its {name} is no {_KINDS[name]}: {value!r:.40}",
                path=article.doc_id,
                hint="See searchkit.Article for the types of its fields.",
            )
    day = article.date.toordinal() if article.date else 0
    line = json.dumps(fields | {"date": day}, ensure_ascii=False) + "\n"
    return line.encode("utf-8", "surrogatepass")


def _fits(name: str, value: object) -> bool:
    """Whether a field of an article has a value that it may have."""
    kind = _KINDS[name]
    if kind == "tuple of strings":
        return isinstance(value, tuple | list) and all(
            isinstance(item, str) for item in value
        )
    if name in ("date", "path") and value is None:
        return True
    if name == "line_offset":
        return type(value) is int and 0 <= value <= _MOST_LINES
    return value in MARKUPS if name == "markup" else isinstance(value, _TYPES[kind])


def _unpacked(data: bytes) -> Article:
    fields = json.loads(data.decode("utf-8", "surrogatepass"))
    day = fields["date"]
    fields["date"] = date.fromordinal(day) if day else None
    fields |= {name: tuple(fields[name]) for name in ("topics", "aliases")}
    return Article(**fields)
