"""Which documents pass a query's filters?"""

from __future__ import annotations

from collections.abc import Iterable

from searchkit.analysis.folding import fold
from searchkit.engines.plan import Filters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.kernels.base import Documents, Kernel
    from searchkit.engines.reader import GenerationReader


def passing(kernel: Kernel, reader: GenerationReader, filters: Filters) -> Documents:
    """The documents that pass all of the filters."""
    kept = [kernel.with_topic(_topics(reader, topic)) for topic in filters.topics]
    if filters.since or filters.until:
        from datetime import date

        first = (filters.since or date.min).toordinal()
        kept.append(kernel.dated(first, (filters.until or date.max).toordinal()))
    if filters.paths or filters.excluded_paths:
        kept.append(_with_path(kernel, reader, filters))
    return kernel.intersection(kept) if kept else kernel.everything()


def _topics(reader: GenerationReader, folded: str) -> set[int]:
    """The numbers of the topics that fold to a text."""
    names = enumerate(reader.topic_names)
    return {number for number, name in names if fold(name).text == folded}


def _with_path(kernel: Kernel, reader: GenerationReader, filters: Filters) -> Documents:
    """The documents whose path has all of the parts, and none of those excluded."""
    paths = reader.folded_doc_ids
    left: Iterable[int] = range(len(paths))
    for part in dict.fromkeys(filters.paths):
        left = [number for number in left if part in paths[number]]
    for part in dict.fromkeys(filters.excluded_paths):
        left = [number for number in left if part not in paths[number]]
    return kernel.union([kernel.chosen(left)])
