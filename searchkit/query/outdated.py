"""Was the index built otherwise than it would be now?"""

from __future__ import annotations

from searchkit.analysis.analyzer import fingerprint
from searchkit.analysis.dictionary import dictionaries_digest
from searchkit.errors import ConfigError
from searchkit.model import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.config import Config
    from searchkit.engines.generations import Manifest


def outdated(manifest: Manifest, config: Config) -> tuple[Note, ...]:
    """A note that says how; none if a build would make the same of the articles."""
    if manifest.fingerprint != fingerprint():
        changed = "the index was built with another analysis of text"
    else:
        changed = _changed_dictionaries(manifest.dictionaries, config.dictionaries)
    then = "; run `searchkit build` to bring it up to date"
    return (Note("hint", "index", changed + then),) if changed else ()


def _changed_dictionaries(built_with: str, paths: tuple[str, ...]) -> str:
    """How the dictionaries differ from those of the build; empty if they do not.

    Where the settings name none, as far from the corpus, the index's own words are good
    enough.
    """
    if not paths:
        return ""
    try:
        now = dictionaries_digest(paths)
    except ConfigError as error:
        return f"{error} The words that the index was built with are used"
    same = now == built_with
    return "" if same else "the dictionaries have changed since the index was built"
