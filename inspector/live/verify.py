"""Runs a loss and holds its value and its gradients against the exact reference, for every reduction and dtype.

In: a definition, a configuration and a signature. Out: Checks. Draws its own inputs; rounds them to the dtype first, and evaluates the
reference at exactly the rounded numbers. What could not run is a check that says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import torch
from torch import nn

from inspector.live import arguments, build, samples
from inspector.live.references import References
from inspector.live.tolerance import FORMATS, compare
from inspector.live.written import write_call
from inspector.losses.reductions import chosen
from inspector.losses.reference import Given, Grid, differentiable, reductions_for
from inspector.losses.schema import Case, Field, LossDefinition, NoReference
from inspector.losses.worked import SCALAR_UPSTREAM, Quantity, Reduced, Worked, upstream
from inspector.report import Argument, Check, Configuration, Constant, Number, Parameter, Sample, Unresolved, number

DTYPES = ("float64", "float32", "bfloat16", "float16")
ATTEMPTS = 5
"""How many samples are drawn before a kink that rounding makes unavoidable is accepted."""


class Setting(NamedTuple):
    """What a run of checks is about: the loss, its configuration and signature, and where it runs."""

    definition: LossDefinition
    configuration: Configuration
    signature: tuple[Parameter, ...]
    device: str
    references: References


class Subject(NamedTuple):
    """One sample in one dtype, built: inputs as torch takes them and as the reference takes them."""

    setting: Setting
    dtype: str
    sample: Sample
    case: Case
    inputs: list[Any]
    given: Given
    worked: Worked


def verify(
    definition: LossDefinition,
    configuration: Configuration,
    signature: Sequence[Parameter],
    *,
    dtypes: Sequence[str] = DTYPES,
    seed: int = 0,
    device: str = "cpu",
    references: References | None = None,
) -> tuple[Check, ...]:
    """Value and gradient checks of one configuration, for every reduction it leaves open.

    Raises InspectError where the configuration cannot be constructed or asks for a kind of inputs that does not exist.
    """
    setting = Setting(definition, configuration, tuple(signature), device, references or References())
    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
        warnings.simplefilter("ignore")
        return tuple(check for dtype in dtypes for check in _in_dtype(setting, dtype, seed))


def _in_dtype(setting: Setting, dtype: str, seed: int) -> Iterator[Check]:
    subject = _subject_off_kinks(setting, dtype, seed)
    if isinstance(subject, str):
        yield not_run(
            Label("value", setting.configuration.expression, dtype, setting.device), "the loss value equals the reference", subject
        )
        return
    for configuration, reduction in variants(setting, subject.case):
        yield from _checks_of(subject, configuration, reduction)


def _subject_off_kinks(setting: Setting, dtype: str, seed: int) -> Subject | str:
    """A subject whose inputs lie on no kink of the loss, if one of a few draws gives it; a reason where there is none at all."""
    found: Subject | str = "no sample"
    for attempt in range(ATTEMPTS):
        found = subject_of(setting, dtype, seed + 1000 * attempt)
        if isinstance(found, str) or not on_kink(found):
            break
    return found


def subject_of(setting: Setting, dtype: str, seed: int) -> Subject | str:
    """The sample of a seed, built and worked out; or why there is none."""
    fitted = samples.fit(setting.definition, setting.configuration, setting.signature)
    if isinstance(fitted, Unresolved):
        return fitted.reason
    sample = samples.draw_case(fitted, dtype="float64", seed=seed)
    inputs = build.make_inputs(sample, dtype=dtype, device=setting.device)
    instance = build.make_instance(setting.configuration, dtype=dtype, device=setting.device)
    given = given_of(setting, fitted, sample, inputs, instance)
    try:
        worked = setting.references.find(setting.definition, given)
    except NoReference as missing:
        return str(missing)
    _ask_gradients(sample, inputs, given)
    return Subject(setting, dtype, sample, fitted.case, inputs, given, worked)


def given_of(setting: Setting, fitted: samples.Fitted, sample: Sample, inputs: list[Any], instance: nn.Module) -> Given:
    """What the reference is given: the very numbers that the tensors hold, after rounding to the dtype."""
    tensors = {str(argument.name): grid(value) for argument, value in zip(sample.inputs, inputs, strict=True)}
    held = (*instance.named_buffers(), *instance.named_parameters())
    tensors |= {name: grid(value) for name, value in held}
    bound = arguments.bind(setting.configuration, setting.signature)
    constants = {name: bound.get(name) if value is arguments.UNKNOWN else value for name, value in fitted.constants.items()}
    return Given(fitted.case, tensors, {name: value for name, value in constants.items() if name not in tensors})


def grid(value: Any) -> Grid:
    """A tensor, a number or a tuple of numbers as plain numbers with a shape."""
    if isinstance(value, torch.Tensor):
        return Grid(tuple(value.shape), tuple(value.detach().reshape(-1).tolist()))
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return Grid((len(numbers),), numbers)


def on_kink(subject: Subject) -> bool:
    """True where a comparison of the formula comes so close to a tie that rounding decides it: the gradient is then not one number."""
    return subject.worked.closest <= FORMATS[subject.dtype].eps


def variants(setting: Setting, case: Case) -> list[tuple[Configuration, str]]:
    """The configuration once for each reduction it leaves open, with the name of the reduction; just itself where it chooses one."""
    bound = arguments.bind(setting.configuration, setting.signature)
    names = list(dict.fromkeys(each.name for each in reductions_for(setting.definition, case)))
    open_ones = {parameter.name for parameter in setting.signature} - set(bound)
    if "reduction" in open_ones and not {"size_average", "reduce"} & set(bound):
        return [(_with_reduction(setting.configuration, name), name) for name in names]
    constants = arguments.constants(setting.configuration, setting.signature)
    return [(setting.configuration, chosen(constants, names[0]))]


def _with_reduction(configuration: Configuration, name: str) -> Configuration:
    args = (*configuration.args, Argument("reduction", Constant(name)))
    expression = write_call(configuration.subject.rpartition(".")[2], args)
    return Configuration(configuration.subject, expression, args, configuration.target_kind, configuration.hooks)


def _ask_gradients(sample: Sample, inputs: list[Any], given: Given) -> None:
    wanted = {form.name for form in differentiable(given)}
    for argument, value in zip(sample.inputs, inputs, strict=True):
        if isinstance(value, torch.Tensor):
            value.requires_grad_(argument.name in wanted)


# -- the checks ---------------------------------------------------------------------------------------------------------


class Label(NamedTuple):
    """What a check is about, beside its claim."""

    kind: str
    configuration: str
    dtype: str
    device: str


VALUE_CLAIM = "the loss value equals the reference"


def _checks_of(subject: Subject, configuration: Configuration, reduction: str) -> Iterator[Check]:
    """Value and gradients of one reduction, or of each field of what the loss returns."""
    setting = subject.setting
    shown = f"{configuration.expression} · {subject.case.name}"
    label = Label("value", shown, subject.dtype, setting.device)
    instance = build.make_instance(configuration, dtype=subject.dtype, device=setting.device)
    try:
        output = instance(*subject.inputs)
    except build.REFUSALS as error:
        yield not_run(label, VALUE_CLAIM, f"torch refused the call: {build.one_line(error)}")
        return
    for field in setting.definition.fields or (Field("", reduction),):
        value = getattr(output, field.name) if field.name else output
        reduced = subject.worked.reductions[field.reduction]
        of_field = f" ({field.name})" if field.name else ""
        yield held(label, VALUE_CLAIM + of_field, value * field.factor if field.factor != 1 else value, reduced.value)
        yield from _gradient_checks(subject, label, instance, (value, field), reduced)


def _gradient_checks(
    subject: Subject, label: Label, instance: nn.Module, found: tuple[torch.Tensor, Field], reduced: Reduced
) -> Iterator[Check]:
    value, field = found
    leaves = {name: leaf for name, leaf in leaves_of(subject, instance).items() if name in reduced.gradients}
    label = label._replace(kind="gradient")
    claims = {name: f"∂/∂{name} equals the closed form" + (f" ({field.name})" if field.name else "") for name in leaves}
    refusal = _kink_reason(subject)
    gradients: dict[str, torch.Tensor] = {}
    if not refusal:
        gradients, refusal = gradients_of(value, leaves, field)
    for name, claim in claims.items():
        if name in gradients:
            yield held(label, claim, gradients[name], reduced.gradients[name])
        else:
            yield not_run(label, claim, refusal)


def _kink_reason(subject: Subject) -> str:
    return "every sample drawn lies on a kink of the loss to within rounding" if on_kink(subject) else ""


def leaves_of(subject: Subject, instance: nn.Module) -> dict[str, torch.Tensor]:
    """Inputs and parameters that require a gradient, by name."""
    named = zip(subject.sample.inputs, subject.inputs, strict=True)
    inputs = {str(argument.name): value for argument, value in named if isinstance(value, torch.Tensor) and value.requires_grad}
    return inputs | dict(instance.named_parameters())


def gradients_of(value: torch.Tensor, leaves: dict[str, torch.Tensor], field: Field) -> tuple[dict[str, torch.Tensor], str]:
    """The gradient by each leaf, and why there is none for those that are missing."""
    weights = upstream(value.numel()) if field.reduction == "none" else [SCALAR_UPSTREAM]
    sent = torch.tensor(weights, dtype=value.dtype, device=value.device).reshape(value.shape) * field.factor
    try:
        found = torch.autograd.grad(value, list(leaves.values()), sent, allow_unused=True, retain_graph=True)
    except build.REFUSALS as error:
        return {}, f"torch refused to differentiate: {build.one_line(error)}"
    pairs = zip(leaves, leaves.values(), found, strict=True)
    return {name: torch.zeros_like(leaf) if each is None else each for name, leaf, each in pairs}, ""


def held(label: Label, claim: str, actual: torch.Tensor, expected: Quantity) -> Check:
    """A tensor held against exact numbers, shape and all."""
    if tuple(actual.shape) != tuple(expected.shape):
        return _failed(label, claim, f"the shape is {tuple(actual.shape)}, the reference has {tuple(expected.shape)}")
    if actual.numel() == 0:
        return not_run(label, claim, "there is no element to compare")
    found = compare(actual.detach().reshape(-1).tolist(), expected, label.dtype)
    return _check(label, claim, [number(each) for each in found[:-1]], "pass" if found.passes else "fail")


def not_run(label: Label, claim: str, reason: str) -> Check:
    """A check that could not run, and why."""
    return _check(label, claim, _NOTHING, "not_run", reason)


def _failed(label: Label, claim: str, reason: str) -> Check:
    return _check(label, claim, _NOTHING, "fail", reason)


_NOTHING: tuple[None, ...] = (None,) * 7


def _check(
    label: Label, claim: str, numbers: Sequence[Number | None], status: Literal["pass", "fail", "not_run"], reason: str = ""
) -> Check:
    actual, expected, abs_error, rel_error, ulp_error, rtol, atol = numbers
    return Check(
        id=" | ".join((*label, claim)),
        claim=claim,
        kind=label.kind,
        configuration=label.configuration,
        dtype=label.dtype,
        device=label.device,
        actual=actual,
        expected=expected,
        abs_error=abs_error,
        rel_error=rel_error,
        ulp_error=ulp_error,
        rtol=rtol,
        atol=atol,
        status=status,
        reason=reason,
    )
