"""A progress bar on standard error while many things are done: only on a terminal, gone afterwards.

In: how many are done, of how many. Out: nothing but the bar.
"""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """A bar that begins empty with its `with` block and is gone at its end; with `wanted=False` nothing at all."""

    def __init__(self, words: str, *, wanted: bool = True) -> None:
        self._words = words
        self._wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb"
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        if self._wanted:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task(self._words, total=None)
            self._progress.start()
        return self

    def at(self, done: int, whole: int) -> None:
        """Shows that so many are done."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=whole)

    def doing(self, words: str, done: int, whole: int) -> None:
        """Shows what is being done now, and that so many are done."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=words)
        self.at(done, whole)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()
