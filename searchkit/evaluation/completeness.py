"""Does a quoted text find exactly the articles that hold it?

Strings are drawn from the indexed articles themselves, from border to border, and
searched in quotes; the answer is compared with a plain scan of all articles. Some are
spoiled first, so that most of them stand nowhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike

from searchkit.analysis.scan import Scannable, scannable, scannable_blocks
from searchkit.config import Config
from searchkit.corpus.visible import visible_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.api import SearchEngine

LONGEST = 12  # borders from the beginning of a string to its end
_SPOILED = 0.1  # of all strings
_MOST_TRIES = 100  # for each string


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A string whose search and scan differ: the articles only one of them has."""

    wanted: str
    missed: tuple[str, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many strings were searched, how many stood nowhere, and what differed."""

    strings: int
    absent: int
    found: int
    disagreements: tuple[Disagreement, ...]


class TextScan:
    """The folded text of all articles of an index, to be scanned."""

    def __init__(self, engine: SearchEngine) -> None:
        self._blocks: dict[str, list[Scannable]] = {}
        self._whole: dict[str, str] = {}
        for doc_id in engine.doc_ids():
            article = engine.article(doc_id)
            blocks = [scannable(article.title)]
            blocks += scannable_blocks(visible_text(article))
            self._blocks[doc_id] = [block for block in blocks if block.text]
            whole = "\n".join(block.text for block in blocks)
            self._whole[doc_id] = whole.replace(" ", "")

    def articles(self, wanted: str) -> set[str]:
        """The articles in which a folded string stands."""
        return {
            doc_id
            for doc_id, whole in self._whole.items()
            if wanted.replace(" ", "") in whole
            and any(block.holds(wanted) for block in self._blocks[doc_id])
        }

    def draw(self, count: int, *, seed: int) -> Iterator[str]:
        """So many strings from anywhere in the text; each article is as likely.

        Fewer where there is hardly any text but quotes, which no phrase can hold.
        """
        chance = random.Random(seed)
        doc_ids = [doc_id for doc_id, blocks in self._blocks.items() if blocks]
        drawn = tried = 0
        while drawn < count and doc_ids and tried < count * _MOST_TRIES:
            tried += 1
            block = chance.choice(self._blocks[chance.choice(doc_ids)])
            wanted = _piece(block, chance)
            if wanted and '"' not in wanted:
                drawn += 1
                yield wanted


def _piece(block: Scannable, chance: random.Random) -> str:
    borders = block.borders()
    first = chance.randrange(len(borders) - 1)
    last = min(len(borders) - 1, first + chance.randint(1, LONGEST))
    wanted = block.text[borders[first] : borders[last]].strip()
    if chance.random() < _SPOILED:
        return wanted[::-1]
    return wanted


def compare_with_text(
    index: str | PathLike[str], count: int, *, seed: int = 1
) -> Completeness:
    """Search `count` strings in quotes and scan for them. The same for a same seed.

    Holds the folded text of all articles in memory, about four times its size.
    """
    from searchkit.api import open as open_index

    with open_index(index, config=Config(snippets_per_hit=0)) as engine:
        scan = TextScan(engine)
        searched = absent = found = 0
        disagreements = []
        for drawn in scan.draw(count, seed=seed):
            expected = scan.articles(scannable(drawn).text)
            hits = engine.search(f'"{drawn}"', limit=None).hits
            got = {hit.doc_id for hit in hits}
            searched += 1
            found += len(expected)
            absent += not expected
            if got != expected:
                missed = tuple(sorted(expected - got))
                extra = tuple(sorted(got - expected))
                disagreements.append(Disagreement(drawn, missed, extra))
    return Completeness(searched, absent, found, tuple(disagreements))
