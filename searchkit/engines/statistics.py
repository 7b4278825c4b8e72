"""How large is a generation, and of what versions?"""

from __future__ import annotations

from collections import Counter

from searchkit.engines.generations import number_of
from searchkit.engines.reader import GenerationReader
from searchkit.model import IndexStats


def statistics(reader: GenerationReader) -> IndexStats:
    """The size and the versions; topics with the most articles first."""
    manifest, names = reader.manifest, reader.topic_names
    counts = Counter(names[number] for number in reader.topic_numbers)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return IndexStats(
        documents=reader.document_count,
        terms=len(reader.text.terms) + len(reader.math.terms),
        size_bytes=sum(size for size, _ in manifest.files.values()),
        text_bytes=sum(reader.text_bytes),
        generation=number_of(reader.path),
        built_at=manifest.built_at,
        format_version=manifest.format_version,
        analyzer=manifest.fingerprint,
        corpus=manifest.corpus,
        topics=dict(ranked),
    )
