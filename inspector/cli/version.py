"""Which inspect-loss, which torch, which Python, in three lines; torch is asked without importing it."""

from __future__ import annotations

import sys


def versions() -> str:
    """The three versions, one a line."""
    import inspector

    python = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return f"inspect-loss {inspector.__version__}\n{_torch()}\n{python}"


def _torch() -> str:
    from inspector.errors import CouldNotRun
    from inspector.source.finders import find_installed

    try:
        release = find_installed().release
    except CouldNotRun as error:
        return f"torch: {error.what}"
    return f"torch {release.version}" + (f" ({release.git_version})" if release.git_version else "")
