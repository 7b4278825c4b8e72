"""How is each kind of token spelled in the index?

An atom is spelled as itself: a Han character, a run of letters or digits, a sign. A
jieba word is spelled as itself too: it has two characters or more and so is no atom.
Every other token gets a mark in front that no atom of that length begins with, so
that a quoted phrase, which is made of atoms, never meets it.
"""

from __future__ import annotations

INFLECTED = "^"  # ^network stands where `networks` is written
STEM = "~"  # ~normal stands where `normalization` is written
WHOLE = "="  # =gpt4o stands where GPT-4o begins
HUMP_FIRST = ">"  # >get and >getuser stand at getUserName,
HUMP_INNER = "|"  # |user too,
HUMP_LAST = "<"  # and <username and <name
LANGUAGE = "@"  # @python stands where a fence of that language begins, and ends

BOUNDARY = "~|"  # of two formulas, in the positions of formulas
CASED = "!"  # !RoPE stands where it is written so, not where `rope` is

MARKS = (
    INFLECTED,
    STEM,
    WHOLE,
    HUMP_FIRST,
    HUMP_INNER,
    HUMP_LAST,
    LANGUAGE,
    CASED,
)


def hump_terms(parts: list[str]) -> list[str]:
    """The terms of a camel-case word's parts, and of parts side by side.

    >>> hump_terms(["get", "user", "name"])
    ['>get', '>getuser', '|user', '<username', '<name']
    """
    count = len(parts)
    terms = []
    for start in range(count):
        for end in range(start + 1, count + 1):
            if (start, end) == (0, count):
                continue
            mark = HUMP_INNER
            if start == 0:
                mark = HUMP_FIRST
            elif end == count:
                mark = HUMP_LAST
            terms.append(mark + "".join(parts[start:end]))
    return list(dict.fromkeys(terms))


def any_hump(word: str) -> tuple[str, ...]:
    """Every term by which a camel-case word answers to one of its parts.

    >>> any_hump("user")
    ('>user', '|user', '<user')
    """
    return (HUMP_FIRST + word, HUMP_INNER + word, HUMP_LAST + word)


def is_atom(term: str) -> bool:
    """Whether a term may be spelled out to a reader: an atom or a jieba word.

    >>> is_atom("rope"), is_atom("~rope"), is_atom("~")
    (True, False, True)
    """
    return len(term) == 1 or term[0] not in MARKS
