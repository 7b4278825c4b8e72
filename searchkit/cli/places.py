"""Where is an article, as a person at this terminal would say it?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import StrPath

    from searchkit.api import SearchEngine

_LINE = re.compile(r":\d+$")
_MIDDLE = "…"  # of a path, as `lines.shorten_middle` prints it


@record
class Places:
    """Seen from the current folder: the articles of an index."""

    here: str
    engine: SearchEngine

    @property
    def corpus(self) -> Path | None:
        """The folder of the corpus, if the index names one."""
        return self.engine.corpus_path

    def shown(self, doc_id: str, path: str | None) -> str:
        """The path to print: relative to the current folder if it is below it."""
        below = os.path.join(self.here, "")
        return path.removeprefix(below) if path else doc_id

    def uri(self, path: str | None) -> str | None:
        """A link to the file, if there is one and it is inside the corpus folder."""
        corpus = self.corpus
        if corpus is None or not path:
            return None
        try:
            file = _real(corpus / path)
        except ValueError:  # a name that no file can have, from somebody's index
            return None
        inside = file.is_relative_to(_real(corpus))
        return file.as_uri() if inside and file.is_file() else None

    def doc_id(self, typed: str) -> str:
        """The `doc_id` that is meant by a path, or by `path:line`, of its file."""
        path = _real(os.path.join(self.here, _LINE.sub("", typed)))
        corpus = self.corpus and _real(self.corpus)
        if corpus and path.is_relative_to(corpus):
            return path.relative_to(corpus).as_posix()
        return _LINE.sub("", typed)

    def shortened(self, typed: str, doc_ids: Iterable[str]) -> list[str]:
        """The articles whose path, or `path:line`, was printed as `head…tail`."""
        head, shortened, tail = _LINE.sub("", typed).partition(_MIDDLE)
        if not shortened:
            return []

        corpus = self.corpus

        def fits(doc_id: str) -> bool:
            path = str(corpus / doc_id) if corpus else None
            shown = self.shown(doc_id, path)
            return shown.startswith(head) and shown.endswith(tail)

        return [*filter(fits, doc_ids)]

    def ending(self, typed: str, doc_ids: Iterable[str]) -> list[str]:
        """The articles whose path ends with what was typed, or with it and `.md`."""
        tail = f"/{_LINE.sub('', typed)}"

        def fits(doc_id: str) -> bool:
            path = f"/{doc_id}"
            return path.endswith(tail) or os.path.splitext(path)[0].endswith(tail)

        return [*filter(fits, doc_ids)]


def _real(path: StrPath) -> Path:
    """The path without links; one that leads to itself, which `resolve` refuses, stays.

    Raises: ValueError if the system cannot have such a name.
    """
    from pathlib import Path

    return Path(os.path.realpath(path))
