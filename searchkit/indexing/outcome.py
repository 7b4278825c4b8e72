"""What came of a build?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from searchkit.errors import CorpusError
from searchkit.indexing.before import Before
from searchkit.indexing.changes import Changes
from searchkit.indexing.sources import Failure, Sources
from searchkit.model import BuildReport


def refusal(failures: Sequence[Failure]) -> CorpusError:
    """What a strict build says of failures."""
    name, reason = failures[0]
    more = len(failures) - 1
    others = f" (and {more} more)" if more else ""
    return CorpusError(
        f"{name}: {reason}{others}; the index is left as it was.",
        path=name,
        hint="Mend the article, or build without --strict.",
    )


def warnings(
    failures: Sequence[Failure], sources: Sources, left_out: Set[str]
) -> dict[str, str]:
    """What is to be said of articles that are in the index nevertheless."""
    said = dict(failures)
    if not said:
        return {}
    names = {name for name in sources.doc_ids() if name in said} - left_out
    return {name: why for name, why in said.items() if name in names}


def report(
    generation: Path,
    before: Before,
    changes: Changes,
    left_out: Set[str],
    failures: Sequence[Failure],
    warned: Mapping[str, str],
) -> BuildReport:
    """The counts, without the time that it took."""
    old = before.digests.keys()
    known = sum(name in old for name in changes.changed.doc_ids())
    updated = known - len(left_out & old)
    unchanged = len(changes.unchanged)
    return BuildReport(
        added=len(changes.changed) - len(left_out) - updated,
        updated=updated,
        unchanged=unchanged,
        removed=len(old) - unchanged - updated,
        failures=tuple(sorted(failures)),
        skipped=frozenset(name for name, _ in failures if name not in warned),
        index_path=generation,
        took_s=0.0,
    )
