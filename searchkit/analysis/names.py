"""Which spellings are one name, and which names are abbreviations?"""

from __future__ import annotations

from functools import lru_cache

from searchkit.analysis.analyzer import atoms


@lru_cache(maxsize=1 << 10)  # a query asks for the key of each of its words twice
def name_key(name: str) -> str:
    """What all spellings of a name have in common: folded, no hyphens, no plural.

    No stems: a tokenizer is no token and an operator no operation.

    >>> name_key("Rotary Position Embeddings"), name_key("旋轉位置")
    ('rotary position embedding', '旋 转 位 置')
    """
    return " ".join(
        [_singular(atom.term) for atom in atoms(name) if atom.term not in "-_·"]
    )


def title_key(title: str) -> str:
    """The same of a title or a heading, whatever signs stand in it.

    >>> title_key("第二步：使用 Labels") == title_key("第二步 使用 labels")
    True
    """
    return " ".join([part for part in name_key(title).split(" ") if part.isalnum()])


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    plural = len(word) > 2 and word.endswith("s") and word[-2] not in "sui"
    return word[:-1] if plural and word.isascii() else word


def is_abbreviation(name: str) -> bool:
    """Whether a Latin name is made of initials.

    >>> [is_abbreviation(name) for name in ("RoPE", "GANs", "Rust", "NetworkPolicy")]
    [True, True, False, False]
    """
    capitals = sum(map(str.isupper, name))
    return (
        name.isalnum()
        and len(name) <= 7
        and capitals >= 2
        and 2 * capitals >= len(name.rstrip("s"))
    )
