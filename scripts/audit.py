"""Is the locked development environment sound? Works without a network.

    python scripts/audit.py                        the lock file against pyproject.toml
    python scripts/audit.py --advisories all.zip   and against known vulnerabilities

The lock file must pin every package to one version with its hashes, satisfy what
pyproject.toml asks for, and be installed from wheels; what has none stands in
SOURCE_ONLY with the reason. Advisories are those of https://osv.dev in its format: the
archive of the ecosystem PyPI, a folder of JSON files or one file. Status: 0 sound,
1 something found, 2 a file cannot be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-dev.lock"
PROJECT = ROOT / "pyproject.toml"

SOURCE_ONLY = {"jieba": "published as source only; a reference in the tests"}

_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==([^\s;\\]+)\s*(?:;([^\\]*))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """One package of the lock file."""

    name: str
    version: str
    hashes: int


def read_lock(text: str) -> tuple[list[Pin], list[str]]:
    """The pins of a lock file, and the lines that are none.

    >>> read_lock("a==1 \\\\\\n    --hash=sha256:" + "0" * 64 + "\\nb>=2")
    ([Pin(name='a', version='1', hashes=1)], ['b>=2'])
    """
    pins, others = [], []
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if pin := _PIN.match(line):
            hashes = len(_HASH.findall(line))
            pins.append(Pin(canonicalize_name(pin[1]), pin[2], hashes))
        else:
            others.append(line)
    return pins, others


def problems_of_lock(text: str, requirements: list[str]) -> Iterator[str]:
    """What is wrong with the lock file of a project with these requirements."""
    pins, others = read_lock(text)
    for line in others:
        yield f"not a pinned package: {line}"
    for pin in pins:
        if not pin.hashes:
            yield f"{pin.name} {pin.version} has no hash"
    versions: dict[str, list[str]] = {}
    for pin in pins:
        versions.setdefault(pin.name, []).append(pin.version)
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        if name not in versions:
            yield f"{name} is not locked"
        elif not any(requirement.specifier.contains(v) for v in versions[name]):
            yield f"{name} {', '.join(versions[name])} is locked, not {requirement}"


def advisories(path: Path) -> Iterator[dict[str, Any]]:
    """The advisories of an archive, a folder or a file."""
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield json.loads(file.read_bytes())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                yield json.loads(archive.read(name))
    else:
        found = json.loads(path.read_bytes())
        yield from found if isinstance(found, list) else [found]


def affects(advisory: Mapping[str, Any], pin: Pin) -> bool:
    """Whether an advisory speaks of the locked version of a package.

    >>> fixed = {"events": [{"introduced": "0"}, {"fixed": "2.0"}], "type": "ECOSYSTEM"}
    >>> package = {"ecosystem": "PyPI", "name": "A"}
    >>> one = {"affected": [{"package": package, "ranges": [fixed]}]}
    >>> affects(one, Pin("a", "1.9", 1)), affects(one, Pin("a", "2.0", 1))
    (True, False)
    """
    if advisory.get("withdrawn"):
        return False
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI":
            continue
        if canonicalize_name(package.get("name", "")) != pin.name:
            continue
        if pin.version in affected.get("versions", ()):
            return True
        if any(_in_range(r, pin.version) for r in affected.get("ranges", ())):
            return True
    return False


def _in_range(span: Mapping[str, Any], version: str) -> bool:
    if span.get("type") != "ECOSYSTEM":
        return False
    here, inside = Version(version), False
    for event in span.get("events", ()):
        for kind, version_there in event.items():
            there = Version(version_there)
            if kind == "introduced" and here >= there:
                inside = True
            elif (kind == "fixed" and here >= there) or (
                kind == "last_affected" and here > there
            ):
                inside = False
    return inside


def known_vulnerabilities(path: Path, pins: list[Pin]) -> Iterator[str]:
    """What the advisories say of the locked packages."""
    for advisory in advisories(path):
        for pin in pins:
            if affects(advisory, pin):
                what = advisory.get("summary") or advisory.get("details", "")[:80]
                yield f"{pin.name} {pin.version}: {advisory.get('id')} {what}"


def requirements_of(project: Path) -> list[str]:
    """What a project asks for, its development extra included."""
    table = tomllib.loads(project.read_text("utf-8"))["project"]
    return [*table["dependencies"], *table["optional-dependencies"]["dev"]]


def main() -> int:
    """Print what is found; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lock", type=Path, default=LOCK)
    parser.add_argument("--advisories", type=Path)
    options = parser.parse_args()
    try:
        text = options.lock.read_text("utf-8")
        found = list(problems_of_lock(text, requirements_of(PROJECT)))
        pins, _ = read_lock(text)
        if options.advisories:
            found += known_vulnerabilities(options.advisories, pins)
    except (OSError, ValueError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    for problem in found:
        print(problem)
    source = [pin.name for pin in pins if pin.name in SOURCE_ONLY]
    print(
        f"{len(pins)} packages locked, {len(found)} problems; "
        f"installed from source: {', '.join(source) or 'none'}; "
        f"vulnerabilities: {'looked up' if options.advisories else 'not looked up'}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
