"""One probe run: every reduction of it, twice, the second time in memory that was filled with something else.

In: a Probe and a device. Out: an Answer, in which an error is data. Runs inside the child process of live/isolate. Every call is waited
for, so that an error of a GPU belongs to the call that made it; after an error that leaves the GPU unusable nothing more is run.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inspector import losses
from inspector.live import build, expressions
from inspector.live.derivatives import gradients
from inspector.live.outcomes import Answer, Outcome, Probe, Refusal, Tensor, Way
from inspector.losses.reductions import field_name
from inspector.report import Argument, Sample

TORCH = Path(torch.__file__).parent.parent
GARBAGE = (8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
"""Sizes in bytes of the blocks that are filled and freed before the second run."""
ARENA = 2**20
"""Bytes filled at once beside them on a device whose allocator joins freed blocks and cuts new ones out of what it has."""
FATAL = ("CUDA error", "HIP error", "device-side assert", "CUBLAS_STATUS_", "CUDNN_STATUS_", "cuDNN error")
"""Words of errors after which a process can compute nothing more on its device. Running out of memory is not among them."""


def attempt(probe: Probe, device: str, trouble: tuple[type[BaseException], ...]) -> Answer:
    """What came of every way of a probe. `trouble`: the errors that count as outcomes."""
    if probe.kind in ("example", "misuse"):
        told = _example(probe.code, device, trouble)
        return Answer((told,), spoiled=spoils(told))
    outcomes = []
    held: dict[str, Tensor] = {}
    for way in probe.ways:
        outcome, instance = _twice(probe, way, device, trouble)
        outcomes.append(outcome)
        if spoils(outcome):
            return Answer(tuple(outcomes), held, spoiled=True)
        if instance is not None and not held and not probe.elsewhere:
            held = {name: _tensor(value) for name, value in (*instance.named_buffers(), *instance.named_parameters())}
    return Answer(tuple(outcomes), held)


def spoils(outcome: Outcome) -> bool:
    """True where the error of an outcome has left the device unusable for this process."""
    refusal = outcome.refusal
    return refusal is not None and (refusal.error == "AcceleratorError" or any(word in refusal.text for word in FATAL))


def _example(program: str, device: str, trouble: tuple[type[BaseException], ...]) -> Outcome:
    """A documented example of the installed torch, run as it stands there, or lines that live/misuses made."""
    with build.fixed_random(), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            exec(compile(program, "<example>", "exec"), {"torch": torch, "nn": nn, "F": nn.functional, "__name__": "example"})
            _wait(device)
        except trouble as error:
            return Outcome("refused", refusal=_refusal(error, "called"), warnings=_texts(said), warned_at=_places(said))
    return Outcome("value", warnings=_texts(said), warned_at=_places(said))


def _twice(probe: Probe, way: Way, device: str, trouble: tuple[type[BaseException], ...]) -> tuple[Outcome, nn.Module | None]:
    first, instance = _once(probe, way, device, trouble)
    if first.status != "value" or first.value is None or spoils(first):
        return first, instance
    with _poisoned(device):
        second, _ = _once(probe, way, device, trouble)
    if spoils(second):
        return second, instance
    if second.status != "value" or second.value is None:
        return first, instance
    changed = {name: each for name, each in second.gradients.items() if not _same(each, first.gradients.get(name))}
    return (
        Outcome(
            **{
                **{name: getattr(first, name) for name in Outcome.__struct_fields__},
                "again": None if _same(first.value, second.value) else second.value,
                "gradients_again": changed,
            }
        ),
        instance,
    )


def _same(one: Tensor, other: Tensor | None) -> bool:
    return other is not None and repr(one.values) == repr(other.values)


class _poisoned:
    """Memory that torch hands out without filling it holds nan, or the bytes of what was freed before: that of the device too."""

    def __init__(self, device: str) -> None:
        self._device = device

    def __enter__(self) -> None:
        # Not use_deterministic_algorithms: to say the same it loads the whole compiler, which takes as long as torch itself.
        self._before = torch.get_deterministic_debug_mode()
        torch.set_deterministic_debug_mode("warn")
        for device in dict.fromkeys(("cpu", self._device)):
            sizes = [size for size in GARBAGE for _ in range(4)] + ([] if _is_cpu(device) else [ARENA])
            blocks = [torch.full((size // 4,), float("nan"), device=device) for size in sizes]
            _wait(device)
            del blocks

    def __exit__(self, *_: object) -> None:
        torch.set_deterministic_debug_mode(self._before)


def _once(probe: Probe, way: Way, device: str, trouble: tuple[type[BaseException], ...]) -> tuple[Outcome, nn.Module | None]:
    stage, instance = "constructed", None
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            dtype = None if probe.kind == "argument" and probe.what.startswith("of dtype") else probe.dtype
            instance = build.construct(way.configuration, dtype=dtype, device=device)
            if way.reduction == "":
                return Outcome("value", warnings=_texts(said), warned_at=_places(said)), None
            inputs = _inputs(probe.inputs, probe.wanted, device)
            _put_elsewhere(probe, instance, inputs, device)
            before = [value.detach().clone() if isinstance(value, torch.Tensor) else value for value in inputs]
            names = [str(argument.name) for argument in probe.inputs]
            stage = "called"
            value = _evaluated(probe.code, dict(zip(names, inputs, strict=True))) if probe.code else _value_of(instance(*inputs), way)
            _wait(device)
        except trouble as error:
            return Outcome("refused", refusal=_refusal(error, stage), warnings=_texts(said), warned_at=_places(said)), instance
        if value.is_meta or probe.elsewhere:  # what is computed of numbers that lie elsewhere is not looked at: only whether it is taken
            return Outcome("value", warnings=_texts(said), warned_at=_places(said)), instance
        found, refused = _gradients(probe, value, inputs, device, trouble)
    if any(word in refused for word in FATAL):
        return Outcome(
            "refused", refusal=Refusal("RuntimeError", refused, while_="differentiated"), warnings=_texts(said), warned_at=_places(said)
        ), instance
    changed = tuple(str(argument.name) for argument, old, new in zip(probe.inputs, before, inputs, strict=True) if _differs(old, new))
    outcome = Outcome("value", _tensor(value), found, refused, _texts(said), _places(said), changed=changed)
    return outcome, instance


def _evaluated(code: str, inputs: dict[str, Any]) -> torch.Tensor:
    """The value of an expression that a definition gives as a safer form."""
    value: torch.Tensor = expressions.evaluate(code, inputs)
    return value


def _value_of(output: Any, way: Way) -> torch.Tensor:
    name = field_name(losses.find(way.configuration.subject), way.reduction)
    value = getattr(output, name) if name else output
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"the loss returned {type(value).__name__}, no tensor")
    return value


def _inputs(inputs: Sequence[Argument], wanted: Sequence[str], device: str) -> list[Any]:
    made = build.make_inputs(Sample(tuple(inputs), "", "given"), device=None if device == "cpu" else device)
    for argument, value in zip(inputs, made, strict=True):
        if isinstance(value, torch.Tensor):
            value.requires_grad_(argument.name in wanted and (value.is_floating_point() or value.is_complex()))
    return made


def _put_elsewhere(probe: Probe, instance: nn.Module, inputs: list[Any], device: str) -> None:
    """Moves what the probe says to another device: from a GPU to the CPU, from the CPU to the one that holds shapes only."""
    other = "meta" if _is_cpu(device) else "cpu"
    for place, argument in enumerate(probe.inputs):
        if argument.name == probe.elsewhere and isinstance(inputs[place], torch.Tensor):
            inputs[place] = inputs[place].detach().to(other)
    held = dict((*instance.named_buffers(recurse=False), *instance.named_parameters(recurse=False)))
    if probe.elsewhere in held:
        moved = held[probe.elsewhere].detach().to(other)
        setattr(instance, probe.elsewhere, nn.Parameter(moved) if isinstance(held[probe.elsewhere], nn.Parameter) else moved)


def _is_cpu(device: str) -> bool:
    return torch.device(device).type == "cpu"


def _wait(device: str) -> None:
    """Returns when the device has done all it was asked to: what it has to complain of is raised here."""
    if not _is_cpu(device):
        module, index = torch.get_device_module(torch.device(device)), torch.device(device).index
        # Of several GPUs the one that was used; where there is no other, its `synchronize` takes no number.
        module.synchronize(*([index] if index else []))


def _gradients(
    probe: Probe, value: torch.Tensor, inputs: Sequence[Any], device: str, trouble: tuple[type[BaseException], ...]
) -> tuple[dict[str, Tensor], str]:
    named = zip(probe.inputs, inputs, strict=True)
    leaves = {str(argument.name): each for argument, each in named if isinstance(each, torch.Tensor) and each.requires_grad}
    if not leaves or not value.requires_grad:
        return {}, "" if not leaves else "the loss value does not require a gradient"
    try:
        found = gradients(value, list(leaves.values()), torch.ones_like(value))
        _wait(device)
    except trouble as error:
        return {}, build.one_line(error)
    return {name: _tensor(each) for name, each in zip(leaves, found, strict=True)}, ""


def _tensor(value: torch.Tensor) -> Tensor:
    flat = torch.zeros(value.numel()) if value._is_zerotensor() else value.detach().reshape(-1).cpu()
    if flat.is_complex():
        flat = torch.view_as_real(flat.resolve_conj()).reshape(-1)
    return Tensor(tuple(value.shape), str(value.dtype).removeprefix("torch."), tuple(map(float, flat.tolist())))


def _differs(old: Any, new: Any) -> bool:
    return isinstance(old, torch.Tensor) and not torch.equal(torch.nan_to_num(old), torch.nan_to_num(new.detach()))


def _texts(said: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_warning(each) for each in said))


def _warning(said: warnings.WarningMessage) -> str:
    return f"{said.category.__name__}: {said.message}"


def _places(said: Sequence[warnings.WarningMessage]) -> dict[str, str]:
    """The line of torch that Python names for each warning; none for one that points at the lines of its caller."""
    inside = [each for each in said if Path(each.filename).is_relative_to(TORCH / "torch")]
    return {_warning(each): f"{Path(each.filename).relative_to(TORCH).as_posix()}:{each.lineno}" for each in inside}


def _refusal(error: BaseException, stage: str) -> Refusal:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(TORCH / "torch")]
    text = str(error) or type(error).__name__
    if not frames:
        return Refusal(type(error).__name__, text, while_=stage)
    last = frames[-1]
    file = Path(last.filename).relative_to(TORCH).as_posix()
    return Refusal(type(error).__name__, text, file, last.lineno or 0, last.name, stage)
