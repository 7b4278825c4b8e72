"""A tiny corpus, and ways to run `searchkit` in a pipe or a terminal."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result

ARTICLES = {
    "attention/rope.md": """\
---
title: 旋转位置编码 RoPE
topics: [attention, position]
date: 2024-09-03
---

旋转位置编码把位置写成旋转矩阵。

## 推导

二维旋转 $x_{t-1}$ 的内积只含相对位置。
""",
    "attention/flash.md": """\
---
title: FlashAttention
topics: [attention]
date: 2023-05-01
---

分块计算注意力，不写出整个矩阵。
""",
    "systems/docker.md": """\
---
title: 容器 Docker
topics: [systems]
---

容器用 docker run --help 查看帮助。
""",
    "systems/podman.md": """\
---
title: 容器 Podman
topics: [systems]
---

容器不需要守护进程。
""",
}

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]


def write_corpus(folder: Path) -> Path:
    """The articles under `folder/corpus`."""
    for doc_id, text in ARTICLES.items():
        file = folder / "corpus" / doc_id
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def plain_environment(**more: str) -> dict[str, str]:
    """This environment without what would change the output."""
    changing = ("SEARCHKIT_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PAGER", "LESS")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(changing)}
    return {**kept, **more}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a command wrote to its terminal, and how it ended."""

    text: str
    status: int


class Terminal:
    """A terminal of 80 columns in which one command at a time can run."""

    def start(
        self, *args: str, stdout_only: bool = False, **environment: str
    ) -> "Session":
        """Starts a command; with `stdout_only` its standard error goes nowhere."""
        ours, theirs = pty.openpty()
        size = struct.pack("HHHH", 40, 80, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        child = subprocess.Popen(
            [sys.executable, "-m", "searchkit", *args],
            env=plain_environment(**{"TERM": "xterm-256color", **environment}),
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.DEVNULL if stdout_only else theirs,
            start_new_session=True,
            preexec_fn=_listen,
        )
        os.close(theirs)
        return Session(child, ours)

    def run(self, *args: str, stdout_only: bool = False, **environment: str) -> Seen:
        """Runs a command to its end."""
        return self.start(*args, stdout_only=stdout_only, **environment).end()


def _listen() -> None:
    """Hear what a background job of a shell, or one under nohup, is deaf for."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@dataclass(slots=True)
class Session:
    """A command that runs in a terminal."""

    child: subprocess.Popen[bytes]
    ours: int
    seen: bytes = b""

    def wait_for(self, text: str) -> None:
        """Reads until `text` has been written."""
        while text.encode() not in self.seen:
            if not self._read():
                raise AssertionError(f"{text!r} never came: {self.seen!r}")

    def end(self) -> Seen:
        """Reads to the end, with lines ended as in a file."""
        while self._read():
            pass
        os.close(self.ours)
        status = self.child.wait(timeout=60)
        return Seen(self.seen.decode().replace("\r\n", "\n"), status)

    def _read(self) -> bool:
        try:
            got = os.read(self.ours, 1 << 16)
        except OSError:  # all who had the terminal open are gone
            return False
        self.seen += got
        return bool(got)


def without_escapes(text: str) -> str:
    """`text` without colours and links."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\", "", text)
