"""What would a plain scan of the text find? The yardstick for phrases.

The folded visible text of a block as one string: white space is one blank, there is
none beside a Han character and none inside a formula, and a hyphen between two letters
is a blank. A string stands in it where it begins and ends at a border: between two
kinds of characters, beside a Han character or a sign, or inside a camel-case word.

This shares folding and the parts of camel-case words with the analysis and nothing
else: no positions, no terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from searchkit.analysis.folding import fold
from searchkit.analysis.latin import LETTERS_AND_DIGITS, humps, is_data
from searchkit.analysis.scripts import HAN, LONGEST, OTHER_LETTER
from searchkit.model import VisibleText
from searchkit.record import record

_HYPHEN = re.compile("(?<=[a-z])-(?=[a-z])")
_BLANKS = re.compile(r"\s+")
_LETTERS = re.compile(f"[a-z]{{1,{LONGEST}}}")
_RUNS = re.compile(rf"[a-z]+|[0-9]+|(?:{OTHER_LETTER})+")
# Stands for the border between two parts of a camel-case word until they are counted.
_HUMP_BORDER = "\uf8ff"
_MATH_BORDER = "\uf8fe"  # around a formula
_BESIDE_HAN = re.compile(
    f"(?:(?<=[{HAN}])|(?<=[{HAN}]{_MATH_BORDER})) | (?={_MATH_BORDER}?[{HAN}])"
)
_LOOSE_BLANK = re.compile(r"(?<![^\W_]) | (?![^\W_])")


@record
class Scannable:
    """A block's text to scan.

    `inner` are the offsets at which nothing may begin or end, since they are inside of
    a word or a number. `math` are those inside of formulas, where blanks do not count.
    """

    text: str
    inner: frozenset[int]
    math: frozenset[int]

    def holds(self, wanted: str) -> bool:
        """Whether the string stands in the text, from border to border."""
        if any(True for _ in self._places(wanted)):
            return True
        squeezed = _squeezed(wanted)
        return squeezed != wanted and any(
            self.math.issuperset(range(at, at + len(squeezed)))
            for at in self._places(squeezed)
        )

    def _places(self, wanted: str) -> Iterator[int]:
        at = self.text.find(wanted)
        while at >= 0:
            if at not in self.inner and at + len(wanted) not in self.inner:
                yield at
            at = self.text.find(wanted, at + 1)

    def borders(self) -> list[int]:
        """The offsets at which a string may begin or end, rising."""
        return [at for at in range(len(self.text) + 1) if at not in self.inner]


def scannable(text: str) -> Scannable:
    """A plain text as one block."""
    return _block([(text, False)])


def scannable_blocks(visible: VisibleText) -> Iterator[Scannable]:
    """The blocks of an article's visible text."""
    for block in visible.blocks:
        pieces: list[tuple[str, bool]] = []
        end = block.start
        for span in block.spans:
            if any(map(str.isspace, visible.text[end : span.start])):
                pieces.append((" ", False))
            text, is_math = visible.text[span.start : span.end], span.zone == "math"
            if pieces and span.start == end and not (is_math or pieces[-1][1]):
                text = pieces.pop()[0] + text
            pieces.append((text, is_math))
            end = span.end
        yield _block(pieces)


def _block(pieces: list[tuple[str, bool]]) -> Scannable:
    folded = ""
    for text, is_math in pieces:
        piece = _piece(text, is_math=is_math)
        folded += " " * _meet(folded, piece) + piece
    folded = _BESIDE_HAN.sub("", _BLANKS.sub(" ", folded).strip())
    humps: set[int] = set()
    math: set[int] = set()
    kept: list[str] = []
    inside = False
    for character in folded:
        if character == _HUMP_BORDER:
            humps.add(len(kept))
        elif character == _MATH_BORDER:
            inside = not inside
        else:
            if inside:
                math.add(len(kept))
            kept.append(character)
    text = "".join(kept)
    inner = {
        at
        for match in _RUNS.finditer(text)
        for at in range(match.start() + 1, match.end())
    }
    return Scannable(text, frozenset(inner - humps), frozenset(math))


def _meet(left: str, right: str) -> bool:
    """Whether words meet at the border of a formula, where they are two."""
    ends = left.rstrip(_MATH_BORDER)[-1:], right.lstrip(_MATH_BORDER)[:1]
    return _MATH_BORDER in left[-1:] + right[:1] and all(map(str.isalnum, ends))


def _piece(text: str, *, is_math: bool) -> str:
    folded = _HYPHEN.sub(" ", _marked(text))
    if is_math:
        return f"{_MATH_BORDER}{_squeezed(folded)}{_MATH_BORDER}"
    return folded


def _squeezed(text: str) -> str:
    """The text without blanks, but for those that keep words and numbers apart."""
    return _LOOSE_BLANK.sub("", _BLANKS.sub(" ", text).strip())


def _marked(text: str) -> str:
    """The folded text with marks between the parts of camel-case words.

    What is too long for a word is cut as the atoms are, and has no parts, nor has data.
    """
    folded = fold(text)
    data: set[int] = set()
    for run in LETTERS_AND_DIGITS.finditer(folded.text):
        left, right = folded.original(*run.span())
        if is_data(text[left:right]):
            data.update(range(*run.span()))
    marked, at = [], 0
    for run in _LETTERS.finditer(folded.text):
        left, right = folded.original(*run.span())
        parts = [] if run.start() in data else humps(text[left:right])
        lengths = [len(part) for part in parts][:-1]
        borders = [run.start() + length for length in accumulate(lengths)]
        if len(run[0]) == LONGEST:
            borders.append(run.end())
        for border in borders:
            marked.append(folded.text[at:border])
            at = border
    return _HUMP_BORDER.join([*marked, folded.text[at:]])
