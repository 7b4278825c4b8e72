"""One formula, however it is written, has one row of canonical atoms."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.formulas import formula_terms, renamed, skeleton
from searchkit.analysis.latex import canonical

SAME = [
    ("x_{t-1}", "x_{t - 1}", "x_{t{-}1}", "x_{ t-1 }", "{x}_{t-1}"),
    (r"\mathcal{H}_n", r"\mathcal{H}_{n}", r"\mathcal H_n", r"{\cal H}_n"),
    (r"\frac{a}{b}", r"\frac ab", r"\dfrac{a}{b}", r"\tfrac a b", r"\cfrac{a}b"),
    (r"\frac12", r"\frac{1}{2}"),
    ("(x)", r"\left(x\right)", r"\bigl( x \bigr)", r"\Big(x\Big)"),
    (r"f(x)|_0", r"\left.f(x)\right|_0"),
    ("ab", r"a\,b", r"a\;b", r"a\!b", r"a \quad b", "a~b", r"a\ b", r"a\:b"),
    (r"\sum_i x", r"\displaystyle\sum_i x", r"\sum\limits_i x", r"\sum\nolimits_{i}x"),
    ("x^2", "x^{2}", "x^ 2", "x²"),
    ("x_{t-1}^{-1}", "xₜ₋₁⁻¹", "x_{t-1}⁻¹"),
    ("2^{10}", "2¹⁰"),
    (r"\beta_1\beta_{12}", "β1 β12", "β₁β₁₂"),
    (r"O\left(n^2\right)", "O(n²)"),
    ("x_i^2", "x^2_i", "x_{i}^{2}", "{x_i}^2"),
    ("f'", r"f^\prime", r"f^{\prime}", "f’"),
    ("f''", r"f^{\prime\prime}"),
    ("f'_i", "f_i'", r"f_i^\prime"),
    ("f'^2", r"f^{\prime 2}"),
    (r"a \le b", r"a \leq b", "a ≤ b"),
    (r"a \to b", r"a \rightarrow b", "a → b"),
    (r"a \ne b", r"a\neq b", "a≠b"),
    (r"\theta", "θ"),
    ("a*b", r"a\ast b"),
    (r"\ldots", r"\dots", "..."),
    (r"\|x\|", r"\Vert x\Vert", r"\lVert x \rVert"),
    ("P(a|b)", r"P(a \mid b)", r"P(a\vert b)"),
    (r"n \log n", "n log n", r"n \operatorname{log} n", r"n\mathrm{log}n"),
    (r"\text{softmax}(x)", r"\mathrm{softmax}(x)", r"\operatorname{Softmax}(x)"),
    (r"\arg\max_x", r"\operatorname*{arg\,max}_x", r"\operatorname{argmax}_{x}"),
    ("a=b", r"\begin{aligned} a &= b \end{aligned}", "a % note\n=b", "a=\\\\[2pt] b"),
    ("a=b", r"a=b \label{eq:1}", r"a=b\tag{1}", r"a=b\nonumber", "a=b.", "a=b，"),
    (r"\mathbf{Wx}", r"\mathbf{W}\mathbf{x}", r"\mathbf W \mathbf{x}"),
    (r"\hat{\mathbf{x}}", r"\mathbf{\hat{x}}", r"\hat{\mathbf x}"),
    (r"\bm{\theta}", r"\boldsymbol{\theta}", r"\boldsymbol\theta"),
    (r"\begin{pmatrix}1\end{pmatrix}", r"\left(\begin{array}{c}1\end{array}\right)"),
    ("（x）", "(x)"),
]

DIFFERENT = [
    ("x_{t-1}", "x_t - 1"),
    ("x^{12}", "x^12"),
    ("x^2", "x_2"),
    ("x^{2}y", "x^{2y}"),
    ("x", "X"),
    (r"\epsilon", r"\varepsilon"),
    (r"a\cdot b", "a*b"),
    (r"\frac{a}{b}", r"\frac{b}{a}"),
    (r"\sqrt{x+1}", r"\sqrt{x}+1"),
    (r"\sqrt[3]{x}", r"\sqrt{x}"),
    (r"\mathbf{x}", "x"),
    (r"\dots", r"\cdots"),
]


@pytest.mark.parametrize("ways", SAME, ids=lambda ways: ways[0])
def test_ways_to_write_the_same(ways: tuple[str, ...]) -> None:
    assert {way: formula_terms(way) for way in ways} == dict.fromkeys(
        ways, formula_terms(ways[0])
    )
    assert formula_terms(ways[0])


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_what_is_not_the_same(left: str, right: str) -> None:
    assert formula_terms(left) != formula_terms(right)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        (r"\mathbf{x}_{i}", [r"\mathbf{x}", "_", "{i}"]),
        (r"\left( a \right)", [r"\left(", "a", r"\right)"]),
        (r"n \log n", ["n", r"\log", "n"]),
        ("x^2_i", ["x", "_", "i", "^", "2"]),
        (r"\mathbf{Wx}", ["W", "x"]),
    ],
)
def test_atoms_know_where_they_were_read(text: str, spans: list[str]) -> None:
    assert [text[atom.start : atom.end] for atom in canonical(text)] == spans


MARKS = r"{ } _ ^ \frac \sqrt [ ] \mathbf \text \left \right ( . ' & \\ \begin{array} %"
PIECES = st.sampled_from(
    [*MARKS.split(), *"xyi12 +-=\\\n中θ", r"\log", r"\dots", r"\,"]
)


@given(st.lists(PIECES).map("".join) | st.text())
def test_any_text_has_atoms_inside_it(text: str) -> None:
    for term, start, end in canonical(text):
        assert term
        assert 0 <= start <= end <= len(text)


@given(st.lists(PIECES).map("".join) | st.text())
def test_braces_are_balanced(text: str) -> None:
    depth = 0
    for term in formula_terms(text):
        depth += (term == "{") - (term == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("piece", ["{", r"\frac", "x^{", r"\sqrt[", r"\hat", "_"])
def test_nesting_without_end(piece: str) -> None:
    assert canonical(piece * 20_000 + "x")[-1].end <= 20_000 * len(piece) + 1


SYMBOLS = st.sampled_from(["x", "y", "2", r"\alpha", r"\mathbf{w}", r"\text{loss}"])


def _formulas(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: f"{p[0]} + {p[1]}"),
        two.map(lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
        two.map(lambda p: rf"\left({p[0]} \leq {p[1]}\right)"),
        st.tuples(SYMBOLS, inner).map(lambda p: f"{p[0]}_{{{p[1]}}}"),
        st.tuples(SYMBOLS, inner).map(lambda p: f"{p[0]}^{{{p[1]}}}"),
        st.tuples(SYMBOLS, inner, inner).map(lambda p: f"{p[0]}_{{{p[1]}}}^{{{p[2]}}}"),
    )


FORMULAS = st.recursive(SYMBOLS, _formulas, max_leaves=12)
REWRITINGS = [
    (" ", r"\\, "),
    (r" (?=[+\\])|(?<=\+) ", ""),
    (r"\\frac", r"\\dfrac"),
    (r"\\leq", r"\\le"),
    (r"\\left\(", "("),
    (r"\\right\)", r"\\bigr)"),
    (r"([_^])\{(\w)\}", r"\1\2 "),
    (r"\\mathbf\{w\}", r"{\\mathbf w}"),
    (r"\+", "{+}"),
    (r"^", r"\\displaystyle "),
    (r"$", " % end"),
]


@given(FORMULAS, st.lists(st.sampled_from(REWRITINGS), unique=True))
def test_rewriting_changes_nothing(formula: str, rules: list[tuple[str, str]]) -> None:
    other = formula
    for pattern, replacement in rules:
        other = re.sub(pattern, replacement, other)
    assert formula_terms(other) == formula_terms(formula)


@given(FORMULAS)
def test_other_letters_are_the_same_renamed(formula: str) -> None:
    other = re.sub(r"(?<![a-z])x(?![a-z])", "z", formula)
    assert renamed(formula_terms(other)) == renamed(formula_terms(formula))


def test_a_renaming_is_consistent() -> None:
    assert renamed(formula_terms("a+a")) != renamed(formula_terms("a+b"))


@pytest.mark.parametrize(("between", "told"), [(31, "~v32"), (32, "~v")])
def test_how_far_back_a_letter_is_told(between: int, told: str) -> None:
    assert renamed(["x", *"1" * between, "x"])[-1] == told


@pytest.mark.parametrize(("formula", "is_told"), [("x = y", True), ("x =", False)])
def test_too_short_a_formula_has_no_skeleton(formula: str, is_told: bool) -> None:
    assert bool(skeleton(formula_terms(formula))[0]) is is_told


def test_a_skeleton_counts_scripts() -> None:
    (with_two, two), (with_one, one) = (
        skeleton(formula_terms(text)) for text in ("x_i = y^2", "a_k = b")
    )
    assert with_two == with_one
    assert (two, one) == (2, 1)
