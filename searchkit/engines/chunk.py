"""How does the text of one chunk of a page lie, and where do its atoms stand?

A chunk holds the layout of its pieces as small integers, then their text, then strings
that are not in the text. A piece is a block, or a part of one that is longer than a
chunk. Offsets inside a chunk are code points from its beginning.

Where the atoms of a piece stand follows from its text by a rule (`ATOM`). Only where
that is not what the analysis found are they stored.

Integers of a page are little-endian, 1, 2 or 4 bytes wide; a difference that falls is
stored modulo 2**32. Damaged bytes raise page.DAMAGE.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from searchkit.engines.columns.varints import WIDTHS
from searchkit.engines.page import WORD
from searchkit.model import ZONES, Zone

LONGEST_ATOM = 64
"""Letters or digits of one atom at most; `scripts.LONGEST`."""
BLANK_ATOM = re.compile(
    # A hyphen between two letters is read like a blank: see scripts.NAME_ATOM.
    r"(?:[^A-Za-z0-9\s]|[A-Za-z]{1,64}|[0-9]{1,64})(?:\s+|(?<=[A-Za-z])-(?=[A-Za-z]))?"
)
"""An atom and what lies between it and the next one."""
ATOM = re.compile(
    r"[^A-Za-z0-9\s\-]|[A-Za-z]{1,64}|[0-9]{1,64}|(?<![A-Za-z])-|-(?![A-Za-z])"
)


COUNTS = ("spans", "lines", "sections", "carried", "strings", "atoms")
"""The first integers of a chunk's layout. `carried` strings are the path of the
section that goes on from the chunk before."""

# A size of 0 goes to the end of the line, or of what encloses it; others are 1 more
# than they say. An offset of 0 is that of the piece, or of the next line; others are 1
# more than their distance from the piece's or the offset before.
#
# The columns of a layout: of pieces the first seven (gap before it, size, step of the
# section, spans, language, lines, mode), of spans (gap, size, zone), of lines (offset,
# step), of sections (step of the line, offset from its first piece, strings kept of
# the path before, 0 for its first piece's text or 1 and its own strings), lengths of
# strings, and of stored atoms.
_GAPS, _SIZES, _SECTION_STEPS, _SPAN_COUNTS, _LANGUAGES, _LINE_COUNTS, _MODES = range(7)
_SPANS = _, _, _ZONES = range(7, 10)
_LINES = range(10, 12)
_SECTIONS = range(12, 16)
_STRINGS, _STEPS, _LENGTHS = range(16, 19)

BY_TEXT, BY_SPANS, STORED, CONTINUED = 0, 1, 2, 4
"""How the places of a piece's atoms are found: by ATOM from its whole text, from each
stretch of its spans, or stored. CONTINUED is added where the block began before."""

_TEXT_BYTES = 2  # of an unpacked byte, layout and text
_INTEGER_BYTES = 36  # of an element of a list

_FEW = 64  # atoms that are looked for rather than counted how many are needed


def atom_starts(text: str, parts: Iterable[tuple[int, int]]) -> list[int]:
    """Where atoms begin in parts of a text, by the rule.

    >>> atom_starts("用 C++ 写 self-attention", [(0, 22)])
    [0, 2, 3, 4, 6, 8, 13]
    """
    found: list[int] = []
    for start, end in parts:
        part = text[start:end]
        lead = len(part) - len(part.lstrip())
        sizes = map(len, BLANK_ATOM.findall(part))
        found += accumulate(sizes, initial=start + lead)
        found.pop()
    return found


def atom_end(text: str, start: int, end: int) -> int:
    """Where the atom that begins at `start` ends, not after `end`, by the rule."""
    if start < end and "\u3001" <= text[start] <= "\u9fff":  # one character, no blank
        return start + 1
    atom = ATOM.match(text, start, end)
    return atom.end() if atom else start


def line_end(text: str, start: int, end: int) -> int:
    """Where the line ends that `start` is in, or `end` if that comes before."""
    found = text.find("\n", start, end)
    return end if found < 0 else found


def next_line(text: str, offset: int, end: int) -> int:
    """Where the next line with any text begins, at most at `end`."""
    offset = text.find("\n", offset, end)
    if offset < 0:
        return end
    while offset < end and text[offset] == "\n":
        offset += 1
    return offset


def stretches(spans: Iterable[tuple[int, int, Zone]]) -> list[tuple[int, int]]:
    """Spans that touch, as one; a formula is by itself."""
    found: list[tuple[int, int]] = []
    before = "math"
    for start, end, zone in spans:
        if zone == "math" or before == "math" or start > found[-1][1]:
            found.append((start, end))
        else:
            found[-1] = (found[-1][0], end)
        before = zone
    return found


class Chunk:
    """Some pieces of a page with their text.

    `starts[i]` and `ends[i]` are offsets in `text` of the piece `first + i` of the page
    (`text` goes on after the chunk's `characters` with other strings), `borders[i]` is
    its first position and `sections[i]` its section's number. Other numbers of pieces
    here count from 0, too.
    """

    __slots__ = (
        "_atoms",
        "_bounds",
        "_carried",
        "_firsts",
        "_line",
        "_lines_after",
        "_memory",
        "_numbers",
        "_paths",
        "borders",
        "characters",
        "ends",
        "first",
        "modes",
        "new_sections",
        "sections",
        "starts",
        "text",
    )

    def __init__(
        self,
        raw: bytes,
        row: Sequence[int],
        first: int,
        borders: list[int],
        memory: list[int],
    ) -> None:
        """`memory[0]` grows by about how many bytes all of it takes."""
        pieces, self.characters, _, self._line, section = row
        self.first, self.borders = first, borders
        width, view = raw[0], memoryview(raw)
        at = 1 + (len(COUNTS) << width)
        spans, lines, sections, self._carried, strings, atoms = (
            view[1:at].cast(WIDTHS[width]).tolist()
        )
        lengths = (
            *(pieces, pieces, pieces, pieces, pieces, pieces, pieces),
            *(spans, spans, spans, lines, lines),
            *(sections, sections, sections, sections, strings, atoms, atoms),
        )
        # Most columns are not asked for: no integers are made of their numbers.
        self._bounds = list(accumulate(lengths, initial=0))
        end = at + (self._bounds[-1] << width)
        if end > len(raw):
            raise ValueError("a layout is cut off")
        self._numbers = array(WIDTHS[width], raw[at:end])
        self.text = str(view[end:], "utf-8", "surrogatepass")
        self._place(self._column(_GAPS), self._column(_SIZES))
        steps = accumulate(self._column(_SECTION_STEPS), initial=section - 1)
        self.sections = list(steps)[1:]
        self.new_sections = range(section, section + sections)
        self.modes = self._column(_MODES)
        self._memory = memory
        memory[0] += _TEXT_BYTES * len(raw) + 4 * _INTEGER_BYTES * pieces
        self._firsts: dict[int, list[int]] = {}  # by the column of counts
        self._lines_after: list[int] | None = None
        self._atoms: dict[int, list[int]] = {}
        self._paths: dict[int, tuple[str, ...]] = {}
        if len(self.text) != self.characters + sum(self._column(_STRINGS)):
            raise ValueError("the text of a chunk has another length")

    def _column(self, number: int) -> array[int]:
        return self._numbers[self._bounds[number] : self._bounds[number + 1]]

    def _rows(self, number: int, first: int, last: int) -> array[int]:
        at = self._bounds[number]
        return self._numbers[at + first : at + last]

    def _rows_of(self, counts: int) -> list[int]:
        """The first row of each piece, and the end of all, in columns of which each
        piece has so many."""
        try:
            return self._firsts[counts]
        except KeyError:
            firsts = [*accumulate(self._column(counts), initial=0)]
            self._firsts[counts] = firsts
            self._memory[0] += _INTEGER_BYTES * len(firsts)
            return firsts

    def _place(self, gaps: Iterable[int], sizes: Iterable[int]) -> None:
        """Find where each piece begins and ends."""
        starts, ends = [], []
        last, at = self.characters, 0
        find = self.text.find
        for gap, size in zip(gaps, sizes, strict=True):
            at += gap
            starts.append(at)
            if size:
                at += size - 1
            else:
                at = find("\n", at, last)
                if at < 0:
                    at = last
            ends.append(at)
        if at > self.characters:
            raise ValueError("a piece goes beyond its chunk")
        self.starts, self.ends = starts, ends

    def is_continued(self, piece: int) -> bool:
        """Whether a piece, if the chunk has it, goes on with the block before it."""
        modes = self.modes
        return piece < len(modes) and modes[piece] & CONTINUED > 0

    def span_count(self, piece: int) -> int:
        """How many spans a piece has."""
        return self._numbers[self._bounds[_SPAN_COUNTS] + piece]

    def spans(self, piece: int) -> list[tuple[int, int, Zone]]:
        """The (start, end, zone) of a piece's spans."""
        first, last = self._rows_of(_SPAN_COUNTS)[piece : piece + 2]
        gaps, sizes, zones = [self._rows(column, first, last) for column in _SPANS]
        found: list[tuple[int, int, Zone]] = []
        at, end = self.starts[piece], self.ends[piece]
        for gap, size, zone in zip(gaps, sizes, zones, strict=True):
            start = at + gap
            at = start + size - 1 if size else line_end(self.text, start, end)
            found.append((start, at, ZONES[zone]))
        return found

    def atoms(self, piece: int, least: int | None = None) -> list[int]:
        """Where each position of a piece begins; of the first `least` at least."""
        count = self.borders[piece + 1] - self.borders[piece]
        wanted = count if least is None else least
        found = self._atoms.get(piece)
        if found is None or len(found) < wanted:
            found = self._first_atoms(piece, wanted, count)
            if len(found) < wanted:
                found = self._all_atoms(piece, count)
            self._atoms[piece] = found
            self._memory[0] += _INTEGER_BYTES * len(found)
        return found

    def _first_atoms(self, piece: int, wanted: int, count: int) -> list[int]:
        """The first atoms of a piece of `count`, about as many as are wanted.

        Nothing where there is little to win. Atoms in a part of the text are those of
        the whole but for its last two, which the cut may have made.
        """
        if self.modes[piece] & ~CONTINUED != BY_TEXT or 2 * wanted + _FEW > count:
            return []
        start, end = self.starts[piece], self.ends[piece]
        cut = start + (end - start) * (wanted + _FEW // 2) * 5 // (4 * count)
        return atom_starts(self.text, ((start, min(cut, end)),))[:-2]

    def _all_atoms(self, piece: int, count: int) -> list[int]:
        mode = self.modes[piece] & ~CONTINUED
        start, end = self.starts[piece], self.ends[piece]
        if mode == BY_TEXT:
            found = atom_starts(self.text, ((start, end),))
        elif mode == BY_SPANS:
            found = atom_starts(self.text, stretches(self.spans(piece)))
        else:
            at, last = self._stored(piece)
            steps = self._column(_STEPS)[at:last]
            found = list(accumulate(steps, initial=start))[1:]
        if len(found) < count:  # the gap behind a block
            found.append(end)
        if len(found) != count:
            raise ValueError("a chunk has other atoms than its page says")
        return found

    def atom_span(self, piece: int, first: int, last: int) -> tuple[int, int]:
        """Where the piece's `first`-th atom begins and its `last`-th ends."""
        starts = self._atoms.get(piece)
        if starts is None or len(starts) <= last:
            starts = self.atoms(piece, last + 1)
        at = starts[last]
        if self.modes[piece] & STORED:
            end = at + self._column(_LENGTHS)[self._stored(piece)[0] + last]
        elif (stop := self.ends[piece]) > at and "\u3001" <= self.text[at] <= "\u9fff":
            end = at + 1  # what `atom_end` would say of most
        else:
            end = atom_end(self.text, at, stop)
        return starts[first], end

    def _stored(self, piece: int) -> tuple[int, int]:
        """From where to where the atoms of a piece are stored."""
        borders = self.borders
        at = sum(
            borders[i + 1] - borders[i]
            for i, mode in enumerate(self.modes[:piece])
            if mode & STORED
        )
        return at, at + borders[piece + 1] - borders[piece]

    def language(self, piece: int) -> str:
        """The language of a piece that is a fence; empty for others."""
        number = self._column(_LANGUAGES)[piece]
        return self._string(number - 1) if number else ""

    def lines(self, piece: int) -> list[tuple[int, int]]:
        """The (offset, source line) pairs from a piece to the next."""
        first, last = self._rows_of(_LINE_COUNTS)[piece : piece + 2]
        starts = enumerate(self._line_starts(piece, first, last), first + 1)
        return [(start, self._line_after(count)) for count, start in starts]

    def line_at(self, piece: int, offset: int) -> int:
        """The source line in which the text at an offset of a piece stands."""
        first, last = self._rows_of(_LINE_COUNTS)[piece : piece + 2]
        if last - first == 1 and not self._numbers[self._bounds[_LINES[0]] + first]:
            return self._line_after(last)
        for count, start in enumerate(self._line_starts(piece, first, last), first):
            if start > offset:
                return self._line_after(count)
        return self._line_after(last)

    def _line_starts(self, piece: int, first: int, last: int) -> Iterator[int]:
        """Where the lines of a piece begin that are told in these rows."""
        offset, end = self.starts[piece], self.ends[piece]
        is_first = True
        for code in self._rows(_LINES[0], first, last):
            if code:
                offset = (offset + code - 1) & WORD
            elif not is_first:
                offset = next_line(self.text, offset, end)
            is_first = False
            yield offset

    def zone_at(self, piece: int, offset: int) -> Zone:
        """The zone in which the text at an offset of a piece stands."""
        first = self._rows_of(_SPAN_COUNTS)[piece]
        if self.span_count(piece) == 1:
            return ZONES[self._numbers[self._bounds[_ZONES] + first]]
        zone: Zone = "prose"
        for number, (start, _, here) in enumerate(self.spans(piece)):
            if start > offset and number:
                break
            zone = here
        return zone

    def _line_after(self, count: int) -> int:
        """The line in force after so many of the chunk's."""
        found = self._lines_after
        if found is None:
            steps = self._column(_LINES[1])
            found = [n & WORD for n in accumulate(steps, initial=self._line)]
            self._lines_after = found
            self._memory[0] += _INTEGER_BYTES * len(found)
        return found[count]

    def headings(self) -> Iterator[tuple[str, ...]]:
        """The paths of headings: of the section that goes on, then of the new ones."""
        path = tuple(map(self._string, range(self._carried)))
        yield path
        number = self._carried
        _, _, kept, own = map(self._column, _SECTIONS)
        for section, keep, count in zip(self.new_sections, kept, own, strict=True):
            path = path[:keep]
            if count == 0:  # its heading is its first block
                piece = bisect_left(self.sections, section)
                path += (self.text[self.starts[piece] : self.ends[piece]],)
            else:
                path += tuple(map(self._string, range(number, number + count - 1)))
                number += count - 1
            yield path

    def heading(self, piece: int) -> tuple[str, ...]:
        """The path of headings over a piece."""
        section = self.sections[piece]
        found = self._paths.get(section)
        if found is None:
            number = section - self.new_sections.start + 1
            found = self._paths[section] = next(islice(self.headings(), number, None))
        return found

    def section_places(self) -> Iterator[tuple[int, int]]:
        """The (line, offset) of each section that begins here."""
        lines, starts, _, _ = map(self._column, _SECTIONS)
        line = self._line
        for section, step, start in zip(self.new_sections, lines, starts, strict=True):
            piece = bisect_left(self.sections, section)
            base = self.starts[piece] if piece < len(self.starts) else 0
            line = (line + step) & WORD
            yield line, (base + start) & WORD

    def _string(self, number: int) -> str:
        lengths = self._column(_STRINGS)
        start = self.characters + sum(lengths[:number])
        return self.text[start : start + lengths[number]]
