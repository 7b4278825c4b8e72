"""What a formula finds, in what order, and what it leaves alone."""

from collections.abc import Sequence

import pytest
from conftest import Opened, ids
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.latex import Atom, canonical
from searchkit.query.formula_text import FormulaText, formula_at
from searchkit.query.formulas import longest_parts
from searchkit.query.parser import parse

BODIES = {
    "whole": r"递推 $x_{t-1}$ 。",
    "spaced": r"递推 \(x_{t{-}1}\) 。",
    "longer": r"更新 $y = x_{t-1} + x_{t-1} + x_{t-1}$ 。",
    "longest": r"更新 $y = x_{t-1} + a + b + c + d + e$ 。",
    "renamed": r"另一个 $w_{k-1}$ 。",
    "other": r"没有 $x_{t+1}$ 。",
    "code": "```python\nx_{t-1}\n```",
}


def hits(opened: Opened, query: str, *bodies: str) -> str:
    """The ids a, b, c … of the bodies that are hits, best first."""
    return "".join(ids(opened(*bodies).search(query, limit=None)))


def test_whole_then_longer_then_near(opened: Opened) -> None:
    names = list(BODIES)
    engine = opened(*BODIES.values())
    result = engine.search("x_{t - 1}", limit=None)
    found = [names[ord(doc_id) - ord("a")] for doc_id in ids(result)]
    assert set(found[:2]) == {"whole", "spaced"}
    assert found.index("longer") < found.index("longest")
    assert found[-1] == "renamed"
    assert "other" not in found
    assert result.complete == len(found) - 1


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (r"\frac ab", r"$\dfrac{a}{b}$"),
        (r"$\frac{a}{b}$", r"$y = \frac ab$"),
        (r"in:math \frac{a}{b}", r"$\tfrac{a}{b}$"),
        (r"\mathcal{N}(0, I)", r"\(\mathcal N(0,I)\)"),
        ("O(n log n)", r"$O(n \log n)$"),
        (r"O(n\log n)", r"$O\left(n\,\log n\right)$"),
        (r"O(n\log n)", "复杂度是 O(n log n)。"),
        ("O(nlogn)", r"$O(n \log n)$"),
        ("O(nlogn)", "$O(nlogn)$"),
        ("O(nlogn)", "复杂度是 O(n log n)。"),
        (r"O(n \log n)", "复杂度是 O(nlogn)。"),
        (r"O(n \log n)", "$O(nlogn)$"),
        ("排序 O(m + nlog n)", r"$O(m + n\log n)$"),
        ("in:math E = mc^2", "$E=mc^{2}$"),
        ("x^2", "$y + x^{2}$"),
        ("x^2", "写成 x^2 就行"),
        ("x²", "$y + x^{2}$"),
        ("O(n²)", r"$O(n^2)$"),
        ("状态 xₜ₋₁", r"状态 $x_{t-1}$"),
        ("‖x‖²", r"$\|x\|^2$"),
        ("β1", r"$\beta_1$"),
        ("β1", r"取 β1"),
        ("x²", "写成 x^2 就行"),
        ("i = 1", r"$\sum_{i=1}^n$"),
        ("softmax(x) in:math", r"$\mathrm{softmax}(x)$"),
        (r"\text{softmax}(x)", "$softmax(x)$"),
        ("θ_t ≤ 1", r"$\theta_{t}\le 1$"),
        ("θ", r"取 $\theta_t$"),
        ("θ", "取 θ 为 1"),
        (r"\theta", "取 θ 为 1"),
        (r"\leq", "取 a ≤ b"),
        (r"x \le \Lambda_1", "取 x ≤ Λ_1"),
        ("∑", r"$\sum_i i$"),
        ("(θ OR η)", r"$\eta$"),
        (r"求$\nabla f$的值", r"$\nabla f$"),
        (r"求\nabla f的值", r"$\nabla f$"),
        (r"(a+b)^2 = c_1", "$(a + b)^{2} = c_{1}$"),
        (r"P(A | B)", r"$P(A \mid B)$"),
        (r"\begin{aligned}a&=b_1\end{aligned}", "$$a = b_1$$"),
        ('"x_{t-1}"', "$x_{t-1}$"),
        ('"x_{t-1}"', "`x_{t-1}`"),
        (r"title:x^2 OR x_1", "$x_1$"),
    ],
)
def test_found_however_it_is_written(query: str, body: str, opened: Opened) -> None:
    assert hits(opened, query, "无关", body) == "b"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("甲 -x_{t-1}", "b"),  # the near form in b is no reason to leave it out
        ("甲 NOT $x_{t - 1}$", "b"),
        ("+x_{t-1}", "a"),
        ("甲 AND x_{t-1}", "a"),
        ('"x_{t-1}"', "a"),
        ("x_{t-1}", "ab"),
        ("(x_{t-1} OR y_{k-1})", "ab"),
    ],
)
def test_near_forms_widen_nothing(query: str, expected: str, opened: Opened) -> None:
    assert hits(opened, query, "甲 $x_{t-1}$", "甲 $y_{k-1}$", "$z$") == expected


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (r"w - \eta g", r"$\theta - \alpha h$"),
        (r"\theta_1 = 2\theta_2", "$w_1 = 2w_2$"),
        ("x_i = y + 1", "$x = y + 1$"),
        ("w = b", "$x = y$"),
        ("x = y + 1", "$x^2 = y + 1$"),
    ],
)
def test_near_forms(query: str, body: str, opened: Opened) -> None:
    engine = opened("无关", body)
    result = engine.search(query)
    assert (ids(result), result.complete) == (["b"], 0)
    assert result.hits[0].missing


