"""A result as a page for a terminal: colours, links, nothing wider than the window.

Text is never parsed as markup: each piece becomes a `Text` with a style. The colours
are those of grep, which can be read on light and on dark.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.style import Style
from rich.text import Text

from searchkit.cli.facts import (
    about_hit,
    count_line,
    folded_paths,
    further_sections,
    heading_path,
    note_lines,
    topics_line,
)
from searchkit.cli.lines import (
    ELLIPSIS,
    fitting,
    shared,
    shorten_end,
    shorten_middle,
    wrap,
)
from searchkit.cli.places import Places
from searchkit.cli.printable import printable, printable_marked
from searchkit.model import Hit, SearchResult, Snippet

MATCH = Style(color="red", bold=True)
TITLE = Style(bold=True)
PLACE = Style(color="magenta")
QUIET = Style(dim=True)
INDENT = "   "
LINES_OF_SNIPPET = (2, 1)  # of the first snippet, and of each further one
NARROWEST = 20


def terminal(width: int | None = None) -> Console:
    """A console on standard output that prints what it is given and nothing more."""
    return Console(
        file=sys.stdout, width=width, highlight=False, markup=False, emoji=False
    )


def terminal_width() -> int:
    """The columns of the terminal, or the fewest that a page needs."""
    return max(terminal().width, NARROWEST)


def print_page(result: SearchResult, places: Places, *, offset: int) -> None:
    """Prints the hits and below them what there is to know about the search."""
    width = terminal_width()
    console = terminal(width)  # where COLUMNS is 0 it would print nothing
    for number, hit in enumerate(result.hits, offset + 1):
        _print_lines(console, _hit_lines(number, hit, places, width))
        console.print()
    _print_lines(console, _footer(result, offset, width))


def _print_lines(console: Console, lines: Iterable[Text]) -> None:
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _hit_lines(number: int, hit: Hit, places: Places, width: int) -> Iterator[Text]:
    about = about_hit(hit)
    title = _title(number, hit)
    spare = width - title.cell_len - 2
    if about and Text(about).cell_len <= spare:
        yield Text.assemble(title, "  ", (about, QUIET))
    else:
        yield _shortened(title, width)
        if about:
            yield Text(INDENT + shorten_end(about, width - len(INDENT)), QUIET)
    yield from _place_lines(hit, places, width - len(INDENT))


def _title(number: int, hit: Hit) -> Text:
    title, highlights = printable_marked(hit.title, hit.title_highlights)
    text = Text(f"{number}. ") + Text(title, TITLE)
    offset = len(text) - len(title)
    for start, end in highlights:
        text.stylize(MATCH, offset + start, offset + end)
    return text


def _shortened(text: Text, width: int) -> Text:
    """As `shorten_end`; rich would leave a blank for half a Han character."""
    if text.cell_len <= width:
        return text
    return text[: len(fitting(text.plain, width - 1))].append(ELLIPSIS)


def _place_lines(hit: Hit, places: Places, width: int) -> Iterator[Text]:
    style = PLACE + Style(link=places.uri(hit.path))
    path = printable(places.shown(hit.doc_id, hit.path))
    if not hit.snippets:
        yield Text.assemble(INDENT, (shorten_middle(path, width), style))
    for number, snippet in enumerate(hit.snippets):
        yield _place(f"{path}:{snippet.line}", style, snippet, width)
        most = LINES_OF_SNIPPET[min(number, len(LINES_OF_SNIPPET) - 1)]
        yield from _snippet_lines(snippet, width, most)
    sections = [f":{line} {heading}" for line, heading in further_sections(hit)]
    if sections:
        yield Text(INDENT + "also " + shared(sections, width - len("also ")), QUIET)
    for folded in folded_paths(hit):
        yield Text(INDENT + "= " + shorten_middle(folded, width - 2), QUIET)


def _place(place: str, style: Style, snippet: Snippet, width: int) -> Text:
    heading = heading_path(snippet.heading)
    place = shorten_middle(place, width * 2 // 3 if heading else width)
    line = Text.assemble(INDENT, (place, style))
    spare = width - line.cell_len + len(INDENT) - 2
    return line.append("  " + shorten_end(heading, spare), QUIET) if heading else line


def _snippet_lines(snippet: Snippet, width: int, most: int) -> Iterator[Text]:
    """At most `most` lines, from the one on that holds the first highlight."""
    text, highlights = printable_marked(snippet.text, snippet.highlights)
    marked = Text(text)
    for start, end in highlights:
        marked.stylize(MATCH, start, end)
    spans = wrap(text, width - 2)  # room for an ellipsis at both ends
    first = _line_of(highlights[0][0], spans) if highlights else 0
    first = 0 if first < most else first
    shown = spans[first : first + most]
    for start, end in shown:
        line = Text(INDENT)
        if start == shown[0][0] and first:
            line.append(ELLIPSIS)
        line.append_text(marked[start:end])
        if end == shown[-1][1] and first + most < len(spans):
            line.append(ELLIPSIS)
        yield line


def _line_of(offset: int, spans: list[tuple[int, int]]) -> int:
    return next((at for at, (_, end) in enumerate(spans) if offset < end), 0)


def _footer(result: SearchResult, offset: int, width: int) -> Iterator[Text]:
    counts = f"{count_line(result, offset)} ({result.took_ms:.1f} ms)"
    yield from _wrapped(counts, TITLE, width)
    for line in [topics_line(result.facets), *note_lines(result)]:
        yield from _wrapped(line, QUIET, width)


def _wrapped(line: str, style: Style, width: int) -> Iterator[Text]:
    for start, end in wrap(line, width):
        yield Text(line[start:end], style)
