"""Writes the small index of this format that the tests keep: tests/data/index-N.

    python scripts/make_released_index.py

Run it once, when a format is about to be released: later versions have to open what it
wrote, or to say what to do. Its Whoosh table of contents is left out, since it is a
pickle, which names the classes of one version.
"""

from __future__ import annotations

import sys
from pathlib import Path

import searchkit
from searchkit import Article
from searchkit.engines import generations

DATA = Path(__file__).parent.parent / "tests" / "data"
ARTICLES = (
    Article("rope.md", "旋转位置编码", "旋转位置编码（RoPE）把位置写成旋转。$x_{t-1}$"),
    Article(
        "softmax.md", "注意力", "The softmax of attention weights.", ("attention",)
    ),
)


def main() -> int:
    """Write it; status 1 if there is one already."""
    index = DATA / f"index-{generations.FORMAT_VERSION}"
    if index.exists():
        print(f"{index} is there already", file=sys.stderr)
        return 1
    report = searchkit.build(ARTICLES, index)
    generation = report.index_path
    manifest = generations.read_manifest(generation)
    for toc in generation.glob("*.toc"):
        toc.unlink()
        manifest.files.pop(toc.name)
    generations.write_manifest(generation, manifest)
    (index / "lock").unlink(missing_ok=True)
    print(index)
    return 0


if __name__ == "__main__":
    sys.exit(main())