@pytest.mark.parametrize(
    ("standing", "parts"),
    [("a+b_", ["a+b"]), ("a+", []), ("b_c-d", ["b_c-d"]), ("_c-d", ["c-d"])],
)
def test_parts_of_a_formula_are_whole(standing: str, parts: list[str]) -> None:
    """They begin and end with no sign of a script, and are long enough to say much."""

    def stands(run: Sequence[Atom]) -> bool:
        return "".join(atom.term for atom in run) in standing

    found = longest_parts(canonical("a+b_c-d"), stands)
    assert ["".join(atom.term for atom in run) for run in found] == parts


@pytest.mark.parametrize(
    ("query", "grouped", "text"),
    [
        ("x_1) + y_2 甲", False, "x_1) + y_2"),
        ("x_1) + y_2 甲", True, "x_1"),
        ("f(x)) 甲", True, "f(x)"),
    ],
)
def test_a_group_ends_a_formula(query: str, grouped: bool, text: str) -> None:
    assert formula_at(query, 0, grouped=grouped) == FormulaText(text, len(text))


@pytest.mark.parametrize("body", ["$w_1 = 2v_2$", "$w = 2v$", "$w_1 + 2w_2$"])
def test_letters_change_consistently(body: str, opened: Opened) -> None:
    engine = opened("无关", body)
    assert engine.search(r"+$\theta_1=2\theta_2$").total == 0
    notes = engine.search(r"\theta_1 = 2\theta_2").notes
    assert not any("near form" in note.message for note in notes)


def test_a_formula_that_is_nowhere_is_searched_in_parts(opened: Opened) -> None:
    result = opened("无关", r"$\mathcal{N}(0, \sigma^2)$").search(r"\mathcal{N}(0, I)")
    assert ids(result) == ["b"]
    assert [note.kind for note in result.notes] == ["missing"]


@pytest.mark.parametrize(
    ("query", "body", "marked"),
    [
        ("x_{t - 1}", r"设 $y = x_{t{-}1}$", {"x_{t{-}1}"}),
        (r"\frac{a}{b}", r"设 $\dfrac ab + c$", {r"\dfrac ab"}),
        ("x_i^2", "设 $2x^2_{i}$", {"x^2_{i}"}),
        ("O(n log n)", r"$O\left(n\log n\right)$", {r"O\left(n\log n\right)"}),
    ],
)
def test_highlights_are_as_written(
    query: str, body: str, marked: set[str], opened: Opened
) -> None:
    (hit,) = opened(body).search(query).hits
    (snippet,) = hit.snippets
    assert {snippet.text[a:b] for a, b in snippet.highlights} == marked


