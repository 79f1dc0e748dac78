"""How often lines of Python end the process at the very access: memory that was only damaged ends it later, somewhere else, or never.

In: lines to paste. Out: a count. Each try is a fresh process, with other bytes in fresh memory than the try before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

FILLS = ("", "1", "255")
"""What the C library fills fresh and freed memory with, where it knows MALLOC_PERTURB_; "" for nothing, as it usually is."""
TRIES = len(FILLS)
ACCESS = tuple(-getattr(signal, name) for name in ("SIGSEGV", "SIGBUS") if hasattr(signal, name))
"""Exit codes of a process that a wrong access ended."""
PATIENCE = 60.0
"""Seconds that one try may take."""


def deaths(lines: str) -> int:
    """In how many of the tries an access to memory ended the process; damage that is found in the heap later does not count."""
    return sum(_dies(lines, fill) for fill in FILLS)


def _dies(lines: str, fill: str) -> bool:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    environment |= {"MALLOC_PERTURB_": fill} if fill else {}
    try:
        ran = subprocess.run([sys.executable, "-c", lines], capture_output=True, check=False, timeout=PATIENCE, env=environment)
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode in ACCESS
