"""What can go wrong, and what should the user do next?

    SearchkitError(hint)
    ├── ConfigError(path, key)
    ├── CorpusError(path)
    ├── CollectionError(path)
    ├── ArticleNotFoundError(doc_id)
    ├── IndexStoreError(path)
    │   ├── IndexNotFoundError
    │   ├── IndexLockedError
    │   ├── IndexFormatError(expected, found)
    │   └── IndexCorruptError
    └── QueryError
        ├── QuerySyntaxError(text, position)
        └── UnknownFieldError(field, known)

`str(error)` is one sentence; `error.hint` is what to do next. A bad article is
not an error: it is a line in `BuildReport.failures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath

REBUILD = "Run `searchkit build --full` to write it anew."
"""What to do where an index, or a file of it, is of no use."""


class SearchkitError(Exception):
    """The root of everything searchkit raises on purpose."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Past `__init__`, which wants more than the message: a pool pickles errors."""
        return _again, (type(self), *self.args), self.__dict__


def _again(kind: type[SearchkitError], *args: object) -> SearchkitError:
    return kind.__new__(kind, *args)


class ClosedError(ValueError):
    """An engine is closed, or was by another thread while it answered."""

    def __init__(self) -> None:
        super().__init__("the engine is closed; searchkit.open makes another one")


class ConfigError(SearchkitError):
    """A setting that cannot be used: `path` is its file, `key` its name."""

    def __init__(self, message: str, *, path: str, key: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.key = key


class CorpusError(SearchkitError):
    """The corpus as a whole cannot be read."""

    def __init__(self, message: str, *, path: str | PathLike[str], hint: str) -> None:
        super().__init__(message, hint=hint)
        self.path = fspath(path)


class CollectionError(SearchkitError):
    """A file of a test collection, its judgements or a run cannot be read."""

    def __init__(
        self, message: str, *, path: str | PathLike[str], hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = fspath(path)


class ArticleNotFoundError(SearchkitError):
    """No article of that `doc_id` is in the index."""

    def __init__(self, doc_id: str, *, hint: str) -> None:
        super().__init__(f"There is no article {doc_id!r} in this index.", hint=hint)
        self.doc_id = doc_id


class IndexStoreError(SearchkitError):
    """The index folder `path` cannot be used."""

    def __init__(self, message: str, *, path: str | PathLike[str], hint: str) -> None:
        super().__init__(message, hint=hint)
        self.path = fspath(path)


class IndexNotFoundError(IndexStoreError):
    """There is no index in the folder yet."""


class IndexLockedError(IndexStoreError):
    """Another build is writing to this index."""


class IndexFormatError(IndexStoreError):
    """The index was written in another format than this version reads."""

    def __init__(
        self, *, path: str | PathLike[str], expected: object, found: object
    ) -> None:
        super().__init__(
            f"The index in {fspath(path)} has format {found}; "
            f"this version of searchkit reads format {expected}.",
            path=path,
            hint=REBUILD,
        )
        self.expected = expected
        self.found = found


class IndexCorruptError(IndexStoreError):
    """A file of the index is damaged or missing."""


class QueryError(SearchkitError):
    """A query that cannot be run as asked; raised only where `strict` is set."""


class QuerySyntaxError(QueryError):
    """`text` does not parse at code point `position`."""

    def __init__(self, message: str, *, text: str, position: int) -> None:
        super().__init__(
            message, hint="Put it in quotes to search for it as it stands."
        )
        self.text = text
        self.position = position


class UnknownFieldError(QueryError):
    """The query names a `field` that no article has."""

    def __init__(self, field: str, known: Iterable[str]) -> None:
        self.field = field
        self.known = tuple(known)
        super().__init__(
            f"There is no field {field!r}.",
            hint="The fields are " + ", ".join(self.known) + ".",
        )
