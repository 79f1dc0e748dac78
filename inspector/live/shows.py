"""What an answer shows beside its words: rows of what was tried, bars, autograd nodes, and lines of torch's own text.

In: what the losses' files ask for, and the values by name that a run gave. Out: plain data to draw. Judges nothing.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

import torch

from inspector.live import autograd
from inspector.live.expressions import evaluate
from inspector.losses import schema
from inspector.report import BarsShown, LinesShown, NodesShown, Shown, TableShown, number


def shown(wanted: schema.Table | schema.Bars | schema.Nodes | schema.Lines, names: Mapping[str, Any]) -> Shown:
    """What is shown, with what came; raises what its expression raises."""
    if isinstance(wanted, schema.Table):
        rows = tuple(tuple(map(cell, row)) for row in evaluate(wanted.rows, names))
        return TableShown(wanted.title, wanted.columns, rows, wanted.rows, wanted.reads, wanted.marked)
    if isinstance(wanted, schema.Bars):
        bars = evaluate(wanted.bars, names)
        return BarsShown(wanted.title, tuple(bars), tuple(number(plain(each)) for each in bars.values()), wanted.bars)
    if isinstance(wanted, schema.Nodes):
        graph = autograd.graph_of(evaluate(wanted.value, names))
        return NodesShown(wanted.title, graph.nodes, graph.edges, wanted.value)
    return _lines(wanted)


def _lines(wanted: schema.Lines) -> LinesShown:
    """Where the lines stand; raises LookupError where the text has no such line, and AttributeError where there is no such function."""
    module, _, name = wanted.of.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    text, start = inspect.getsourcelines(function)
    stripped = [line.strip() for line in text]
    first = [at for at, line in enumerate(stripped) if line.startswith(wanted.first)]
    last = [at for at, line in enumerate(stripped) if line.startswith(wanted.last)]
    if not first or not last:
        raise LookupError(f"{wanted.of} has no line that begins with `{wanted.last if first else wanted.first}`")
    file = module.replace(".", "/") + ".py"
    return LinesShown(wanted.title, file, start + first[0], start + last[-1])


def cell(value: Any) -> str:
    """A text as it stands, a number for the eye."""
    return value if isinstance(value, str) else figure(plain(value))


def plain(value: Any) -> float:
    """The number in a tensor, or the number itself."""
    return float(value.detach()) if isinstance(value, torch.Tensor) else float(value)


def figure(value: float) -> str:
    """A number for the eye: whole ones without a fraction, others to four digits."""
    return str(int(value)) if value == value // 1 and abs(value) < 1e6 else f"{value:.4g}"
