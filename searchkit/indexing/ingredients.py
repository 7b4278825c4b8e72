"""What is an index made of beside its articles?

The user's words, the user's glossary and the bilingual dictionary. A generation keeps
digests of them, so that a build knows what of it can stay.
"""

from __future__ import annotations

from searchkit.analysis.analyzer import GLOSSARY_VERSION
from searchkit.analysis.bilingual import BILINGUAL_VERSION
from searchkit.analysis.dictionary import Dictionary, read_dictionaries
from searchkit.analysis.tables import read_table
from searchkit.analysis.translations import VOCABULARY
from searchkit.config import Config
from searchkit.corpus.bilingual_file import BilingualFile, read_bilingual
from searchkit.corpus.glossary_file import UserGlossary, read_user_glossary
from searchkit.indexing.sources import digest_of
from searchkit.record import record


@record
class Ingredients:
    """What the settings of a build name, and digests of what is made of it.

    No translations are made without a bilingual dictionary; their digest is empty then.
    """

    dictionary: Dictionary
    glossary: UserGlossary
    bilingual: BilingualFile | None
    glossary_digest: str
    translations_digest: str


def read_ingredients(config: Config) -> Ingredients:
    """What the settings name. Raises: ConfigError if a file cannot be used."""
    dictionary = read_dictionaries(config.dictionaries)
    glossary = read_user_glossary(config.glossary)
    bilingual = read_bilingual(config.bilingual)
    return Ingredients(
        dictionary,
        glossary,
        bilingual,
        _glossary_digest(glossary),
        _translations_digest(bilingual),
    )


def _glossary_digest(user: UserGlossary) -> str:
    data = repr((GLOSSARY_VERSION, user)).encode("utf-8", "surrogatepass")
    return digest_of(data).hex()


def _translations_digest(bilingual: BilingualFile | None) -> str:
    if bilingual is None:
        return ""
    data = read_table(VOCABULARY) + bilingual.data
    return digest_of(bytes([BILINGUAL_VERSION]) + data).hex()
