"""What is made once the documents are written: names, completions and translations.

Each depends on the documents, the words of the index, the user's glossary and the
dictionary only.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from functools import lru_cache, partial
from pathlib import Path

from searchkit.analysis.bilingual import bilingual_table
from searchkit.analysis.cedict import entries
from searchkit.analysis.glossary import mine, with_user_pairs
from searchkit.analysis.translations import vocabulary
from searchkit.corpus.bilingual_file import BilingualFile
from searchkit.corpus.glossary_file import UserGlossary
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.known import (
    same_definitions,
    stored_definitions,
    stored_headings,
    stored_titles,
)
from searchkit.engines.generation.sorted_lines import SortedLines
from searchkit.engines.generation.suggestions import Completions
from searchkit.engines.generation.word_file import read_words
from searchkit.engines.generations import GLOSSARY, SUGGESTIONS, TRANSLATIONS
from searchkit.engines.glossary import read_pairs, write_glossary
from searchkit.engines.twins import add_names


def make_glossary(generation: Path, base: Path | None, user: UserGlossary) -> None:
    """Mine the definitions of all articles, those of earlier builds included.

    `base` is the generation before if its glossary was made as this one will be: it is
    taken over if the articles define the same.
    """
    if base and same_definitions(base, generation):
        shutil.copyfile(base / GLOSSARY, generation / GLOSSARY)
        return
    mined = mine(stored_definitions(generation), partial(SortedLines, generation))
    pairs = with_user_pairs(mined, user.path, user.added, user.banned)
    write_glossary(generation, pairs)


def make_translations(
    generation: Path, base: Path | None, dictionary: BilingualFile
) -> None:
    """Write what vocabulary and dictionary say, the same for all articles.

    `base` is a generation that has it already. Raises: ConfigError if the dictionary
    cannot be read.
    """
    if base:
        shutil.copyfile(base / TRANSLATIONS, generation / TRANSLATIONS)
        return
    table = bilingual_table(vocabulary(), entries(dictionary.lines()))
    with ColumnWriter(generation / TRANSLATIONS, TRANSLATIONS) as writer:
        add_names(writer, table)


def make_whoosh_view(generation: Path, count: int) -> None:
    """Have Whoosh find the generation, which is to have so many articles."""
    from searchkit.engines.whoosh.view import write_toc

    write_toc(generation, count)


def begin_suggestions(generation: Path, base: Path | None) -> None:
    """Gather completions from documents and glossary, which are there already.

    `base` is the generation before, if articles were taken over from it. `add_words`
    and `make_suggestions` go on with them, in the same process.
    """
    _completions.cache_clear()  # from a build that failed, perhaps
    _completions(generation, base)


@lru_cache(maxsize=1)
def _completions(generation: Path, base: Path | None) -> Completions:
    with closing(Columns(generation / GLOSSARY, GLOSSARY)) as columns:
        pairs = read_pairs(columns)
    return Completions(
        generation,
        titles=stored_titles(generation),
        headings=stored_headings(generation),
        names=((name, pair.count) for pair in pairs for name in pair.names),
        before=Columns(base / SUGGESTIONS, SUGGESTIONS) if base else None,
    )


def add_words(
    generation: Path, base: Path | None, words: Path, start: int, end: int
) -> None:
    """Take in a stretch of the file of all words of the index."""
    _completions(generation, base).add_words(read_words(words, start, end))


def make_suggestions(generation: Path, base: Path | None, words: Path) -> None:
    """Write the completions; all words are there, and their file is not needed now."""
    _completions(generation, base).write(generation / SUGGESTIONS)
    _completions.cache_clear()
    words.unlink()
