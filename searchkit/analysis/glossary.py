"""Which names of the corpus mean the same?

The definitions of all articles are weighed together. A pair of names is believed for
what speaks for it: an abbreviation spelled out beside it, words that translate each
other, or several articles that agree; and it is not if its Chinese name is given to
many things (插件, 已弃用), which makes it a class and not a name.

The result depends on the definitions alone, not on the builds by which they came. They
need not fit into memory: what is said of one name is, which is read as often as needed.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count, groupby
from operator import itemgetter

from searchkit.analysis.borders import Support, beginnings, split_name
from searchkit.analysis.english import stem
from searchkit.analysis.folding import fold
from searchkit.analysis.names import is_abbreviation, name_key
from searchkit.analysis.pairs import (
    ADDRESS,
    ALIAS,
    EDGE,
    SMALL_WORDS,
    Definition,
    abbreviates,
    is_chinese,
)
from searchkit.analysis.translations import Translations
from searchkit.model import GlossaryPair, GlossaryPlace
from searchkit.record import as_tuple, record

_MOST_PLACES = 3  # kept of each pair
_MOST_THINGS = 3  # that one Chinese name may be given to
_LEAST_BORDERED = 0.5  # of a name's places
_LEAST_COVERED = 0.67
_TAUGHT = 5  # words before a bracket that the lexicon learns from
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
_USUAL = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[- '’][A-Za-z0-9]+)*(?:\+\+|#)?")
_NEGATED = re.compile("[不非未]")
_NEGATIVE = re.compile("un|i[mnlr]|no|dis")
_VERSION = re.compile(r"v\d.*|[A-Za-z]\d+", re.IGNORECASE)
_STATUS = frozenset(
    ("alpha", "beta", "deprecated", "experimental", "optional", "stable")
)
"""In brackets mostly a remark on what stands before it: 自动配置 (beta)."""
_DIRECTIONS = frozenset(("down", "in", "off", "on", "out", "over", "up"))
"""Alone no name: what is left of scaling down and scaling up in 缩容（Down）."""

# Chinese characters for each letter of an abbreviation, each word of a full name. Set
# by looking at some 800 pairs of the benchmark's articles, drawn with other seeds than
# those that were judged: 名称 (CN) and 搜索 (beam search) fall below.
_PER_LETTER = (1.3, 4.0)
_PER_WORD = (1.5, 3.0)
_PER_LETTER_ALONE = 2.4  # where nothing but the abbreviation tells where a name begins


Sort = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Gives lines in the order of their bytes, to be read as often as is wanted."""

_CERTAIN, _NAMED = b"c", b"n"
"""What a line begins with that tells a pair, or something of a Latin name."""

_AS = "utf-8", "surrogatepass"

_key = lru_cache(maxsize=1 << 15)(name_key)  # a build asks for each many times


@record
class _Place:
    """One definition as evidence for a Chinese name beside a Latin one."""

    doc_id: str
    han: str
    edge: str
    definition: Definition


@record
class _Said:
    """What a line says: two names, or a Chinese one beside a spelling of a Latin one.

    `edge` is that of the Chinese name. `told` tells the place.
    """

    left: str
    right: str
    edge: str
    told: bytes

    def place(self) -> _Place:
        """With its definition."""
        doc_id, left, edge, names, line, text = json.loads(self.told)
        definition = Definition(left, edge, tuple(names), line, text)
        return _Place(doc_id, self.left, self.edge, definition)


@record
class _Candidate:
    """A Chinese and a Latin name, and what speaks for their being one thing."""

    han: str
    latin: str
    support: Support
    said: tuple[_Said, ...]

    def places(self) -> tuple[_Place, ...]:
        """Where it is said."""
        return tuple(said.place() for said in self.said)

    @property
    def articles(self) -> int:
        return len({place.doc_id for place in self.places()})

    def latin_names(self) -> set[str]:
        """All that stand at its places."""
        return {n for place in self.places() for n in _latin_names(place.definition)}

    def abbreviated(self) -> str:
        """The abbreviation that is spelled out where the names stand, or nothing."""
        names = self.latin_names()
        pairs = ((name, self.latin) for name in sorted(names))
        for other, mine in pairs:
            if abbreviates(other, mine):
                return other
            if abbreviates(mine, other):
                return mine
        return ""


