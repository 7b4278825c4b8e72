"""What are the values that travel between the layers?

Everything here is frozen, Blocks once they are gathered, and knows nothing but the
standard library. Offsets are code points, end exclusive; lines count from 1; positions
count atoms from 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping

from searchkit.record import record, told_when_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from typing import Literal, TypeAlias

Zone: TypeAlias = "Literal['prose', 'heading', 'code', 'math']"
ZONES: tuple[Zone, ...] = ("prose", "heading", "code", "math")
_ZONE_NUMBERS = {zone: number for number, zone in enumerate(ZONES)}
Markup: TypeAlias = "Literal['markdown', 'html', 'text']"
MARKUPS: tuple[Markup, ...] = ("markdown", "html", "text")
NoteKind: TypeAlias = """Literal[
    "searched", "expanded", "corrected", "missing", "ignored", "filtered", "hint"
]"""
Phase: TypeAlias = "Literal['reading', 'analysing', 'writing', 'searching', 'checking']"
Sort: TypeAlias = "Literal['relevance', 'date']"
SORTS: tuple[Sort, ...] = ("relevance", "date")


@record
class Article:
    """One document as its author wrote it, without its front matter.

    `doc_id` is unique in a corpus; for a folder it is the path relative to the
    folder, with forward slashes. `line_offset` is the number of lines that stood
    before `body` in the source file, so that lines can be told in the file's terms.
    """

    doc_id: str
    title: str
    body: str
    topics: tuple[str, ...] = ()
    date: date | None = None
    path: str | None = None
    aliases: tuple[str, ...] = ()
    markup: Markup = "markdown"
    line_offset: int = 0


@record
class Span:
    """A run of one zone inside a block: `text[start:end]` of the visible text."""

    start: int
    end: int
    zone: Zone


@record
class Block:
    """What no phrase crosses: a paragraph, heading, list item, table cell or fence.

    Its spans rise and do not overlap. Text between them (the `$` around a formula)
    is shown to readers but not indexed.
    """

    start: int
    end: int
    section: int
    spans: tuple[Span, ...]
    language: str = ""


@record
class Blocks:
    """The blocks of a text, which rise, in columns: most builds ask for nothing else.

    The spans of block i are those from `firsts[i]` to `firsts[i + 1]`; zones are told
    by their places in ZONES. `languages` has those of the blocks that have one.
    """

    starts: array[int]
    ends: array[int]
    sections: array[int]
    firsts: array[int]
    span_starts: array[int]
    span_ends: array[int]
    zones: array[int]
    languages: dict[int, str]

    @classmethod
    def empty(cls) -> Blocks:
        """None yet; `add` adds to them."""
        starts, ends, sections, span_starts, span_ends = (array("q") for _ in range(5))
        firsts, zones = array("q", [0]), array("B")
        return cls(starts, ends, sections, firsts, span_starts, span_ends, zones, {})

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> Blocks:
        """The columns of some blocks."""
        made = cls.empty()
        for block in blocks:
            for span in block.spans:
                made.add_span(span.start, span.end, span.zone)
            made.add(block.start, block.end, block.section, block.language)
        return made

    def add_span(self, start: int, end: int, zone: Zone) -> None:
        """Add a span of the next block."""
        self.span_starts.append(start)
        self.span_ends.append(end)
        self.zones.append(_ZONE_NUMBERS[zone])

    def add(self, start: int, end: int, section: int, language: str) -> None:
        """Add a block, whose spans are there."""
        if language:
            self.languages[len(self.starts)] = language
        self.starts.append(start)
        self.ends.append(end)
        self.sections.append(section)
        self.firsts.append(len(self.span_starts))

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, number: int) -> Block:
        number = range(len(self))[number]
        spans = slice(*self.firsts[number : number + 2])
        places = zip(self.span_starts[spans], self.span_ends[spans], strict=True)
        return Block(
            self.starts[number],
            self.ends[number],
            self.sections[number],
            tuple(
                Span(start, end, ZONES[zone])
                for (start, end), zone in zip(places, self.zones[spans], strict=True)
            ),
            self.languages.get(number, ""),
        )

    def __iter__(self) -> Iterator[Block]:
        return map(self.__getitem__, range(len(self)))


@record
class Section:
    """The text under one heading; section 0 is what stands before the first one.

    `anchor` is its address in the page, where that says what the heading does not.
    """

    heading: tuple[str, ...]
    line: int
    start: int
    anchor: str = ""


@record
class Link:
    """The text of a link whose address says something else, and its line."""

    text: str
    address: str
    line: int


@record
class VisibleText:
    """What a reader of the rendered article sees, and where each part came from.

    `lines` holds (offset, source line) pairs with rising offsets: the text from
    that offset on stands in that line until the next pair says otherwise. `links` are
    those with Chinese text to an address in Latin letters: two names of one thing.
    """

    text: str
    blocks: Blocks
    sections: tuple[Section, ...]
    lines: tuple[tuple[int, int], ...]
    links: tuple[Link, ...] = ()

    def line_at(self, offset: int) -> int:
        """The 1-based line of the source file in which `text[offset]` stands."""
        index = bisect_right(self.lines, (offset, 1 << 60)) - 1
        return self.lines[index][1] if index >= 0 else 1


@record
class Snippet:
    """A fragment of an article; `highlights` are (start, end) into `text`."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    heading: tuple[str, ...]
    line: int
    zone: Zone


