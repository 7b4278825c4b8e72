"""Which files of a folder are articles, and what does each of them say?

A bad file is a reason to tell, never the end of the walk. Links are followed inside
the folder only, so that a corpus from elsewhere cannot show what is not its own. What
reads YAML and Markdown is loaded with the first article: where nothing has changed none
is read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from searchkit.errors import CorpusError
from searchkit.model import Article, Markup, VisibleText
from searchkit.record import record, replace

if TYPE_CHECKING:
    from searchkit.corpus.front_matter import FrontMatter

MARKUPS: MappingProxyType[str, Markup] = MappingProxyType(
    {
        ".md": "markdown",
        ".markdown": "markdown",
        ".mdx": "markdown",
        ".txt": "text",
        ".html": "html",
        ".htm": "html",
    }
)
"""The extensions of articles, in lower case."""

CLOCK_TICK_NS = 2_000_000_000
"""Of the coarsest clock of a file system in use, FAT's: two writes within it may leave
a file that looks the same."""

_READINGS = 5  # of a file that changes while it is read


@record
class SourceFile:
    """One file of a corpus folder; `doc_id` is its path in it, with forward slashes."""

    doc_id: str
    path: Path


@record
class ReadArticle:
    """An article and what a reader sees of it; `warning` is what could not be used."""

    article: Article
    visible: VisibleText
    warning: str | None


def walk(
    root: Path,
) -> tuple[tuple[SourceFile, ...], tuple[tuple[str, str], ...]]:
    """All articles below `root` by `doc_id`, and (doc_id, reason) for what is not read.

    Hidden files and folders are passed over. A folder is visited once, whatever links
    lead to it.

    Raises:
        CorpusError: `root` is not a folder, or cannot be listed.
    """
    check_folder(root)
    found = _Walk(Path(os.path.realpath(root)))
    found.visit(root)
    files = sorted(found.files, key=lambda file: file.doc_id)
    return tuple(files), tuple(sorted(found.failures))


def check_folder(root: Path) -> int:
    """The number of the file system of `root`, which must be a folder that can be read.

    Raises: CorpusError.
    """
    try:
        with os.scandir(root):
            return root.stat().st_dev
    except OSError as error:
        raise CorpusError(
            f"The corpus folder {os.fspath(root)!r} cannot be read: {_problem(error)}.",
            path=root,
            hint="Name a folder of Markdown files: `searchkit build FOLDER`.",
        ) from error


class _Folder(NamedTuple):
    """A folder, what the doc_ids in it begin with, where it really is, is it a link."""

    path: Path
    prefix: str
    real: str
    is_link: bool


@dataclass(slots=True)
class _Walk:
    """What a walk below `root` has found so far."""

    root: Path
    files: list[SourceFile] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def visit(self, folder: Path) -> None:
        """Take in the folder and all below it, depth first without recursion."""
        pending = [_Folder(folder, "", os.fspath(self.root), False)]
        while pending:
            here = pending.pop()
            if here.real not in self.seen:
                self.seen.add(here.real)
                pending.extend(self._list(here))

    def _list(self, folder: _Folder) -> list[_Folder]:
        """Note the articles of one folder; the folders in it, last name first."""
        folders: list[_Folder] = []
        try:
            with os.scandir(folder.path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            self._fail(
                folder.prefix.rstrip("/"), f"folder cannot be read: {_problem(error)}"
            )
            return folders
        for entry in entries:
            if not entry.name.startswith("."):
                self._sort_out(entry, folder, folders)
        return sorted(folders, key=lambda folder: folder.is_link, reverse=True)

    def _sort_out(
        self, entry: os.DirEntry[str], parent: _Folder, folders: list[_Folder]
    ) -> None:
        doc_id = parent.prefix + entry.name
        is_folder = _is(entry.is_dir)
        if not is_folder and os.path.splitext(doc_id)[1].lower() not in MARKUPS:  # noqa: PTH122, a Path takes longer
            return
        if reason := self._refusal(entry, doc_id):
            self._fail(doc_id, reason)
        elif is_folder:
            is_link = entry.is_symlink()
            real = os.path.join(parent.real, entry.name)  # noqa: PTH118, many of them
            if is_link:
                real = os.path.realpath(entry.path)
            path = Path(entry.path)
            folders.append(_Folder(path, doc_id + "/", real, is_link))
        elif _is(entry.is_file):
            self.files.append(SourceFile(doc_id, Path(entry.path)))
        else:
            self._fail(doc_id, "not a regular file")

    def _refusal(self, entry: os.DirEntry[str], doc_id: str) -> str:
        """Why the entry is left out, or nothing."""
        if not _is_unicode(doc_id):
            return "file name is not valid UTF-8"
        if not entry.is_symlink():
            return ""
        try:
            target = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):
            return "link leads nowhere"
        return (
            "" if target.is_relative_to(self.root) else "link leads out of the corpus"
        )

    def _fail(self, doc_id: str, reason: str) -> None:
        self.failures.append((doc_id.encode(errors="replace").decode(), reason))


def read_bytes(source: SourceFile, *, max_bytes: int) -> bytes:
    """The file as it is on disk: one version of it, never parts of two.

    Raises:
        CorpusError: it has vanished, cannot be read, has more than `max_bytes`, or
            was written to each time that it was read.
    """
    data = b""
    for reading in range(_READINGS):
        before = data
        data, still = _read_once(source, max_bytes)
        if still or (reading and data == before):
            return data
    raise _refused(source, "changed each time that it was read")


def _read_once(source: SourceFile, max_bytes: int) -> tuple[bytes, bool]:
    """What is in the file, and whether it surely did not change meanwhile.

    Raises: CorpusError.
    """
    try:
        with source.path.open("rb") as file:
            before = os.fstat(file.fileno())
            # What is asked for is set aside at once: mostly far less than is allowed.
            data = file.read(min(before.st_size, max_bytes) + 1)
            if len(data) > before.st_size:  # it grew, or no size is told
                data += file.read(max_bytes + 1 - len(data))
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise _refused(source, "vanished while being read") from error
    except OSError as error:
        raise _refused(source, f"cannot be read: {_problem(error)}") from error
    if len(data) > max_bytes:
        raise _refused(
            source,
            f"{max(after.st_size, len(data)):,} bytes, more than the {max_bytes:,} "
            "allowed; max_article_bytes in searchkit.toml raises the limit",
        )
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return data, same and not _just_written(after)


def _just_written(state: os.stat_result) -> bool:
    """Whether another write may leave the time of the last one as it is."""
    return state.st_mtime_ns > time.time_ns() - CLOCK_TICK_NS


def read_article(source: SourceFile, data: bytes) -> ReadArticle:
    """The article in `data`, parsed once: its title may be its first heading.

    Raises:
        CorpusError: it is empty, binary, or in no encoding that is known.
    """
    from searchkit.corpus.encoding import decode
    from searchkit.corpus.front_matter import read_front_matter
    from searchkit.corpus.visible import read_visible

    try:
        decoded = decode(data)
    except ValueError as error:
        raise _refused(source, str(error)) from error
    text = decoded.text
    if "\r" in text:  # found out in half of the time of looking for each
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise _refused(source, "empty file")
    matter = read_front_matter(text)
    article = _article(source, text, matter)
    visible, title = read_visible(article)
    title = matter.title or title or _first_heading(visible) or source.path.stem
    warnings = "; ".join(filter(None, (decoded.warning, matter.warning)))
    return ReadArticle(replace(article, title=title), visible, warnings or None)


def _article(source: SourceFile, text: str, matter: FrontMatter) -> Article:
    folder, slash, _ = source.doc_id.partition("/")
    body = text.split("\n", matter.lines)[-1] if matter.lines else text
    return Article(
        doc_id=source.doc_id,
        title=matter.title,
        body=body,
        topics=matter.topics or ((folder,) if slash else ()),
        date=matter.date,
        path=str(source.path),
        aliases=matter.aliases,
        markup=MARKUPS.get(source.path.suffix.lower(), "markdown"),
        line_offset=matter.lines,
    )


def _first_heading(visible: VisibleText) -> str:
    return next((part.heading[-1] for part in visible.sections if part.heading), "")


def _is(kind: Callable[[], bool]) -> bool:
    """Whether an entry of a folder is of a kind; not if nobody can tell."""
    try:
        return kind()
    except OSError:
        return False


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _problem(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _refused(source: SourceFile, reason: str) -> CorpusError:
    return CorpusError(reason, path=source.path, hint="The other articles are indexed.")
