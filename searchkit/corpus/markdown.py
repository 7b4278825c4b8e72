"""What does a reader see of Markdown?

`blocks` says which lines form a paragraph, a heading, a cell; `inline` reads what is
inside of them. Both are CommonMark's grammar and both know the source line of what
they read, which no Markdown library does for the inside of a block.
"""

from __future__ import annotations

from searchkit.corpus.blocks import Leaf, scan_blocks
from searchkit.corpus.builder import CELL_SEPARATOR, VisibleTextBuilder
from searchkit.corpus.html import read_html_block
from searchkit.corpus.inline import Inline
from searchkit.model import VisibleText, Zone


def read_markdown(
    body: str, *, line_offset: int = 0, is_mdx: bool = False
) -> VisibleText:
    """What a reader of the rendered article sees. Raises nothing on any text."""
    outline = scan_blocks(body, is_mdx=is_mdx)
    builder = VisibleTextBuilder(line_offset=line_offset)
    inline = Inline(builder, outline.labels)
    for leaf in outline.leaves:
        _READERS[leaf.kind](builder, inline, leaf)
    return builder.build()


def _read_paragraph(builder: VisibleTextBuilder, inline: Inline, leaf: Leaf) -> None:
    builder.begin()
    inline.read(leaf.lines)


def _read_heading(builder: VisibleTextBuilder, inline: Inline, leaf: Leaf) -> None:
    builder.begin(level=leaf.level, anchor=leaf.anchor)
    inline.read(leaf.lines)


def _read_row(builder: VisibleTextBuilder, inline: Inline, leaf: Leaf) -> None:
    separator = "\n"
    for cell in leaf.lines:
        builder.begin(separator=separator)
        inline.read((cell,))
        separator = CELL_SEPARATOR if builder.has_text else separator


def _read_code(builder: VisibleTextBuilder, _: Inline, leaf: Leaf) -> None:
    _read_verbatim(builder, leaf, "code")


def _read_math(builder: VisibleTextBuilder, _: Inline, leaf: Leaf) -> None:
    _read_verbatim(builder, leaf, "math")


def _read_verbatim(builder: VisibleTextBuilder, leaf: Leaf, zone: Zone) -> None:
    first, text = leaf.lines[0]
    if not text.strip():
        return
    begin = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    end = text.find("\n", len(text.rstrip()))
    builder.begin(language=leaf.language)
    builder.line(first + text.count("\n", 0, begin))
    builder.verbatim(text[begin:end] if end >= 0 else text[begin:], zone)


def _read_html(builder: VisibleTextBuilder, _: Inline, leaf: Leaf) -> None:
    first, text = leaf.lines[0]
    read_html_block(builder, text, first)


_READERS = {
    "paragraph": _read_paragraph,
    "heading": _read_heading,
    "row": _read_row,
    "code": _read_code,
    "math": _read_math,
    "html": _read_html,
}
