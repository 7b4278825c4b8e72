"""What does a worker do that packs pages?

In a file of its own, so that it loads nothing else.
"""

from __future__ import annotations

from searchkit.engines.generation.page_merge import PagePacker, PagePacking
from searchkit.indexing.pool import Note


def page_packer(how: PagePacking, note: Note) -> PagePacker:
    """Work whose tasks are pieces of the sources."""
    return PagePacker(how)
