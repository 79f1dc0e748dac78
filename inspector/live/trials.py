"""One sample of one configuration in one dtype, built and ready to run, with or without a definition of its loss.

In: a configuration. Out: Trials, each a way to make the module anew and the inputs it is called with. Decides nothing about checks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

from inspector.live import arguments, build, instances, modules, samples
from inspector.live.checks import Label
from inspector.live.references import References
from inspector.live.tolerance import FORMATS
from inspector.live.written import write_call
from inspector.losses.reductions import chosen
from inspector.losses.reference import Given, Grid, differentiable, reductions_for
from inspector.losses.schema import Case, Field, LossDefinition, NoReference
from inspector.losses.worked import SCALAR_UPSTREAM, Worked, upstream
from inspector.report import Argument, Configuration, Constant, Parameter, Sample, Unresolved

ATTEMPTS = 5
"""How many samples are drawn before a kink that rounding makes unavoidable is accepted."""


class Setting(NamedTuple):
    """What a run of checks is about: the loss, its configuration and signature, and where it runs."""

    definition: LossDefinition | None
    configuration: Configuration
    signature: tuple[Parameter, ...]
    device: str
    references: References
    seed: int = 0
    """Which inputs are drawn."""


class Trial(NamedTuple):
    """One sample in one dtype: inputs as torch takes them, and as the reference takes them where there is one."""

    setting: Setting
    dtype: str
    sample: Sample
    inputs: list[Any]
    case: Case | None = None
    given: Given | None = None
    worked: Worked | None = None
    why_no_reference: str = ""
    draw: int = 1
    """Which draw of the configuration it is; a later one shows what the first did not."""

    def named_inputs(self) -> dict[str, Any]:
        """Input -> value, in the order of the call."""
        return {str(argument.name): value for argument, value in zip(self.sample.inputs, self.inputs, strict=True)}

    def make(self, configuration: Configuration) -> nn.Module:
        """A new module of the same dtype and device."""
        return build.make_instance(configuration, dtype=self.dtype, device=self.setting.device)

    def anew(self) -> Trial:
        """The same trial with inputs as they were before anything was called with them, for a loss that changes its inputs."""
        made = build.make_inputs(self.sample, dtype=self.dtype, device=self.setting.device)
        for one, used in zip(made, self.inputs, strict=True):
            if isinstance(one, torch.Tensor):
                one.requires_grad_(used.requires_grad)
        return self._replace(inputs=made)

    def terms(self, reduction: str) -> int:
        """How many numbers the loss value has under a reduction, as far as the reference knows."""
        if self.worked is None or reduction not in self.worked.reductions:
            return 1
        return math.prod(self.worked.reductions[reduction].value.shape)

    @property
    def holds_numbers(self) -> bool:
        """False on a device that knows shapes only."""
        return torch.device(self.setting.device).type != "meta"

    def on_kink(self) -> bool:
        """True where a comparison of the formula comes so close to a tie that rounding decides it: the gradient is then not one number."""
        return self.worked is not None and self.worked.closest <= FORMATS[self.dtype].eps


def setting_of(
    definition: LossDefinition | None, configuration: Configuration, device: str, references: References, seed: int = 0
) -> Setting:
    """The setting, with the signature that the class has in the torch that runs.

    Raises InspectError `unknown-target-kind` where the loss has no such inputs.
    """
    samples.check_target_kind(definition, configuration)
    signature = instances.signature_of(build.find_class(configuration.subject))
    return Setting(definition, configuration, signature, device, references, seed)


def try_out(setting: Setting, dtype: str, draw: int = 1) -> Trial | Unresolved:
    """A trial whose inputs lie on no kink of the loss, if one of a few draws gives it; Unresolved where no inputs are known."""
    if setting.definition is None:
        return _found_by_trying(setting, dtype)
    fitted = samples.fit(setting.definition, setting.configuration, setting.signature)
    if isinstance(fitted, Unresolved):
        return fitted
    seed = setting.seed + 100_000 * (draw - 1)
    trial = _drawn(setting, fitted, dtype, seed)
    for attempt in range(1, ATTEMPTS):
        if not trial.on_kink():
            break
        trial = _drawn(setting, fitted, dtype, seed + 1000 * attempt)
    return trial._replace(draw=draw)


def variants(setting: Setting, case: Case | None) -> list[tuple[Configuration, str]]:
    """The configuration once for each reduction it leaves open, with the name of the reduction; just itself where it chooses one."""
    bound = arguments.bind(setting.configuration, setting.signature)
    constants = arguments.constants(setting.configuration, setting.signature)
    if setting.definition is not None and case is not None:
        names = list(dict.fromkeys(each.name for each in reductions_for(setting.definition, case)))
    else:
        names = ["mean", "sum", "none"] if isinstance(constants.get("reduction"), str) else [""]
    open_ones = {parameter.name for parameter in setting.signature} - set(bound)
    if "reduction" in open_ones and not {"size_average", "reduce"} & set(bound):
        return [(with_reduction(setting.configuration, name), name) for name in names]
    return [(setting.configuration, chosen(constants, names[0]))]


def with_reduction(configuration: Configuration, name: str) -> Configuration:
    """The configuration with this reduction and without the deprecated arguments."""
    kept = tuple(argument for argument in configuration.args if argument.name not in ("reduction", "size_average", "reduce"))
    args = (*kept, Argument("reduction", Constant(name)))
    expression = write_call(configuration.subject.rpartition(".")[2], args)
    return Configuration(configuration.subject, expression, args, configuration.target_kind, configuration.hooks)


def leaves_of(trial: Trial, instance: nn.Module) -> dict[str, torch.Tensor]:
    """Inputs and parameters that require a gradient, by name."""
    named = trial.named_inputs().items()
    return {name: value for name, value in named if isinstance(value, torch.Tensor) and value.requires_grad} | dict(
        instance.named_parameters()
    )


def label_of(trial: Trial, kind: str, configuration: Configuration) -> Label:
    """The label of a check of a trial."""
    shown = f"{configuration.expression} · {trial.case.name}" if trial.case else configuration.expression
    shown += f" · draw {trial.draw}" if trial.draw != 1 else ""
    shown += f" · seed {trial.setting.seed}" if trial.setting.seed else ""
    return Label(kind, shown, trial.dtype, trial.setting.device)


def field_of(definition: LossDefinition, reduction: str) -> Field:
    """The field of the result that holds the loss value, which is the whole result for most losses."""
    return next((field for field in definition.fields if field.reduction != "none"), Field("", reduction))


def value_of(output: Any, field: Field) -> torch.Tensor:
    """One field of what the loss returned."""
    value: torch.Tensor = getattr(output, field.name) if field.name else output
    return value


def sent_back(value: torch.Tensor, field: Field) -> torch.Tensor:
    """What the loss value is multiplied by before its gradient is taken: the numbers that the reference uses too."""
    weights = upstream(value.numel()) if field.reduction == "none" else [SCALAR_UPSTREAM]
    return torch.tensor(weights, dtype=value.dtype, device=value.device).reshape(value.shape) * field.factor


def grid(value: Any) -> Grid:
    """A tensor, a number or a tuple of numbers as plain numbers with a shape."""
    if isinstance(value, torch.Tensor):
        return Grid(tuple(value.shape), tuple(value.detach().reshape(-1).tolist()))
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return Grid((len(numbers),), numbers)


def given_for(setting: Setting, fitted: samples.Fitted, sample: Sample, dtype: str, inputs: Sequence[Any]) -> Given:
    """What the reference is given: the numbers as the dtype holds them, taken on the CPU, since every device must hold the same."""
    instance = build.make_instance(setting.configuration, dtype=dtype)
    if setting.device != "cpu":
        inputs = build.make_inputs(sample, dtype=dtype)
    tensors = {str(argument.name): grid(value) for argument, value in zip(sample.inputs, inputs, strict=True)}
    tensors |= {name: grid(value) for name, value in (*instance.named_buffers(), *instance.named_parameters())}
    bound = arguments.bind(setting.configuration, setting.signature)
    constants = {name: bound.get(name) if value is arguments.UNKNOWN else value for name, value in fitted.constants.items()}
    return Given(fitted.case, tensors, {name: value for name, value in constants.items() if name not in tensors})


# -- the rest is private ------------------------------------------------------------------------------------------------


def _drawn(setting: Setting, fitted: samples.Fitted, dtype: str, seed: int) -> Trial:
    """The sample of a seed, built and worked out at exactly the numbers that the tensors hold."""
    assert setting.definition is not None
    sample = samples.draw_case(fitted, dtype="float64", seed=seed)
    inputs = build.make_inputs(sample, dtype=dtype, device=setting.device)
    given = given_for(setting, fitted, sample, dtype, inputs)
    _ask_gradients(sample, inputs, {form.name for form in differentiable(given)})
    trial = Trial(setting, dtype, sample, inputs, fitted.case, given)
    try:
        return trial._replace(worked=setting.references.find(setting.definition, given))
    except NoReference as missing:
        return trial._replace(why_no_reference=str(missing))


def _ask_gradients(sample: Sample, inputs: Sequence[Any], wanted: set[str]) -> None:
    for argument, value in zip(sample.inputs, inputs, strict=True):
        if isinstance(value, torch.Tensor):
            value.requires_grad_(argument.name in wanted)


def _found_by_trying(setting: Setting, dtype: str) -> Trial | Unresolved:
    """A trial for a class that nobody described: inputs that its forward takes."""
    found = modules.find_sample(setting.configuration)
    if isinstance(found, Unresolved):
        return found
    configuration, sample = found
    inputs = build.make_inputs(sample, dtype=dtype, device=setting.device)
    floating = {argument.name for argument, value in zip(sample.inputs, inputs, strict=True) if _is_floating(value)}
    _ask_gradients(sample, inputs, {str(name) for name in floating})
    why = "no independent reference: this class is not defined in losses/"
    return Trial(setting._replace(configuration=configuration), dtype, sample, inputs, why_no_reference=why)


def _is_floating(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()
