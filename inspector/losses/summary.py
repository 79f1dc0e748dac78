"""What a loss is, for one configuration, as the part of a Report that a face shows: formulas, denominators, inputs, notes.

In: a definition and a configuration. Out: report.Definition. Evaluates nothing and loads no arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspector.losses.reductions import chosen
from inspector.losses.schema import (
    Case,
    Choice,
    ClassIndices,
    InputForm,
    LabelLists,
    Lengths,
    LogProbabilities,
    LossDefinition,
    Plain,
    Probabilities,
    Real,
    Reduction,
    Rule,
    Signs,
    Simpler,
    Size,
    Slope,
)
from inspector.report import Configuration, Constant, Definition, Formula

_OTHER: Any = object()
"""What an argument is that is given and no constant: a tensor, a callable."""


def summarise(definition: LossDefinition, configuration: Configuration) -> Definition:
    """The formulas of the rule that holds for the configuration, every denominator, and the inputs of its case."""
    given = given_constants(definition, configuration)
    case = _case(definition, configuration, given)
    rule = None if case is None else _rule(definition, case, given)
    if case is None or rule is None:
        return Definition((), notes=_notes(definition))
    reductions = [each for each in definition.reductions if each.target_kind in (None, case.target_kind)]
    return Definition(
        formulas=tuple(_formulas(rule, reductions, given)),
        denominators={each.name: each.words for each in reductions},
        inputs=tuple(describe_input(form) for form in case.inputs),
        notes=_notes(definition),
    )


def given_constants(definition: LossDefinition, configuration: Configuration) -> dict[str, Any]:
    """The arguments that were given, by name; `definition.arguments` stand in the order of the signature."""
    names = [argument.name for argument in definition.arguments]
    given: dict[str, Any] = {}
    for place, argument in enumerate(configuration.args):
        name = argument.name or (names[place] if place < len(names) else "")
        given[name] = argument.value.value if isinstance(argument.value, Constant) else _OTHER
    return given


def describe_input(form: InputForm) -> str:
    """One line: name, shape, dtype and range."""
    shape = ", ".join(str(axis) for axis in form.shape)
    held = "tuple" if form.container == "tuple" else "floating" if form.dtype == "float" else form.dtype
    laid = f", rows of lengths {form.packed_by} end to end" if form.packed_by else ""
    return f"{form.name} ({shape}) {held}{laid}: {_describe(form.values)}"


# -- which formulas -----------------------------------------------------------------------------------------------------


def _formulas(rule: Rule, reductions: Sequence[Reduction], given: Mapping[str, Any]) -> list[Formula]:
    shown = _shortest(rule.simpler, given) or rule
    formulas = [Formula("term", shown.latex, shown.text)]
    said = rule if shown.where is None else shown
    if said.where:
        formulas.append(Formula("where", said.where_latex, said.where))
    name = chosen(given, reductions[0].name)
    formulas += [Formula(f"loss, reduction='{each.name}'", each.latex, each.text) for each in reductions if each.name == name]
    return formulas + [_slope(slope, given) for slope in rule.slopes if slope.shown]


def _slope(slope: Slope, given: Mapping[str, Any]) -> Formula:
    shown = _shortest(slope.simpler, given) or slope
    return Formula(f"gradient by {slope.of}", shown.latex, shown.text)


def _shortest(forms: Sequence[Simpler], given: Mapping[str, Any]) -> Simpler | None:
    """The first shorter form whose arguments all have the value it needs; one that is not given has it, being at its default."""
    return next((form for form in forms if all(given.get(name, value) == value for name, value in form.when.items())), None)


def _case(definition: LossDefinition, configuration: Configuration, given: Mapping[str, Any]) -> Case | None:
    asked = configuration.target_kind
    cases = [case for case in definition.cases if asked in (None, case.target_kind, case.name)]
    return next((case for case in cases if _holds(definition, case.when, given)), None)


def _rule(definition: LossDefinition, case: Case, given: Mapping[str, Any]) -> Rule | None:
    rules = [rule for rule in definition.rules if rule.target_kind in (None, case.target_kind)]
    return next((rule for rule in rules if _holds(definition, rule.when, given)), None)


def _holds(definition: LossDefinition, when: Mapping[str, Plain], given: Mapping[str, Any]) -> bool:
    """True where the arguments have these values; the first of a Choice is the default."""
    defaults = {each.name: each.values.of[0] for each in definition.arguments if isinstance(each.values, Choice) and each.values.of}
    return all(given.get(name, defaults.get(name)) == value for name, value in when.items())


def _notes(definition: LossDefinition) -> tuple[str, ...]:
    return tuple(note for note in (definition.mistake, *definition.notes) if note)


def _describe(values: Any) -> str:
    """A set of values in words."""
    match values:
        case Real(low, high, low_open, high_open):
            return _interval(low, high, low_open, high_open)
        case Probabilities(axis):
            return f"class probabilities, summing to 1 along axis {axis}"
        case LogProbabilities(axis):
            return f"logarithms of probabilities along axis {axis}"
        case ClassIndices(below, at_least, ignorable, excluding):
            more = (", or ignore_index" if ignorable else "") + (f", not the value of {excluding}" if excluding else "")
            return f"class indices {at_least} … {below}−1{more}"
        case LabelLists(below):
            return f"class indices 0 … {below}−1, then −1 to the end of the row"
        case Signs():
            return "+1 or −1"
        case Lengths(low, high):
            return f"whole numbers up to {high}"
        case Choice(of):
            return " or ".join(str(one) for one in of)
        case Size(of):
            return f"the size {of if isinstance(of, str) else ', '.join(of)}"
    raise TypeError(f"no words for {values!r}")


def _interval(low: float | None, high: float | None, low_open: bool, high_open: bool) -> str:
    if low is None and high is None:
        return "real numbers"
    if high is None:
        return f"real numbers {'>' if low_open else '≥'} {low:g}"
    if low is None:
        return f"real numbers {'<' if high_open else '≤'} {high:g}"
    return f"real numbers in {'(' if low_open else '['}{low:g}, {high:g}{')' if high_open else ']'}"
