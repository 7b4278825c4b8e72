"""What were the figures measured on?"""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """One line: date, cores and their load, system, Python, packages that matter."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("whoosh3", "numpy"))
    return (
        f"{date.today()}, {os.cpu_count()} cores ({_processor()}), load {_load()}, "
        f"{platform.system()} {platform.machine()}, Python {sys.version.split()[0]}, "
        f"{packages}"
    )


def _load() -> str:
    """How many processes wanted a core in the last minute, where the system tells."""
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except (AttributeError, OSError):
        return "unknown"


def _processor() -> str:
    """What the processor calls itself, where Linux tells."""
    try:
        rows = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (row.partition(":")[2] for row in rows if row.startswith("model name"))
    return next(names, "unknown").strip()
