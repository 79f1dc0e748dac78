"""One thread while small tensors are run: on a few numbers, torch's pool of threads costs more than it computes.

In: nothing. Out: a context in which torch uses one thread; the number from before comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Runs what is inside with one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
