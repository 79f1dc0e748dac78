"""Where the C++ and CUDA code of a native function or ATen operator stands: the file of each kernel, as of one release.

In: the name that a trace or an observation ends in. Out: Kernels with their files, relative to PyTorch's repository. The table
lies beside this file; how each entry was verified stands in it. No line numbers: the files were not read at that commit.
"""

from __future__ import annotations

import functools
from importlib import resources

import msgspec

from inspector.losses.schema import Spec

KEYS = {
    "CPU": "CPU", "CUDA": "CUDA", "MPS": "Metal", "CompositeImplicitAutograd": "every device", "CompositeExplicitAutograd": "every device",
    "Meta": "shapes only", "inner": "called by it",
}  # fmt: skip
"""Dispatch key -> where its kernel runs."""


class Kernel(Spec, frozen=True):
    """One C++ function behind an operator."""

    key: str
    """Dispatch key, or "inner" for a function that the kernel calls."""
    symbol: str
    file: str
    """In PyTorch's repository."""
    verified: bool
    """Whether the symbol was read in a stored version of that file."""
    shown_by: str = ""
    """What the published binaries of the release show of it."""
    note: str = ""


class Operator(Spec, frozen=True):
    """One ATen operator."""

    kernels: tuple[Kernel, ...]
    note: str = ""
    node: str | None = None
    """Name of its autograd node; None where it has none of its own."""


class Built(Spec, frozen=True):
    """The release that a table is about."""

    version: str
    commit: str


class _Table(Spec, frozen=True):
    release: Built
    functions: dict[str, tuple[str, ...]]
    operators: dict[str, Operator]


@functools.cache
def _table() -> _Table:
    return msgspec.json.decode(resources.files(__package__).joinpath("native_sources.json").read_bytes(), type=_Table)


def as_of() -> Built:
    """The release that the table is about."""
    return _table().release


def kernels_of(name: str) -> tuple[Kernel, ...]:
    """The kernels behind a native function (`torch._C._nn.mse_loss`) or an operator (`aten::mse_loss`); () for one not in the table."""
    table = _table()
    operators = table.functions.get(name, (name.removeprefix("aten::").removeprefix("aten.").removesuffix(".default"),))
    found = [kernel for each in operators if each in table.operators for kernel in table.operators[each].kernels]
    return tuple(dict.fromkeys(found))
