"""What a loss is, for one configuration, as the part of a Report that a face shows: formulas, denominators, inputs, notes.

In: a definition and a configuration. Out: report.Definition. Evaluates nothing and loads no arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from inspector.losses.arguments import LEGACY
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
from inspector.report import Configuration, Constant, Definition, Formula, General, Input, Way

_REDUCING = {"reduction", *(each.name for each in LEGACY)}
_OTHER: Any = object()
"""What an argument is that is given and no constant: a tensor, a callable."""


def summarise(definition: LossDefinition, configuration: Configuration) -> Definition:
    """The formulas of the rule that holds for the configuration, every denominator, and the inputs of its case."""
    given = given_constants(definition, configuration)
    case = _case(definition, configuration, given)
    rule = None if case is None else _rule(definition, case, given)
    if case is None or rule is None:
        return Definition((), notes=_notes(definition), mistake=definition.mistake, ways=_ways(definition))
    reductions = {each.name: each for each in definition.reductions if each.target_kind in (None, case.target_kind)}
    formulas = tuple(_formulas(definition, rule, _shown(definition, reductions, given), given))
    return Definition(
        formulas=formulas,
        denominators={field.name: reductions[field.reduction].words for field in definition.fields}
        or {each.name: each.words for each in reductions.values()},
        inputs=tuple(describe_input(form) for form in case.inputs),
        notes=_notes(definition),
        mistake=definition.mistake,
        ways=_ways(definition),
        general=tuple(each for each in map(partial(_general, definition), definition.rules) if _says_more(each, formulas)),
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
    one = _input(form)
    return f"{one.name} {one.shape} {one.dtype}: {one.values}"


def _input(form: InputForm) -> Input:
    shape = ", ".join(str(axis) for axis in form.shape)
    held = "tuple" if form.container == "tuple" else "floating" if form.dtype == "float" else form.dtype
    laid = f", rows of lengths {form.packed_by} end to end" if form.packed_by else ""
    return Input(form.name, f"({shape})", f"{held}{laid}", _describe(form.values))


def _ways(definition: LossDefinition) -> tuple[Way, ...]:
    """Every documented way to call it, in the order of the definition."""
    return tuple(Way(case.name, tuple(map(_input, case.inputs)), _settings(case)) for case in definition.cases)


def _settings(case: Case) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in case.when.items())


# -- which formulas -----------------------------------------------------------------------------------------------------


def _shown(definition: LossDefinition, reductions: Mapping[str, Reduction], given: Mapping[str, Any]) -> list[tuple[str, Reduction]]:
    """What is returned, each with its reduction: the fields of what has several, else the loss value."""
    if definition.fields:
        return [(f".{field.name}" + (f", times {field.factor}" if field.factor != 1 else ""), reductions[field.reduction])
                for field in definition.fields]  # fmt: skip
    name = chosen(given, next(iter(reductions), ""))
    return [(f"loss, reduction='{name}'", reductions[name])] if name in reductions else []


def _general(definition: LossDefinition, rule: Rule) -> General:
    """The formulas of a rule with every argument given, so that no shorter form of them holds."""
    needed = {name: value for when in (rule.when, *(slope.when for slope in rule.slopes)) for name, value in when.items()}
    given = {argument.name: _OTHER for argument in definition.arguments if argument.name not in _REDUCING} | needed
    reductions = {each.name: each for each in definition.reductions if each.target_kind in (None, rule.target_kind)}
    kinds = [case.name.partition(", (")[0] for case in definition.cases if rule.target_kind in (None, case.target_kind)]
    settings = ", ".join(f"{name}={value!r}" for name, value in rule.when.items())
    name = settings or (kinds[0] if rule.target_kind else "")
    return General(name, tuple(_formulas(definition, rule, _shown(definition, reductions, given), given)))


def _says_more(general: General, shown: Sequence[Formula]) -> bool:
    said = {(each.name, each.text) for each in shown}
    return any(each.name != "letters" and (each.name, each.text) not in said for each in general.formulas)


def _formulas(definition: LossDefinition, rule: Rule, returned: Sequence[tuple[str, Reduction]], given: Mapping[str, Any]) -> list[Formula]:
    shorter = _shortest(definition, rule.simpler, given)
    shown: Rule | Simpler = shorter or rule
    own = shorter is not None and shorter.where is not None
    where, where_latex = (shorter.where or "", shorter.where_latex) if shorter is not None and own else (rule.where, rule.where_latex)
    slopes = [_slope(definition, slope, given) for slope in rule.slopes if slope.shown and _holds(definition, slope.when, given)]
    values = [_value(definition, name, reduction, given) for name, reduction in returned]
    letters = _letters(definition, rule, given, " ".join((shown.text, where, *(each.text for each in (*values, *slopes)))))
    explained = (Formula("where", where_latex, where), Formula("letters", "", letters))
    return [Formula("term", shown.latex, shown.text), *(line for line in explained if line.text), *values, *slopes]


def _value(definition: LossDefinition, name: str, reduction: Reduction, given: Mapping[str, Any]) -> Formula:
    shown = _shortest(definition, reduction.simpler, given) or reduction
    return Formula(name, shown.latex, shown.text)


def _letters(definition: LossDefinition, rule: Rule, given: Mapping[str, Any], text: str) -> str:
    """Which inputs, arguments and parameters the letters of a text stand for, and what an argument is here."""
    apart = [(letter, name) for letter, name in rule.symbols.items() if letter != name]
    used = [(letter, name) for letter, name in apart if re.search(rf"(?<!\w){re.escape(letter)}(?!\w)", text)]
    return ", ".join(f"{letter} = {name}{_here(definition, name, given)}" for letter, name in used)


def _here(definition: LossDefinition, name: str, given: Mapping[str, Any]) -> str:
    argument = next((each for each in definition.arguments if each.name == name), None)
    if argument is None or given.get(name, None) is _OTHER:
        return ""
    if name in given:
        return f" ({given[name]} here)" if given[name] is not None else " (not given)"
    return " (not given: 1)" if isinstance(argument.values, InputForm) else ""


def _slope(definition: LossDefinition, slope: Slope, given: Mapping[str, Any]) -> Formula:
    shown = _shortest(definition, slope.simpler, given) or slope
    return Formula(f"gradient by {slope.of}", shown.latex, shown.text)


def _shortest(definition: LossDefinition, forms: Sequence[Simpler], given: Mapping[str, Any]) -> Simpler | None:
    """The first shorter form whose arguments all have the value it needs; one that is not given is at its default."""
    return next((form for form in forms if _holds(definition, form.when, given)), None)


def _case(definition: LossDefinition, configuration: Configuration, given: Mapping[str, Any]) -> Case | None:
    asked = configuration.target_kind
    cases = [case for case in definition.cases if asked in (None, case.target_kind, case.name)]
    return next((case for case in cases if _holds(definition, case.when, given)), None)


def _rule(definition: LossDefinition, case: Case, given: Mapping[str, Any]) -> Rule | None:
    rules = [rule for rule in definition.rules if rule.target_kind in (None, case.target_kind)]
    return next((rule for rule in rules if _holds(definition, rule.when, given)), None)


def _holds(definition: LossDefinition, when: Mapping[str, Plain], given: Mapping[str, Any]) -> bool:
    """True where the arguments have these values. The first of a Choice is the default; of any other argument, what it is asked for."""
    defaults = {each.name: each.values.of[0] for each in definition.arguments if isinstance(each.values, Choice) and each.values.of}
    return all(given.get(name, defaults.get(name, value)) == value for name, value in when.items())


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
