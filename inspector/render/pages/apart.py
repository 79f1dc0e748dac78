"""Work -> the same work, done by a copy of this process while this one goes on; where none can be made, when it is waited for.

In: a function that makes pages of what is in memory. Out: a function that waits for them. Only for a process without work in threads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import NoReturn

import msgspec

from inspector.render.pages.page import Page

Work = Callable[[], Iterable[Iterable[Page]]]


def begun(work: Work) -> Callable[[], list[list[Page]]]:
    """Begins the work, and returns what waits for it. Trouble in the copy shows when the work is done here instead."""
    if not _can_copy():
        return lambda: [list(pages) for pages in work()]
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _tell(work, writing)
    os.close(writing)

    def waited() -> list[list[Page]]:
        with os.fdopen(reading, "rb") as stream:
            told = stream.read()
        _, status = os.waitpid(child, 0)
        return msgspec.msgpack.decode(told, type=list[list[Page]]) if status == 0 else [list(pages) for pages in work()]

    return waited


def _can_copy() -> bool:
    """Only Linux copies a process safely, and with one processor it takes longer."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _tell(work: Work, writing: int) -> NoReturn:
    """What the copy does: it leaves without anything that a process does at its end."""
    status = 1
    try:
        with os.fdopen(writing, "wb") as stream:
            stream.write(msgspec.msgpack.encode([list(pages) for pages in work()]))
        status = 0
    finally:
        os._exit(status)
