"""Which English words are forms of one word?

Two degrees. An *inflection* is the same word in another number or tense (networks,
running, matrices, written); what Snowball's English stemmer (Porter 2,
https://snowballstem.org) makes of it and of other derivations (normalization, normal)
is its *stem*, which is often another word. An inflection is an ending that can be taken
off without changing the stem, so that the stemmer decides what is one.

British and American spellings are one word (behaviour, optimise, analyse, centre).

Every run of letters has both, a name or code as well as a word of prose.
"""

from __future__ import annotations

import re
from functools import lru_cache

from searchkit.analysis import snowball

_SHORTEST = 3
_DOUBLED = re.compile(r"([^aeiouls])\1$")  # running, but not calling or passing

# An ending, and what stands for it in the word without it.
_ENDINGS = (
    ("ies", ("y",)),
    ("ied", ("y",)),
    ("ing", ("", "e")),
    ("ed", ("", "e")),
    ("s", ("",)),
)

_INFLECTED = (*(ending for ending, _ in _ENDINGS), "e")

# Plurals that no rule makes: from Latin and Greek, and the old English ones, as far as
# technical prose has them. Each pair is what simplemma 2.0 makes of it (a library whose
# tables take 0.18 s and 19 MB), but where that reads a verb (halves, diagnoses) or
# knows none (infima). Left out is what is a form of two nouns (bases, ellipses).
_PLURALS = """
addenda addendum, algae alga, alumni alumnus, analyses analysis, antennae antenna,
antitheses antithesis, apices apex, appendices appendix, automata automaton, axes axis,
bacteria bacterium, cacti cactus, calves calf, catalyses catalysis, children child,
codices codex, continua continuum, corpora corpus, cortices cortex, crises crisis,
criteria criterion, curricula curriculum, diagnoses diagnosis,
emphases emphasis, equilibria equilibrium, errata erratum, extrema extremum, feet foot,
foci focus, formulae formula, fungi fungus, ganglia ganglion, geese goose, genera genus,
halves half, helices helix, hypotheses hypothesis, indices index, infima infimum,
knives knife, larvae larva, leaves leaf, lemmata lemma, loaves loaf, loci locus,
matrices matrix, maxima maximum, memoranda memorandum, men man,
metamorphoses metamorphosis, mice mouse, minima minimum, mitochondria mitochondrion,
moduli modulus, momenta momentum, nebulae nebula, nemeses nemesis, nuclei nucleus,
oases oasis, optima optimum, ova ovum, oxen ox, paralyses paralysis,
parentheses parenthesis, phenomena phenomenon, photosyntheses
photosynthesis, polyhedra polyhedron, prognoses prognosis, quanta quantum, radii radius,
schemata schema, selves self, shelves shelf, simplices simplex, spectra spectrum,
stimuli stimulus, strata stratum, suprema supremum, syllabi syllabus,
symposia symposium, synopses synopsis, syntheses synthesis, tableaux tableau,
teeth tooth, tetrahedra tetrahedron, theses thesis, thieves thief, tori torus,
vertebrae vertebra, vertices vertex, vortices vortex, wives wife, wolves wolf,
women woman
"""

# Past forms that no rule makes, of verbs that technical prose has. Left out is what is
# as often another word (bound, felt, ground, laid, lead, led, left, lit, rose, saw,
# spoke, thought, went, wound), and what is one with its verb (put, read, split).
_VERBS = """
arisen arise, arose arise, ate eat, awoke awake, awoken awake, became become,
began begin, begun begin, bent bend, blew blow, blown blow, bought buy, broke break,
broken break, brought bring, built build, came come, caught catch, chose choose,
chosen choose, dealt deal, drawn draw, drew draw, driven drive, drove drive, eaten eat,
fallen fall, fed feed, flew fly, flown fly, forbidden forbid, foreseen foresee,
forgot forget, forgotten forget, fought fight, found find, froze freeze, frozen freeze,
gave give, given give, grew grow, grown grow, heard hear, held hold, hid hide,
hidden hide, hung hang, kept keep, knew know, known know, learnt learn, lent lend,
lost lose, made make, meant mean, met meet, misled mislead, mistaken mistake,
misunderstood misunderstand, overcame overcome, overridden override, overrode override,
overtaken overtake, overwritten overwrite, overwrote overwrite, paid pay, proven prove,
ran run, rebuilt rebuild, redrawn redraw, repaid repay, reran rerun, rethrown rethrow,
rewritten rewrite, rewrote rewrite, risen rise, said say, seen see, sent send,
shaken shake, shook shake, shown show, shrank shrink, shrunk shrink, slept sleep,
slid slide, sold sell, sought seek, spent spend, spoken speak, spun spin, stole steal,
stolen steal, stood stand, swept sweep, taken take, taught teach, threw throw,
thrown throw, told tell, took take, tore tear, torn tear, understood understand,
undertaken undertake, undid undo, undone undo, upheld uphold, withdrawn withdraw,
withdrew withdraw, withheld withhold, withstood withstand, woke wake, woken wake,
won win, wore wear, worn wear, wove weave, woven weave, written write, wrote write
"""
IRREGULAR = dict(pair.split() for pair in (_PLURALS + "," + _VERBS).split(","))
"""A form, and what it is a form of."""


