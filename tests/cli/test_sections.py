"""Further sections of a hit, and what is folded into it, piped."""

from pathlib import Path

import pytest

from cli.support import Run

GUIDE = """\
---
title: 量子指南
---

# 安装

量子比特在这里安装，量子。

# 使用

量子比特在这里使用。

# 历史

很久以前，量子。
"""


@pytest.fixture
def twins(fresh: Path, run: Run) -> None:
    for language in ("zh", "en"):
        file = fresh / "corpus" / language / "guide.md"
        file.parent.mkdir()
        file.write_text(GUIDE, encoding="utf-8")
    assert run("build").exit_code == 0


@pytest.mark.usefixtures("twins")
def test_sections_without_a_snippet_have_a_line(run: Run) -> None:
    shown = run("search", "量子", "--limit", "1").stdout
    lines = [line for line in shown.splitlines() if "guide.md:" in line]
    headings = [line.split(": ")[1] for line in lines]
    assert sorted(headings) == ["使用", "历史", "安装"]
    assert len(lines[-1].split(": ")) == 2


@pytest.mark.usefixtures("twins")
def test_twins_are_folded(run: Run) -> None:
    shown = run("search", "量子", "--collapse").stdout
    assert "\n   = zh/guide.md\n" in shown
    assert "2 articles match, 1 folded\n" in shown
    assert run("search", "量子", "--collapse", "--paths").stdout == "en/guide.md\n"
