"""What a reader sees of Markdown, block by block, and on which line it stands."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from searchkit.corpus.visible import visible_text
from searchkit.model import Article, VisibleText


def read(body: str, *, path: str = "a.md", line_offset: int = 0) -> VisibleText:
    return visible_text(Article(path, "", body, path=path, line_offset=line_offset))


def blocks(body: str, *, path: str = "a.md") -> list[str]:
    visible = read(body, path=path)
    return [visible.text[block.start : block.end] for block in visible.blocks]


def spans(body: str) -> list[tuple[str, str]]:
    visible = read(body)
    return [
        (span.zone, visible.text[span.start : span.end])
        for block in visible.blocks
        for span in block.spans
    ]


INLINE = {
    "strong": ("a **b** c", "a b c"),
    "strong beside punctuation": ("**注意：**请看", "注意：请看"),
    "runs as long as each other": ("*a **b** c* **d *e***", "a b c d e"),
    "code around longer ticks": ("`a``b` `c", "a``b `c"),
    "code with a blank at one end": ("x`a `y", "xa y"),
    "link in brackets of its own": ("([a](b)c)", "(ac)"),
    "underscores in a name": ("use snake_case_name", "use snake_case_name"),
    "link": ('[文 *本*](http://x.y "title")', "文 本"),
    "reference link": ("[text][ref]\n\n[ref]: http://x.y", "text"),
    "short reference": ("[ref]\n\n[ref]: http://x.y 'title'", "ref"),
    "unknown reference": ("see [nope]", "see [nope]"),
    "image": ("![图一](a.png)", "图一"),
    "autolink": ("<https://x.y/a_b_c>", "https://x.y/a_b_c"),
    "mail": ("<a.b@c.org>", "a.b@c.org"),
    "raw tags": ("a <b>bold</b> <i class='x'>c</i>", "a bold c"),
    "not a tag": ("x < y && z > w", "x < y && z > w"),
    "image tag": ('see <img src="x" alt="图">', "see 图"),
    "entities": ("&lt;a&gt; &copy; &#20013;", "<a> © 中"),
    "escapes": (r"\*a\* \\ \# \$5", r"*a* \ # $5"),
    "deleted": ("~~old~~ new", "old new"),
    "comment": ("a <!-- hidden --> b", "a b"),
    "soft break": ("one\ntwo", "one two"),
    "soft break between Han": ("一行，\n二行\n三行", "一行，二行三行"),
    "soft break Han and Latin": ("中文\nEnglish", "中文 English"),
    "hard break": ("一  \n二", "一 二"),
    "backslash break": ("一\\\n二", "一 二"),
    "runs of blanks": ("a   b\t c", "a b c"),
    "shortcode": ('{{< glossary_tooltip text="节点" term_id="n" >}}是', "节点是"),
    "shortcode without text": ("a {{% note %}} b", "a b"),
    "jekyll": ("{% raw %}a{% endraw %}", "a"),
    "footnote mark": ("a[^1].\n\n[^1]: note", "a."),
    "no footnote": ("a[^1].", "a[^1]."),
    "emphasis in a link": ("[a *b](x) c*", "a *b c*"),
    "emphasis in emphasis": ("***a** b* **c*d*e**", "a b cde"),
    "emphasis beside Han": ("请**「注意」**看*“这里”*吧", "请「注意」看“这里”吧"),
    "stars that are none": ("2 * 3 * 4, *.md, a ** b", "2 * 3 * 4, *.md, a ** b"),
    "a link in a link": ("[a [b](x) c](y)", "[a b c](y)"),
    "an image in a link": ("[![a](x)](y) b", "a b"),
    "collapsed reference": ("[Ref][] and [Ref]\n\n[ref]: /x", "Ref and Ref"),
    "an address with brackets": ("[a](b(c)d 'e') f", "a f"),
    "a shortcode for an address": ('[a]({{< relref "b c" >}}) d', "a d"),
    "brackets without an address": ("[a](b c) [d]", "[a](b c) [d]"),
    "backticks of another length": ("`` a`b `` `c", "a`b `c"),
    "control characters": ("a\x0e5\x1f*b*", "a\x0e5\x1fb"),
}


@pytest.mark.parametrize(("body", "shown"), INLINE.values(), ids=INLINE.keys())
def test_inline_markup_is_gone(body: str, shown: str) -> None:
    assert blocks(body)[0] == shown


MATH = {
    "inline": (
        "设 $x_1*y_2*z$ 为",
        [("prose", "设"), ("math", "x_1*y_2*z"), ("prose", "为")],
    ),
    "parentheses": (r"\(a_b\)", [("math", "a_b")]),
    "brackets": ("\\[\na < b\n\\]", [("math", "\na < b\n")]),
    "display": ("$$a\\\\b$$", [("math", "a\\\\b")]),
    "display over lines": ("$$\nx\n= y\n- z\n$$", [("math", "\nx\n= y\n- z\n")]),
    "in a list": ("- a\n  $$\n  - b\n  $$", [("prose", "a"), ("math", "\n- b\n")]),
    "in a quote": ("> $$\n> # b\n> $$", [("math", "\n# b\n")]),
    "fence": ("```math\na_b\n```", [("math", "a_b")]),
    "money": ("$5 and $10", [("prose", "$5 and $10")]),
    "digit after": ("$a$1", [("prose", "$a$1")]),
    "escaped": (r"\$a$", [("prose", "$a$")]),
    "in code": ("`$a$`", [("code", "$a$")]),
    "around a backtick": ("$a`b$ `c`", [("math", "a`b"), ("code", "c")]),
    "blank line": ("$$a\n\nb$$", [("prose", "$$a"), ("prose", "b$$")]),
    "in a heading": (
        "# 求 $x$ 值",
        [("heading", "求"), ("math", "x"), ("heading", "值")],
    ),
}


@pytest.mark.parametrize(("body", "found"), MATH.values(), ids=MATH.keys())
def test_formulas_survive_as_written(body: str, found: list[tuple[str, str]]) -> None:
    assert spans(body) == found


def test_the_delimiters_of_a_formula_are_shown_and_in_no_span() -> None:
    assert read("设 $x$").text == "设 $x$"


BLOCKS = {
    "headings": ("# A\n## B ##\nC\n===", ["A", "B", "C"]),
    "not a heading": ("#hashtag", ["#hashtag"]),
    "heading anchor": ("## 安装 {#install}\n\nT {.x}\n---", ["安装", "T"]),
    "list after a paragraph": ("如下：\n- 一\n- 二", ["如下：", "一", "二"]),
    "year is no list": ("born in\n1984. Then", ["born in 1984. Then"]),
    "nested list": ("1. a\n   - b\n\n     c\n2. d", ["a", "b", "c", "d"]),
    "tasks": ("- [ ] todo\n- [x] done", ["todo", "done"]),
    "quote": ("> a\nlazy\n> > b", ["a lazy", "b"]),
    "alert": ("> [!NOTE]\n> careful", ["careful"]),
    "table": ("|a|b|\n|-|:-:|\n|`x\\|y`|z", ["a", "b", "x|y", "z"]),
    "not a table": ("a | b\n\nc", ["a | b", "c"]),
    "footnote": ("x\n\n[^n]: note\n    goes on", ["x", "note goes on"]),
    "definitions": ("term\n: one\n: two", ["term", "one", "two"]),
    "rule": ("a\n\n* * *\nb", ["a", "b"]),
    "fence in a list": ("- a\n\n  ```\n  x\n    y\n  ```\n  b", ["a", "x\n  y", "b"]),
    "unclosed fence": ("> ~~~\n> x\n\ny", ["x", "y"]),
    "longer fence": ("````\n```\n````", ["```"]),
    "indented code": ("a\n\n    x\n\n    y\n\nb", ["a", "x\n\ny", "b"]),
    "tabs": ("-\ta\n\n\tb\n\n\t\tcode", ["a", "b", "code"]),
    "admonition": (":::note 标题\ntext\n:::", ["标题", "text"]),
    "html block": ("<div>\n<p>a<p>b *c*\n</div>", ["a", "b *c*"]),
    "markdown in html": ("<Tip>\n\n**a**\n\n</Tip>", ["a"]),
    "details": ("<details><summary>更多</summary>\n\n`x`\n</details>", ["更多", "x"]),
    "script": ("<script>\n\nx\n</script>\n\na", ["a"]),
    "html table": ("<table><tr><td>a<td>b</table>", ["a", "b"]),
}


@pytest.mark.parametrize(("body", "shown"), BLOCKS.values(), ids=BLOCKS.keys())
def test_blocks(body: str, shown: list[str]) -> None:
    assert blocks(body) == shown


def test_cells_of_a_row_are_parted_by_bars_and_rows_by_lines() -> None:
    assert read("|a|b|\n|-|-|\n|c|d|").text == "a | b\nc | d"


COMMENTS = {
    "with blank lines": ("<!--\n\n# no\n\n```\n-->\n正文", ["正文"]),
    "in a list": ("1. <!-- en\n   text -->\n   中文", ["中文"]),
    "leaves its container": ("- a <!--\nb\n-->\n\nc", ["a", "c"]),
    "in html": ("<div>\n<!--\n\nx -->\ny</div>\n\nz", ["y", "z"]),
    "in code": ("```\n<!-- a -->\n```", ["<!-- a -->"]),
    "in a code span": ("`<!--` and `-->`", ["<!-- and -->"]),
    "without an end": ("a <!-- b\n\nc", ["a <!-- b", "c"]),
}


@pytest.mark.parametrize(("body", "shown"), COMMENTS.values(), ids=COMMENTS.keys())
def test_comments_are_no_part_of_the_article(body: str, shown: list[str]) -> None:
    assert blocks(body) == shown


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("Python", "python"),
        ("{.python .input}", "python"),
        ("python:title", "python"),
        ("rust,ignore", "rust"),
        ("c++ title=x", "c++"),
        ("title=x", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_fence(info: str, language: str) -> None:
    assert read(f"```{info}\nx\n```").blocks[0].language == language


def test_code_is_as_written() -> None:
    assert spans("a `b  c` d\n\n```\nx\t y \n\nz\n```") == [
        ("prose", "a"),
        ("code", "b  c"),
        ("prose", "d"),
        ("code", "x\t y \n\nz"),
    ]


def test_a_comment_in_the_info_of_a_fence_ends_before_its_code() -> None:
    assert blocks("```c <!-- note\nx\n--> y\nz\n```\nend") == [" y\nz", "end"]


def test_template_tags_in_code_are_code() -> None:
    assert spans("`{{< x >}}`\n\n```\n{% raw %}\n```") == [
        ("code", "{{< x >}}"),
        ("code", "{% raw %}"),
    ]


CODE_TAGS = """\
Do this:
{{< text bash yaml >}}
# no heading
- `no *list*`
a: __b__

