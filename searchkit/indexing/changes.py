"""What has changed in a corpus since the generation before?"""

from __future__ import annotations

from array import array
from collections.abc import Set

from searchkit.indexing.before import Before
from searchkit.indexing.sources import Sources
from searchkit.record import record


@record
class Changes:
    """The articles of now: those that are new or other, and the doc_ids of the rest."""

    sources: Sources
    changed: Sources
    unchanged: Set[str]

    def count(self, left_out: Set[str]) -> int:
        """How many articles there are, without changed ones that are left out."""
        return len(self.changed) - len(left_out) + len(self.unchanged)


def changes_since(before: Before, sources: Sources) -> Changes:
    """The sources compared with a generation."""
    unchanged = {source.doc_id for source in sources if before.has(source)}
    named = enumerate(sources.doc_ids())
    numbers = array("Q", (at for at, name in named if name not in unchanged))
    changed = sources.chosen(numbers)
    sources.release()
    return Changes(sources, changed, unchanged)
