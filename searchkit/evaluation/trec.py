"""How are queries, judgements and runs written down?

Queries and judgements as tab-separated lines or in the formats of TREC, told apart by
what they hold; runs in TREC's format, in the order that trec_eval gives them: the
higher score first, of equal scores the greater doc_id.
https://github.com/usnistgov/trec_eval
"""

from __future__ import annotations

import math
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from searchkit.errors import CollectionError

Qrels = Mapping[str, Mapping[str, int]]
"""The grade of each judged doc_id, by query id."""

Run = Mapping[str, Sequence[str]]
"""The doc_ids found, best first, by query id."""

_TOPIC = re.compile(r"<top>(.*?)</top>", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*(\S+?)\s*(?:</num>|<|$)", re.I | re.M)
_CODE = re.compile(r"%[0-9A-F]{2}(?:%[89AB][0-9A-F])*")
_SPACE = re.compile(r"\s")
_BREAKS = re.compile(r"[\t\r\n]")  # ends a column or a line of judgements
_TITLE = re.compile(r"<title>\s*(?:Topic:)?\s*([^<]*)", re.IGNORECASE)


def read_text(path: Path) -> str:
    """A file's text, with U+FFFD where its bytes are not UTF-8.

    Raises: CollectionError if there is no such file.
    """
    try:
        return path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CollectionError(f"{path}: {reason}.", path=path) from error


def read_queries(path: Path) -> dict[str, str]:
    """The text of each query by its id, in file order; of TREC topics the title.

    Raises: CollectionError.
    """
    text = read_text(path)
    if "<top>" in text.lower():
        return _topics(path, text)
    queries: dict[str, str] = {}
    for number, line in _lines(text):
        query_id, tab, query = line.partition("\t")
        if not tab or query_id in queries:
            what = "stands twice" if tab else "has no tab"
            raise _bad_line(path, number, what, "query id, tab, query")
        queries[query_id] = query.strip()
    return queries


def _topics(path: Path, text: str) -> dict[str, str]:
    topics: dict[str, str] = {}
    for topic in _TOPIC.findall(text):
        number, title = _NUMBER.search(topic), _TITLE.search(topic)
        if not number or not title:
            raise CollectionError(f"{path}: a topic has no num or title.", path=path)
        if number[1] in topics:
            raise CollectionError(f"{path}: topic {number[1]} stands twice.", path=path)
        topics[number[1]] = " ".join(title[1].split())
    return topics


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """The judgements of a file of three columns, or of four as TREC has them.

    Raises: CollectionError, also for two grades of one article.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(read_text(path)):
        columns = line.split("\t") if line.count("\t") >= 2 else line.split()
        if len(columns) not in (3, 4) or not _is_integer(columns[-1]):
            shape = "query id, doc_id, grade"
            raise _bad_line(path, number, "is no judgement", shape)
        doc_id, grade = unquoted(columns[-2], _BREAKS), int(columns[-1])
        if qrels.setdefault(columns[0], {}).setdefault(doc_id, grade) != grade:
            what = f"has another grade for {doc_id} than a line above"
            raise _bad_line(path, number, what, "query id, doc_id, grade")
    return qrels


def write_qrels(path: Path, qrels: Qrels) -> None:
    """Writes judgements as three columns; the file is never seen half written.

    What would break a line in a doc_id becomes `%09` and the like.
    """
    lines = [
        f"{query_id}\t{quoted(doc_id, _BREAKS)}\t{grade}\n"
        for query_id, grades in qrels.items()
        for doc_id, grade in grades.items()
    ]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            Path(name).chmod(path.stat().st_mode)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_run(path: Path) -> dict[str, tuple[str, ...]]:
    """The run in a file, each query's articles in the order that trec_eval sees.

    Raises: CollectionError.
    """
    found: dict[str, dict[str, float]] = {}
    for number, line in _lines(read_text(path)):
        columns = line.split()
        if len(columns) != 6 or not _is_number(columns[4]):
            shape = "query id, Q0, doc_id, rank, score, name"
            raise _bad_line(path, number, "is no line of a run", shape)
        scores, doc_id = found.setdefault(columns[0], {}), unquoted(columns[2])
        if doc_id in scores:
            what = f"names {doc_id} a second time"
            raise _bad_line(path, number, what, shape="of an article of its own")
        scores[doc_id] = float(columns[4])
    return {query_id: trec_order(scores) for query_id, scores in found.items()}


def trec_order(scores: Mapping[str, float]) -> tuple[str, ...]:
    """doc_ids by falling score, of equal scores by falling doc_id.

    >>> trec_order({"a": 1.0, "b": 2.0, "c": 1.0})
    ('b', 'c', 'a')
    """
    by_id = sorted(scores, reverse=True)
    return tuple(sorted(by_id, key=lambda doc_id: -scores[doc_id]))


def write_run(path: Path, run: Run, *, name: str = "searchkit") -> None:
    """Writes a run; scores only say the order, one less with each rank.

    searchkit's own scores would not do: an article with all words of a query comes
    before one with a higher score that lacks one. White space in a doc_id, which the
    format cannot hold, becomes `%20` and the like.
    """
    with path.open("w", encoding="utf-8") as file:
        for query_id, doc_ids in run.items():
            for rank, doc_id in enumerate(doc_ids, 1):
                score = len(doc_ids) - rank + 1
                written = quoted(doc_id)
                file.write(f"{query_id} Q0 {written} {rank} {score} {name}\n")


def quoted(doc_id: str, coded: re.Pattern[str] = _SPACE) -> str:
    """A doc_id as a column; white space, which a run cannot hold, is coded.

    >>> quoted("注意力/My notes.md")
    '注意力/My%20notes.md'
    """
    return coded.sub(lambda match: quote(match[0]), doc_id)


def unquoted(column: str, coded: re.Pattern[str] = _SPACE) -> str:
    """The doc_id that a column stands for; only what was coded is decoded.

    >>> unquoted("注意力/My%20notes.md"), unquoted("100%25")
    ('注意力/My notes.md', '100%25')
    """

    def decoded(match: re.Match[str]) -> str:
        character = unquote(match[0])
        return character if coded.fullmatch(character) else match[0]

    return _CODE.sub(decoded, column)


def _lines(text: str) -> list[tuple[int, str]]:
    numbered = enumerate(text.split("\n"), 1)
    return [(number, line.rstrip("\r")) for number, line in numbered if line.strip()]


def _is_integer(text: str) -> bool:
    return bool(re.fullmatch(r"\s*[+-]?\d{1,9}\s*", text))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _bad_line(path: Path, number: int, what: str, shape: str) -> CollectionError:
    return CollectionError(
        f"{path}:{number}: the line {what}.", path=path, hint=f"Each line is {shape}."
    )
