"""An article as a page to read in a terminal, or as the Markdown its author wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from searchkit.cli.printable import printable, printable_lines
from searchkit.model import Article, Snippet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_ALNUM = "[A-Za-z0-9_]"


def article_source(article: Article) -> str:
    """The Markdown, with front matter that says title, topics, date and path."""
    facts = [f"title: {_quoted(article.title)}"]
    if article.topics:
        facts.append(f"topics: [{', '.join(map(_quoted, article.topics))}]")
    if article.date:
        facts.append(f"date: {article.date.isoformat()}")
    facts.append(f"path: {_quoted(article.path or article.doc_id)}")
    body = printable_lines(article.body).strip("\n")
    return "\n".join(["---", *facts, "---", "", body])


def _quoted(text: str) -> str:
    return json.dumps(printable(text), ensure_ascii=False)


def article_page(
    article: Article, path: str, matches: Iterable[Snippet], console: Console
) -> tuple[list[Text], int]:
    """The lines of the page, and the number of the first that holds a match, from 1."""
    from searchkit.cli.page import MATCH

    matcher = _matcher(matches)
    header = list(_header(article, path))
    lines = [*header, *_body(article, console)]
    first = 1
    for number, line in enumerate(lines, 1):
        found = line.highlight_regex(matcher, MATCH) if matcher else 0
        if found and first == 1 and number > len(header):
            first = number
    return lines, first


def _header(article: Article, path: str) -> Iterator[Text]:
    from rich.text import Text

    from searchkit.cli.page import PLACE, QUIET, TITLE

    yield Text(printable(article.title), TITLE)
    facts = [", ".join(article.topics)]
    facts += [article.date.isoformat()] if article.date else []
    if about := printable(" · ".join(fact for fact in facts if fact)):
        yield Text(about, QUIET)
    yield Text(printable(path), PLACE)
    yield Text()


def _body(article: Article, console: Console) -> Iterator[Text]:
    from rich.text import Text

    from searchkit.cli.markdown_page import markdown_lines

    if article.markup == "markdown":
        return markdown_lines(article.body, console)
    lines = printable_lines(article.body).split("\n")
    return (Text(line) for line in lines)


def _matcher(matches: Iterable[Snippet]) -> re.Pattern[str] | None:
    """A pattern for all that is highlighted in the matches, the longest first."""
    found = {
        printable(snippet.text[start:end]).strip()
        for snippet in matches
        for start, end in snippet.highlights
    }
    words = sorted(filter(None, found), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_whole, words))) if words else None


def _whole(word: str) -> str:
    """`word` as a pattern that does not match inside a longer Latin word."""
    before = f"(?<!{_ALNUM})" if re.match(_ALNUM, word) else ""
    after = f"(?!{_ALNUM})" if re.match(_ALNUM, word[-1]) else ""
    inside = r"\s+".join(map(re.escape, word.split()))
    return f"{before}{inside}{after}"
