"""Classes of English words."""

import re

import pytest
import snowballstemmer
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.english import IRREGULAR, american, classes, stem

SNOWBALL = snowballstemmer.stemmer("english").stemWord
ENDINGS = st.sampled_from(
    re.findall(
        r"\w+",
        """s ed ing ly eedly ingly li ogi ogist enci anci abli entli izer ization ator
        alism aliti fulness ousli iviti biliti fulli lessli alize icate ful ness ative
        ance able ant ement ent ism ate iti ous ive ion ll e y eed ied ies sses""",
    )
)
WORDS = st.builds("".join, st.tuples(st.text("abcdelstuy", max_size=6), ENDINGS))


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("networks", ("network", "network")),
        ("normalizations", ("normalization", "normal")),
        ("written", ("write", "write")),
        ("ran", ("run", "run")),
        ("matrices", ("matrix", "matrix")),
        ("running", ("run", "run")),
        ("is", ("is", "is")),
    ],
)
def test_classes(word: str, keys: tuple[str, str]) -> None:
    assert classes(word) == keys


@given(WORDS | st.text("abcdefghijklmnopqrstuvwxyz", min_size=3))
def test_stems_are_snowball_s(word: str) -> None:
    spelled = american(IRREGULAR.get(word, word))
    assert stem(word) == (SNOWBALL(spelled) if word[2:] else word)


def test_stems_of_the_shipped_articles_are_snowball_s() -> None:
    texts = (path.read_text("utf-8") for path in (ROOT / "corpus").rglob("*.md"))
    words = {word for text in texts for word in re.findall("[a-z]{3,}", text.lower())}
    assert len(words) > 2000
    for word in words - IRREGULAR.keys():
        assert stem(word) == SNOWBALL(american(word))


IN_TWO_WAYS = """
optimise optimize, optimised optimized, optimiser optimizer, tokenisation tokenization,
recognising recognizing, criticise criticize, memorise memorize, emphasises emphasizes,
customisable customizable, behaviour behavior, colours colors, coloured colored,
neighbourhood neighborhood, favourite favorite, analyse analyze, analyser analyzer,
centre center, fibres fibers, kilometre kilometer, catalogue catalog, dialogues dialogs,
programmes programs, generalisations generalizations
"""
IN_ONE_WAY = """
revise advised promise promised premises precise exercises noise denoising raised
otherwise advertising enterprise supervised comprises compromised rise arising four
hour your tours analysis timbre genre vague league hundred visible poison surprised
expertise franchised merchandise likewise bruised disguise basis parsing
"""


@pytest.mark.parametrize("pair", IN_TWO_WAYS.split(","))
def test_two_spellings_are_one_word(pair: str) -> None:
    british, other = pair.split()
    assert classes(british) == classes(other)
    assert american(other) == other


@pytest.mark.parametrize("word", IN_ONE_WAY.split())
def test_what_has_one_spelling_keeps_it(word: str) -> None:
    assert american(word) == word
