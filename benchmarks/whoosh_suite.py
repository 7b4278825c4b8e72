"""Whoosh's own tests on Whoosh's codec and on ours: how many pass?

    python benchmarks/whoosh_suite.py PATH_TO_WHOOSH_TESTS [TEST_FILE …]

The tests come with the source distribution (`pip download --no-binary :all: --no-deps
whoosh3`); they are run where they are, twice, by pytest in a process of its own. For
the second run each codec that a test asks Whoosh for is a `ColumnCodec`. Prints the
counts side by side and every test that passes with the stock codec and not with ours;
the status is 1 if there is one. Tests of the stock codec's own bytes are left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

STOCK_BYTES = (  # they break or count what the stock codec writes
    "test_corrupt_postings_block_raises_clear_error",
    "test_tiny_blocks_stored_uncompressed_round_trip",
)
CODECS = ("stock", "columns")

_TIMEOUT_S = 1200


def main() -> int:
    """Run the tests with both codecs and print what came of it."""
    arguments = _arguments()
    names = arguments.files or [arguments.tests]
    paths = [arguments.tests / name for name in names]
    outcomes = {codec: _outcomes(codec, paths) for codec in CODECS}
    print(f"{'codec':10}{'passed':>8}{'failed':>8}{'skipped':>8}")
    for codec, found in outcomes.items():
        counts = Counter(found.values())
        row = "".join(f"{counts[kind]:8}" for kind in ("passed", "failed", "skipped"))
        print(f"{codec:10}{row}")
    stock, ours = (outcomes[codec] for codec in CODECS)
    worse = [test for test, found in stock.items() if _is_worse(found, ours.get(test))]
    for test in worse:
        print(f"{test}: {stock[test]} with the stock codec, {ours.get(test)} with ours")
    return 1 if worse else 0


def use_columns() -> None:
    """Make every codec that Whoosh is asked for one of ours."""
    from whoosh import codec
    from whoosh.codec import whoosh3

    from searchkit.engines.whoosh.codec import ColumnCodec

    codec.default_codec = ColumnCodec
    whoosh3.W3Codec = ColumnCodec


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tests", type=Path, help="the folder of Whoosh's tests")
    parser.add_argument("files", nargs="*", help="only these of its files")
    return parser.parse_args()


def _outcomes(codec: str, paths: list[Path]) -> dict[str, str]:
    """What became of each test: passed, failed or skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        if codec == "columns":  # also for the processes that tests start
            (Path(folder) / "sitecustomize.py").write_text(_PATCH, "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["--tb=short", f"--junit-xml={report}"]
        run = subprocess.run(
            [*command, *map(str, paths)],
            cwd=folder,
            env=_environment(folder),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        if not report.exists():
            raise SystemExit(run.stdout + run.stderr)
        cases = ET.parse(report).iter("testcase")
        return dict(_outcome(c) for c in cases if c.get("name") not in STOCK_BYTES)


_PATCH = "from benchmarks.whoosh_suite import use_columns\n\nuse_columns()\n"


def _environment(folder: str) -> dict[str, str]:
    root = Path(__file__).resolve().parents[1]
    paths = [folder, str(root), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _outcome(case: ET.Element) -> tuple[str, str]:
    name = f"{case.get('classname')}::{case.get('name')}"
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        return name, "failed"
    return name, "skipped" if "skipped" in kinds else "passed"


def _is_worse(stock: str, ours: str | None) -> bool:
    return stock == "passed" and ours != "passed"


if __name__ == "__main__":
    sys.exit(main())
