"""The lock file is complete, and the audit finds what is wrong with one."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, script

HASH = "--hash=sha256:" + "0" * 64


audit = script("audit")


def test_the_lock_file_is_sound() -> None:
    command = [sys.executable, str(ROOT / "scripts/audit.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("lock", "problem"),
    [
        (f"click==8.2.0 {HASH}", ""),
        ("click==8.2.0", "click 8.2.0 has no hash"),
        (f"click==7.0 {HASH}", "click 7.0 is locked, not click<9,>=8.2"),
        (f"rich==14.0 {HASH}", "click is not locked"),
        (f"click==8.2.0 {HASH}\n-e .", "not a pinned package: -e ."),
    ],
)
def test_what_is_wrong_with_a_lock_file_is_said(lock: str, problem: str) -> None:
    found = list(audit.problems_of_lock(lock, ["click>=8.2,<9"]))
    assert found == ([problem] if problem else [])


def advisory(**affected: object) -> dict[str, object]:
    package = {"ecosystem": "PyPI", "name": "Py_Yaml"}
    return {
        "id": "X-1",
        "summary": "bad",
        "affected": [{"package": package} | affected],
    }


@pytest.mark.parametrize(
    ("affected", "found"),
    [
        ({"versions": ["5.3"]}, True),
        ({"versions": ["5.2"]}, False),
        (
            {
                "ranges": [
                    {
                        "type": "ECOSYSTEM",
                        "events": [{"introduced": "5"}, {"last_affected": "5.3"}],
                    }
                ]
            },
            True,
        ),
        (
            {
                "ranges": [
                    {
                        "type": "ECOSYSTEM",
                        "events": [{"introduced": "5"}, {"fixed": "5.3"}],
                    }
                ]
            },
            False,
        ),
    ],
)
def test_advisories_are_matched_by_name_and_version(
    affected: dict[str, object], found: bool, tmp_path: Path
) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("X-1.json", json.dumps(advisory(**affected)))
    pins, _ = audit.read_lock(f"py-yaml==5.3 {HASH}")
    told = list(audit.known_vulnerabilities(archive, pins))
    assert told == (["py-yaml 5.3: X-1 bad"] if found else [])
