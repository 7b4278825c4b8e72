"""Where does an article put two names of one thing side by side?

Technical prose defines its terms in brackets: 旋转位置编码（Rotary Position Embedding,
RoPE）, 生成对抗网络 (GAN), HPA（水平自动扩缩）, Container Storage Interface (CSI). Each
such place is a definition: what stands before the bracket, and the names in it. Where
the first name begins is not decided here, since one article cannot tell; `glossary`
does that with the definitions of all. Code and formulas are not read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from searchkit.analysis.addresses import address_name
from searchkit.analysis.scripts import HAN
from searchkit.model import ZONES, VisibleText
from searchkit.record import record

EDGE = "edge"  # a block, a quoted text or a part of a sentence begins
LATIN = "latin"  # a Latin word, which may be part of the name: Q 学习
ALIAS = "alias"  # front matter says that the names are one
OPEN = "open"  # more Han characters than were kept
ADDRESS = "address"  # the name is the whole text, its fellow is from an address

LONGEST_LEFT = 16
"""Han characters kept before a bracket; few terms have more than ten."""

_SHOWN = 30  # characters of evidence on each side
_HIDDEN = "\ufffc"  # stands for what is no prose
_SHOWN_ZONES = {ZONES.index("prose"), ZONES.index("heading")}
_WORD = r"[A-Za-z][A-Za-z0-9]*(?:[-+.'’/][A-Za-z0-9]+)*(?:\+\+|#)?"
_MOST_WORDS = 8  # of a Latin name
_LATIN_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,{_MOST_WORDS - 1}}}")
_LATIN_END = re.compile(rf"{_LATIN_NAME.pattern}$")
_LATIN_LAST = re.compile(r"\n?[A-Za-z0-9+#\-.'’/ ]*")  # of a text read backwards
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_HAN_NAME = re.compile(rf"[{HAN}]{{2,14}}")
_MIXED_NAME = re.compile(rf"[A-Za-z]{{1,14}} ?[{HAN}]{{2,12}}")
_HAN_LAST = re.compile(rf"\n?([{HAN}]+)")  # of a text read backwards
_BRACKET = re.compile(r"[（(【]([^（）()【】\ufffc]{2,90})[）)】]")
_SEPARATOR = re.compile(r"\s*[,，、;；:：]\s*|\s+/\s+|\s+or\s+|或者?|\s*[“”\"]\s*")
_CALLED = re.compile(
    r"又称为?|也称为?|亦称为?|又叫|也叫|又名|简称为?|缩写为?|简写为?|全称为?|英文名?称?为?|英语"
    r"|即|\b(?:abbr\.|short for|also known as|aka)"
)
# What makes a bracket a remark and not a name: a citation, an example, a pointer.
_REMARK = re.compile(
    r"\d{4}|et al|e\.g|i\.e|例如|比如|譬如|[如见参]\s?[A-Za-z]|\bsee\b|等$"
    r"|[图表见]\s*\d|[=<>|@$%*_]",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SMALL = """
