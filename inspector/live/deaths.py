"""How often lines of Python end the process that runs them: what ends it once may not do so every time.

In: lines to paste. Out: a count. Each try is a fresh process, as a user would start it.
"""

from __future__ import annotations

import os
import subprocess
import sys

TRIES = 3
PATIENCE = 60.0
"""Seconds that one try may take."""


def deaths(lines: str) -> int:
    """In how many of the tries a signal ended the process."""
    return sum(_dies(lines) for _ in range(TRIES))


def _dies(lines: str) -> bool:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    try:
        ran = subprocess.run([sys.executable, "-c", lines], capture_output=True, check=False, timeout=PATIENCE, env=environment)
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode < 0
