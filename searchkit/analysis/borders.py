"""Where does a Chinese name begin that ends before a bracket?

提供容器运行时接口（Container Runtime Interface）: the name may begin before each word.
Words that never stand in a name end the search; among the rest the places of the whole
corpus decide: a name is preceded by now this, now that, a part of one always by the
same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from searchkit.analysis.chinese import JIEBA
from searchkit.analysis.pairs import ADDRESS, EDGE
from searchkit.analysis.translations import listed

LONGEST_NAME = 14
"""Characters of a Chinese name; what is longer is a sentence more often."""

# No name has these in it (or so few that they are not worth the errors).
_OUTSIDE_WORDS = """
的 了 是 为 和 与 或 或者 及 以及 在 用 使用 称 称为 称之为 称作 叫 叫做 叫作 作为 即
就是 也 就 都 还 又 而 其 其它 其他 之 所 所谓 一个 一种 一些 一组 一类 一项 一 这 那
这个 那个 该 此 这种 这些 那些 某个 某 每个 各种 多个 两个 两种 几个 第 通过 对于 等
把 将 被 从 到 由 让 使 给 向 于 可以 能 能够 会 要 需要 必须 应该 如 如何 例如 比如
若 如果 当 则 且 并 并且 但 但是 因为 所以 基于 根据 按照 关于 有 没有 是否 我们 你
你的 您 您的 它 它的 它们 他 他们 可能 通常 一般 常用 简称 又称 也称 俗称 译为 意为
引入 提供 实现 利用 采用 进行 创建 设置 配置为 包含 包括 执行 获取 了解 学习了 介绍
介绍了 请 参阅 参见 查看 请参阅 具有 属于 来自 成为 变为 变成 做 只 仅 仅仅 更 最 很
非常 同时 另 另一个 另外 以下 上述 下面 本 本文 本节 许多 很多 大量 所有 任何 任意
处于 位于 涉及 指 指的是 表示 代表 看到 得到 产生 提交 发起 允许 启用 禁用 带 带有
拥有 相关 新的 跟 像 以 其中 以来 遵循 签署 维护 有关 尝试 描述 部署到 称呼 满足 就像
替换 加入 提取 什么 为什么 怎么 现在 另一种 具体 不仅 我 主要 最常见 著名 经典
"""
_OUTSIDE = frozenset(_OUTSIDE_WORDS.split())
Whole = Callable[[tuple[str, ...], tuple[str, ...]], bool]
"""Whether the second row of words translates all of a name and the first none of it."""

_RUN = re.compile(r"[a-z0-9]+|[^\sa-z0-9-]+")


@lru_cache(maxsize=1 << 16)
def split_name(name: str) -> tuple[str, ...]:
    """The words of a folded name, Chinese ones by the dictionary.

    >>> split_name("神经网络 network")
    ('神经', '网络', 'network')
    """
    return tuple(
        word
        for run in _RUN.findall(name)
        for word in ([run] if run.isascii() else _chinese_words(run))
    )


def _chinese_words(run: str) -> Iterator[str]:
    """The dictionary's words; where the translations know the parts, these.

    The dictionary takes 神经网络 whole and 扩缩 apart; a translation is of two words
    in the one and of one in the other.
    """
    words = JIEBA.dictionary_words(run)
    at = 0
    while at < len(words):
        word, following = words[at], "".join(words[at : at + 2])
        if len(following) == 2 and following in listed():
            word, at = following, at + 1
        half = len(word) // 2
        if len(word) == 4 and word[:half] in listed() and word[half:] in listed():
            yield word[:half]
            word = word[half:]
        yield word
        at += 1


@dataclass(slots=True)
class Support:
    """What speaks for one beginning: the words seen before it, and how often."""

    before: set[str] = field(default_factory=set)
    bordered: int = 0  # of `count`, where no word that may be in a name stands before
    count: int = 0


def beginnings(
    places: Iterable[tuple[str, str]], whole: Whole
) -> list[tuple[str, Support]]:
    """The names that (text before a bracket, its edge) pairs may mean, best first.

    Of two that differ only in where they begin, the better one alone. `whole` is
    asked whether a name may begin after the first of two rows of words.
    """
    found: dict[str, Support] = defaultdict(Support)
    for left, edge in places:
        for name, before, bordered in _candidates(left, edge, whole):
            support = found[name]
            support.count += 1
            support.bordered += bordered
            if before:
                support.before.add(before)
    ranked = sorted(found.items(), key=_worth)
    chosen: list[tuple[str, Support]] = []
    for name, support in ranked:
        if not any(name.endswith(o) or o.endswith(name) for o, _ in chosen):
            chosen.append((name, support))
    return chosen


def _worth(candidate: tuple[str, Support]) -> tuple[int, bool, int, int, str]:
    name, support = candidate
    inside = not support.bordered
    return -len(support.before), inside, -support.count, -len(name), name


def _candidates(left: str, edge: str, whole: Whole) -> Iterator[tuple[str, str, bool]]:
    """Each beginning in a text: the name, the word before it, whether a border is."""
    words = split_name(left)
    start = 1 + max((i for i, w in enumerate(words) if w in _OUTSIDE), default=-1)
    if edge == ADDRESS:
        if not start:
            yield left, "^", True
        return
    for at in range(start + 1, len(words)):
        if whole(words[start:at], words[at:]) and len(words[at - 1]) > 1:
            start, edge = at, EDGE
            break
    for at in range(start, len(words)):
        name = "".join(words[at:])
        if not 2 <= len(name) <= LONGEST_NAME:
            continue
        if at > start:
            before = words[at - 1]
            # A single character is half of a word as often as a word.
            yield name, before if len(before) > 1 else "", False
        else:
            bordered = start > 0 or edge == EDGE
            yield name, words[at - 1] if start else "^" * bordered, bordered
