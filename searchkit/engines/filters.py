"""Which documents pass a query's filters?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.analysis.folding import fold
from searchkit.engines.plan import Filters

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
    kept += [_with_path(kernel, reader, part) for part in filters.paths]
    left = kernel.intersection(kept) if kept else kernel.everything()
    for topic in filters.excluded_topics:
        left = kernel.difference(left, kernel.with_topic(_topics(reader, topic)))
    for part in filters.excluded_paths:
        left = kernel.difference(left, _with_path(kernel, reader, part))
    return left


def _topics(reader: GenerationReader, folded: str) -> set[int]:
    """The numbers of the topics that fold to a text."""
    names = enumerate(reader.topic_names)
    return {number for number, name in names if fold(name).text == folded}


def _with_path(kernel: Kernel, reader: GenerationReader, part: str) -> Documents:
    paths = enumerate(reader.folded_doc_ids)
    found = kernel.chosen(number for number, path in paths if part in path)
    return kernel.union([found])