def test_notes_tell_near_forms_apart(opened: Opened) -> None:
    result = opened("$x_{t-1}$", "$y_{k-1}$").search("x_{t-1}")
    assert [(note.kind, note.part) for note in result.notes] == [
        ("searched", "x_{t-1}"),
        ("expanded", "x_{t-1}"),
    ]


def test_an_explanation_tells_a_near_form(opened: Opened) -> None:
    told = opened("$x_{t-1}$", "$y_{k-1}$").explain("x_{t-1}", "b")
    assert told.matched
    assert "a near form of “x_{t-1}”" in str(told)


FENCES = (
    "```python\nimport torch\n```\n\n```c++\nimport std;\n```",
    "```py\nprint(torch)\n```\n\ntorch 与 import",
    "```sh\nimport x\n```\n\n```{.python .input}\nx = 1\n```",
    "import torch",
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lang:python import", "a"),
        ("lang:py torch", "ab"),
        ("lang:Python +torch", "ab"),
        ("lang:cpp import", "a"),
        ("lang:bash import", "c"),
        ("lang:python lang:bash import", "ac"),
        ('lang:python "import torch"', "a"),
        ("lang:python imp*", "a"),
        ("lang:python x", "c"),
        ("lang:python in:code torch", "ab"),
        ("lang:python", "abc"),
        ("lang:rust import", ""),
        ("torch -lang:python", "abd"),  # takes no minus, and a note says so
    ],
)
def test_language_of_the_fence(query: str, expected: str, opened: Opened) -> None:
    found = ids(opened(*FENCES).search(query, limit=None))
    assert "".join(sorted(found)) == expected


def test_highlights_are_inside_the_language(opened: Opened) -> None:
    (hit,) = opened(FENCES[1]).search("lang:py torch").hits
    assert [(s.zone, len(s.highlights)) for s in hit.snippets] == [("code", 1)]


@pytest.mark.parametrize(
    "text", ["C++", "--help", "2.1.0", "user_id", "a -b", "foo(bar)", "std::vector<T>"]
)
def test_names_are_no_formulas(text: str) -> None:
    assert not isinstance(formula_at(text, 0), FormulaText)


@pytest.mark.parametrize(("query", "body"), [("Aᵀ", "at"), ("xₙ", "xn 与 x 和 n")])
def test_a_small_script_is_no_part_of_a_word(
    query: str, body: str, opened: Opened
) -> None:
    assert hits(opened, query, body, "$A^T + x_n$") == "b"


@pytest.mark.parametrize(
    ("query", "formula"),
    [
        ("tanh(W_hh h_{t-1} b_q d)", "h_{t-1} b_q d"),  # what it does not open is none
        ("h_{t-1} b_{q} d", "h_{t-1} b_{q} d"),
    ],
)
def test_a_part_of_a_formula_has_both_ends(
    query: str, formula: str, opened: Opened
) -> None:
    engine = opened("$h_{t-1}$ 和 $a + b_h$")
    told = [note.message for note in engine.search(query).notes]
    assert f"“{formula}” was not found; searched instead: h_{{t-1}}" in told


PIECES = st.sampled_from(["x_", *"{}() $=中", "\\(", "OR"])


@given(st.lists(PIECES).map("".join))
def test_a_formula_is_a_stretch_of_the_query(text: str) -> None:
    found = formula_at(text, 0)
    if isinstance(found, FormulaText):
        assert found.text in text[: found.end]
        assert 0 < found.end <= len(text)
    assert parse(text)[0].root.groups


def test_a_name_that_looks_like_a_formula_when_folded_comes_last(
    opened: Opened,
) -> None:
    engine = opened("变量 x2 与 x2 与 x2", "$f(x) = x^{2}$ 和别的话", "纯文本 x²")
    for query in ("x²", "x² 别的"):
        result = engine.search(query)
        assert (ids(result)[0], result.total, result.complete) == ("b", 3, 1)
    result = opened("变量 x2", "纯文本 x²", "别的").search("x²")
    assert (sorted(ids(result)), result.complete) == (["a", "b"], 2)
