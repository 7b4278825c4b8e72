"""What is made of all documents together, once they are written: names and completions.

Each depends on the documents, the words of the index and the user's glossary only.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from searchkit.analysis.glossary import mine, with_user_pairs
from searchkit.corpus.glossary_file import UserGlossary
from searchkit.engines.columns.files import Columns
from searchkit.engines.generation.known import (
    same_definitions,
    stored_definitions,
    stored_headings,
    stored_titles,
)
from searchkit.engines.generation.suggestions import write_suggestions
from searchkit.engines.glossary import read_pairs, write_glossary
from searchkit.engines.reader import GLOSSARY, SUGGESTIONS


def make_glossary(generation: Path, base: Path | None, user: UserGlossary) -> None:
    """Mine the definitions of all articles, those of earlier builds included.

    `base` is the generation before if its glossary was made as this one will be: it is
    taken over if the articles define the same.
    """
    if base and same_definitions(base, generation):
        shutil.copyfile(base / GLOSSARY, generation / GLOSSARY)
        return
    mined = mine(stored_definitions(generation))
    pairs = with_user_pairs(mined, user.path, user.added, user.banned)
    write_glossary(generation, pairs)


def make_suggestions(
    generation: Path, base: Path | None, words: Iterable[tuple[str, int]]
) -> None:
    """Write the completions; the glossary is there already.

    `words` are those of the index with the number of articles that have them. `base` is
    the generation before, if articles were taken over from it.
    """
    with ExitStack() as files:

        def columns(folder: Path, kind: str) -> Columns:
            return files.enter_context(closing(Columns(folder / kind, kind)))

        pairs = read_pairs(columns(generation, GLOSSARY))
        write_suggestions(
            generation / SUGGESTIONS,
            titles=stored_titles(generation),
            headings=stored_headings(generation),
            words=words,
            names=((name, pair.count) for pair in pairs for name in pair.names),
            before=columns(base, SUGGESTIONS) if base else None,
        )
