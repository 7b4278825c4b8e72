"""How much is a match worth?

BM25F (Robertson, Zaragoza, Taylor 2004, https://doi.org/10.1145/1031171.1031181): the
frequencies of a word in the parts of a document are weighted and divided by the length
norm of their field, then summed, and only the sum is saturated:

    x = sum over fields f of  weight_f * tf_f / (1 - b_f + b_f * length_f / average_f)
    score = idf * x * (K1 + 1) / (K1 + x)
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))        (Lucene's form, never negative)

All constants of ranking stand here.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

from searchkit.model import ZONES, Zone

K1 = 1.2  # Robertson and Zaragoza 2009, the usual value
B_TITLE = 0.3  # titles differ little in what their length says
# nDCG@10 of qsec-hf, cosqa, istio and d2l en2zh, cacm with 0.5:
# .472, .408, .563, .653, .493; with 0.65: .500, .426, .571, .646, .495.
B_BODY = 0.65

# nDCG@10 of istio en2zh with 0.5, 1, 2 for addresses: .648, .651, .644; without them
# and what they teach the glossary: .575.
FIELD_WEIGHTS: Mapping[str, float] = {
    "title": 6.0,
    "alias": 4.0,
    "address": 1.0,
    "topic": 2.0,
}
# nDCG@10 of headings en and zh of half of mixed-dev, istio and rust-book en2zh with 2.5
# for headings: .847 .821 .656 .569; with 3: .853 .827 .655 .565.
ZONE_WEIGHTS: Mapping[Zone, float] = {
    "prose": 1.0,
    "heading": 3.0,
    "code": 0.6,
    "math": 0.8,
}
WEIGHT_BY_ZONE = tuple(ZONE_WEIGHTS[zone] for zone in ZONES)

CODES_PER_DOUBLING = 24
CODE_OF_ONE = 120
X_OF_CODE = tuple(
    2.0 ** ((code - CODE_OF_ONE) / CODES_PER_DOUBLING) for code in range(256)
)
"""The weighted, normed frequency that each impact code stands for."""

CODE_BORDERS = (
    0.0,
    *(
        2.0 ** ((code - 0.5 - CODE_OF_ONE) / CODES_PER_DOUBLING)
        for code in range(2, 256)
    ),
)
"""Where each code from 1 on begins: how many borders are not above x is its code."""

# Two words of the query that stand side by side in a document count as a further word
# (the sequential dependence model of Metzler and Croft 2005,
# https://doi.org/10.1145/1076034.1076115). Of the documents with the rarer word some
# have the pair: the logarithm of how much fewer is what a pair's idf has more than its
# rarer word's, and a pair weighs this share of it. `radio waves` say little more than
# the two words, and words that hardly ever meet say much. nDCG@10 with .65 of
# the geometric mean of both idf, then so: npl .423, .436, cacm .520, .527, cranfield
# .387, .388, cosqa dev .396, .397, test .419, .421, qsec-hf .514, .514, qsec-kubernetes
# .398, .399, descriptions (300 each) en .764, .775, zh .698, .701, headings en .866,
# .869, zh .828, .830, titles en .887, .886, zh .857, .859, en2zh istio .775, .784,
# kubernetes .687, .701.
ADJACENCY = 0.5

# So many documents with the rarer word are looked at, evenly over all of them, once for
# a pair while it is remembered. The mean of the rows above with 64 and 32: +.005, with
# 16 (and .65) +.003.
LOOKED_AT = 32

# Where one of two words is a light one, the pair weighs this share of the geometric
# mean of their idf. As other pairs they cost qsec-hf .011.
LIGHT_ADJACENCY = 0.65

# A formula is worth its coverage, between 0 and 1, and WHOLE more where it is all of
# the article's formula, so that no number of longer formulas outweighs it; how often
# it stands there only decides between equals. In a query with words a whole formula
# weighs like a word that stands three times in the text.
WHOLE = 2.0
OFTEN = 0.1

# Of a run with other letters, and of a formula with one script more or less. Articles
# with these come after all that have the formula itself, so this only orders them.
NEAR = 0.25
ONE_SCRIPT = 0.4
# How much of a word's worth a document has for words of the same stem, how much more
# for inflections of the word, and for the word exactly as typed. With so little for the
# stem one `normalization` in a text outranks a title on `normal`. More of it helps long
# English questions and hurts titles: nDCG@10 of cacm, cosqa, istio and d2l en2zh is
# .493 .408 .563 .653, with (.5, .3, .2) .498 .413 .558 .649, with (.7, .2, .1) .508
# .419 .553 .647; so the middle was left to what a reader expects of one word.
SHARES = (0.25, 0.45, 0.3)

# In a question words stand in the forms that its grammar asks for, and what an article
# says of them it says again and again. nDCG@10 of cacm, cosqa, qsec-hf, istio and d2l
# en2zh, descriptions (D) and headings (H) of half of mixed-dev as for words: .507 .385
# .502 .651 .681 D .710 H .836; with these shares: .515 .388 .502 .648 .683 D .707
# H .836; with this K1: .511 .387 .514 .660 .688 D .718 H .837; with both: .520 .386
# .514 .656 .691 D .716 H .834. The shares are for npl and cranfield (.419 and .383
# without them, .423 and .387 with them), K1 for all others.
K1_OF_QUESTION = 1.5
SHARES_OF_QUESTION = (0.5, 0.3, 0.2)

# An article is as good as its best place: some of the words that it has of a question
# (by their idf, by any name) are in the best stretch of 2 * REACH positions, and it
# loses so much of the others' share of its score. nDCG@10 with 0, 0.2, 0.33 and
# 0.5 (0.3 keeps cacm, .531): descriptions en .780 .790 .797 .802, zh .703 .723 .733
# .742, headings zh .866 .869 .870 .871, rust-book en2zh .728 .737 .745 .746, hf-course
# zh-TW .449 .462 .473 .469, qsec-hf .523 .523 .529 .538, qsec-kubernetes
# .402 .400 .400 .399, cacm .530 .533 .528 .527, cranfield .390 .390 .390 .386.
APART = 0.3
REACH = 64

# A word whose idf is below this share of the query's rarest says nothing of its own:
# 的 or `the` beside a term. It ranks, but alone it makes no hit.
WEAK = 0.15

# There is no constant for another name of what was typed: it is worth what the words
# are worth that it names and the document lacks (`scorer.shares_of_twin`). So a
# document with both has no more than one with the words. With the name's own idf a
# title in the other language was outranked by whatever holds a few of the words of a
# question, with all words instead of those that are lacking it outranked the title
# itself. nDCG@10 of mixed-dev, 300 queries a kind: titles zh .845, en .884, headings zh
# .805, en .836, descriptions zh .644, en .722; with all words (and .8 of the score)
# .839, .877, .802, .829, .637, .724; with .8 of the lacking ones .844, .880, .799,
# .834, .638, .721. Of several names of one word the best counts: with their sum an
# article that has PV by two other names was worth more than one on PV. 300 queries a
# kind with the sum and so: titles zh .848, .857, en .889, .887, headings zh .827, .828,
# en .860, .866, descriptions zh .697, .698, en .762, .764, en2zh .699, .702; of 1,800
# others in the mean +.000, kubernetes en2zh .678, .682.

# Who types a title or a heading wants its article, in whichever language. One that says
# it in the other stands among those that have all words as typed, at this share of its
# score. nDCG@10 of titles zh, en, headings zh, en of two halves of mixed-dev's queries
# behind all of these: .859 .886 .830 .869, .830 .882 .854 .872; with 2/3: .868 .891
# .839 .872, .841 .887 .863 .876; with 0.85: .882 .894 .850 .874, .854 .892 .873 .878;
# with 1: .897 .899 .860 .875, .871 .895 .880 .881, but then some articles are no longer
# first under their own titles (4 of the first 300).
OTHER_TITLE = 0.85

# What a document gets of the score of a translation by a dictionary, if it lacks the
# word. nDCG@10 with 0.3, 0.5, 0.8 of half of mixed-dev's queries: .759, .764, .768;
# with 0.5, 0.8, 1 of istio en2zh: .669, .708, .714, of d2l en2zh: .698, .704, .707.
# Less than 1, since the sense may be another one. A translation counts as rare as the
# word at most: 电子, which few articles hold, put them before all that hold `electron`
# (300 queries a kind: headings en of mixed-dev +.003, p .03, no other p below .2).
TRANSLATION = 0.8


def inverse_document_frequency(documents: int, found: int) -> float:
    """The idf of a word found in `found` of `documents`.

    >>> round(inverse_document_frequency(10, 2), 4)
    1.4816
    """
    return math.log(1 + (documents - found + 0.5) / (found + 0.5))


def length_norm(b: float, length: int, average: float) -> float:
    """BM25's denominator for one field: 1 for a document of average length.

    >>> length_norm(0.5, 300, 100.0)
    2.0
    """
    return 1 - b + b * length / average if average else 1.0


def saturate(x: float, k1: float = K1) -> float:
    """What a weighted, normed frequency is worth, between 0 and `k1` + 1.

    >>> saturate(1.0)
    1.0
    """
    return x * (k1 + 1) / (k1 + x)


def impact_code(x: float) -> int:
    """The code, 1 to 255, of a weighted, normed frequency; 0 is kept for absence.

    Codes are what the index keeps: steps of 2.9 %, from 0.03 (one word of code in a
    very long article) to 49, where `saturate` is within 2.4 % of its limit. Found by
    comparisons alone, so that arrays (`searchsorted`) give the same.

    >>> impact_code(1.0), impact_code(2.0), impact_code(1e-9), impact_code(1e9)
    (120, 144, 1, 255)
    """
    return bisect_right(CODE_BORDERS, x)


def formula_worth(coverages: Sequence[float]) -> float:
    """What a formula's places in one article are worth, as an x to saturate.

    >>> formula_worth([1.0]), formula_worth([0.5])
    (3.05, 0.55)
    """
    best, times = max(coverages), len(coverages)
    whole = WHOLE if best == 1.0 else 0.0
    return whole + best + OFTEN * times / (1 + times)


def unsaturated(worth: float, k1: float = K1) -> float:
    """The frequency that is worth so much: the inverse of `saturate`.

    >>> round(unsaturated(saturate(2.5)), 9)
    2.5
    """
    return worth * k1 / (k1 + 1 - worth)


class Scale:
    """What frequencies are worth in one kind of query."""

    def __init__(self, k1: float, shares: tuple[float, ...]) -> None:
        """`shares` are those of a word's degrees; see SHARES."""
        self.k1 = k1
        self.shares = shares

    @cached_property
    def worths(self) -> tuple[float, ...]:
        """What each impact code is worth; 0 is absence."""
        return (0.0, *[saturate(x, self.k1) for x in X_OF_CODE[1:]])


WORDS = Scale(K1, SHARES)
QUESTION = Scale(K1_OF_QUESTION, SHARES_OF_QUESTION)
