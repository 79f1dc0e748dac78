"""A word on standard error while something takes long: only on a terminal, only after half a second, gone afterwards."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status

PATIENCE = 0.5
"""Seconds before anything is shown."""


class Waiting:
    """A spinner with some words between `begin` and `end`; with `wanted=False` nothing at all. Ends with its `with` block."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb"
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._status: Status | None = None

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def begin(self, words: str) -> None:
        """Shows the words once half a second has gone by; words that are shown already are replaced at once."""
        with self._lock:
            if self._status:
                self._status.update(words)
                return
        self.end()
        if self._wanted:
            self._timer = threading.Timer(PATIENCE, self._show, [words])
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Takes the spinner away, before something else is written to the terminal."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            if self._status:
                self._status.stop()
                self._status = None

    def _show(self, words: str) -> None:
        from rich.console import Console

        with self._lock:
            if self._timer:
                self._status = Console(stderr=True).status(words)
                self._status.start()
