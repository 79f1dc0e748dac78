"""Every configuration of a loss worth tracing and running, made from its signature and the legal values of its arguments.

In: a definition, a signature and the qualified name. Out: Configurations, each of which can be constructed and called. Nobody types
them in: an argument that the next torch adds is found in the signature. Imports no torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from inspector.live import arguments, pairs, samples, values
from inspector.live.written import expression
from inspector.losses.schema import ArgumentForm, Case, Choice, ClassIndices, InputForm, LossDefinition, Real, Size
from inspector.report import Argument, Configuration, Constant, Items, Parameter, TensorData, Term

HookKind = Literal["forward", "forward_pre", "full_backward", "full_backward_pre"]

HOOKS: tuple[tuple[HookKind, ...], ...] = (
    ("forward",),
    ("forward_pre",),
    ("full_backward",),
    ("forward", "forward_pre", "full_backward"),
)
"""The hooks that are registered: each alone, and all together."""

_MOST = 4
"""Of the other values of an argument so many are paired with those of the rest."""

_NUMBERS = (0.5, 0.1, 2.0, 1.5, 3.0, 0.25, 1e-3)
"""What a real argument is set to: the first two of these that are legal and not its default."""


def of_loss(definition: LossDefinition, signature: Sequence[Parameter], qualified_name: str) -> tuple[Configuration, ...]:
    """The default, every way to call it, every argument away from its default for every kind of inputs, and hooks; each once."""
    made = _Maker(definition, tuple(signature), qualified_name)
    found = [made.configuration(), *made.of_cases(), *made.of_arguments(), *made.of_hooks()]
    return tuple(dict.fromkeys(configuration for configuration in found if made.can_be_called(configuration)))


def all_pairs(definition: LossDefinition, signature: Sequence[Parameter], qualified_name: str) -> tuple[Configuration, ...]:
    """Configurations in which every way to call the loss meets every value of every argument, and any two values of two arguments meet.

    Each argument is at its default and at two other values at least, where it has as many.
    """
    made = _Maker(definition, tuple(signature), qualified_name)
    found = [made.configuration(), *made.of_pairs(), *made.of_arguments()]
    return tuple(dict.fromkeys(configuration for configuration in found if made.can_be_called(configuration)))


def switched(signature: Sequence[Parameter], qualified_name: str) -> tuple[Configuration, ...]:
    """Configurations of a class that nobody described: the default one, and one for each pair of values of two yes-or-no arguments."""
    flags = [one for one in signature if isinstance(arguments.default_of(one), bool)]
    found: list[Configuration] = []
    for row in pairs.rows([2] * len(flags), lambda one, other: True) or [(0,), (1,)][: 1 + len(flags)]:
        pairs_ = zip(flags, row, strict=False)
        args = tuple(Argument(flag.name, Constant(not arguments.default_of(flag))) for flag, level in pairs_ if level)
        found.append(Configuration(qualified_name, expression(qualified_name, args), args))
    return tuple(dict.fromkeys(found))


def default_of(definition: LossDefinition, signature: Sequence[Parameter], *, target_kind: str | None = None) -> Configuration:
    """The loss with nothing but the arguments it cannot do without."""
    return _Maker(definition, tuple(signature), definition.qualified_name).configuration(target_kind=target_kind)


def required_arguments(definition: LossDefinition, signature: Sequence[Parameter]) -> tuple[Argument, ...]:
    """The arguments that have no default, with legal values."""
    return _Maker(definition, tuple(signature), definition.qualified_name).required()


@dataclasses.dataclass(frozen=True)
class _Maker:
    """One loss, of which configurations are made."""

    definition: LossDefinition
    signature: tuple[Parameter, ...]
    name: str

    def configuration(self, *more: Argument, target_kind: str | None = None, hooks: tuple[HookKind, ...] = ()) -> Configuration:
        """The loss with these arguments besides those it cannot do without."""
        named = {argument.name for argument in more}
        args = (*(argument for argument in self.required() if argument.name not in named), *more)
        return Configuration(self.name, expression(self.name, args), args, target_kind, hooks)

    def required(self) -> tuple[Argument, ...]:
        """The arguments that have no default, with legal values."""
        names = [one.name for one in self.signature if one.default is None and one.kind in ("positional", "keyword")]
        case = self.definition.cases[0] if self.definition.cases else None
        return tuple(Argument(name, term) for name in names for term in _required(self._form(name), case)[:1])

    def of_cases(self) -> Iterator[Configuration]:
        """Every declared way to call it: each kind of inputs by its name, and each shape by the name of the case."""
        for kind in samples.target_kinds(self.definition):
            yield self.configuration(target_kind=kind)
        for case in self.definition.cases:
            yield self._of_case(case, ())

    def of_arguments(self) -> Iterator[Configuration]:
        """Each argument away from its default, alone, for each kind of inputs."""
        for kind in samples.target_kinds(self.definition) or (None,):
            for parameter in self.signature:
                for term in self._others(parameter, kind):
                    yield self.configuration(Argument(parameter.name, term), target_kind=kind)

    def of_pairs(self) -> Iterator[Configuration]:
        """Every case with every value of each argument, and any two values together."""
        cases = self.definition.cases
        free = [parameter for parameter in self.signature if self._is_free(parameter)]
        values = [[self._others(parameter, case.name)[:_MOST] for parameter in free] for case in cases]
        sizes = [len(cases), *(1 + max((len(of_case[place]) for of_case in values), default=0) for place in range(len(free)))]

        def made(row: Sequence[pairs.Level]) -> Configuration | None:
            case = next((level for factor, level in row if factor == 0), 0)
            chosen = [(factor - 1, level - 1) for factor, level in row if factor and level]
            if any(level >= len(values[case][place]) for place, level in chosen):
                return None
            return self._of_case(cases[case], [Argument(free[place].name, values[case][place][level]) for place, level in chosen])

        def possible(one: pairs.Level, other: pairs.Level) -> bool:
            tried = [(0, case) for case in range(len(cases))] if one[0] else [one]
            made_ones = [made((*((case,) if one[0] else ()), one, other)) for case in tried]
            return any(each is not None and self.can_be_called(each) for each in made_ones)

        for row in pairs.rows(sizes, possible) if cases else []:
            configuration = made(list(enumerate(row)))
            if configuration is not None:
                yield configuration

    def _of_case(self, case: Case, more: Sequence[Argument]) -> Configuration:
        """The loss with these arguments and with what the case needs besides."""
        named = {argument.name for argument in more}
        needed = (*self._sizes(case), *(Argument(name, Constant(value)) for name, value in case.when.items()))
        return self.configuration(*(one for one in needed if self._away(one) and one.name not in named), *more, target_kind=case.name)

    def _is_free(self, parameter: Parameter) -> bool:
        """False for an argument that every case decides."""
        form = self._form(parameter.name)
        return not all(parameter.name in case.when for case in self.definition.cases) and not (form and isinstance(form.values, Size))

    def of_hooks(self) -> Iterator[Configuration]:
        """Hooks on the default configuration."""
        for hooks in HOOKS:
            yield self.configuration(hooks=hooks)

    def can_be_called(self, configuration: Configuration) -> bool:
        """True where some declared case takes the configuration; a base class that declares none is made, never called."""
        fitted = samples.fitting(self.definition, configuration, self.signature)
        return not self.definition.cases or any(one.within for one in fitted)

    # -- the rest is private ------------------------------------------------------------------------------------------

    def _form(self, name: str) -> ArgumentForm | None:
        return next((form for form in self.definition.arguments if form.name == name), None)

    def _sizes(self, case: Case) -> Iterator[Argument]:
        """What the arguments that fix sizes must be for this case."""
        for form in self.definition.arguments:
            if isinstance(form.values, Size):
                for term in _required(form, case):
                    yield Argument(form.name, term)

    def _away(self, argument: Argument) -> bool:
        parameter = next((one for one in self.signature if one.name == argument.name), None)
        default = arguments.UNKNOWN if parameter is None else arguments.default_of(parameter)
        value = arguments.constant_of(argument.value)
        return default is arguments.UNKNOWN or type(value) is not type(default) or value != default

    def _others(self, parameter: Parameter, kind: str | None) -> list[Term]:
        """Legal values of a parameter other than its default."""
        form = self._form(parameter.name)
        default = arguments.default_of(parameter)
        if form is None:
            return [Constant(not default)] if isinstance(default, bool) else []
        cases = [case for case in self.definition.cases if kind in (None, case.target_kind, case.name)]
        terms = [*form.required[1:], *_legal(form, default, cases[0] if cases else None), *form.others]
        return [term for term in terms if self._away(Argument(parameter.name, term))]


def _required(form: ArgumentForm | None, case: Case | None) -> list[Term]:
    """Values for an argument without a default, the preferred first."""
    if form is None:
        return []
    if isinstance(form.values, Size) and case is not None:
        return [_size_term(form.values, case)]
    return [*form.required, *_legal(form, arguments.UNKNOWN, case)]


def _legal(form: ArgumentForm, default: Any, case: Case | None) -> list[Term]:
    """Some legal values: every choice; two numbers; one tensor of the case's sizes."""
    domain = form.values
    if isinstance(domain, Choice):
        return [Constant(value) for value in domain.of]
    if isinstance(domain, Real):
        numbers = [number for number in form.tried or _NUMBERS if samples.takes(domain, number) and number != default]
        return [Constant(number) for number in numbers[:2]]
    if case is None:
        return []
    if isinstance(domain, ClassIndices):
        indices = [index for index in range(domain.at_least, case.sizes[domain.below]) if index != default]
        return [Constant(index) for index in (indices[:1] + indices[-1:])]
    return [_tensor(domain, case, 0), _tensor(domain, case, 1)] if isinstance(domain, InputForm) else []


def _size_term(domain: Size, case: Case) -> Term:
    if isinstance(domain.of, str):
        return Constant(case.sizes[domain.of])
    return Items("tuple", tuple(Constant(case.sizes[symbol]) for symbol in domain.of if symbol in case.sizes))


def _tensor(form: InputForm, case: Case, seed: int) -> Term:
    """A tensor argument of the sizes of a case. Where the case lacks one of its symbols no tensor fits, and none of this size will."""
    fitted = samples.Fitted(case, case.sizes, {}, frozenset())
    shape = tuple(case.sizes.get(symbol, 1) if isinstance(symbol, str) else symbol for symbol in form.shape)
    drawn = values.draw(form.values, shape, form.name, values.Source(seed), fitted)
    return TensorData(shape, "float32", tuple(float(number) for number in drawn))
