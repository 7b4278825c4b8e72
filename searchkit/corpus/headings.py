"""What does a heading of Markdown say, and under which address?"""

from __future__ import annotations

import re

_HEADING = re.compile(r" {0,3}(#{1,6})(?= |\t|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_LONGEST_ANCHOR = 500
_ATTRIBUTE_LIST = re.compile(r"[ \t]*\{(?:[:#.][^{}]*|[\w-]+=[^{}]*)\}$")
_ID = re.compile(r"#([^\s{}]+)")
_MDX_ANCHOR = re.compile(r"[ \t]*\[\[#?([^\[\]]+)\]\]$")


def heading_at(line: str) -> tuple[int, str] | None:
    """The level and the text of a heading with `#`.

    >>> heading_at("## 安装 Nginx ##")
    (2, '安装 Nginx')
    """
    match = _HEADING.match(line)
    if match is None:
        return None
    text = line[match.end() :].strip(" \t")
    bare = text.rstrip("#")
    if not bare or bare[-1] in " \t":
        text = bare.rstrip(" \t")
    return len(match.group(1)), text


def underlined_level(line: str) -> int:
    """The level of the heading that the line underlines, or 0 if it is no underline."""
    match = _UNDERLINE.match(line)
    if match is None:
        return 0
    return 1 if match.group(1)[0] == "=" else 2


def cut_anchor(heading: str, *, is_mdx: bool) -> tuple[str, str]:
    """The heading without the anchor that may stand at its end, and the anchor.

    >>> cut_anchor("调度器 {#scheduler .new}", is_mdx=False)
    ('调度器', 'scheduler')
    """
    kept, tail = heading[:-_LONGEST_ANCHOR], heading[-_LONGEST_ANCHOR:].rstrip()
    anchor = ""
    if found := _ATTRIBUTE_LIST.search(tail):
        named = _ID.search(found.group())
        tail, anchor = tail[: found.start()], named.group(1) if named else ""
    if is_mdx and (found := _MDX_ANCHOR.search(tail)):
        tail, anchor = tail[: found.start()], found.group(1)
    return kept + tail, anchor