---
{{< /text >}}
1.  Or

    {{< highlight go "linenos=false" >}}
      x
    y
    {{</ highlight >}}
{{< text syntax="json" >}}
{{< /text >}}
after
"""


def test_what_a_tag_of_code_encloses_is_code() -> None:
    assert spans(CODE_TAGS) == [
        ("prose", "Do this:"),
        ("code", "# no heading\n- `no *list*`\na: __b__\n\n---"),
        ("prose", "Or"),
        ("code", "  x\ny"),
        ("prose", "after"),
    ]
    visible = read(CODE_TAGS)
    assert [block.language for block in visible.blocks if block.language] == [
        "bash",
        "go",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "{{< text bash >}}\n# H\n\nafter",  # never closed
        "{{< /text >}}\n{{< text bash >}}\n# H\n\nafter",
        "{{< text_import file=x >}}\n# H\n\nafter\n{{< /text >}}",
        "a {{< highlight go >}}b{{< /highlight >}}\n# H\n\nafter",
    ],
)
def test_a_tag_that_encloses_no_lines_hides_no_heading(body: str) -> None:
    assert ("heading", "H") in spans(body)


def test_a_tab_with_a_language_is_code() -> None:
    shell = '"$(curl -L *x*)"\n# no $heading$'
    body = f'{{{{< tab name="A B" codelang="bash" >}}}}\n{shell}\n{{{{< /tab >}}}}\n'
    assert spans(body) == [("code", shell)]
    assert read(body).blocks[0].language == "bash"
    assert spans(body.replace(' codelang="bash"', ""))[0][0] == "prose"


def test_the_language_of_a_tag_of_code() -> None:
    assert (
        read('{{< text syntax="bash" >}}\nx\n{{</text>}}').blocks[0].language == "bash"
    )


MDX = """\
import A from 'a'
export const b = {
  c: 1
}

