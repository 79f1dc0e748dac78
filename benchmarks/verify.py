"""Measures verification: value-and-gradient checks a second, and PyTorch's own module samples against their references; prints one table.

In: the installed torch. Out: the table in Markdown on stdout, everything measured in one process of one run. Nothing is kept.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

from inspector import losses
from inspector.live import build, configurations, instances, threads, verify
from inspector.live.references import References
from inspector.report import Configuration

LEAST = 3000
"""Value-and-gradient checks a second, references known."""


def main() -> int:
    """Measures and prints; 0 where the budget is kept."""
    warnings.simplefilter("ignore")
    with threads.one_thread(), build.fixed_random():
        known = References()
        cold, checks = timed(lambda: ours(known))
        warm = min(timed(lambda: ours(known))[0] for _ in range(3))
        all_kinds, every = timed(lambda: ours(known, kinds=verify.KINDS))
        theirs, samples = timed(pytorchs)
    print(table(cold, warm, (all_kinds, every), (theirs, samples), checks))
    rate = checks / warm
    if rate < LEAST:
        print(f"under budget: {rate:.0f} checks a second", file=sys.stderr)
    return int(rate < LEAST)


def timed(run: Callable[[], int]) -> tuple[float, int]:
    """Seconds, and what was counted."""
    start = time.perf_counter()
    counted = run()
    return time.perf_counter() - start, counted


def ours(known: References, kinds: tuple[str, ...] = ("value", "gradient")) -> int:
    """How many checks ran, over every configuration of every loss."""
    found = (verify.verify(losses.find(each.subject), each, kinds=kinds, references=known) for each in every_configuration())
    return sum(check.status != "not_run" for checks in found for check in checks)


def every_configuration() -> Iterator[Configuration]:
    """Those that `verify --all` goes through."""
    for name in losses.FILES:
        definition = losses.find(name)
        if definition is not None and definition.cases:
            yield from configurations.all_pairs(definition, instances.signature_of(build.find_class(name)), name)


def pytorchs() -> int:
    """How many of PyTorch's module samples for losses were run against the references that come with them: the value, as its tests do."""
    from torch.testing._internal.common_modules import module_db

    ran = 0
    for info in module_db:
        if info.module_cls.__name__.endswith(("Loss", "Loss2d")):
            made = info.module_inputs_func(info, device="cpu", dtype=torch.float64, requires_grad=True, training=True)
            ran += sum(_agrees(info.module_cls, sample) for sample in made)
    return ran


def _agrees(cls: Any, sample: Any) -> bool:
    """True where the sample has a reference; raises where they differ."""
    if sample.reference_fn is None:
        return False
    module = cls(*sample.constructor_input.args, **sample.constructor_input.kwargs).to(torch.float64)
    call = sample.forward_input
    args, named = [_leaf(one) for one in call.args], {name: _leaf(one) for name, one in call.kwargs.items()}
    value = module(*args, **named)
    torch.testing.assert_close(value, sample.reference_fn(module, *args, **named), equal_nan=True)
    return True


def _leaf(value: Any) -> Any:
    """A tensor of its own: their references copy what they are given, which only leaves allow."""
    return value.detach() if isinstance(value, torch.Tensor) else value


def table(cold: float, warm: float, every: tuple[float, int], theirs: tuple[float, int], checks: int) -> str:
    """The rows, rates as a ratio to PyTorch's."""
    rate = theirs[1] / theirs[0]
    rows = [
        ("value and gradient, references known", checks, warm),
        ("the same, nothing known", checks, cold),
        ("all kinds, first derivatives known", every[1], every[0]),
        ("PyTorch's module samples against their references (value)", theirs[1], theirs[0]),
    ]
    lines = [f"| {name} | {count:,} | {taken:.2f} s | {count / taken:,.0f} | {count / taken / rate:.1f} |" for name, count, taken in rows]
    return "\n".join(["| job | checks | time | checks a second | ratio to PyTorch's |", "|---|---|---|---|---|", *lines])


if __name__ == "__main__":
    sys.exit(main())
