"""inspect-loss explains PyTorch's losses from their own sources, and proves what it says.

In: nothing. Out: the public names, loaded when they are first used; importing the package loads nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.errors import CouldNotRun, InspectError
    from inspector.pipeline import inspect_loss
    from inspector.render.notebook import mimebundle
    from inspector.report import Report

__version__ = "0.1.0"
__all__ = ["CouldNotRun", "InspectError", "Report", "__version__", "inspect_loss", "mimebundle"]

_HOMES = {
    "inspect_loss": "pipeline",
    "Report": "report",
    "InspectError": "errors",
    "CouldNotRun": "errors",
    "mimebundle": "render.notebook",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"inspector.{_HOMES[name]}"), name)
