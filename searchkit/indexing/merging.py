"""What does a worker do that merges postings?

In a file of its own, so that it loads nothing else.
"""

from __future__ import annotations

from searchkit.engines.generation.slab_merge import Merging, SlabMerger
from searchkit.indexing.pool import Note


def slab_merger(how: Merging, note: Note) -> SlabMerger:
    """Work whose tasks are slabs of terms."""
    return SlabMerger(how)
