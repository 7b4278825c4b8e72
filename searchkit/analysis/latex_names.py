"""Which LaTeX commands say the same, and which say nothing that is seen?

Only true synonyms are folded: what LaTeX itself, amsmath or a macro of the same glyph
makes equal. `\\epsilon` and `\\varepsilon` look different and stay apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache


def _names(text: str) -> list[str]:
    return text.split()


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


IGNORED = _set(
    r", ; : ! > / quad qquad enspace enskip thinspace medspace thickspace negthinspace "
    r"displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber "
    r"notag hfill hline left right middle bigl bigr bigm big Bigl Bigr Bigm Big biggl "
    r"biggr biggm bigg Biggl Biggr Biggm Bigg allowbreak nobreak strut mathstrut "
    r"centering noindent relax"
)
"""Commands that change spaces or sizes alone."""

DROPPED = _set(
    "label tag tag* hspace hspace* vspace vspace* phantom hphantom vphantom color eqref"
)
"""Commands that go with their argument."""

TRANSPARENT = _set("mathop mathbin mathrel mathord mathopen mathclose")
"""Commands that change the spaces around their argument."""

ARGUMENTS = {
    **dict.fromkeys(_names("frac binom stackrel overset underset"), 2),
    **dict.fromkeys(
        _names(
            "sqrt hat widehat bar tilde widetilde vec dot ddot dddot mathring check "
            "breve acute grave overline underline overbrace underbrace overrightarrow "
            "overleftarrow xrightarrow xleftarrow boxed cancel bcancel xcancel substack"
        ),
        1,
    ),
}
"""Commands whose arguments stand in a place of their own, and how many they take."""

WORDS = _set(
    "text mathrm operatorname operatorname* textrm textnormal textbf textit texttt "
    "textsf textup mbox hbox mathit mathtt mathsf"
)
"""Commands whose argument is words, not a product of letters."""

FONTS = {
    name: "\\" + name for name in _names("mathbf mathbb mathcal mathfrak mathscr")
} | dict.fromkeys(("boldsymbol", "bm", "pmb"), "\\boldsymbol")

SWITCHES = {"bf": "\\mathbf", "cal": "\\mathcal", "frak": "\\mathfrak"} | dict.fromkeys(
    ("rm", "it", "tt", "sf"), "words"
)
"""Commands that hold until the group ends."""

FUNCTIONS = _set(
    "log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan "
    "max min sup inf lim limsup liminf arg det dim deg gcd hom ker Pr bmod mod"
)
"""Names that stand for one thing with or without their backslash."""

SEVERAL = {"argmax": ("arg", "max"), "argmin": ("arg", "min")}

_SAME = """
le leq | ge geq | ne neq | to rightarrow | gets leftarrow
land wedge | lor vee | lnot neg | ni owns | iff Longleftrightarrow
implies Longrightarrow | impliedby Longleftarrow | dots ldots dotsc dotso
cdots dotsb dotsm dotsi | frac dfrac tfrac cfrac | binom dbinom tbinom
{ lbrace | } rbrace | | Vert lVert rVert
"""
_PAIRS = [name.split() for line in _SAME.splitlines() for name in line.split(" | ")]
SYNONYMS = {other: first for first, *others in filter(None, _PAIRS) for other in others}

SIGNS = {
    **dict.fromkeys(("vert", "lvert", "rvert", "mid"), "|"),
    "ast": "*",
    "colon": ":",
    "lbrack": "[",
    "rbrack": "]",
    "lt": "<",
    "gt": ">",
    "%": "%",
    "$": "$",
    "#": "#",
    "&": "&",
}
"""Commands for what may be typed as a sign."""

OPENED = {"pmatrix": "(", "bmatrix": "[", "Bmatrix": "\\{", "vmatrix": "|"} | {
    "Vmatrix": "\\|",
    "cases": "\\{",
}
CLOSED = {"pmatrix": ")", "bmatrix": "]", "Bmatrix": "\\}", "vmatrix": "|"} | {
    "Vmatrix": "\\|"
}
WITH_COLUMNS = frozenset(("array", "tabular", "alignedat", "alignat"))
"""Environments that begin with an argument that is not shown."""

RAISED = "¹²³ᵀ⁰ⁱ⁴-ⁿ"
LOWERED = "₀-₎ₐ-ₜᵢ-ᵥⱼ"
"""Small characters that are a superscript or a subscript, for a pattern."""

_UNICODE = dict(
    zip(
        "≤≥≠→←×·∈∉∑∏∫∞∂∇√±≈∝⊂⊆∪∩∀∃⇒⇔⊤⊥⊙⊗⊕∼…⋯⟨⟩′‖≜≡≪≫∘∅ℓ−∗",
        _names(
            "le ge ne to gets times cdot in notin sum prod int infty partial nabla "
            "sqrt pm approx propto subset subseteq cup cap forall exists Rightarrow "
            "Leftrightarrow top perp odot otimes oplus sim dots cdots langle rangle "
            "prime | triangleq equiv ll gg circ emptyset ell - *"
        ),
        strict=True,
    )
)
_GREEK = _names(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron "
    "pi rho sigma tau upsilon phi chi psi omega"
)
GREEK = frozenset(
    "\\" + form
    for name in _GREEK
    for form in (name, name.capitalize(), "var" + name, "var" + name.capitalize())
)
_GREEK_LETTER = re.compile("GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)")


@lru_cache(maxsize=4096)
def sign_command(sign: str) -> str:
    """The LaTeX name of a sign that is not ASCII, the sign itself if it has none.

    >>> sign_command("≤"), sign_command("θ"), sign_command("（"), sign_command("中")
    ('\\\\le', '\\\\theta', '(', '中')
    """
    if name := _UNICODE.get(sign):
        return name if name in "-*" else "\\" + name
    plain = unicodedata.normalize("NFKC", sign)
    match = _GREEK_LETTER.fullmatch(unicodedata.name(plain[:1], ""))
    if match and match[2].lower().replace("lamda", "lambda") in _GREEK:
        name = match[2].lower().replace("lamda", "lambda")
        return "\\" + (name if match[1] == "SMALL" else name.capitalize())
    return plain if len(plain) == 1 else sign


@cache
def command_signs() -> dict[str, str]:
    r"""The signs that commands stand for, by their names without the backslash.

    >>> [command_signs()[name] for name in ("le", "leq", "theta", "Lambda")]
    ['≤', '≤', 'θ', 'Λ']
    """
    signs = {name: sign for sign, name in _UNICODE.items() if name.isalpha()}
    for name in _GREEK:
        letter = f"LETTER {name.replace('lambda', 'lamda').upper()}"
        signs[name] = unicodedata.lookup(f"GREEK SMALL {letter}")
        signs[name.capitalize()] = unicodedata.lookup(f"GREEK CAPITAL {letter}")
    same = {other: signs[name] for other, name in SYNONYMS.items() if name in signs}
    return signs | same
