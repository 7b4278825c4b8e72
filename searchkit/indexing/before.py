"""From which generation may a build start, and what of it can stay?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from searchkit.analysis.analyzer import fingerprint
from searchkit.engines import generations
from searchkit.engines.generation.known import known_digests
from searchkit.errors import IndexStoreError
from searchkit.indexing.ingredients import Ingredients
from searchkit.indexing.sources import Source
from searchkit.record import record

_NONE: Mapping[str, bytes] = MappingProxyType({})
_NO_WARNINGS: Mapping[str, str] = MappingProxyType({})


@record
class Before:
    """A generation whose articles were analysed as they would be now; or none.

    `digests` are those of its articles, by doc_id, and `warnings` what was to be said
    of some. The others are what its manifest says.
    """

    folder: Path | None = None
    digests: Mapping[str, bytes] = _NONE
    warnings: Mapping[str, str] = _NO_WARNINGS
    corpus: str | None = None
    glossary_digest: str = ""
    translations_digest: str = ""

    def has(self, source: Source) -> bool:
        """Whether an article is there as it is now."""
        return self.digests.get(source.doc_id) == source.digest

    def is_made_of(self, corpus: str | None, ingredients: Ingredients) -> bool:
        """Whether it has the same corpus and all else."""
        return (
            self.corpus == corpus
            and self.glossary_digest == ingredients.glossary_digest
            and self.translations_digest == ingredients.translations_digest
        )

    def with_glossary_of(self, ingredients: Ingredients) -> Path | None:
        """Its folder, if its glossary was made as it would be now."""
        same = self.glossary_digest == ingredients.glossary_digest
        return self.folder if same else None

    def with_translations_of(self, ingredients: Ingredients) -> Path | None:
        """Its folder, if its translations are those of the dictionary."""
        same = self.translations_digest == ingredients.translations_digest
        return self.folder if same else None


NOTHING = Before()


def generation_before(index: Path, ingredients: Ingredients) -> Before:
    """The generation that answers, if a build may start from it."""
    folder = generations.current_or_none(index)
    if folder is None:
        return NOTHING
    try:
        manifest = generations.read_manifest(folder)
        generations.compare_seals(folder, manifest)
        analysed = manifest.fingerprint, manifest.dictionaries
        if analysed != (fingerprint(), ingredients.dictionary.digest):
            return NOTHING
        return Before(
            folder,
            known_digests(folder),
            manifest.warnings,
            manifest.corpus,
            manifest.glossary,
            manifest.translations,
        )
    except IndexStoreError:
        return NOTHING