# T [[t]]

<A
  b={[{c: 1}]}
/>

d
"""


def test_mdx_shows_no_modules_and_no_components() -> None:
    assert blocks(MDX, path="a.mdx") == ["T", "d"]


def test_text_below_a_module_is_not_lost() -> None:
    assert blocks("import A from 'a'\n# T\nb", path="a.mdx") == ["T", "b"]


def test_import_is_a_word_in_plain_markdown() -> None:
    assert blocks("import taxes") == ["import taxes"]


def test_a_section_is_named_without_the_blanks_around_its_heading() -> None:
    assert read("## &nbsp;A B&nbsp;\n\nx").sections[-1].heading == ("A B",)


def test_sections_are_the_paths_of_headings() -> None:
    visible = read("intro\n\n# 前言\n\n### 细节 `x`\n\ntext\n\n## B", line_offset=3)
    assert [(part.heading, part.line) for part in visible.sections] == [
        ((), 4),
        (("前言",), 6),
        (("前言", "细节 x"), 8),
        (("前言", "B"), 12),
    ]


def test_a_block_knows_its_section() -> None:
    assert [block.section for block in read("a\n# B\nc").blocks] == [0, 1, 1]


def test_a_section_starts_at_its_heading() -> None:
    visible = read("a\n# B")
    assert visible.text[visible.sections[1].start :] == "B"


LINES = """\
w1 *w2
w3* `w4
w5` [w6
w7](x
"t") w8 <b
a="1"> w9 $$w10
- w11
$$ w12