@record
class SectionHit:
    """A section in which the query stands: its path of headings and its first line.

    Scores are those of sections of one article; they compare with nothing else.
    """

    heading: tuple[str, ...]
    line: int
    score: float


@record
class Hit:
    """One ranked article. `missing` names the words of the query it lacks.

    `sections` are its best ones, at most three, best first: those with matches in its
    body; they are told when they are read, also after the engine was closed. `folded`
    has the `doc_id` of its copies and twins among the matches, sorted, when a search
    collapses them.
    """

    doc_id: str
    title: str
    topics: tuple[str, ...]
    date: date | None
    path: str | None
    score: float
    snippets: tuple[Snippet, ...]
    title_highlights: tuple[tuple[int, int], ...] = ()
    missing: tuple[str, ...] = ()
    sections: tuple[SectionHit, ...] = ()
    folded: tuple[str, ...] = ()


# Few who search read them, and their chunks have to be unpacked for it.
told_when_read(Hit, "sections")


@record
class Note:
    """What became of one part of the query, in a form to test and one to read."""

    kind: NoteKind
    part: str
    message: str

    def __str__(self) -> str:
        return self.message


@record
class GlossaryPlace:
    """One place where an article puts two names side by side."""

    doc_id: str
    line: int
    text: str


@record
class GlossaryPair:
    """Two names of one thing. `count` articles say so; `places` are some of them."""

    names: tuple[str, str]
    count: int
    places: tuple[GlossaryPlace, ...] = ()


@record
class SearchResult:
    """One page of hits. `total` and `facets` count all matches, not the page.

    `complete` is the number of matches that hold every word of the query; they
    come first when hits are sorted by relevance, but for the hits of a question, whose
    order is that of the scores. `collapsed` is the number of matches
    that are folded into others: all pages together have `total - collapsed` hits.
    """

    query: str
    total: int
    complete: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    notes: tuple[Note, ...]
    took_ms: float
    collapsed: int = 0


@record
class Explanation:
    """Why an article has its score, or why it does not match; `str()` to read."""

    query: str
    doc_id: str
    matched: bool
    score: float
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


@record
class Progress:
    """How far one phase of a build or a test has come, in articles or in queries."""

    phase: Phase
    done: int
    total: int
    done_bytes: int
    total_bytes: int


ProgressCallback = Callable[[Progress], None]


@record
class BuildReport:
    """What a build did.

    `failures` are (path or doc_id, reason), sorted. `skipped` names those of them that
    are not in the index; the others are there, but for what the reason tells.
    """

    added: int
    updated: int
    unchanged: int
    removed: int
    failures: tuple[tuple[str, str], ...]
    skipped: frozenset[str]
    index_path: Path
    took_s: float

    @property
    def documents(self) -> int:
        """The number of articles in the index after the build."""
        return self.added + self.updated + self.unchanged


@record
class IndexStats:
    """The size and the versions of one generation of an index.

    `topics` has their numbers of articles, most first.
    """

    documents: int
    terms: int
    size_bytes: int
    text_bytes: int
    generation: int
    built_at: str
    format_version: int
    analyzer: str
    corpus: str | None
    topics: Mapping[str, int]