class _Judge:
    """Decides which candidates are believed."""

    def __init__(self, lexicon: Translations, fulls: dict[str, set[str]]) -> None:
        self.lexicon = lexicon
        self.fulls = fulls  # key of an abbreviation to the names it is short for

    def believes(self, candidate: _Candidate, things: int) -> bool:
        """Whether the pair is one thing; `things` share the Chinese name."""
        if not _usual(candidate.latin) or not _in_proportion(candidate):
            return False
        positive = not _NEGATIVE.match(candidate.latin.lower())
        if _NEGATED.match(candidate.han) and positive:
            return False
        covered = self._covered(candidate)
        if things > _MOST_THINGS and covered < 1:
            return False
        support = candidate.support
        if support.bordered < max(1, _LEAST_BORDERED * support.count):
            return False
        agreed = len(support.before) > 1 and candidate.articles > 1
        if candidate.latin.lower() in _STATUS:
            return agreed
        begins = agreed or self._begins(candidate)
        if begins and covered >= _LEAST_COVERED and self._aligned(candidate):
            return True
        if short := candidate.abbreviated():
            fits = len(candidate.han) <= _PER_LETTER_ALONE * len(short.rstrip("s"))
            return begins or fits
        return agreed

    def whole(
        self, before: tuple[str, ...], chinese: tuple[str, ...], latin: str
    ) -> bool:
        """Whether the words translate the whole Latin name, those before none of it."""
        if is_abbreviation(latin):
            letters = latin.rstrip("s").lower()
            same = len(chinese) == len(letters)
            return same and self.lexicon.spells(chinese, letters)
        roots = {*_roots(latin)}
        if any(not roots.isdisjoint(self.lexicon.stems(word)) for word in before):
            return False
        return self.lexicon.covered(chinese, roots) == 1

    def _spells(self, chinese: tuple[str, ...], latin: str) -> bool:
        """Whether the words' translations begin with an abbreviation's letters."""
        if not is_abbreviation(latin):
            return False
        spellings = {latin.rstrip("s").lower(), _capitals(latin)}
        return any(
            len(letters) > 1 and self.lexicon.spells(chinese, letters)
            for letters in spellings
        )

    def _covered(self, candidate: _Candidate) -> float:
        """How far the words of both names translate each other, at best."""
        chinese = split_name(candidate.han)
        if self._spells(chinese, candidate.latin):
            return 1.0
        full = {candidate.latin, *self.fulls.get(_key(candidate.latin), ())}
        return max(self.lexicon.covered(chinese, _roots(name)) for name in full)

    def _aligned(self, candidate: _Candidate) -> bool:
        """Whether the first Latin word is translated: what goes before is never lost.

        注意力汇聚 is attention pooling, and not nonparametric attention pooling.
        """
        chinese = split_name(candidate.han)
        first = _roots(candidate.latin)[:1]
        return is_abbreviation(candidate.latin) or any(
            first[0] in self.lexicon.stems(word) for word in chinese
        )

    def _begins(self, candidate: _Candidate) -> bool:
        """Whether the first Chinese word translates one of a Latin name beside it."""
        chinese = split_name(candidate.han)
        names = candidate.latin_names()
        names |= self.fulls.get(_key(candidate.latin), set())
        roots = {root for name in names for root in _roots(name)}
        if self._spells(chinese, candidate.latin):
            return True
        return not roots.isdisjoint(self.lexicon.stems(chinese[0]))


