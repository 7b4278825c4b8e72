"""What is said about a result, in words? The same for every printer."""

from __future__ import annotations

from collections.abc import Mapping

from searchkit.cli.printable import printable
from searchkit.model import Hit, SearchResult

TOP_TOPICS = 8
HEADING_SEPARATOR = " › "


def about_hit(hit: Hit) -> str:
    """Date, missing words and topics, such as `2024-09-03 · attention, rope`."""
    parts = [hit.date.isoformat()] if hit.date else []
    if hit.missing:
        parts.append("lacks " + ", ".join(hit.missing))
    if hit.topics:
        parts.append(", ".join(hit.topics))
    return printable(" · ".join(parts))


def heading_path(heading: tuple[str, ...]) -> str:
    """`Install › Linux`."""
    return printable(HEADING_SEPARATOR.join(heading))


def further_sections(hit: Hit) -> list[tuple[int, str]]:
    """The line and the heading of the best sections in which no snippet stands."""
    shown = {snippet.heading for snippet in hit.snippets} | {(hit.title,), ()}
    return [
        (section.line, printable(section.heading[-1]))
        for section in hit.sections
        if section.heading not in shown
    ]


def folded_paths(hit: Hit) -> list[str]:
    """The folded articles, without the folders that they share with the hit."""
    here = hit.doc_id.split("/")[:-1]
    paths = []
    for doc_id in hit.folded:
        folders = doc_id.split("/")
        same = 0
        while same < min(len(here), len(folders) - 1) and here[same] == folders[same]:
            same += 1
        paths.append(printable("/".join(["…"] * bool(same) + folders[same:])))
    return paths


def count_line(result: SearchResult, offset: int) -> str:
    """How many articles match, how many hold every word, and how to see more."""
    if not result.total:
        return "No article matches."
    noun = "article matches" if result.total == 1 else "articles match"
    parts = [f"{result.total} {noun}"]
    if result.complete < result.total:
        parts.append(f"{result.complete} with every word")
    if result.collapsed:
        parts.append(f"{result.collapsed} folded")
    return ", ".join(parts) + _page_hint(result, offset)


def _page_hint(result: SearchResult, offset: int) -> str:
    if not result.hits:
        return f"; none from {offset + 1} on"
    seen = offset + len(result.hits)
    more = seen < result.total - result.collapsed
    return f"; --offset {seen} for more" if more else ""


def topics_line(facets: Mapping[str, Mapping[str, int]]) -> str:
    """The topics of all matches, most frequent first, or nothing."""
    counts = sorted(
        facets.get("topic", {}).items(), key=lambda item: (-item[1], item[0])
    )
    shown = [f"{printable(topic)} {count}" for topic, count in counts[:TOP_TOPICS]]
    if len(counts) > TOP_TOPICS:
        shown.append(f"and {len(counts) - TOP_TOPICS} more")
    return "topics: " + ", ".join(shown) if shown else ""


def note_lines(result: SearchResult) -> list[str]:
    """What became of the query, a line each."""
    return [printable(note.message) for note in result.notes]
