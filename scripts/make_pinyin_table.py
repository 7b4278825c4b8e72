"""Writes the readings of Han characters that searchkit ships.

    python scripts/make_pinyin_table.py searchkit/analysis/pinyin.txt

They are pypinyin's (MIT, data of pinyin-data and phrase-pinyin-data), without tones, of
folded text: a line for each syllable with the characters that are mostly read so, a
blank line, and the phrases in which a character is read in another way. The table is
kept in the repository so that an index means the same wherever it is built, and so that
nobody waits for pypinyin, which takes 0.2 s to import.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from searchkit.analysis.folding import fold

_LONGEST_PHRASE = 4
_FIRST, _LAST = "\u4e00", "\u9fff"


def table() -> str:
    """The table as it is shipped."""
    readings = _characters()
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for character, syllable in sorted(readings.items()):
        by_syllable[syllable].append(character)
    lines = [f"{s} {''.join(found)}" for s, found in sorted(by_syllable.items())]
    lines.append("")
    lines += [f"{p} {' '.join(found)}" for p, found in _phrases(readings)]
    return "\n".join(lines) + "\n"


def _characters() -> dict[str, str]:
    """The first reading that pypinyin has of a character, its commonest."""
    found = {}
    for code, readings in PINYIN_DICT.items():
        character = chr(code)
        if _FIRST <= character <= _LAST and fold(character).text == character:
            syllable = _bare(readings.split(",")[0])
            if syllable:
                found[character] = syllable
    return found


def _phrases(readings: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    found = {}
    for phrase, syllables in sorted(PHRASES_DICT.items()):
        folded = fold(phrase).text
        spoken = tuple(_bare(choices[0]) for choices in syllables)
        usual = tuple(readings.get(character, "") for character in folded)
        # What is spelled so itself comes before what only folds to it.
        is_first = phrase == folded or folded not in PHRASES_DICT
        if is_first and spoken != usual and all(spoken) and all(usual):
            found[folded] = spoken
    return [(p, s) for p, s in sorted(found.items()) if len(p) <= _LONGEST_PHRASE]


def _bare(syllable: str) -> str:
    """A syllable without its tone, as it is typed: nǚ nv, lüè lue."""
    decomposed = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    bare = "".join(c for c in decomposed if "a" <= c <= "z")
    return bare.replace("ve", "ue")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(table(), "utf-8")
