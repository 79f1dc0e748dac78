"""PyTorch's own module samples for losses, value and gradient, against our references; what does not agree is named with its evidence."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
import torch
from msgspec.structs import replace

from inspector import losses
from inspector.live import arguments, build, instances
from inspector.live.checks import Label, held
from inspector.live.derivatives import gradients
from inspector.live.trials import grid, sent_back, value_of
from inspector.losses.reductions import chosen
from inspector.losses.reference import Given
from inspector.losses.schema import Case, Field, InputForm, LossDefinition, NoReference
from inspector.losses.worked import Worked, work_out

BROKEN = {
    ("torch.nn.modules.loss.PoissonNLLLoss", "full"): "targets of zero: torch's gradient by the target is nan, from a branch not taken",
}
"""What does not agree, by class and a part of the description, and why."""


SELDOM = {"CTCLoss": 4, "LinearCrossEntropyLoss": 12}
"""Losses of whose samples only every so many are tried in an ordinary run: their exact references take minutes."""


class Outside(NamedTuple):
    """One sample of PyTorch: a module, and the inputs it is called with."""

    name: str
    description: str
    module: Any
    inputs: list[Any]


def _samples() -> Iterator[Outside]:
    from torch.testing._internal.common_modules import module_db

    for info in module_db:
        cls = info.module_cls
        if not cls.__name__.endswith(("Loss", "Loss2d")):
            continue
        made = info.module_inputs_func(info, device="cpu", dtype=torch.float64, requires_grad=True, training=True)
        for sample in made:
            given = sample.constructor_input
            module = cls(*given.args, **given.kwargs).to(torch.float64)
            names = [*inspect.signature(cls.forward).parameters][1:]
            call = sample.forward_input
            bound = dict(zip(names, call.args, strict=False)) | call.kwargs
            yield Outside(f"{cls.__module__}.{cls.__qualname__}", sample.desc, module, [bound[name] for name in names if name in bound])


def _fits(form: InputForm, value: Any, *, strictly: bool) -> bool:
    """Whether an input may be of a form; `strictly`: whole numbers are no floating ones."""
    if not isinstance(value, torch.Tensor):
        return form.container == "tuple"
    rank = 1 if form.packed_by else len(form.shape)
    kind = value.is_floating_point() == (form.dtype == "float") or (not strictly and form.dtype == "float")
    return value.dim() == rank and kind and form.container == "tensor"


def _cases(definition: LossDefinition, inputs: Sequence[Any]) -> Iterator[Case]:
    """The declared cases that the inputs fit, and those they fit once one axis stands for several, or for none."""
    for strictly in (True, False):
        for case in definition.cases:
            for each in (case, *_stretched(case)):
                fitting = zip(each.inputs, inputs, strict=True) if len(each.inputs) == len(inputs) else ()
                if [*fitting] and all(_fits(form, one, strictly=strictly) for form, one in zip(each.inputs, inputs, strict=True)):
                    yield each


def _stretched(case: Case) -> Iterator[Case]:
    """The case with one symbol in all its shapes replaced by two, three, four or none."""
    symbols = dict.fromkeys(
        axis for form in case.inputs for axis in form.shape if isinstance(axis, str) and axis not in ("N", "C", "T", "F", "S")
    )
    for symbol in symbols:
        for count in (2, 3, 4, 0):
            axes = (symbol, *(f"k{place}" for place in range(1, count)))[:count]
            yield replace(case, inputs=_widened(case.inputs, symbol, axes), parameters=_widened(case.parameters, symbol, axes))
    if len({form.shape for form in case.inputs}) == 1:
        yield replace(case, inputs=tuple(replace(form, shape=()) for form in case.inputs))


def _widened(forms: tuple[InputForm, ...], symbol: str, axes: tuple[str, ...]) -> tuple[InputForm, ...]:
    def widened(shape: tuple[str | int, ...]) -> tuple[str | int, ...]:
        return tuple(one for axis in shape for one in (axes if axis == symbol else (axis,)))

    return tuple(replace(form, shape=widened(form.shape)) for form in forms)


def _worked_out(outside: Outside) -> tuple[Worked, Given, str]:
    """The reference of a sample. Raises NoReference where no case takes it."""
    definition = losses.find(outside.name)
    assert definition is not None
    configuration = instances.describe(outside.module)
    signature = instances.signature_of(type(outside.module))
    constants = arguments.constants(configuration, signature)
    bound = arguments.bind(configuration, signature)
    held_ = dict((*outside.module.named_buffers(), *outside.module.named_parameters()))
    for case in _cases(definition, outside.inputs):
        if any(constants.get(name, arguments.UNKNOWN) != value for name, value in case.when.items()):
            continue
        tensors = {form.name: grid(value) for form, value in zip(case.inputs, outside.inputs, strict=True)}
        tensors |= {name: grid(value) for name, value in held_.items()}
        plain = {name: bound.get(name) if value is arguments.UNKNOWN else value for name, value in constants.items()}
        given = Given(case, tensors, {name: value for name, value in plain.items() if name not in tensors})
        return work_out(_aligned(definition, given), given), given, chosen(constants, "mean")
    raise NoReference("no declared case has inputs of these shapes")


def _is_floating(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _aligned(definition: LossDefinition, given: Given) -> LossDefinition:
    """The definition with its tensor arguments along the last axes of the first input, where the case does not have their symbols."""
    axes = given.case.inputs[0].shape
    forms = []
    for argument in definition.arguments:
        form = argument.values
        if isinstance(form, InputForm) and form.name in given.tensors:
            rank = len(given.tensors[form.name].shape)
            if rank == len(form.shape) and set(form.shape) <= {axis for one in given.case.inputs for axis in one.shape} | {"C"}:
                forms.append(argument)
                continue
            argument = replace(argument, values=replace(form, shape=axes[len(axes) - rank :]))
        forms.append(argument)
    return replace(definition, arguments=tuple(forms))


def _trouble(outside: Outside) -> list[str]:
    """What does not agree."""
    definition = losses.find(outside.name)
    assert definition is not None
    worked, given, reduction = _worked_out(outside)
    leaves = {form.name: one for form, one in zip(given.case.inputs, outside.inputs, strict=True)}
    wanted = {form.name for form in given.case.inputs if form.differentiable}
    leaves = {name: one.detach().requires_grad_(name in wanted) for name, one in leaves.items() if _is_floating(one)}
    inputs = [leaves.get(form.name, one) for form, one in zip(given.case.inputs, outside.inputs, strict=True)]
    field = next((each for each in definition.fields if each.reduction != "none"), Field("", reduction))
    label = Label("value", outside.description, "float64", "cpu")
    value = value_of(outside.module(*inputs), field)
    reduced = worked.reductions[field.reduction]
    found = [held(label, "value", value, reduced.value)]
    known = {name: leaf for name, leaf in leaves.items() if name in reduced.gradients and leaf.requires_grad}
    if not any(number != number for number in reduced.value.columns()[0]):  # 0/0 has no derivative
        slopes = gradients(value, list(known.values()), sent_back(value, field))
        found += [held(label, f"gradient by {name}", slope, reduced.gradients[name]) for name, slope in zip(known, slopes, strict=True)]
    return [f"{check.claim}: {check.actual} instead of {check.expected}; {check.reason}" for check in found if check.status == "fail"]


@pytest.fixture
def outsides() -> list[Outside]:
    """Every sample; of two losses every fourth or twelfth, unless INSPECT_LOSS_OUTSIDE=all asks for the rest (four minutes)."""
    with warnings.catch_warnings(), build.fixed_random():
        warnings.simplefilter("ignore")
        found = list(_samples())
    every = os.environ.get("INSPECT_LOSS_OUTSIDE") == "all"
    return [outside for place, outside in enumerate(found) if every or place % SELDOM.get(outside.name.rpartition(".")[2], 1) == 0]


def test_every_sample_of_pytorch_agrees_or_is_explained(outsides: list[Outside], capsys: Any) -> None:
    unexplained, explained = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for outside in outsides:
            try:
                trouble = _trouble(outside)
            except (NoReference, RuntimeError, ValueError, TypeError, LookupError) as error:
                trouble = [f"{type(error).__name__}: {error}"]
            known = next((why for (name, part), why in BROKEN.items() if name == outside.name and part in outside.description), "")
            if trouble:
                (explained if known else unexplained).append(f"{outside.name}: {outside.description}: {trouble} {known}")
    with capsys.disabled():
        print(
            f"\n{len(outsides)} samples of PyTorch: {len(outsides) - len(explained) - len(unexplained)} agree, {len(explained)} explained"
        )
    assert len({outside.name for outside in outsides}) >= 19
    assert len(outsides) >= 150
    assert not unexplained, "\n".join(unexplained)
