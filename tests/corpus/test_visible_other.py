"""What a reader sees of HTML and of plain text, and what holds for every markup."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.corpus.visible import visible_text
from searchkit.model import Article, Markup, VisibleText


def read(body: str, markup: Markup) -> VisibleText:
    return visible_text(Article("a", "", body, markup=markup))


HTML = {
    "blocks": ("<p>a<p>b", [("prose", "a"), ("prose", "b")]),
    "headings": ("<h2>A</h2>b", [("heading", "A"), ("prose", "b")]),
    "code": ("<code>x y</code> z", [("code", "x y"), ("prose", "z")]),
    "code without an end": ("<td><code>a<td>b", [("code", "a"), ("prose", "b")]),
    "pre": ("<pre><code>\na\n  b</code></pre>", [("code", "a\n  b")]),
    "hidden": ("<style>a</style><script>b</script>c", [("prose", "c")]),
    "comment": ("a<!-- b\n\nc -->d", [("prose", "ad")]),
    "math": (r"a \(x_1\) b", [("prose", "a"), ("math", "x_1"), ("prose", "b")]),
    "entities": ("1 &lt; 2", [("prose", "1 < 2")]),
    "break": ("a<br>b", [("prose", "a b")]),
    "image": ('<img alt="图">', [("prose", "图")]),
    "labels in a row": ("<span>a</span><span>b</span>", [("prose", "a b")]),
    "title": ("<title>T</title><body>a", [("prose", "a")]),
    "broken declaration": ("<![foo bar", [("prose", "<![foo bar")]),
}


@pytest.mark.parametrize(("body", "found"), HTML.values(), ids=HTML.keys())
def test_html(body: str, found: list[tuple[str, str]]) -> None:
    visible = read(body, "html")
    assert [
        (span.zone, visible.text[span.start : span.end])
        for block in visible.blocks
        for span in block.spans
    ] == found


def test_lines_of_html() -> None:
    visible = read("<p>\na\nb</p>\n<pre>\n\nc\nd</pre>", "html")
    assert [visible.line_at(visible.text.index(word)) for word in "abcd"] == [
        2,
        3,
        6,
        7,
    ]


DEFINITIONS = {
    "def fetch(url):": "fetch",
    "    async def fetch(self, url):": "fetch",
    "class Fetcher(Base):": "Fetcher",
    "export default function fetch(url) {": "fetch",
    "func (c *Client) Fetch(url string) error {": "Fetch",
    "pub fn fetch<T>(url: T) {": "fetch",
}


@pytest.mark.parametrize(("line", "name"), DEFINITIONS.items())
def test_a_defined_name_heads_a_text_that_is_code(line: str, name: str) -> None:
    visible = read(f"{line}\n    fetch = None", "text")
    (block,) = visible.blocks
    headings = [span for span in block.spans if span.zone == "heading"]
    assert [visible.text[span.start : span.end] for span in headings] == [name]
    assert line.strip() in visible.text
    assert len(visible.sections) == 1


@pytest.mark.parametrize(
    "line", ["In class Fetcher (see below)", "a def of fetch(url)", "class action"]
)
def test_prose_defines_no_name(line: str) -> None:
    visible = read(line, "text")
    assert {span.zone for block in visible.blocks for span in block.spans} == {"prose"}


def test_the_language_of_preformatted_html() -> None:
    visible = read('<pre><code class="hljs language-Go">x</code></pre>', "html")
    assert visible.blocks[0].language == "go"


def test_plain_text_is_paragraphs_and_nothing_else() -> None:
    assert read("# a\n*b*\n\n中\n文", "text").text == "# a *b*\n中文"


def test_lines_of_plain_text() -> None:
    visible = read("a\nb\n\n\nc", "text")
    assert visible.lines == ((0, 1), (2, 2), (4, 5))


MARKS = r"""
# - > + : 1. ``` ~~~ ` `` * ** _ ~~ [ ] ( ) ![ ]: [^1] [^1]: $ $$ \( \) \[ \] \ | |-|-|
<!-- --> <div> </div> <b <br> <pre> </pre> <script> &amp; &# {{< >}} {%raw%} --- === :::
中文 ， word x_1 😀
"""
BLANKS_AND_CONTROLS = [
    " ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\u3000",
    "\0",
    "\2",
    "\3",
    "\x0e1\x1f",
]
MARKED_UP = st.lists(
    st.sampled_from(MARKS.split() + BLANKS_AND_CONTROLS * 2), max_size=60
).map("".join)


@pytest.mark.parametrize("markup", get_args(Markup))
@given(body=MARKED_UP | st.text(max_size=60))
def test_any_text_has_a_well_formed_reading(markup: Markup, body: str) -> None:
    visible = read(body, markup)
    ends = [0]
    for block in visible.blocks:
        assert 0 <= block.section < len(visible.sections)
        places = [block.start]
        for span in block.spans:
            assert span.start < span.end
            places += [span.start, span.end]
        places.append(block.end)
        assert places == sorted(places)
        ends += [block.start, block.end]
    assert ends == sorted(ends)
    assert ends[-1] == len(visible.text)
    offsets = [offset for offset, _ in visible.lines]
    assert all(a < b for a, b in pairwise(offsets))
    last = body.count("\n") + 1
    assert all(1 <= line <= last for _, line in visible.lines)


@given(st.lists(st.sampled_from(["中文", "word", "注意：", "C++"]), min_size=1))
def test_plain_paragraphs_read_the_same_as_markdown_and_as_text(
    words: list[str],
) -> None:
    body = "\n\n".join(words)
    assert read(body, "markdown").text == read(body, "text").text == "\n".join(words)
