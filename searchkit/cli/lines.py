"""How does text fit a terminal in which a Han character takes two columns?

Imports rich for its table of widths, so only printers for a terminal import this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

ELLIPSIS = "…"
_NEVER_FIRST = frozenset("，。、；：？！）】》」』〉〕”’…—·%,.;:?!)]}")
_NEVER_LAST = frozenset("（【《「『〈〔“‘([{")


def wrap(text: str, width: int, *, less: int = 0) -> list[tuple[int, int]]:
    """Spans of `text` for lines of at most `width` columns, without outer blanks.

    Those after the first have `less` columns fewer. A line may end at a blank and
    beside a Han character, but not before a closing or after an opening sign; what does
    not fit alone on a line is cut anywhere.

    >>> text = "旋转位置编码，RoPE"
    >>> [text[start:end] for start, end in wrap(text, 12)]
    ['旋转位置编', '码，RoPE']
    """
    lines: list[tuple[int, int]] = []
    start = _skip_blanks(text, 0)
    while start < len(text):
        end = _line_end(text, start, width)
        lines.append((start, start + len(text[start:end].rstrip())))
        start = _skip_blanks(text, end)
        if len(lines) == 1:
            width -= less
    return lines


def hanging(text: str, width: int, indent: int) -> Iterator[str]:
    """`text` as lines of at most `width` columns, each after the first set in."""
    first = _skip_blanks(text, 0)
    for start, end in wrap(text, width - first, less=indent - first):
        yield " " * (first if start == first else indent) + text[start:end]


def _skip_blanks(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _line_end(text: str, start: int, width: int) -> int:
    """Where the line that begins at `start` ends: at least one character on."""
    columns, breakable, end = 0, start, start
    while end < len(text):
        columns += cell_len(text[end])
        if columns > width and not text[end].isspace():
            return breakable if breakable > start else max(end, start + 1)
        end += 1
        if end < len(text) and _may_break(text[end - 1], text[end]):
            breakable = end
    return end


def _may_break(before: str, after: str) -> bool:
    if before.isspace():
        return True
    if before in _NEVER_LAST or after in _NEVER_FIRST or after.isspace():
        return False
    return cell_len(before) == 2 or cell_len(after) == 2


def shorten_middle(text: str, width: int) -> str:
    """`text` in at most `width` columns: the middle of a path says least.

    >>> shorten_middle("corpus/attention/rope.md", 16)
    'corpu…on/rope.md'
    """
    if cell_len(text) <= width:
        return text
    tail_width = (width - 1) * 2 // 3
    head = fitting(text, width - 1 - tail_width)
    tail = fitting(text[::-1], tail_width)[::-1]
    return f"{head}{ELLIPSIS}{tail}"


def shorten_end(text: str, width: int) -> str:
    """`text` in at most `width` columns, its end replaced by `…`.

    >>> shorten_end("旋转位置编码", 7), shorten_end("RoPE", 7)
    ('旋转位…', 'RoPE')
    """
    return text if cell_len(text) <= width else fitting(text, width - 1) + ELLIPSIS


def shared(texts: Sequence[str], width: int, separator: str = " · ") -> str:
    """Texts on one line of at most `width` columns; long ones are shortened alike.

    >>> shared(["旋转位置编码", "RoPE"], 14)
    '旋转位… · RoPE'
    """
    room = width - cell_len(separator) * (len(texts) - 1)
    parts: list[tuple[int, str]] = []
    for number, text in sorted(enumerate(texts), key=lambda item: cell_len(item[1])):
        part = shorten_end(text, room // (len(texts) - len(parts)))
        room -= cell_len(part)
        parts.append((number, part))
    return separator.join(part for _, part in sorted(parts))


def fitting(text: str, width: int) -> str:
    """The longest beginning of `text` in at most `width` columns.

    >>> fitting("旋转 RoPE", 6)
    '旋转 R'
    """
    columns = 0
    for at, character in enumerate(text):
        columns += cell_len(character)
        if columns > width:
            return text[:at]
    return text
