"""Which words of a question say how it is asked, and not what it is about?

`怎么`, `什么`, `how` and `the` are indexed and searched like any other word. In a query
that has other words they weigh little and decide nothing: an article is complete
without them. Alone, or among themselves, they are words like all others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LIGHT_WEIGHT = 0.12
"""Of a light word's score beside other words. nDCG@10 on qsec-hf, cosqa, istio en2zh
with 0.2: .472, .408, .563; with 0.12: .476, .409, .567."""

CHARACTER_WEIGHT = 0.5
"""Of a single Han character that was left over when a longer text was cut: 自 of
自注意力. It may be a word of its own or half of one; it decides nothing either."""

_CHINESE = """
的 了 吗 呢 吧 啊 着 过 么 是 在 有 和 与 或 及 也 都 就 还 又 很 把 被 让 对 从 到
给 向 比 用 以 为 于 而 其 之 我 你 他 她 它 我们 你们 他们 它们 这 那 哪 这个 那个
哪个 这些 那些 哪些 这样 那样 什么样 这么 那么 一个 一种 一下 什么 怎么 怎么办 是什么
有什么 做什么 哪里 哪儿 何时 多久 怎样 怎么样 如何 为什么 为何 为啥 啥 咋 咋办 咋样 谁
有何 多少 几个 是否 能否 可否 有没有 是不是 可以 能 能够 会 要 请问 请 一些
关于 以及 进行 之间 时候 的话 不 没 没有 上 下 中 里 时 后 前 吗
该 此 本 将 所 由 并 则 且 但 因 若 得 各 某 至 每 去 来 出 只 再 更 最 已 才 便 即
当 两 已经 正在 其中 因此 因为 所以 如果 但是 并且 而且 或者 然后 例如 比如 从而 由于
同时 此外 以便 本文 本节 本章 本页 任何 所有 每个 各种
还是 还有 只有 这里 那里 这种 那种 哪种
"""
_ENGLISH = """
a an the this that these those it its is are was were be been being am do does did done
how what why when where which who whom whose can could should would will shall may might
must i you he she we they me my your our their his her them us of in on at to from by
for with about into over under between as and or but if then than so not no nor there
here have has had having get gets getting s t e.g i.e etc vs versus
"""

LIGHT = frozenset((_CHINESE + _ENGLISH).split())
"""Folded words that are light."""

IDLE = frozenset(["use", "used", "uses", "using", "使用", "利用", "采用"])
"""Words that are light in a question with others enough: what is used says it all."""

ASKING = frozenset(("what", "who", "什么", "啥", "谁"))
STATING = frozenset(("is", "are", "was", "were", "是"))
"""`what is X` and 什么是X ask for what an answer states as `X is` and X是."""

_BECAUSE = ("because", "reason", "reasons", "since", "so", "therefore", "due")
_REASONS = ("因为", "由于", "原因", "所以", "因此")
ANSWERED: Mapping[str, tuple[str, ...]] = {
    "why": _BECAUSE,
    "为什么": _REASONS,
    "为何": _REASONS,
    "为啥": _REASONS,
}
"""What answers say in the place of a word of a question. With because, reason, since
and so alone half of the gain is left (docs/relevance.md)."""

PARTICLES = frozenset("的了吗呢吧啊么很")
"""Light characters that are hardly ever part of a name that a dictionary lacks."""

_FIRSTS = frozenset(word[0] for word in LIGHT)
_LONGEST = max(len(word) for word in LIGHT if not word.isascii())
_CONTRACTION = re.compile(r"([a-z]+)'(?:d|s|t|m|re|ve|ll)")


def is_light(folded: str) -> bool:
    """Whether a folded word says how a question is asked, or several such words do.

    Dictionaries hold 有了 and 都会 like any other word, and as words they are rare.

    >>> is_light("怎么"), is_light("i'd"), is_light("docker's"), is_light("都会被")
    (True, True, False, True)
    """
    if folded in LIGHT or ("'" in folded and contracted(folded) in LIGHT):
        return True
    return folded[:1] in _FIRSTS and not folded.isascii() and _is_row_of_light(folded)


def _is_row_of_light(folded: str) -> bool:
    """Whether a text is nothing but light words, written in a row."""
    ends = {0}  # where rows of light words from the start on end
    for end in range(1, len(folded) + 1):
        starts = range(max(0, end - _LONGEST), end)
        if any(start in ends and folded[start:end] in LIGHT for start in starts):
            ends.add(end)
    return len(folded) in ends


def contracted(folded: str) -> str:
    """The first word of an English contraction; "not" for `don't`; else nothing.

    >>> contracted("what's"), contracted("don't"), contracted("what")
    ('what', 'not', '')
    """
    found = _CONTRACTION.fullmatch(folded)
    if found is None:
        return ""
    return "not" if folded.endswith("n't") else found[1]