# Words in -ise that have no other spelling; neither have those in -aise, -oise, -uise,
# -vise and -wise. What has one is of Greek -izein, but for some (organise, memorise).
_ONLY_ISE = """
anise apprise arise chastise circumcise comprise compromise concise demise despise
enfranchise enterprise excise exercise expertise franchise incise advertise merchandise
mortise paradise precise premise promise rise moonrise sunrise surmise surprise treatise
"""
_STAYS = "|".join(word.removesuffix("e") for word in _ONLY_ISE.split())

# What words hold that may be spelled in two ways, how the British spelling ends, and
# the American one. What is done to a word of one spelling (contour) is done to all its
# forms and to no other word, so nothing is lost. Each is compiled when it is needed.
_SPELLINGS = (
    (
        "is",
        rf"^(?!(?:{_STAYS})(?:[ei]|able))([a-z]{{2,}}(?<![aouvw])i)s"
        r"(e[drs]?|ers|ings?|ations?|ational|able)$",
        r"\1z\2",
    ),
    ("lys", r"^((?:ana|para|cata|hydro|electro)ly)s(e[drs]?|ers|ing)$", r"\1z\2"),
    (
        "our",
        r"^([a-z]{3,}o)u"
        r"(r(?:s|ed|ings?|ists?|al|ally|ful|ites?|able|less|hoods?)?)$",
        r"\1\2",
    ),
    ("re", r"^(?!timbre)([a-z]{2,}[bt])re(s?)$", r"\1er\2"),
    ("ogue", r"^([a-z]{3,}log)ue(s?)$", r"\1\2"),
    ("mme", r"^(program)me(s?)$", r"\1\2"),
)


def american(word: str) -> str:
    """A folded English word as it is spelled in America.

    >>> american("behaviour"), american("optimising"), american("centres")
    ('behavior', 'optimizing', 'centers')
    >>> american("revised"), american("promise"), american("hour")
    ('revised', 'promise', 'hour')
    """
    for holds, british, instead in _SPELLINGS:
        if holds in word:
            word = re.sub(british, instead, word)
    return word


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a folded English word; the word itself if it is short.

    >>> stem("networks"), stem("running"), stem("matrices"), stem("it")
    ('network', 'run', 'matrix', 'it')
    """
    if len(word) < _SHORTEST:
        return word
    return snowball.stem(american(IRREGULAR.get(word, word)))


@lru_cache(maxsize=1 << 16)
def uninflected(word: str) -> str:
    """The folded word without its inflection: a key that its inflections share.

    A final e that the stem has not is left out too, so the key need not be a word.

    >>> uninflected("networks"), uninflected("normalizations"), uninflected("cached")
    ('network', 'normalization', 'cach')
    """
    word = american(IRREGULAR.get(word, word))
    if not word.endswith(_INFLECTED):
        return word
    root = stem(word)
    for base in _without_ending(word):
        if len(base) >= _SHORTEST and stem(base) == root:
            word = base
            break
    if word.endswith("e") and len(word) > _SHORTEST and stem(word[:-1]) == root:
        return word[:-1]
    return word


def classes(word: str) -> tuple[str, str]:
    """The keys of the two classes of a folded word: of its inflections and its stem.

    >>> classes("normalizations")
    ('normalization', 'normal')
    """
    return uninflected(word), stem(word)


def forget() -> None:
    """Give back the memory of what was looked at."""
    stem.cache_clear()
    uninflected.cache_clear()


def _without_ending(word: str) -> list[str]:
    """What the word may be without its ending, the likeliest first."""
    for ending, replacements in _ENDINGS:
        if word.endswith(ending):
            cut = word.removesuffix(ending)
            bases = [cut + replacement for replacement in replacements]
            if _DOUBLED.search(cut):
                bases.insert(0, cut[:-1])
            return bases
    return []
