"""The hooks a configuration can ask for: plain functions that do nothing, so that only the path they open is seen.

In: whatever torch hands a hook. Out: None, which leaves every value as it is. Keeps no state. The reader names a hook's call by
the qualified name of its function here: `inspector.live.hooks.on_` and the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def on_forward(module: Any, args: Any, output: Any) -> None:
    """None: the output stays as it is."""


def on_forward_pre(module: Any, args: Any) -> None:
    """None: the inputs stay as they are."""


def on_full_backward(module: Any, grad_input: Any, grad_output: Any) -> None:
    """None: the gradient of the inputs stays as it is."""


def on_full_backward_pre(module: Any, grad_output: Any) -> None:
    """None: the gradient of the output stays as it is."""


FUNCTIONS: dict[str, Callable[..., None]] = {
    "forward": on_forward,
    "forward_pre": on_forward_pre,
    "full_backward": on_full_backward,
    "full_backward_pre": on_full_backward_pre,
}
"""Kind of hook -> the function that stands for it."""


def register(instance: Any, kinds: tuple[str, ...]) -> None:
    """Registers one hook of each kind on a module, in that order."""
    for kind in kinds:
        getattr(instance, f"register_{kind}_hook")(FUNCTIONS[kind])
