"""What is laid down of an article comes back; damage is told, never run or shown."""

import random
from array import array
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, Opened
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import Article, IndexCorruptError
from searchkit.analysis.rows import RowAnalyzer
from searchkit.corpus.visible import visible_text
from searchkit.engines import page_cuts, reader
from searchkit.engines.chunk import atom_starts
from searchkit.engines.packing import Packing
from searchkit.engines.page import Page, damage_told, packed_page
from searchkit.engines.pages import (
    Laid,
    as_written,
    lay_pages,
    pack_article,
    unpack_article,
    unpack_page,
)
from searchkit.model import VisibleText
from searchkit.record import replace

MARKDOWN = st.lists(
    st.one_of(
        st.text(st.sampled_from("甲乙丙 RoPE-x_1。，…é½ﬁ\u00ad\u200d👍🏽")),
        st.sampled_from(
            (
                "# 标题 one",
                "## b\n\n### b",
                "`code`Pod`s`s",
                "$x^2_i$ 与 $$\\frac{a}{b}$$",
                "```python\n\n  def f(a-b):\n\n\n    return 1\n```",
                "| 甲 | b |\n|---|---|\n| c-d | `e` |",
                "- 甲\n  wrapped line\n- b",
                "a" * 80 + "1" * 70,
                "长段落。" * 40,
                "---",
                "<b>x</b>&amp;\\$",
            )
        ),
    ),
    max_size=12,
).map("\n\n".join)


Places = tuple[list[int], list[int], list[int], list[int]]
"""The starts and lengths of a body's atoms, and of those of its formulas."""


def places(visible: VisibleText) -> Places:
    batch = RowAnalyzer().batch([(Article("a", "t", ""), visible)])
    first = int(batch.body_start[0])
    text, math = batch.text, batch.math
    return (
        text.starts[first:].tolist(),
        text.lengths[first:].tolist(),
        math.starts.tolist(),
        math.lengths.tolist(),
    )


def laid(visible: VisibleText) -> Laid:
    return Laid(visible, *(array("I", column) for column in places(visible)))


PACKING = Packing("样本 sample".encode())


def packed(visible: VisibleText) -> bytes:
    (page,) = lay_pages([laid(visible)])
    return packed_page(*page, PACKING)


def check(visible: VisibleText) -> None:
    """Everything that was packed comes back, but addresses: no page shows them."""
    found = unpack_page(Page(packed(visible), PACKING))
    sections = tuple(replace(section, anchor="") for section in visible.sections)
    assert found.visible == replace(visible, sections=sections, links=())
    columns = (found.starts, found.lengths, found.math_starts, found.math_lengths)
    assert tuple(map(list, columns)) == places(visible)


@settings(deadline=None)
@given(
    MARKDOWN, st.sampled_from(("markdown", "html", "text")), st.sampled_from((9, 60))
)
def test_any_page_comes_back_in_chunks_of_any_size(
    body: str, markup: str, size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_cuts, "CHUNK_BYTES", size)
        check(visible_text(Article("a", "t", body, markup=markup, line_offset=3)))


@settings(deadline=None)
@given(st.lists(MARKDOWN, max_size=4))
def test_pages_packed_together_are_those_packed_one_by_one(bodies: list[str]) -> None:
    found = [visible_text(Article("a", "t", body)) for body in bodies]
    together = lay_pages([*map(laid, found)])
    assert [packed_page(*page, PACKING) for page in together] == [*map(packed, found)]


def test_shipped_articles_come_back() -> None:
    for path in sorted((ROOT / "corpus").rglob("*.md"))[:20]:
        check(visible_text(Article("a", "t", path.read_text("utf-8"))))


def test_a_long_block_is_cut_and_comes_back() -> None:
    visible = visible_text(Article("a", "t", "一句话 with words。" * 9000))
    page = Page(packed(visible), PACKING)
    assert len(visible.blocks) == 1
    assert len(page.rows) > 10
    assert max(row[1] for row in page.rows) < 3 * page_cuts.CHUNK_BYTES
    check(visible)


