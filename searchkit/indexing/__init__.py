"""How does a corpus become the next generation of an index?"""

from searchkit.indexing.build import Build, Corpus, ProgressCallback

__all__ = ["Build", "Corpus", "ProgressCallback"]
