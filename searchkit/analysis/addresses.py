"""What do addresses in Latin letters call a Chinese article and its headings?

静态加密 {#encryption-at-rest} and 旋转位置编码 in `rope.md` have a second name that
readers know from links. It is searched like an alias and weighs like prose, and the
glossary takes it for a name that stands beside the other in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchkit.analysis.scripts import is_han
from searchkit.model import Article, VisibleText

_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^/]*")
_EXTENSION = re.compile(r"\.(?:mdx?|markdown|txt|html?|ipynb)$", re.IGNORECASE)
_INDEX = frozenset(("index", "_index", "readme"))
_WORD = re.compile("[^-_.~%:+,]+")
_CHAPTER = "(?:ch|chap|chapter|part|sec|section|week|day)?"
_NUMBER = re.compile(rf"{_CHAPTER}\d+", re.IGNORECASE)


def addresses(article: Article, visible: VisibleText) -> Iterator[str]:
    """The name of an article's file, if its title is Chinese, and its anchors."""
    title = article.title
    if (
        _EXTENSION.search(article.doc_id)
        and not title.isascii()
        and any(map(is_han, title))
    ):
        name = address_name(article.doc_id)
        if name.isascii():
            yield name
    for section in visible.sections:
        if section.anchor:
            yield section.anchor


def address_name(address: str) -> str:
    """The words with which an address ends: those of its anchor, or of its last part.

    Numbers of chapters and dates at the beginning are none of them.

    >>> address_name("https://example.org/docs/ch04-01-what-is-ownership.html?x=1")
    'what is ownership'
    >>> address_name("/docs/cluster/encrypt/#at-rest"), address_name("guide/index.md")
    ('at rest', 'guide')
    """
    path, _, anchor = _HOST.sub("", address).partition("#")
    parts = [part for part in path.partition("?")[0].split("/") if part.strip(".")]
    if parts:
        parts[-1] = _EXTENSION.sub("", parts[-1])
    if parts and parts[-1].lower() in _INDEX:
        parts.pop()
    words = _WORD.findall(anchor or (parts[-1] if parts else ""))
    while len(words) > 1 and _NUMBER.fullmatch(words[0]):
        del words[0]
    return " ".join(words)
