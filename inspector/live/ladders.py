"""Equivalent forms of a loss side by side: value and gradient of each against the first, and the size of input at which naive ones break.

In: a definition. Out: Checks of the kind "identity", and Ladders to show. What the forms are is data in losses/; nothing is known by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import torch

from inspector.live import autograd, build, configurations
from inspector.live.checks import Label, held, not_run
from inspector.live.consistency import approximately, in_float64
from inspector.live.derivatives import gradients
from inspector.live.expressions import evaluate
from inspector.live.trials import Setting, Trial, try_out
from inspector.losses import schema
from inspector.measured import OFF
from inspector.report import Check, Ladder, Number, Rung, number

LARGEST = 1e6
"""The largest input tried."""
CLAIMS = "value and gradient of `{}` equal those of `{}`"


def checks(setting: Setting, dtype: str) -> Iterator[Check]:
    """Each form against the first of its ladder, in one dtype; on a device without numbers there is nothing to hold."""
    if torch.device(setting.device).type == "meta":
        return
    for ladder, names in _ready(setting, dtype):
        label = Label("identity", ladder.name, dtype, setting.device)
        first = _run(ladder.rungs[0], names)
        for rung in ladder.rungs[1:]:
            yield from _compared(label, CLAIMS.format(rung, ladder.rungs[0]), first, _run(rung, names))


def shown(setting: Setting) -> tuple[Ladder, ...]:
    """The ladders as a report shows them."""
    return tuple(_shown(ladder, names, setting) for ladder, names in _ready(setting, "float64"))


class _Ran:
    """What a form gave: its value, its gradients, and how far rounding may put them off, in units of eps."""

    def __init__(self, value: torch.Tensor, slopes: Sequence[torch.Tensor], leaves: Sequence[torch.Tensor]) -> None:
        self.value = value.detach()
        self.slopes = torch.cat([slope.detach().reshape(-1) for slope in slopes]) if slopes else torch.zeros(0, dtype=value.dtype)
        size = float(self.value.double().abs().sum())
        for slope, leaf in zip(slopes, leaves, strict=True):
            size += float((slope.detach().double() * leaf.detach().double()).abs().sum())
        numbers = sum(leaf.numel() for leaf in leaves) + 1
        self.condition = (size + float(self.slopes.double().abs().max() if self.slopes.numel() else 0) + 1) * (numbers + _nodes(value))


def _nodes(value: torch.Tensor) -> int:
    return len(autograd.graph_of(value).nodes) if value.requires_grad else 1


def _run(text: str, names: Mapping[str, Any]) -> _Ran | str:
    """What a form gave, or what torch said."""
    fresh = {name: _leaf(value) for name, value in names.items()}
    leaves = [value for value in fresh.values() if isinstance(value, torch.Tensor) and value.requires_grad]
    try:
        value = evaluate(text, fresh)
        slopes = gradients(value.sum(), leaves)
    except build.REFUSALS as error:
        return f"torch refused: {build.one_line(error)}"
    return _Ran(value, slopes, leaves)


def _leaf(value: Any) -> Any:
    return value.detach().clone().requires_grad_(value.requires_grad) if isinstance(value, torch.Tensor) else value


def _compared(label: Label, claim: str, first: _Ran | str, other: _Ran | str) -> Iterator[Check]:
    if isinstance(first, str) or isinstance(other, str):
        yield not_run(label, claim, first if isinstance(first, str) else str(other))
        return
    condition = first.condition + other.condition
    both = [torch.cat([ran.value.reshape(-1), ran.slopes.to(ran.value.dtype)]) for ran in (first, other)]
    yield held(label, claim, both[1], approximately(both[0].double(), condition))


def _ready(setting: Setting, dtype: str) -> Iterator[tuple[schema.Ladder, dict[str, Any]]]:
    """Each ladder with the values that its forms name."""
    definition = setting.definition
    for ladder in definition.ladders if definition else ():
        yield ladder, names_of(setting, dtype, ladder.given, ladder.target_kind)


def names_of(setting: Setting, dtype: str, given: Mapping[str, str], target_kind: str | None) -> dict[str, Any]:
    """The inputs of a call by name, the module under `loss`, and what `given` makes, floating tensors in the dtype."""
    kind = build_configuration(setting, target_kind)
    trial = try_out(setting._replace(configuration=kind), dtype)
    names: dict[str, Any] = {}
    if isinstance(trial, Trial):
        names = {**trial.named_inputs(), "loss": trial.make(trial.setting.configuration)}
    for name, text in given.items():
        made = evaluate(text, names)
        names[name] = _placed(made, dtype, setting.device)
    return names


def build_configuration(setting: Setting, target_kind: str | None) -> Any:
    """The default configuration of the loss for a kind of inputs."""
    definition = setting.definition
    assert definition is not None
    return configurations.default_of(definition, setting.signature, target_kind=target_kind)


def _placed(value: Any, dtype: str, device: str) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    value = value.detach().to(device)
    return value.to(getattr(torch, dtype)).requires_grad_() if value.is_floating_point() else value


# -- what a report shows ------------------------------------------------------------------------------------------------


def _shown(ladder: schema.Ladder, names: Mapping[str, Any], setting: Setting) -> Ladder:
    first = _run(ladder.rungs[0], names)
    label = Label("identity", ladder.name, "float64", setting.device)
    rungs: list[Rung] = []
    for place, text in enumerate(ladder.rungs):
        ran = _run(text, names) if place else first
        found = list(_compared(label, text, first, ran))
        breaks = _breaks(text, ladder, names, setting.device) if place in ladder.naive else {}
        rungs.append(Rung(text, _one_number(ran), _status(found), breaks))
    return Ladder(ladder.name, tuple(rungs), ladder.grows)


def _status(found: Sequence[Check]) -> Literal["pass", "fail", "not_run"]:
    return found[0].status


def _one_number(ran: _Ran | str) -> Number:
    return number(float(ran.value.sum())) if isinstance(ran, _Ran) else "nan"


def _breaks(text: str, ladder: schema.Ladder, names: Mapping[str, Any], device: str) -> dict[str, Number]:
    """dtype -> the size of input from which on a form is wrong, to three digits; only dtypes in which it is."""
    found: dict[str, Number] = {}
    for dtype in ("float64", "float32", "bfloat16", "float16"):
        low, high = 1.0, LARGEST
        if not _wrong(text, ladder, names, (dtype, device), high):
            continue
        while high / low > 1.001:
            middle = (low * high) ** 0.5
            low, high = (low, middle) if _wrong(text, ladder, names, (dtype, device), middle) else (middle, high)
        found[dtype] = float(f"{high:.3g}")
    return found


def _wrong(text: str, ladder: schema.Ladder, names: Mapping[str, Any], where: tuple[str, str], size: float) -> bool:
    """Whether a form is off where the loss itself, in float64 and on the same numbers, is not."""
    scaled = _placed(names[ladder.grows] * (size / names[ladder.grows].detach().abs().max()), *where)
    here = {name: _placed(value, *where) for name, value in names.items()} | {ladder.grows: scaled}
    exact = {name: in_float64(value) for name, value in here.items()}
    with torch.no_grad():
        try:
            value, wanted = evaluate(text, here), evaluate(ladder.rungs[0], exact)
        except build.REFUSALS:
            return False
    gap = (value.double() - wanted).abs().max()
    return not bool(gap <= OFF * wanted.abs().max())
