"""Where do the peers live? In a virtual environment of their own, made once.

searchkit's dependencies are not theirs. Xapian has no wheels on PyPI, so it is left
out: with Debian's `python3-xapian` it could be added as one more module of `systems`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PACKAGES = (
    "tantivy>=0.27",
    "bm25s>=0.3.16",
    "whoosh3>=3.54,<4",
    "jieba==0.42.1",
    "numpy>=2",
    "ripgrep>=15",
)
PEERS = ("tantivy", "sqlite", "bm25s", "whoosh")
WITHOUT_WHEELS = ("xapian",)


def default_cache() -> Path:
    """The user's cache folder for searchkit's benchmarks."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "searchkit-benchmarks"


def prepare(cache: Path) -> Path:
    """The Python of the peers' environment; made with pip if it is not there yet."""
    folder = cache / "peers"
    python = folder / "bin" / "python"
    stamp = folder / "packages.txt"
    wanted = "\n".join(PACKAGES)
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"making {folder} with {', '.join(PACKAGES)}", file=sys.stderr)
    venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES]
    subprocess.run(pip, check=True, stdout=subprocess.DEVNULL)
    stamp.write_text(wanted)
    return python


def versions(python: Path) -> str:
    """The peers and their versions, in one line."""
    lines = (
        "import sqlite3, importlib.metadata as m",
        "names = ('tantivy', 'bm25s', 'whoosh3', 'jieba', 'numpy')",
        "has = {d.metadata['Name'].lower() for d in m.distributions()}",
        "print(', '.join(f'{n} {m.version(n)}' for n in names if n in has)",
        "      + f', SQLite {sqlite3.sqlite_version}')",
    )
    command = [str(python), "-c", "\n".join(lines)]
    return subprocess.check_output(command, text=True).strip()


def ripgrep(python: Path) -> Path | None:
    """`rg` of the peers' environment, if it is there."""
    beside = python.parent / "rg"
    return beside if beside.exists() else None