def test_text_of_one_chunk_is_read_without_the_others() -> None:
    visible = visible_text(
        Article("a", "t", "\n\n".join(f"第{n}段。" * 9 for n in range(999)))
    )
    page = Page(packed(visible), PACKING)
    block = visible.blocks[500]
    chunk = page.chunk_of(500)
    at = 500 - chunk.first
    shown = chunk.text[chunk.starts[at] : chunk.ends[at]]
    assert shown == visible.text[block.start : block.end]
    assert chunk.characters < len(visible.text) / 4


@pytest.mark.parametrize("markup", ["markdown", "text"])
@settings(deadline=None)
@given(body=MARKDOWN, seed=st.integers(0, 9))
def test_any_article_comes_back(markup: str, body: str, seed: int) -> None:
    body *= 1 + 400 * (seed == 0)
    day = date(2024, 2, 29) if seed % 2 else None
    aliases = ("别名",) * (seed % 3)
    article = Article("a", "t", body, ("x",), day, None, aliases, markup, seed)
    near = written(article)
    known = replace(article, body="", aliases=(), markup="markdown", line_offset=0)
    assert unpack_article(pack_article(article, near), known, near) == article


def written(article: Article) -> str:
    """What is expected of a body by what is visible of it."""
    visible = visible_text(article)
    return as_written(visible.text, visible.lines)


@pytest.mark.parametrize("markup", ["markdown", "text"])
def test_a_body_without_markup_is_not_stored_twice(markup: str) -> None:
    body = "\n\n".join(["一行文字\n又一行 and more"] * 500)
    article = Article("a", "t", body, markup=markup)
    assert len(pack_article(article, written(article))) == 1


def test_markdown_near_its_visible_text_takes_few_bytes() -> None:
    rows = []
    for path in sorted((ROOT / "corpus").rglob("*.md")):
        article = Article("a", "t", path.read_text("utf-8"))
        stored = pack_article(article, written(article))
        rows.append((len(stored), len(article.body.encode())))
    assert sum(size for size, _ in rows) < 0.15 * sum(size for _, size in rows)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, or cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = min(chance.randrange(len(data)), chance.randrange(len(data)))
        changed[at] = chance.randrange(256)
    return bytes(changed[: len(data) - chance.choice((0, 0, 1, len(data) // 2))])


@pytest.mark.parametrize("seed", range(4))
def test_damage_is_told_or_harmless(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    body = "# 甲\n\n用 C++ 与 `b`…\n\n```c\nint a;\n```\n\n$x^2$\n\n" * 20
    article = Article("a", "t", body, aliases=("别名",))
    visible = visible_text(article)
    page, stored = packed(visible), pack_article(article, written(article))
    told = 0
    for _ in range(400):
        with suppress(IndexCorruptError), damage_told(tmp_path):
            unpack_page(Page(damaged(page, chance), PACKING))
            unpack_article(damaged(stored, chance), article, written(article))
            continue
        told += 1
    assert told > 100


@settings(deadline=None)
@given(st.text(st.sampled_from("甲乙，。 aZ09-_+\n\t$　（")))
def test_the_rule_is_that_of_the_analysis(text: str) -> None:
    visible = visible_text(Article("a", "t", text, markup="text"))
    starts, *_ = places(visible)
    at = 0
    for block in visible.blocks:
        found = [*atom_starts(visible.text, ((block.start, block.end),)), block.end]
        assert found == starts[at : at + len(found)]
        at += len(found)


def test_pages_are_weighed_with_what_was_unpacked_after_they_were_asked_for(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_PAGE_BYTES", 60_000)
    engine = opened(*["很长的一篇文章。" * 400] * 8)
    generation = reader.GenerationReader(engine.index_path)
    first = generation.pages(range(8))
    assert generation.pages(range(8)) == first  # directories are small: all are kept
    for page in first:
        assert page.text()
    generation.pages(())
    assert generation.page(7) is first[7]
    assert generation.page(0) is not first[0]
    generation.close()
