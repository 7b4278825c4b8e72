"""Whatever stands in an article is found when it is typed, whatever its script."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import ids
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.analysis.analyzer import Word, words
from searchkit.corpus.visible import visible_text
from searchkit.query.parser import parse
from searchkit.query.tree import Text

SCRIPTS = st.text(
    st.sampled_from(
        "学习树剖着乾了解著名發髮𠮷\U000323afの がｶﾞﾊﾟ한글ㄱㅏ\u1100\u1161"
        "ёйи\u0306άλφαبحثค้นหาहिन्दी"
        "①Ⅳ²½ﬁßłéI.+-_#/:@~'&$ runsRunningGPT4o2.0 ，。\n👍🏽\u200d👩\ud83d\u200b"
    ),
    max_size=60,
)
ANY = st.text(max_size=60)


def typed(article: Article) -> set[str]:
    """The words of an article that a parser takes for text, as they stand in it."""
    visible = visible_text(article)
    texts = [visible.text[block.start : block.end] for block in visible.blocks]
    found = {
        text[word.start : word.end]
        for text in (article.title, *texts)
        for word in apart(words(text))
        if word.kind != "sign"
    }
    return {text for text in found if is_text(text)}


def apart(found: Iterable[Word]) -> Iterator[Word]:
    """Without those of which half a character is in the word before: 00ﾞ is 0, 0ﾞ."""
    end = 0
    for word in found:
        if word.start >= end:
            yield word
        end = word.end


def is_text(query: str) -> bool:
    tree, notes = parse(query)
    items = [item for group in tree.root.groups for item in group.items]
    plain = all(isinstance(i.node, Text) and i.occur == "optional" for i in items)
    return plain and len(items) == 1 and not notes and not tree.restrictions


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SCRIPTS | ANY, min_size=1, max_size=4))
@example(["0", "00ﾞ"])
def test_every_word_of_an_article_finds_it(bodies: list[str]) -> None:
    articles = [Article(str(n), body[:9], body) for n, body in enumerate(bodies)]
    with TemporaryDirectory() as folder:
        searchkit.build(articles, Path(folder))
        with searchkit.open(folder) as engine:
            for article in articles:
                for word in typed(article):
                    result = engine.search(word, limit=None)
                    assert article.doc_id in ids(result), word
                engine.search(article.body, limit=3)
                engine.search(f'"{article.body}"', limit=3)
