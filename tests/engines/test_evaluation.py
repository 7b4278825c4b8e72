"""Whatever the plan, evaluation gives what a plain count over all documents does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyDocument, ToyReader

from searchkit.engines import order, ranking
from searchkit.engines.finder import Finder
from searchkit.engines.impacts import codes_of
from searchkit.engines.kernels.plain import PlainKernel
from searchkit.engines.kernels.vector import VectorKernel
from searchkit.engines.plan import ALL_FIELDS, AnyOf, Filters, Group, Leaf, Plan, Twin
from searchkit.engines.scorer import Scorer
from searchkit.engines.search import Evaluation
from searchkit.model import ZONES


@pytest.fixture(autouse=True, scope="module", params=[0, None], ids=["cut", "all"])
def few(request: pytest.FixtureRequest) -> Iterator[None]:
    """Toys have few documents, and short ones: once they are cut by bounds, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "REACH", 2)
        if request.param is not None:
            patch.setattr(PlainKernel, "few", request.param)
            patch.setattr(VectorKernel, "few", request.param)
            patch.setattr(order, "_SEEDS", 1)
        yield


ATOMS = (
    "a",
    " a",
    "b",
    " b",
    "user",
    "users",
    " user",
    ">user",
    "甲",
    "乙",
    "丙",
    "丁",
    "+",
)
WORDS = ("a", "b", "user", "甲乙", "乙丙", "丁", "+", "zz")

atoms = st.lists(st.sampled_from(ATOMS), max_size=8).map(tuple)
documents = st.lists(
    st.builds(
        ToyDocument,
        title=atoms,
        alias=atoms,
        address=atoms,
        topic=st.just(()),
        body=st.lists(st.tuples(st.sampled_from(ZONES), atoms), max_size=3).map(tuple),
        topics=st.sampled_from(((), ("x",), ("x", "y"))),
        day=st.sampled_from((None, date(2024, 1, 1), date(2025, 1, 1))),
    ),
    min_size=1,
    max_size=12,
)


def word_leaf(word: str, **more: object) -> Leaf:
    slots = tuple((c,) for c in word) if word[0] > "z" else ((word,),)
    return Leaf(word, (((word,),),), adjacent=slots, **more)  # type: ignore[arg-type]


def degrees(word: str) -> Leaf:
    return Leaf(word, ((("~" + word,),),), closer=((("^" + word),), (word,)))


words = st.builds(
    word_leaf,
    st.sampled_from(WORDS),
    behind=st.sampled_from(((), (("b",),), (("b",), ("a",)))),
)
restricted = st.builds(
    word_leaf,
    st.sampled_from(WORDS),
    fields=st.sampled_from((("title",), ("body",), ("title", "body"), ALL_FIELDS)),
    zones=st.sampled_from((None, frozenset(("code",)), frozenset(("prose", "math")))),
    weight=st.sampled_from((1.0, 0.2)),
)
phrases = st.lists(
    st.sampled_from(("a", "b", "user", "甲", "乙", "丙", "甲乙", "乙丙")),
    min_size=2,
    max_size=3,
).flatmap(
    lambda row: st.builds(
        Leaf,
        st.just(" ".join(row)),
        st.just((tuple((term,) for term in row),)),
        blanks=st.sampled_from(((), (False,) * len(row), (True,) * len(row))),
        fields=st.sampled_from((ALL_FIELDS, ("title", "body"))),
    )
)
several = st.lists(
    st.sampled_from(("a", "b", "user", "users", "甲乙")),
    min_size=2,
    max_size=3,
    unique=True,
).map(lambda slot: Leaf("|".join(slot), ((tuple(slot),),)))
fallbacks = st.just(Leaf("甲乙丙", ((("甲乙丙",),), (("甲",), ("乙",)), (("b",),))))
inflected = st.just(
    Leaf(
        "users",
        ((("~user",),),),
        closer=((("^user",)), ("users",)),
        adjacent=(("user", "users"),),
    )
)
leaves = st.one_of(words, words, restricted, phrases, several, fallbacks, inflected)


