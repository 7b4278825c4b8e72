"""What is `searchkit search` asked for, and what does it do?

Imports no click: a command line that needs none of it is read by `command_line`.
"""

from __future__ import annotations

import sys

from searchkit.cli.exits import FOUND, NONE_FOUND
from searchkit.cli.opening import open_or_build, places, settings
from searchkit.cli.printable import printable
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.api import SearchEngine
    from searchkit.model import SearchResult, Sort


@record
class SearchRequest:
    """The query and the options of one search, as typed."""

    query: str
    index: str | None = None
    limit: int | None = None
    offset: int = 0
    topics: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    sort: Sort = "relevance"
    exact: bool = False
    collapse: bool = False
    correct: bool = False
    as_json: bool = False
    paths: bool = False


def run_search(request: SearchRequest) -> int:
    """Search, print, and say whether there was a hit."""
    config = settings(
        index=request.index,
        limit=request.limit,
        snippets_per_hit=0 if request.paths else None,  # most of the work of a hit
    )
    with open_or_build(config) as engine:
        result = engine.search(
            utf8(request.query),
            limit=config.limit or None,
            offset=request.offset,
            topics=request.topics,
            since=request.since,
            until=request.until,
            sort=request.sort,
            exact=request.exact,
            collapse=request.collapse,
            correct=request.correct,
        )
        _print_result(result, engine, request)
    return FOUND if result.hits else NONE_FOUND


def _print_result(
    result: SearchResult, engine: SearchEngine, request: SearchRequest
) -> None:
    if sys.stdout is None:  # closed: only the status is asked for
        return
    if request.as_json:
        from searchkit.cli.as_json import result_json

        document = result_json(result) + "\n"
        sys.stdout.flush()
        sys.stdout.buffer.write(document.encode("utf-8"))  # JSON is, in any locale
    elif request.paths:
        _say(*(printable(hit.doc_id) for hit in result.hits))
    elif is_terminal():
        from searchkit.cli.page import print_page

        print_page(result, places(engine), offset=request.offset)
    else:
        from searchkit.cli.plain import result_text

        _say(result_text(result, places(engine), offset=request.offset))


def _say(*lines: str) -> None:
    sys.stdout.writelines(line + "\n" for line in lines)


def utf8(typed: str) -> str:
    """What was typed, with U+FFFD where its bytes were not UTF-8."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_terminal() -> bool:
    """Whether results are printed on a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()
