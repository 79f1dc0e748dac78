"""Where the files lie that travel with the program: templates, the hand-written documentation, the configuration of the site.

In: a name at the top of the checkout. Out: its path, in the checkout or in the installed package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def shipped(name: str) -> Path:
    """The path of something that lies at the top of the checkout, and inside the package where a wheel was installed."""
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name