@st.composite
def groups(draw: st.DrawFn, inner: st.SearchStrategy) -> Group:
    optional = draw(st.lists(inner, max_size=3).map(tuple))
    required = draw(st.lists(inner, max_size=2).map(tuple))
    excluded = draw(st.lists(leaves, max_size=1).map(tuple))
    named = [child for child in (*optional, *required) if isinstance(child, Leaf)]
    twins = ()
    if named and draw(st.booleans()):
        others = st.lists(words, min_size=1, max_size=2).map(tuple)
        twins = tuple(Twin(tuple(named[:2]), leaf) for leaf in draw(others))
    return Group(optional, required, excluded, twins)


nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        groups(inner), st.lists(inner, min_size=1, max_size=2).map(tuple).map(AnyOf)
    ),
    max_leaves=5,
)
plans = st.builds(
    Plan,
    nodes,
    st.one_of(
        st.just(Filters()),
        st.sampled_from(
            (
                Filters(topics=("x",)),
                Filters(since=date(2024, 6, 1)),
                Filters(paths=("00000",), excluded_paths=("3",)),
            )
        ),
    ),
    is_question=st.booleans(),
)


class Oracle:
    """Each document by itself, each occurrence by itself."""

    def __init__(self, reader: ToyReader, plan: Plan) -> None:
        self.reader = reader
        self.plan = plan
        self.count = reader.document_count
        self.scale = ranking.QUESTION if plan.is_question else ranking.WORDS

    def codes(self, leaf: Leaf, variants: tuple) -> dict[int, int]:
        found: dict[int, int] = {}
        for variant in variants:
            here = self.variant(leaf, variant)
            found = here | found
        return found

    def variant(self, leaf: Leaf, variant: tuple) -> dict[int, int]:
        every = leaf.fields == ALL_FIELDS and leaf.zones is None
        if len(variant) == 1 and every and len(self.known(variant[0])) > 1:
            sums: dict[int, float] = {}
            for term in self.known(variant[0]):
                for number, code in self.xs(self.scored(term)).items():
                    x = ranking.X_OF_CODE[ranking.impact_code(code)]
                    sums[number] = sums.get(number, 0.0) + x
            return {n: ranking.impact_code(x) for n, x in sums.items()}
        if len(variant) == 1:
            places = [o for term in self.known(variant[0]) for o in self.scored(term)]
        else:
            places = self.sequence(variant, leaf.blanks)
        kept = [place for place in places if self.keeps(leaf, place)]
        return {n: ranking.impact_code(x) for n, x in self.xs(kept).items()}

    def known(self, slot: tuple[str, ...]) -> list[str]:
        return [term for term in slot if self.reader.find("text", term)]

    def scored(self, term: str) -> list[tuple[int, int, int]]:
        found = self.reader.find("text", term)
        assert found is not None
        terms = [term, *(self.reader.text.at(m).term for m in found.members)]
        occurrences = self.reader._occurrences
        return [o for t in terms for o in occurrences.get(t, ())]

    def sequence(self, variant: tuple, blanks: tuple) -> list[tuple[int, int, int]]:
        occurrences = self.reader._occurrences
        starts = []
        for place in {o for t in variant[0] for o in occurrences.get(t, ())}:
            at = place[0]
            for index, slot in enumerate(variant):
                if not any(at == o[0] for t in slot for o in occurrences.get(t, ())):
                    break
                tag = self.reader.tags[at]
                if blanks and index and bool(tag & 4) != blanks[index]:
                    before = variant[index - 1][0][0]
                    if slot[0][0] < "z" and before < "z":
                        break
                at += len(slot[0]) if slot[0][0] > "z" else 1
            else:
                starts.append(place)
        return starts

    def keeps(self, leaf: Leaf, place: tuple[int, int, int]) -> bool:
        field = ("body",) * 4 + ("title", "alias", "address", "topic")
        if field[place[2]] not in leaf.fields:
            return False
        return leaf.zones is None or place[2] > 3 or ZONES[place[2]] in leaf.zones

    def xs(self, places: list[tuple[int, int, int]]) -> dict[int, float]:
        sums: dict[int, float] = {}
        for _, number, part in places:
            sums[number] = sums.get(number, 0.0) + self.reader.weight(number, part)
        return sums

    def idf(self, leaf: Leaf) -> float:
        df = len(self.codes(leaf, leaf.variants))
        return leaf.weight * ranking.inverse_document_frequency(self.count, df)

    def leaf_scores(self, leaf: Leaf) -> dict[int, float]:
        broad = self.codes(leaf, leaf.variants)
        if not leaf.closer:
            return {n: self.scale.worths[c] * self.idf(leaf) for n, c in broad.items()}
        steps = [broad, *(self.codes(leaf, ((slot,),)) for slot in leaf.closer)]
        return {
            n: self.idf(leaf)
            * sum(
                share * self.scale.worths[step.get(n, 0)]
                for share, step in zip(self.scale.shares, steps, strict=True)
            )
            for n in broad
        }

    def weak(self, leaf: Leaf) -> bool:
        rarest = max(
            (self.idf(o) for o in self.plan.leaves() if self.leaf_scores(o)),
            default=0.0,
        )
        return leaf.weight < 1 or self.idf(leaf) < ranking.WEAK * rarest

    def node(self, node: object) -> tuple[dict[int, float], set[int], set[int]]:
        if isinstance(node, Leaf):
            scores = self.leaf_scores(node)
            return scores, set(scores), set(scores)
        if isinstance(node, AnyOf):
            parts = [self.node(child) for child in node.alternatives]
            total: dict[int, float] = {}
            for scores, _, _ in parts:
                for n, score in scores.items():
                    total[n] = total.get(n, 0.0) + score
            return (
                total,
                set().union(*(c for _, c, _ in parts)),
                set().union(*(x for _, _, x in parts)),
            )
        assert isinstance(node, Group)
        return self.group(node)

    def part(self, child: object, group: Group) -> tuple[dict[int, float], set, set]:
        scores, complete, literal = self.node(child)
        for twin in group.twins:
            if child in twin.of:
                found = self.leaf_scores(twin.leaf)
                scores = dict.fromkeys(found, 0.0) | scores
                complete = complete | set(found)
        return scores, complete, literal

    def group(self, group: Group) -> tuple[dict[int, float], set[int], set[int]]:
        optional = [(child, self.part(child, group)) for child in group.optional]
        required = [self.part(child, group) for child in group.required]
        strong = [p for c, p in optional if not (isinstance(c, Leaf) and self.weak(c))]
        if required:
            hits = set.intersection(*(set(scores) for scores, _, _ in required))
        elif optional:
            hits = set().union(*(scores for scores, _, _ in strong))
            hits = hits or set().union(*(p[0] for _, p in optional))
        else:
            hits = set(range(self.count))
        for child in group.excluded:
            hits -= set(self.node(child)[0])
        scores = {
            n: sum(p[0].get(n, 0.0) for p in (*required, *(p for _, p in optional)))
            for n in hits
        }
        for n in hits:
            scores[n] += self.named(group.twins, n)
        for left, right in pairwise((*group.optional, *group.required)):
            if isinstance(left, Leaf) and isinstance(right, Leaf):
                for between in {(), left.behind}:
                    for n, score in self.beside(left, right, between).items():
                        if n in scores:
                            scores[n] += score
        complete = hits.intersection(*(c for _, c, _ in (*required, *strong)))
        literal = complete.intersection(*(x for _, _, x in (*required, *strong)))
        return scores, complete, literal

    def named(self, twins: tuple[Twin, ...], number: int) -> float:
        best: dict[Leaf, dict[Leaf, float]] = {}
        for twin in twins:
            score = self.leaf_scores(twin.leaf).get(number, 0.0)
            for leaf in twin.of:
                if number not in self.leaf_scores(leaf):
                    names = best.setdefault(leaf, {})
                    share = self.idf(leaf) / self.idf(twin.leaf)
                    names[twin.leaf] = names.get(twin.leaf, 0.0) + share * score
        return sum(max(names.values()) for names in best.values())

    def beside(self, left: Leaf, right: Leaf, between: tuple) -> dict[int, float]:
        fields = {*left.fields} & {*right.fields} & {"title", "address", "body"}
        both = set(self.leaf_scores(left)) & set(self.leaf_scores(right))
        if not (left.adjacent and right.adjacent and both and fields):
            return {}
        only = Leaf("", (), fields=tuple(fields))
        places = self.sequence(left.adjacent + between + right.adjacent, ())
        xs = self.xs([place for place in places if self.keeps(only, place)])
        idf = self.beside_idf(left, right, {place[0] for place in places})
        return {
            n: idf * self.scale.worths[ranking.impact_code(x)]
            for n, x in xs.items()
            if n in both
        }

    def beside_idf(self, left: Leaf, right: Leaf, places: set[int]) -> float:
        if left.weight < 1 or right.weight < 1:
            both = math.sqrt(self.idf(left) * self.idf(right))
            return ranking.LIGHT_ADJACENCY * both
        rarer = max(left, right, key=self.idf)
        holding = sorted(self.codes(rarer, rarer.variants))
        most = ranking.LOOKED_AT
        if known := len(holding) <= most:
            looked = holding
        else:
            looked = [holding[n * len(holding) // most] for n in range(most)]
        found = len({*looked} & self.documents_of(places))
        if known and not found:
            return 0.0
        rarity = math.log((len(looked) + 1) / (found + 0.5))
        return ranking.ADJACENCY * max(0.0, rarity)

    def together(self, number: int) -> float:
        """What words that stand apart leave of a document's score."""
        if not self.plan.is_question:
            return 1.0
        leaves = {leaf for leaf in self.plan.leaves() if not self.weak(leaf)}
        words = {leaf for leaf in leaves if self.codes(leaf, leaf.variants)}
        if len(words) < 2:
            return 1.0
        places: dict[Leaf, set[int]] = {leaf: self.places(leaf) for leaf in words}
        for twin in self.plan.twins():
            for leaf in words.intersection(twin.of):
                places[leaf] |= self.places(twin.leaf)
        base, end = self.reader.text_base[number : number + 2]
        here = {
            leaf: {place - base for place in found if base <= place < end}
            for leaf, found in places.items()
        }
        every = sum(self.idf(leaf) for leaf in words if here[leaf])
        reach = ranking.REACH
        best = max(
            sum(
                self.idf(leaf)
                for leaf in words
                if any(start <= place < start + 2 * reach for place in here[leaf])
            )
            for start in range(-reach, end - base, reach)
        )
        return 1 - ranking.APART * (1 - best / every) if every else 1.0

    def places(self, leaf: Leaf) -> set[int]:
        found: list[tuple[int, int, int]] = []
        for variant in leaf.variants:
            if len(variant) == 1:
                for term in self.known(variant[0]):
                    found += self.scored(term)
            else:
                found += self.sequence(variant, leaf.blanks)
        return {place[0] for place in found if self.keeps(leaf, place)}

    def documents_of(self, places: set[int]) -> set[int]:
        return {*self.reader.plain.documents_of("text", sorted(places))}

    def passes(self, number: int) -> bool:
        filters, document = self.plan.filters, self.reader.documents[number]
        path = self.reader.folded_doc_ids[number]
        return (
            {*filters.topics} <= {*document.topics}
            and all(part in path for part in filters.paths)
            and not any(part in path for part in filters.excluded_paths)
            and not (filters.since and (document.day or date.min) < filters.since)
        )


@settings(max_examples=250, deadline=None)
@given(documents, plans)
def test_evaluation_is_a_plain_count(docs: list[ToyDocument], plan: Plan) -> None:
    reader = ToyReader(docs)
    oracle = Oracle(reader, plan)
    scores, complete, literal = oracle.node(plan.root)
    if plan == Plan(Group()):
        scores = {}
    scores = {
        n: score * oracle.together(n) for n, score in scores.items() if oracle.passes(n)
    }
    evaluations = [
        Evaluation(Finder(reader, kernel=kernel), plan)
        for kernel in (reader.plain, reader.vector)
    ]
    pages = [e.page(limit=None, offset=0, sort="relevance") for e in evaluations]
    assert pages[0] == pages[1]  # to the last bit
    page = pages[0]
    assert page.total == len(scores)
    assert page.complete == len(complete & scores.keys())
    found = {row.number: score for row, score in page.rows}
    assert found == pytest.approx(scores)
    for each in evaluations:
        assert each.missing_of_hits([*found]) == each.all_missing([*found])
    in_tiers = not plan.is_question
    tiers = [
        (in_tiers and n not in complete, in_tiers and n not in literal, -s, n)
        for n, s in ((row.number, score) for row, score in page.rows)
    ]
    assert tiers == sorted(tiers)


@settings(max_examples=120, deadline=None)
@given(documents, plans, st.integers(0, 3), st.integers(0, 4))
def test_a_page_is_cut_from_all(
    docs: list[ToyDocument], plan: Plan, offset: int, limit: int
) -> None:
    reader = ToyReader(docs)
    for kernel in (reader.plain, reader.vector):
        for sort in ("relevance", "date"):
            evaluation = Evaluation(Finder(reader, kernel=kernel), plan)
            every = evaluation.page(limit=None, offset=0, sort=sort).rows
            evaluation = Evaluation(Finder(reader, kernel=kernel), plan)
            page = evaluation.page(limit=limit, offset=offset, sort=sort)
            assert page.rows == every[offset : offset + limit]
            assert page.total == len(every)
            for row, score in page.rows:
                assert evaluation.score(row.number) == score
            counts = evaluation.topic_counts()
            topics = [t for row, _ in every for t in docs[row.number].topics]
            assert counts == {t: topics.count(t) for t in {*topics}}


flat = st.lists(
    st.one_of(words, words, several, inflected, phrases), min_size=2, max_size=4
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.builds(
            ToyDocument,
            title=st.lists(st.sampled_from(ATOMS), max_size=2).map(tuple),
            body=st.lists(st.sampled_from(ATOMS), max_size=5).map(
                lambda row: (("prose", tuple(row)),)
            ),
        ),
        min_size=15,
        max_size=40,
    ),
    flat,
    st.integers(1, 3),
    st.booleans(),
)
def test_the_first_words_of_many_documents_are_the_first_of_all(
    docs: list[ToyDocument], row: list[Leaf], limit: int, is_question: bool
) -> None:
    reader = ToyReader(docs)
    plan = Plan(Group(tuple(row)), is_question=is_question)
    pages = []
    for kernel in (reader.plain, reader.vector):
        every = Evaluation(Finder(reader, kernel=kernel), plan)
        rows = every.page(limit=None, offset=0, sort="relevance").rows
        some = Evaluation(Finder(reader, kernel=kernel), plan)
        pages.append(some.page(limit=limit, offset=0, sort="relevance").rows)
        assert pages[-1] == rows[:limit]
    assert pages[0] == pages[1]


@given(st.lists(st.floats(1e-9, 1e9), max_size=50))
def test_arrays_get_the_codes_of_single_numbers(xs: list[float]) -> None:
    near = [b for border in ranking.CODE_BORDERS[1:] for b in (border, border * 0.999)]
    near += [float(np.nextafter(border, 0)) for border in ranking.CODE_BORDERS[1:]]
    codes = codes_of(np.array([*xs, *near]))
    assert codes.tolist() == [ranking.impact_code(x) for x in (*xs, *near)]


class ChangingReader(ToyReader):
    """Takes the other kernel after so much work."""

    most_plain = 0
    done = 0

    def kernel(self, work: int) -> PlainKernel | VectorKernel:
        self.done += work
        return self.vector if self.done > self.most_plain else self.plain


@pytest.mark.parametrize("most_plain", range(0, 400, 9))
def test_the_kernel_may_change_within_a_leaf(most_plain: int) -> None:
    reader = ChangingReader(
        [ToyDocument(body=(("prose", (*"xyzxy",)),)) for _ in range(20)]
        + [ToyDocument(body=(("prose", (*"yxz",)),)) for _ in range(20)]
    )
    reader.most_plain = most_plain
    leaf = Leaf("xy", ((("x",), ("y",)), (("y",), ("x",))))
    finder = Finder(reader)
    found = finder.found(leaf)
    assert found.document_count == 40
    same = Finder(reader, kernel=reader.plain)
    scores, others = (
        Scorer(each, Plan(leaf)).scores(leaf, each.kernel.chosen([0, 39]))
        for each in (finder, same)
    )
    assert [*scores] == [*others]
