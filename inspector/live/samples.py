"""Legal inputs for one call, drawn from the domain a loss declares, as plain data.

In: a definition, a configuration and a signature. Out: a Sample, or Unresolved with the reason. Imports no torch, so the reader can
ask for one before torch loads.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from inspector.errors import InspectError
from inspector.live import arguments, values
from inspector.losses.schema import ArgumentForm, Case, Choice, InputForm, LossDefinition, Real, Size
from inspector.report import Argument, Configuration, Constant, Items, Parameter, Sample, TensorData, Term, Unresolved

COMPARED_WITH = frozenset({"target", "targets"})
"""Inputs that come from data and not from a network: legal to differentiate, but an ordinary call asks no gradient of them."""


@dataclasses.dataclass(frozen=True)
class Fitted:
    """One case with its sizes made to fit the constructor arguments."""

    case: Case
    sizes: Mapping[str, int]
    constants: Mapping[str, Any]
    given: frozenset[str]
    within: bool = True
    """False where an argument has a value that this case does not take (`narrowed`), so that torch will refuse it."""


def draw(
    definition: LossDefinition | None, configuration: Configuration, signature: Sequence[Parameter], *, seed: int = 0
) -> Sample | Unresolved:
    """The inputs of one call that the configuration takes; the same seed gives the same inputs.

    Raises InspectError `unknown-target-kind` where inputs do not come in the kind asked for.
    """
    check_target_kind(definition, configuration)
    if definition is None:
        return Unresolved("its inputs are not declared", configuration.subject)
    if not definition.cases:
        return Unresolved("; ".join(definition.notes) or "it declares no way to be called", configuration.subject)
    fitted = fit(definition, configuration, signature)
    if isinstance(fitted, Unresolved):
        return fitted
    bound = arguments.bind(configuration, signature)
    return draw_case(fitted, dtype=arguments.floating_dtype(bound), seed=seed)


def draw_case(fitted: Fitted, *, dtype: str = "float32", seed: int = 0) -> Sample:
    """The inputs of one fitted case."""
    source = values.Source(seed)
    drawn: dict[str, Term] = {}
    unbounded: list[tuple[tuple[int, ...], list[float]]] = []
    for form in sorted(fitted.case.inputs, key=lambda form: bool(form.packed_by)):
        shape = _shape(form, fitted, drawn)
        compared = [numbers for other, numbers in unbounded if other == shape] if form.values == Real() and shape else []
        if compared:
            numbers = values.related(compared[0], shape, len(compared) - 1, source.stream(form.name), source)
        else:
            numbers = values.draw(form.values, shape, form.name, source, fitted)
        unbounded += [(shape, numbers)] if form.values == Real() else []
        drawn[form.name] = _as_term(form, shape, numbers, dtype)
    inputs = tuple(Argument(form.name, drawn[form.name]) for form in fitted.case.inputs)
    return Sample(inputs, fitted.case.name, "domain")


def target_kinds(definition: LossDefinition | None) -> tuple[str, ...]:
    """The kinds the inputs come in, in the order they are declared; empty where they come in one kind."""
    if definition is None:
        return ()
    return tuple(dict.fromkeys(case.target_kind for case in definition.cases if case.target_kind))


def check_target_kind(definition: LossDefinition | None, configuration: Configuration) -> None:
    """Raises InspectError `unknown-target-kind` where what is asked for is neither a declared kind nor the name of a declared case."""
    asked, kinds = configuration.target_kind, target_kinds(definition)
    cases = [case.name for case in definition.cases] if definition else []
    if asked is None or asked in kinds or asked in cases:
        return
    todo = f"use one of: {', '.join(kinds)}" if kinds else "its inputs come in one kind, so leave it out"
    raise InspectError("unknown-target-kind", f"{configuration.subject.rpartition('.')[2]} has no inputs of the kind {asked!r}", todo=todo)


def fit(definition: LossDefinition, configuration: Configuration, signature: Sequence[Parameter]) -> Fitted | Unresolved:
    """The first declared case that takes the configuration, with its sizes; Unresolved with the reason where none does."""
    fits = fitting(definition, configuration, signature)
    return fits[0] if fits else Unresolved("no declared kind of inputs takes these arguments", configuration.expression)


def fitting(definition: LossDefinition, configuration: Configuration, signature: Sequence[Parameter]) -> list[Fitted]:
    """Every declared case that takes the configuration, best first: those whose narrower values it keeps to come first."""
    bound = arguments.bind(configuration, signature)
    constants = arguments.constants(configuration, signature)
    found: list[Fitted] = []
    for case in definition.cases:
        if configuration.target_kind not in (None, case.target_kind, case.name):
            continue
        if any(constants.get(name, arguments.UNKNOWN) != value for name, value in case.when.items()):
            continue
        sizes = _fitted_sizes(definition.arguments, case, bound, constants)
        if sizes is not None:
            within = all(takes(domain, constants.get(name)) for name, domain in case.narrowed.items())
            found.append(Fitted(case, sizes, constants, frozenset(bound), within))
    return sorted(found, key=lambda fitted: not fitted.within)


def takes(domain: Any, value: Any) -> bool:
    """True where a constant is in a set of values; True as well for a set that no single constant can be held against."""
    if isinstance(domain, Choice):
        return any(value is one or (value == one and type(value) is type(one)) for one in domain.of)
    if isinstance(domain, Real) and isinstance(value, (int, float)):
        low, high = domain.low, domain.high
        return not (
            (low is not None and (value < low or (domain.low_open and value == low)))
            or (high is not None and (value > high or (domain.high_open and value == high)))
        )
    return True


# -- the rest is private ------------------------------------------------------------------------------------------------


def _fitted_sizes(
    forms: tuple[ArgumentForm, ...], case: Case, bound: Mapping[str, Term], constants: Mapping[str, Any]
) -> dict[str, int] | None:
    """Sizes of the case with those that constructor arguments fix; None where the arguments contradict it or each other."""
    fixed: dict[str, int] = {}
    for form in forms:
        if isinstance(form.values, Size):
            wanted = _sizes_fixed_by(form.values, case, constants.get(form.name, arguments.UNKNOWN))
        elif isinstance(form.values, InputForm) and form.name in bound:
            wanted = _sizes_of_tensor(form.values.shape, arguments.shape_of(bound[form.name]), case)
        else:
            continue
        if wanted is None or any(fixed.get(symbol, size) != size for symbol, size in wanted.items()):
            return None
        fixed |= wanted
    return {**case.sizes, **fixed}


def _sizes_fixed_by(values: Size, case: Case, value: Any) -> dict[str, int] | None:
    """Symbol -> size, as an argument such as `in_features` says; a tuple of sizes must have one for each symbol of the case."""
    if isinstance(values.of, str):
        return {values.of: value} if isinstance(value, int) else {}
    symbols = [symbol for symbol in values.of if symbol in case.sizes]
    if not isinstance(value, (tuple, list)):
        return {}
    return dict(zip(symbols, value, strict=True)) if len(symbols) == len(value) else None


def _sizes_of_tensor(form: tuple[str | int, ...], shape: tuple[int, ...] | None, case: Case) -> dict[str, int] | None:
    """Symbol -> size, as the shape of a tensor argument says; aligned at the right, where a size of one is broadcast."""
    if shape is None:
        return {}
    if len(shape) > len(form):
        return None
    pairs = list(zip(reversed(form), reversed(shape), strict=False))
    found = {symbol: size for symbol, size in pairs if isinstance(symbol, str) and (size != 1 or len(form) == 1)}
    return found if all(symbol in case.sizes for symbol in found) else None


def _shape(form: InputForm, fitted: Fitted, drawn: Mapping[str, Term]) -> tuple[int, ...]:
    """The shape in numbers. Rows that lie end to end have one dimension: the sum of the row lengths."""
    if form.packed_by:
        return (sum(_numbers(drawn[form.packed_by])),)
    return tuple(fitted.sizes[symbol] if isinstance(symbol, str) else symbol for symbol in form.shape)


def _numbers(term: Term) -> list[int]:
    if isinstance(term, TensorData):
        return [int(value) for value in term.values]
    constant = arguments.constant_of(term)
    return list(constant) if isinstance(constant, (tuple, list)) else [constant]


def _as_term(form: InputForm, shape: tuple[int, ...], numbers: list[Any], dtype: str) -> Term:
    if form.container == "tuple":
        return Items("tuple", tuple(Constant(number) for number in numbers))
    kind = dtype if form.dtype == "float" else form.dtype
    plain = tuple(float(number) if form.dtype == "float" else number for number in numbers)
    return TensorData(shape, kind, plain, requires_grad=form.differentiable and form.name not in COMPARED_WITH)