a an the of for and in to on by with from
"""
SMALL_WORDS = frozenset(_SMALL.split())
_BEFORE = """
a an the is are was we i you it use uses using used called named by with in on at from
this that these those each and or into as train build
"""
_BEFORE_NAME = frozenset(_BEFORE.split())
_LOOKED_AT = 120  # characters before a bracket
_PART_OF_NAME = ("-", _HIDDEN, ")", "）", "·")
_FEW_ALIASES = 3  # more are keywords: what the article speaks of
_TITLE_END = re.compile("[（(：:—|]")
_QUOTES = "“”\"「」『』《》*'‘’"


@record
class Definition:
    """One place where names stand side by side.

    `left` is the text before the bracket: Han characters whose last ones are a name,
    or a Latin name. `edge` says what stands before it: EDGE, LATIN, OPEN, ALIAS or
    ADDRESS. `names` are those in the bracket.
    """

    left: str
    edge: str
    names: tuple[str, ...]
    line: int
    text: str


def definitions(visible: VisibleText) -> tuple[Definition, ...]:
    """Every definition of an article. Linear in its length.

    In text order: those in brackets, then Chinese headings with a Latin address
    (静态加密 {#encryption-at-rest}), then such links ([调度](/docs/scheduling/)).
    """
    return (*_bracketed(visible), *_addressed(visible))


def alias_definitions(title: str, aliases: tuple[str, ...]) -> Iterator[Definition]:
    """What a title and its aliases in the front matter define.

    A few aliases are other names of what the title names. Many are a list of what the
    article is about, in which a Chinese name may be followed by its Latin one; such a
    neighbour is weighed like one in brackets; but not in 进程, 线程, process.
    Paths are no names.
    """
    yield from _in_text(title)
    names = [alias for alias in aliases if _is_name(alias) and "/" not in alias]
    shown = f"{title}: {', '.join(names)}"
    heading = _TITLE_END.split(title)[0].strip()
    if names and len(names) <= _FEW_ALIASES and _is_name(heading):
        yield Definition(heading, ALIAS, tuple(names), 1, shown)
        return
    for before, left, right in zip(["", *names], names, names[1:], strict=False):
        if is_chinese(left) and not is_chinese(before) and not is_chinese(right):
            yield Definition(left, EDGE, (right,), 1, shown)


def _in_text(text: str) -> Iterator[Definition]:
    for match in _BRACKET.finditer(text):
        yield from _definition(text, *match.span(), _names(match[1]), 1)


def _bracketed(visible: VisibleText) -> Iterator[Definition]:
    """Those with a bracket, of which most are code or hold no names."""
    blocks, known, begin, text = visible.blocks, -1, 0, ""
    for match in _BRACKET.finditer(visible.text):
        start, end = match.span()
        span = bisect_right(blocks.span_ends, start)
        if span == len(blocks.zones) or blocks.zones[span] not in _SHOWN_ZONES:
            continue
        names = _names(match[1])
        number = bisect_right(blocks.starts, start) - 1
        if not names or end > blocks.ends[number]:
            continue
        if number != known:
            known, begin, text = number, blocks.starts[number], _prose(visible, number)
        start, end = start - begin, end - begin
        if _HIDDEN not in text[start:end]:
            line = visible.line_at(begin + start)
            yield from _definition(text, start, end, names, line)


def _addressed(visible: VisibleText) -> Iterator[Definition]:
    """The Chinese texts that are headings or links with an address of Latin words."""
    headings = (
        (section.heading[-1], "#" + section.anchor, section.line)
        for section in visible.sections
        if section.anchor
    )
    links = ((link.text, link.address, link.line) for link in visible.links)
    for text, address, line in chain(headings, links):
        if not _HAN_NAME.fullmatch(text):  # as mostly
            continue
        name = address_name(address)
        if _LATIN_NAME.fullmatch(name):
            yield Definition(text, ADDRESS, (name,), line, f"{text} → {address}")


def _prose(visible: VisibleText, block: int) -> str:
    """The block's text, with each character hidden that is code or math."""
    blocks = visible.blocks
    parts, at = [], blocks.starts[block]
    for span in range(blocks.firsts[block], blocks.firsts[block + 1]):
        start, end = blocks.span_starts[span], blocks.span_ends[span]
        is_shown = blocks.zones[span] in _SHOWN_ZONES
        text = visible.text[start:end] if is_shown else _HIDDEN * (end - start)
        parts.append(_HIDDEN * (start - at) + text)
        at = end
    return "".join(parts)


def _definition(
    text: str, start: int, end: int, names: tuple[str, ...], line: int
) -> Iterator[Definition]:
    """What a bracket with names defines, if anything; `text` is that of `_prose`."""
    if not names:
        return
    left, edge = _left(text[:start].rstrip())
    if left and not is_chinese(left):
        left = _named(left, names)
    elif all(map(is_chinese, names)):
        left = ""
    if left:
        shown = text[max(0, start - _SHOWN) : end + _SHOWN].replace(_HIDDEN, "·")
        yield Definition(left, edge, names, line, " ".join(shown.split()))


@lru_cache(maxsize=1 << 10)
def _names(inside: str) -> tuple[str, ...]:
    """The names in a bracket; none if any part of it is no name.

    >>> _names("Rotary Position Embedding，简称 RoPE")
    ('Rotary Position Embedding', 'RoPE')
    >>> _names("Su et al., 2021")
    ()
    """
    inside = " ".join(inside.split())
    if _REMARK.search(inside):
        return ()
    parts = [part.strip() for part in _SEPARATOR.split(_CALLED.sub(",", inside))]
    names = tuple(dict.fromkeys(part for part in parts if part))
    if not names or len(names) > 3 or not all(map(_is_name, names)):
        return ()
    latin = [name for name in names if not is_chinese(name)]
    if len(latin) > 1 and not any(abbreviates(a, b) for a in latin for b in latin):
        return ()  # a list of things: Linux, macOS
    return names


def _is_name(part: str) -> bool:
    patterns = (_LATIN_NAME, _HAN_NAME, _MIXED_NAME)
    return any(pattern.fullmatch(part) for pattern in patterns)


def _left(before: str) -> tuple[str, str]:
    """What stands before the bracket and may be a name, and what stands before that."""
    before = before[-_LOOKED_AT:].rstrip(_QUOTES)
    if han := _HAN_LAST.match(before[::-1]):
        name = han[1][::-1]
        if len(name) > LONGEST_LEFT:
            return name[-LONGEST_LEFT:], OPEN
        ahead = before[: -han.end()].rstrip(" ")[-1:]
        return name, LATIN if ahead.isalnum() or ahead in _PART_OF_NAME else EDGE
    words = " ".join(before.split(" ")[-_MOST_WORDS:])
    last = _LATIN_LAST.match(words[::-1])
    # A search takes the square of what it looks at: no name begins before these.
    match = _LATIN_END.search(words, len(words) - last.end() if last else 0)
    return (match[0], EDGE) if match else ("", EDGE)


def _named(left: str, names: tuple[str, ...]) -> str:
    """The last Latin words before a bracket that are a name for what is in it.

    If that is Latin, too, one must abbreviate the other.
    """
    words = left.split(" ")
    if any(map(is_chinese, names)):
        ends = [i for i, word in enumerate(words) if word.lower() in _BEFORE_NAME]
        return " ".join(words[ends[-1] + 1 :] if ends else words)
    if len(names) == 1:
        for start in range(len(words) - 1, -1, -1):
            full = " ".join(words[start:])
            if abbreviates(names[0], full) or abbreviates(full, names[0]):
                return full
    return ""


def is_chinese(name: str) -> bool:
    """Whether a name has Han characters, perhaps beside Latin ones."""
    return _HAN_CHARACTER.search(name) is not None


def abbreviates(short: str, full: str) -> bool:
    """Whether a short name is made of the beginnings of a full one's words, in order.

    >>> abbreviates("RoPE", "Rotary Position Embedding")
    True
    >>> abbreviates("HMMs", "hidden Markov models")
    True
    >>> abbreviates("Adam", "Adaptive Optimizer"), abbreviates("AlexNet", "AlexNet")
    (False, False)
    >>> abbreviates("HTTP", "and HTTPS"), abbreviates("TBD", "to be decided")
    (False, True)
    """
    letters = short.replace("-", "")
    if 2 * len(letters) > len(full) or not any(map(str.isupper, letters[1:])):
        return False
    parts = [part.lower() for part in _PARTS.findall(full)]
    if len(parts) < 2:
        return False
    if parts[0] in SMALL_WORDS and parts[0][0] != letters[0].lower():
        return False  # HTTP (and HTTPS): no name begins with what is left out
    if letters[-1] == "s" and letters[:-1].isupper():
        letters = letters[:-1]
    return letters.isalnum() and _begin(letters.lower(), parts)


def _begin(letters: str, parts: list[str]) -> bool:
    """Whether the letters are beginnings of all parts, but for small words."""
    if not letters or not parts:
        return not letters and not parts
    first, rest = parts[0], parts[1:]
    if first in SMALL_WORDS and _begin(letters, rest):
        return True
    length = 0
    while (
        length < min(len(letters), len(first), 4) and letters[length] == first[length]
    ):
        length += 1
        if _begin(letters[length:], rest):
            return True
    return False
