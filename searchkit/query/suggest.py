"""How might what is being typed go on?

Titles first, since a title says what an article is about; then the words of the
index that begin so, the most used first.
"""

from __future__ import annotations

from itertools import islice

from searchkit.analysis.folding import fold
from searchkit.analysis.terms import is_atom
from searchkit.engines.reader import GenerationReader

_MOST_TERMS = 2_000  # terms looked at; a prefix of one letter has more


def suggestions(reader: GenerationReader, prefix: str, *, limit: int) -> tuple[str, ...]:
    """Up to `limit` completions, best first; none for an empty prefix."""
    wanted = fold(prefix.strip()).text
    if not wanted:
        return ()
    titles = _titles(reader, wanted)
    return tuple(islice(dict.fromkeys([*titles, *_terms(reader, wanted)]), limit))


def _titles(reader: GenerationReader, wanted: str) -> list[str]:
    """Titles that begin so, then titles that hold it; shorter ones first."""
    found = []
    for number, folded in enumerate(reader.folded_titles):
        at = folded.find(wanted)
        if at >= 0:
            title = reader.title(number)
            found.append((at > 0, len(title), title))
    return [title for _, _, title in sorted(found)]


def _terms(reader: GenerationReader, wanted: str) -> list[str]:
    ordinals = reader.text.terms.prefix(wanted)[:_MOST_TERMS]
    postings = (reader.at("text", ordinal) for ordinal in ordinals)
    counted = (
        (-posting.documents, posting.term)
        for posting in postings
        if is_atom(posting.term) and len(posting.term) > 1
    )
    return [term for _, term in sorted(counted)]
