"""What every test gets: a world that must be the same afterwards. Never imports torch; looks at it only once a test has."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def world_as_before() -> Iterator[None]:
    """Fails the test after which grad mode, default dtype, random state or `torch.nn.Module` is not as it was.

    A test that imports torch for the first time is held to the state torch starts with.
    """
    before = _state_of_python()
    torch_before = _state_of_torch()
    yield
    changed = [name for name, value in _state_of_python().items() if before[name] != value]
    torch_after = _state_of_torch()
    if torch_after:
        expected = torch_before or _fresh_torch()
        changed += [name for name, value in expected.items() if not _same(torch_after[name], value)]
    assert not changed, f"the test left the world changed: {', '.join(changed)}"


def _state_of_python() -> dict[str, Any]:
    return {
        "random state": random.getstate(),
        "sys.setprofile": sys.getprofile(),
        "sys.settrace": sys.gettrace(),
        "sys.excepthook": sys.excepthook,
        "recursion limit": sys.getrecursionlimit(),
    }


def _state_of_torch() -> dict[str, Any]:
    """Empty while nothing has imported torch."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "nn"):
        return {}
    return {
        "torch grad mode": torch.is_grad_enabled(),
        "torch inference mode": torch.is_inference_mode_enabled(),
        "torch default dtype": torch.get_default_dtype(),
        "torch anomaly mode": torch.is_anomaly_enabled(),
        "torch deterministic mode": torch.are_deterministic_algorithms_enabled(),
        "torch threads": torch.get_num_threads(),
        "torch random state": torch.random.get_rng_state(),
        "torch dispatch modes": torch._C._len_torch_dispatch_stack(),
        "torch function modes": torch._C._len_torch_function_stack(),
        "Module members": {name: value for name, value in vars(torch.nn.Module).items() if name != "__doc__"},
        "global hooks": _global_hooks(torch),
    }


def _global_hooks(torch: Any) -> dict[str, tuple[Any, ...]]:
    module = sys.modules["torch.nn.modules.module"]
    return {name: tuple(value) for name, value in vars(module).items() if name.startswith("_global_") and hasattr(value, "__iter__")}


def _fresh_torch() -> dict[str, Any]:
    """What torch starts with, where a test was the first to import it. The random state is whatever it was seeded with."""
    torch = sys.modules["torch"]
    return {
        "torch grad mode": True,
        "torch inference mode": False,
        "torch default dtype": torch.float32,
        "torch anomaly mode": False,
        "torch dispatch modes": 0,
        "torch function modes": 0,
    }


def _same(one: Any, other: Any) -> bool:
    if hasattr(one, "equal"):
        return bool(one.equal(other))
    return bool(one == other)
