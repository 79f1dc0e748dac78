"""A loss run once more with torch's own Python decompositions in place of its kernels, and held against the plain run.

In: a trial. Out: Checks. Which decompositions there are is found through the ATen operators that the loss calls; no loss is known by name.
Loads torch's compiler tables, which takes a second: not for a report that somebody waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from inspector.live import build
from inspector.live.checks import held, not_run
from inspector.live.consistency import Runs, approximately, copied
from inspector.live.derivatives import gradients
from inspector.report import Check

DTYPES = ("float64", "float32")
"""Shorter dtypes are widened inside the decompositions, which makes both runs the same again."""
CLAIM = "the loss value agrees with torch's own decompositions"


@cache
def _tables() -> Mapping[Any, Any]:
    """Operator -> its decomposition, those of torch._refs among them."""
    import_module("torch._refs")
    found: Mapping[Any, Any] = import_module("torch._decomp").decomposition_table
    return found


class _Decomposing(TorchDispatchMode):
    """Replaces each operator that has a decomposition by it, and notes which."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.replaced: dict[str, None] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        decomposition = _tables().get(func)
        if decomposition is None:
            return func(*args, **(kwargs or {}))
        self.replaced[func._schema.name.removeprefix("aten::")] = None
        return decomposition(*args, **(kwargs or {}))


def checks(runs: Runs) -> Iterator[Check]:
    """Value and gradient under each reduction. Nothing where no operator of the loss has a decomposition."""
    if runs.trial.dtype not in DTYPES:
        return
    for reduction, configuration in runs.configurations.items():
        value = runs.value(reduction)
        if value is None:
            continue
        label = runs.label("decomposition", reduction)
        inputs = [copied(one) for one in runs.trial.inputs]
        leaves = [one for one in inputs if isinstance(one, torch.Tensor) and one.requires_grad]
        mode = _Decomposing()
        try:
            instance = runs.trial.make(configuration)
            with mode:
                found = runs.value_of(instance, inputs)
                slopes = gradients(found.sum(), leaves) if found is not None else []
        except build.REFUSALS as error:
            yield not_run(label, CLAIM, f"a decomposition refused: {build.one_line(error)}")
            continue
        if not mode.replaced:
            continue
        if found is None:
            yield not_run(label, CLAIM, runs.refusal)
            continue
        yield held(label, f"{CLAIM}: {', '.join(mode.replaced)}", found, runs.near(value, reduction))
        yield from _gradients(runs, reduction, slopes)


def _gradients(runs: Runs, reduction: str, slopes: list[torch.Tensor]) -> Iterator[Check]:
    """The gradients of both runs; up to the condition that the reference knows of, so nothing where it knows none."""
    worked, value = runs.trial.worked, runs.value(reduction)
    if worked is None or value is None or runs.trial.on_kink() or reduction not in worked.reductions:
        return
    names = [name for name, one in runs.trial.named_inputs().items() if isinstance(one, torch.Tensor) and one.requires_grad]
    leaves = [runs.trial.named_inputs()[name] for name in names]
    plain = gradients(value.sum(), leaves)
    for name, slope, wanted in zip(names, slopes, plain, strict=True):
        known = worked.reductions[reduction].gradients.get(name)
        if known is None:
            continue
        condition = 4 * max(known.columns()[2], default=0.0)  # the reference multiplies the value by numbers of at least a quarter
        label = runs.label("decomposition", reduction)
        yield held(label, f"∂/∂{name} agrees with torch's own decompositions", slope, approximately(wanted, condition))