- w13
  w14

  ```
  x

  w15
  ```
> w16
> |a|w17|
> |-|-|
> |w18|
<!-- x

--> w19

<div>
<p>x
w20</p>
<img
alt="w21">
</div>

    w22

w23
w24
---
{{< image
  title="w25" >}} w26
"""


def test_every_word_stands_on_the_line_it_is_said_to() -> None:
    visible = read(LINES, line_offset=10)
    source = LINES.split("\n")
    for number in range(1, 27):
        word = f"w{number}"
        line = visible.line_at(visible.text.index(word)) - 10
        assert word in source[line - 1], word


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(">" * 10_000 + "a", id="quotes"),
        pytest.param("- " * 10_000 + "a", id="lists"),
        pytest.param("[" * 50_000 + "a", id="brackets"),
        pytest.param("text [a\n" * 20_000, id="bracket on every line"),
        pytest.param("*a **b " * 20_000, id="emphasis"),
        pytest.param("`a ``b " * 20_000, id="backticks"),
        pytest.param("$$a\n\n" * 20_000, id="display math"),
        pytest.param("<div " * 20_000 + "a", id="tags"),
        pytest.param("a " + "<!-- " * 100_000, id="comments"),
        pytest.param("a" * 2_000_000, id="one long line"),
        pytest.param("# a\n\n" * 20_000, id="headings"),
        pytest.param("[a](b 'c " * 20_000, id="titles"),
        pytest.param("![a](b(c " * 20_000, id="addresses"),
        pytest.param("[a](b){{<*c~~d_e" * 20_000, id="everything"),
        pytest.param("**a*" * 20_000, id="runs that open and close"),
        pytest.param("$a " * 50_000, id="dollars"),
        pytest.param("<a b='" * 20_000, id="attributes"),
        pytest.param("a <!-- <? " * 50_000, id="declarations"),
        pytest.param(
            "{{< text >}}\n" * 20_000 + "a" + " " * 200_000 + "{\n{{< /text >}}",
            id="tags of code",
        ),
    ],
)
def test_traps_end_and_lose_no_text(body: str) -> None:
    assert "a" in read(body).text


CORPUS = ROOT / "corpus"
COMMONMARK = MarkdownIt("commonmark")
PIECES = [
    "a",
    "b",
    " ",
    ".",
    "*",
    "_",
    "*",
    "`x`",
    "[",
    "](y)",
    "]",
    "\\*",
    "<b>",
    "&lt;",
]


def plain_text(body: str) -> str:
    """What the reference implementation shows of one paragraph."""
    tokens = COMMONMARK.parseInline(body)[0].children or []
    return "".join(token.content for token in tokens if token.type != "html_inline")


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join))
def test_one_line_shows_what_commonmark_shows(line: str) -> None:
    body = "x " + line
    assert "".join(read(body).text.split()) == "".join(plain_text(body).split())


def test_paragraphs_of_real_articles_show_what_commonmark_shows() -> None:
    compared = 0
    for path in sorted(CORPUS.glob("**/*.md")):
        text = re.sub(
            r"^( *)(```|~~~).*?^\1\2", "", path.read_text("utf-8"), flags=re.M | re.S
        )
        for paragraph in text.split("\n\n"):
            if re.match(r"[\w「“*`\[]", paragraph) and not re.search(
                r"^ {0,3}(?:[-+*=|#>:~`]|\d+[.)])|[$|]|\\[(\[]|\{\{|\[\^",
                paragraph,
                re.M,
            ):
                expected = "".join(plain_text(paragraph).split())
                assert "".join(read(paragraph).text.split()) == expected
                compared += 1
    assert compared > 200


QUIZ = """Before
<Question
  choices={[
    {
      text: "甲 \\"a\\"",
      explain: "见 <a href=\\"x\\">`code` 页</a>。",
      correct: true
    },
    { text: '乙', kind: "hidden" }
  ]}
/>
after
"""


def test_strings_of_a_component_are_blocks_of_their_own() -> None:
    assert blocks(QUIZ) == ["Before", '甲 "a"', "见 code 页。", "乙", "after"]


def test_strings_of_a_component_know_their_line() -> None:
    visible = read(QUIZ)
    shown = ["甲", "code", "乙", "after"]
    lines = [visible.line_at(visible.text.index(word)) for word in shown]
    assert lines == [5, 6, 9, 12]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('<TabItem value="a" label="标签">\n\nb', ["标签", "b"]),
        ('<Tabs values={[{label: "macOS", value: "q"}]}>\n\nb', ["macOS", "b"]),
        ("a <Tip title='t'/> b", ["a", "t", "b"]),
        ("if a <B and c's, then d's > e", ["if a <B and c's, then d's > e"]),
        ('a <Tip title="never closed', ['a <Tip title="never closed']),
    ],
)
def test_what_a_component_shows(body: str, shown: list[str]) -> None:
    assert blocks(body) == shown


@pytest.mark.parametrize("piece", ["<A ", "<A {", '<A t="', "<A {'\\\\", "<A t={<A "])
def test_components_without_an_end_take_linear_time(piece: str) -> None:
    assert "A" in read("x " + piece * 30_000).text
