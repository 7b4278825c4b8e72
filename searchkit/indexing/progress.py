"""How far is a build? Who asked for it hears of it here."""

from __future__ import annotations

from searchkit.model import Phase, Progress, ProgressCallback


class Teller:
    """Tells how far a phase is, if somebody wants to hear of it."""

    def __init__(self, hear: ProgressCallback | None) -> None:
        self._hear = hear

    def tell(
        self,
        phase: Phase,
        done: int,
        total: int,
        *,
        done_bytes: int = 0,
        total_bytes: int = 0,
    ) -> None:
        """So many articles are done, and bytes, where these are counted."""
        if self._hear:
            self._hear(Progress(phase, done, total, done_bytes, total_bytes))
