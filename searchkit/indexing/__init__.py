"""How does a corpus become the next generation of an index?"""

from searchkit.indexing.build import Build, ProgressCallback
from searchkit.indexing.sources import Corpus

__all__ = ["Build", "Corpus", "ProgressCallback"]
