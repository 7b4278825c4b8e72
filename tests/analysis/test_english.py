"""Classes of English words."""

import re

import pytest
import snowballstemmer
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.english import IRREGULAR, classes, stem

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
        ("matrices", ("matrix", "matrix")),
        ("running", ("run", "run")),
        ("is", ("is", "is")),
    ],
)
def test_classes(word: str, keys: tuple[str, str]) -> None:
    assert classes(word) == keys


@given(WORDS | st.text("abcdefghijklmnopqrstuvwxyz", min_size=3))
def test_stems_are_snowball_s(word: str) -> None:
    assert stem(word) == (SNOWBALL(IRREGULAR.get(word, word)) if word[2:] else word)


def test_stems_of_the_shipped_articles_are_snowball_s() -> None:
    texts = (path.read_text("utf-8") for path in (ROOT / "corpus").rglob("*.md"))
    words = {word for text in texts for word in re.findall("[a-z]{3,}", text.lower())}
    assert len(words) > 2000
    for word in words - IRREGULAR.keys():
        assert stem(word) == SNOWBALL(word)
