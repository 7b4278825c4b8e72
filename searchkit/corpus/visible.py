"""What does a reader see of an article?"""

from __future__ import annotations

from searchkit.corpus.html import read_html
from searchkit.corpus.markdown import read_markdown
from searchkit.corpus.plain import read_plain
from searchkit.model import Article, VisibleText


def visible_text(article: Article) -> VisibleText:
    """The rendered article, by its markup; any text at all has one."""
    return read_visible(article)[0]


def read_visible(article: Article) -> tuple[VisibleText, str]:
    """The rendered article, and the title that its markup gives it, if any."""
    body, line_offset = article.body, article.line_offset
    if article.markup == "html":
        return read_html(body, line_offset=line_offset)
    if article.markup == "text":
        return read_plain(body, line_offset=line_offset), ""
    is_mdx = (article.path or article.doc_id).lower().endswith(".mdx")
    return read_markdown(body, line_offset=line_offset, is_mdx=is_mdx), ""