def mine(
    found: Iterable[tuple[str, Definition]], sort: Sort = sorted
) -> tuple[GlossaryPair, ...]:
    """The pairs that (doc_id, definition) pairs speak for, in order of their names.

    They come in the order of doc_id.
    """
    lines = sort(_lines(found))
    fulls: dict[str, set[str]] = defaultdict(set)
    for certain in _groups(lines, _CERTAIN):
        fulls[_key(certain[0].right)].add(certain[0].left)
    judge = _Judge(Translations(map(_lesson, _groups(lines, _NAMED))), fulls)
    names = [_names_meant(named, judge) for named in _groups(lines, _NAMED)]
    things = Counter(han for meant in names for han, _ in meant)
    pairs = {
        (_key(c.han), _key(c.latin)): _pair(_written(c), c.latin, c.places())
        for named, meant in zip(_groups(lines, _NAMED), names, strict=True)
        for c in _candidates(named, meant)
        if judge.believes(c, things[c.han])
    }
    for certain in _groups(lines, _CERTAIN):
        left, right = certain[0].left, certain[0].right
        key = _key(left), _key(right)
        if key not in pairs:
            pairs[key] = _pair(left, right, [said.place() for said in certain])
    return tuple(sorted(pairs.values(), key=lambda pair: pair.names))


def _lines(found: Iterable[tuple[str, Definition]]) -> Iterator[bytes]:
    """What is said of each Latin name, and pairs that need no further evidence.

    Lines that sort by the names and then by article and line.
    """
    numbers = count()
    for doc_id, group in groupby(found, itemgetter(0)):
        definitions = sorted(group, key=lambda one: (one[1].line, one[1].text))
        for _, definition in definitions:
            told = json.dumps((doc_id, *as_tuple(definition)))
            for one, other in _certain(definition):
                if (keys := (_key(one), _key(other)))[0] != keys[1]:
                    yield _line(_CERTAIN, keys, next(numbers), one, other, EDGE, told)
            for han, latin, edge in _sides(definition):
                said = fold(han).text, latin, edge, told
                yield _line(_NAMED, (_key(latin),), next(numbers), *said)


def _line(kind: bytes, keys: Sequence[str], number: int, *said: str) -> bytes:
    fields = "\t".join(("\0".join(keys), f"{number:012d}", *said))
    return kind + fields.encode(*_AS) + b"\n"


def _groups(lines: Iterable[bytes], kind: bytes) -> Iterator[list[_Said]]:
    """What the lines of one kind say of one thing after the other."""
    fields = (line[:-1].split(b"\t", 5) for line in lines if line[:1] == kind)
    for _, group in groupby(fields, itemgetter(0)):
        yield [
            _Said(left.decode(*_AS), right.decode(*_AS), edge.decode(), told)
            for _, _, left, right, edge, told in group
        ]


def _certain(definition: Definition) -> Iterator[tuple[str, str]]:
    """Names that are one by themselves: (full, short), or a title and its alias."""
    names = _latin_names(definition)
    for full in names:
        for short in names:
            if abbreviates(short, full):
                yield full, short
    if definition.edge == ALIAS:
        for name in definition.names:
            if _may_be_alias(definition.left, name):
                yield definition.left, name


def _may_be_alias(title: str, alias: str) -> bool:
    """Whether an alias is another name: in the other language, or nearly the same.

    Others are related things more often than names: SigLIP, sigmoid loss.
    """
    if is_chinese(title) != is_chinese(alias):
        return True
    left, right = set(fold(title).text), set(fold(alias).text)
    return is_chinese(title) and len(left & right) * 2 >= len(left | right)


def _sides(definition: Definition) -> Iterator[tuple[str, str, str]]:
    """The Chinese and the Latin side of each pair a definition may mean."""
    if definition.edge == ALIAS:
        return
    for name in definition.names:
        if is_chinese(definition.left) and not is_chinese(name):
            yield definition.left, name, definition.edge
        elif is_chinese(name) and not is_chinese(definition.left):
            yield name, definition.left, EDGE


def _latin_names(definition: Definition) -> list[str]:
    names = (definition.left, *definition.names)
    return [name for name in names if not is_chinese(name)]


