"""A result as plain text: no escapes, no time, the same for the same index."""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.cli.facts import (
    about_hit,
    count_line,
    heading_path,
    note_lines,
    topics_line,
)
from searchkit.cli.places import Places
from searchkit.cli.printable import printable, printable_marked
from searchkit.model import Hit, SearchResult, Snippet


def result_text(result: SearchResult, places: Places, *, offset: int) -> str:
    """The page: a block a hit, each snippet as `path:line: heading: text`."""
    hits = [
        "\n".join(_hit_lines(number, hit, places))
        for number, hit in enumerate(result.hits, offset + 1)
    ]
    footer = [count_line(result, offset), topics_line(result.facets)]
    footer += note_lines(result)
    return "\n\n".join([*hits, "\n".join(line for line in footer if line)])


def _hit_lines(number: int, hit: Hit, places: Places) -> Iterator[str]:
    yield f"{number}. {printable(hit.title)}"
    if about := about_hit(hit):
        yield f"   {about}"
    path = printable(places.shown(hit.doc_id, hit.path))
    if not hit.snippets:
        yield f"   {path}"
    for snippet in hit.snippets:
        yield f"   {path}:{snippet.line}: {snippet_text(snippet)}"


def snippet_text(snippet: Snippet) -> str:
    """A snippet on one line, after its heading path."""
    text, _ = printable_marked(snippet.text, ())
    heading = heading_path(snippet.heading)
    return f"{heading}: {text}" if heading else text
