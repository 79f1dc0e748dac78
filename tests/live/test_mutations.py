"""Deliberately broken losses and broken references: every one must be caught by a check; the share caught is printed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple

import pytest
import torch
from msgspec.structs import replace

from inspector import losses
from inspector.live import build, configurations, verify
from inspector.live.build import find_class
from inspector.live.instances import signature_of
from inspector.live.references import References
from inspector.live.trials import Trial
from inspector.losses.schema import InputForm, LossDefinition, Reduction, Rule, Size
from inspector.report import Configuration, Constant

NAMES = [name for name in losses.FILES if not name.rpartition(".")[2].startswith("_")]
REFERENCES = References()
KINDS = ("value", "gradient", "repeat", "inputs")
STRUCTURAL = {"size_average", "reduce", "device", "dtype", "options", "bias", "head_bias", "cutoffs", "distance_function", "div_value"}
"""Arguments that are used up in the constructor, or that choose how a value is computed and not which."""
SAME_AS_DEFAULT = {("ignore_index", repr(Constant(-100)))}
"""Values that mean what the default means: an index of None is −100."""
KINKS = ("margin", "delta", "beta")


class Mutant(NamedTuple):
    """One broken loss, or a broken reference, and the configurations it is tried with."""

    loss: str
    fault: str
    configurations: tuple[Configuration, ...]
    definition: LossDefinition
    change: Callable[[Any], None] | None = None
    """What is done to each new module; None where the reference is the broken part."""


def _definition(name: str) -> LossDefinition:
    found = losses.find(name)
    assert found is not None
    return found


# -- broken losses of torch ---------------------------------------------------------------------------------------------


class _Doubled(torch.autograd.Function):
    """The value itself, and twice its gradient."""

    @staticmethod
    def forward(ctx: Any, value: Any) -> Any:
        return value.clone()

    @staticmethod
    def backward(ctx: Any, sent: Any) -> Any:  # type: ignore[override]
        return 2 * sent


class _Deaf(torch.autograd.Function):
    """The value itself, and a gradient that ignores what is sent back."""

    @staticmethod
    def forward(ctx: Any, value: Any) -> Any:
        return value.clone()

    @staticmethod
    def backward(ctx: Any, sent: Any) -> Any:  # type: ignore[override]
        return torch.ones_like(sent)


def _changed(output: Any, change: Callable[[Any], Any]) -> Any:
    """The loss value of an output changed, the other fields of a named tuple as they are."""
    return change(output) if isinstance(output, torch.Tensor) else type(output)(*(change(each) for each in output))


def _after(change: Callable[[Any], Any]) -> Callable[[Any], None]:
    def apply(module: Any) -> None:
        forward = module.forward
        module.forward = lambda *inputs: _changed(forward(*inputs), change)

    return apply


def _touching(module: Any) -> None:
    forward = module.forward

    def touched(*inputs: Any) -> Any:
        output = forward(*inputs)
        with torch.no_grad():
            inputs[0].add_(1.0)
        return output

    module.forward = touched


def _set(name: str, value: Any) -> Callable[[Any], None]:
    return lambda module: setattr(module, name, value)


def _moved(name: str) -> Callable[[Any], None]:
    return lambda module: setattr(module, name, getattr(module, name) * 0.99 + 0.005)


def _off_by_one(value: Any) -> Any:
    """A mean over one term more."""
    return value * 20 / 21


FAULTS: dict[str, Callable[[Any], None]] = {
    "wrong denominator": _after(_off_by_one),
    "wrong sign": _after(lambda value: -value),
    "clamped": _after(lambda value: value.clamp(max=float(value.detach().max()) - 0.01)),
    "gradient twice": _after(_Doubled.apply),
    "gradient not scaled": _after(_Deaf.apply),
    "computed in float32": _after(lambda value: value.float().to(value.dtype)),
    "input changed": _touching,
    "not the same twice": _after(lambda value: value * (1 + 1e-3 * torch.rand(()))),
}


def _broken_losses(name: str) -> Iterator[Mutant]:
    definition, signature = _definition(name), signature_of(find_class(name))
    plain = configurations.default_of(definition, signature)
    for fault, change in FAULTS.items():
        yield Mutant(name, fault, (plain,), definition, change)
    instance = build.make_instance(plain)
    for kink in KINKS:
        if hasattr(instance, kink):
            yield Mutant(name, f"kink moved: {kink}", (plain,), definition, _moved(kink))
    yield from _deaf_to_arguments(definition, signature)


def _deaf_to_arguments(definition: LossDefinition, signature: Any) -> Iterator[Mutant]:
    """Each argument away from its default, on a module that keeps the default: an ignored weight, margin, index and so on."""
    name = definition.qualified_name
    plain = build.make_instance(configurations.default_of(definition, signature))
    forms = {form.name: form for form in definition.arguments}
    found: dict[tuple[str, str], list[Configuration]] = {}
    for configuration in configurations.all_pairs(definition, signature, name):
        for argument in configuration.args:
            key = str(argument.name)
            if not isinstance(forms[key].values, Size) and key not in STRUCTURAL and hasattr(plain, key):
                found.setdefault((key, repr(argument.value)), []).append(configuration)
    for (key, value), some in found.items():
        if (key, value) not in SAME_AS_DEFAULT:
            yield Mutant(name, f"argument ignored: {key} = {value}", tuple(some), definition, _set(key, getattr(plain, key)))


# -- broken references --------------------------------------------------------------------------------------------------


def _with(function: Any, change: Callable[[dict[str, Any]], None] = lambda given: None, after: Callable[[Any], Any] = lambda x: x) -> Any:
    """The function with other arguments, or another result; it still names the same parameters."""

    @wraps(function)
    def changed(**given: Any) -> Any:
        change(given)
        return after(function(**given))

    return changed


def _nested(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def applied(value: Any) -> Any:
        return [applied(each) for each in value] if isinstance(value, list | tuple) else change(value)

    return applied


def _rules(definition: LossDefinition, change: Callable[[Rule], Rule]) -> LossDefinition:
    return replace(definition, rules=tuple(change(rule) for rule in definition.rules))


def _names(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters)


def _broken_references(name: str) -> Iterator[Mutant]:
    definition, signature = _definition(name), signature_of(find_class(name))
    plain = configurations.default_of(definition, signature)

    def mutant(fault: str, broken: LossDefinition, configuration: Configuration = plain) -> Mutant:
        return Mutant(name, f"reference: {fault}", (configuration,), broken)

    yield mutant("wrong sign", _rules(definition, lambda rule: replace(rule, term=_with(rule.term, after=lambda x: -1 * x))))
    yield mutant("clamped", _rules(definition, lambda rule: replace(rule, term=_with(rule.term, after=_clamped))))
    yield mutant("gradient twice", _rules(definition, _slopes_twice))
    yield mutant("wrong denominator", replace(definition, reductions=tuple(map(_divided_twice, definition.reductions))))
    for kink in KINKS:
        if any(kink in _names(rule.term) for rule in definition.rules):
            yield mutant(f"kink moved: {kink}", _rules(definition, lambda rule, kink=kink: _shifted(rule, kink)))  # type: ignore[misc]
    yield from _without_weights(definition, signature, mutant)


def _clamped(term: Any) -> Any:
    return term if term < 0.05 else 0.05


def _slopes_twice(rule: Rule) -> Rule:
    twice = (replace(slope, compute=_with(slope.compute, after=_nested(lambda x: 2 * x))) for slope in rule.slopes)
    return replace(rule, slopes=tuple(twice))


def _divided_twice(reduction: Reduction) -> Reduction:
    if reduction.share is None:
        return reduction
    return replace(reduction, share=_with(reduction.share, after=lambda share: 2 * share))


def _shifted(rule: Rule, kink: str) -> Rule:
    def change(given: dict[str, Any]) -> None:
        given[kink] = given[kink] * 0.99 + 0.005

    changed = _with(rule.term, change) if kink in _names(rule.term) else rule.term
    return replace(rule, term=changed)


def _without_weights(definition: LossDefinition, signature: Any, mutant: Callable[..., Mutant]) -> Iterator[Mutant]:
    tensors = [form.name for form in definition.arguments if isinstance(form.values, InputForm)]
    for configuration in configurations.of_loss(definition, signature, definition.qualified_name):
        for key in tensors:
            if not configuration.hooks and key in {argument.name for argument in configuration.args}:
                yield mutant(f"{key} ignored", _rules(definition, lambda rule, key=key: _unweighted(rule, key)), configuration)  # type: ignore[misc]


def _unweighted(rule: Rule, key: str) -> Rule:
    return replace(rule, term=_with(rule.term, lambda given: given.update({key: None}))) if key in _names(rule.term) else rule


# -- the test -----------------------------------------------------------------------------------------------------------


def _is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> bool:
    made = Trial.make

    def broken(*args: Any, **options: Any) -> Any:
        module = made(*args, **options)
        if mutant.change is not None:
            mutant.change(module)
        return module

    known = REFERENCES if mutant.change is not None else References()
    with monkeypatch.context() as patched, torch.random.fork_rng(devices=[]):
        patched.setattr(Trial, "make", broken)
        return any(_fails(mutant.definition, configuration, known) for configuration in mutant.configurations)


def _fails(definition: LossDefinition, configuration: Configuration, known: References) -> bool:
    found = verify.verify(definition, configuration, dtypes=("float64",), kinds=KINDS, references=known)
    return any(check.status == "fail" for check in found)


@pytest.mark.parametrize("name", NAMES)
def test_an_unbroken_loss_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = configurations.default_of(_definition(name), signature_of(find_class(name)))
    assert not _is_caught(Mutant(name, "none", (plain,), _definition(name), lambda module: None), monkeypatch)


def test_every_broken_loss_and_every_broken_reference_is_caught(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    mutants = [mutant for name in NAMES for mutant in (*_broken_losses(name), *_broken_references(name))]
    missed = [mutant for mutant in mutants if not _is_caught(mutant, monkeypatch)]
    with capsys.disabled():
        share = 100 * (len(mutants) - len(missed)) / len(mutants)
        print(f"\n{len(mutants) - len(missed)} of {len(mutants)} broken losses and references caught: {share:.1f} %")
    assert len(mutants) >= 300
    assert not missed, "\n".join(f"{mutant.loss.rpartition('.')[2]}: {mutant.fault}" for mutant in missed)