def _usual_spelling(named: Sequence[_Said]) -> str:
    """The most usual spelling of a Latin name; an address has no capitals."""
    spellings: Counter[str] = Counter()
    for said in named:
        spellings[said.right] += said.edge != ADDRESS
    return min(spellings, key=lambda name: (-spellings[name], name))


def _names_meant(named: Sequence[_Said], judge: _Judge) -> list[tuple[str, Support]]:
    """The Chinese names that may be meant by a Latin one."""
    latin = _usual_spelling(named)

    def whole(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
        return judge.whole(before, after, latin)

    return beginnings(((said.left, said.edge) for said in named), whole)


def _candidates(
    named: Sequence[_Said], meant: Iterable[tuple[str, Support]]
) -> Iterator[_Candidate]:
    latin = _usual_spelling(named)
    for han, support in meant:
        key = han.replace(" ", "")
        here = [said for said in named if said.left.replace(" ", "").endswith(key)]
        yield _Candidate(han, latin, support, tuple(here))


def _lesson(named: Sequence[_Said]) -> tuple[set[str], tuple[str, ...]]:
    chinese = {word for said in named for word in split_name(said.left)[-_TAUGHT:]}
    return chinese, _roots(_usual_spelling(named))


def _roots(latin: str) -> tuple[str, ...]:
    """The stems of a Latin name's words, and of those that capitals divide."""
    parts = _key(_HUMP.sub(" ", latin)).split()
    return tuple(stem(part) for part in parts if part not in SMALL_WORDS)


def _capitals(latin: str) -> str:
    """The folded capitals: of RoPE r, p, e."""
    return "".join(letter.lower() for letter in latin if letter.isupper())


def _usual(latin: str) -> bool:
    if _VERSION.fullmatch(latin) or latin.lower() in _DIRECTIONS:
        return False
    return bool(_USUAL.fullmatch(latin))


def _in_proportion(candidate: _Candidate) -> bool:
    length = len(candidate.han)
    if is_abbreviation(candidate.latin):
        least, most = _PER_LETTER
        letters = len(candidate.latin.rstrip("s"))
        return least * letters <= length <= most * letters
    least, most = _PER_WORD
    count = len(_HUMP.sub(" ", candidate.latin).split())
    return (count == 1 or least * count <= length) and length <= most * count + 2


def _written(candidate: _Candidate) -> str:
    """The Chinese name as its first place has it, not folded."""
    for place in candidate.places():
        for text in (*place.definition.names, place.definition.left):
            if fold(text).text.replace(" ", "") == candidate.han:
                return text
    return candidate.han


def _pair(left: str, right: str, places: Sequence[_Place]) -> GlossaryPair:
    by_article = {place.doc_id: place for place in reversed(places)}
    shown = [
        GlossaryPlace(doc_id, place.definition.line, place.definition.text)
        for doc_id, place in sorted(by_article.items())[:_MOST_PLACES]
    ]
    return GlossaryPair((left, right), len(by_article), tuple(shown))


def with_user_pairs(
    mined: Iterable[GlossaryPair],
    path: str,
    added: Iterable[tuple[str, str, int]],
    banned: Iterable[tuple[str, str, int]],
) -> tuple[GlossaryPair, ...]:
    """The mined pairs with those that the user adds, without those that are banned."""
    pairs = {_pair_key(*pair.names): pair for pair in mined}
    for left, right, line in added:
        place = GlossaryPlace(path, line, f"{left} = {right}")
        key = _pair_key(left, right)
        old = pairs.get(key, GlossaryPair((left, right), 0))
        pairs[key] = GlossaryPair(old.names, old.count, (place, *old.places))
    for left, right, _ in banned:
        pairs.pop(_pair_key(left, right), None)
    return tuple(sorted(pairs.values(), key=lambda pair: pair.names))


def _pair_key(left: str, right: str) -> frozenset[str]:
    return frozenset((_key(left), _key(right)))
