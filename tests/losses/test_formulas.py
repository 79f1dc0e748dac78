"""What is printed of a loss, in the terminal and in LaTeX, is what its reference computes."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from inspector import losses
from inspector.losses.exact import exact
from inspector.losses.schema import (
    ClassIndices,
    InputForm,
    LogProbabilities,
    LossDefinition,
    Probabilities,
    Real,
    Rule,
    Signs,
    Simpler,
    Slope,
)
from tests.losses.notation import CannotRead, definitions, evaluate, latex_to_text

WORDS_ONLY = {"CTCLoss", "CosineEmbeddingLoss", "TripletMarginLoss", "TripletMarginWithDistanceLoss", "MultiLabelMarginLoss",
              "LinearCrossEntropyLoss", "AdaptiveLogSoftmaxWithLoss"}  # fmt: skip
"""Losses whose formulas stand for alignments, vectors, matrices or sets: nothing here evaluates those."""

CLASSES = 4


def _rules() -> list[Any]:
    found = []
    for name in losses.FILES:
        definition = losses.find(name)
        assert definition is not None
        short = name.rpartition(".")[2]
        if definition.rules and short not in WORDS_ONLY:
            found += [pytest.param(definition, rule, id=f"{short}-{place}") for place, rule in enumerate(definition.rules)]
    return found


def _value(form: Any, rule: Rule, source: random.Random) -> Any:
    """One number, or a vector over C: what a term receives."""
    values = form.values if isinstance(form, InputForm) else form
    vector = isinstance(form, InputForm) and any(axis in rule.core for axis in form.shape)
    draw = {
        Real: lambda: source.uniform(*_bounds(values)) if isinstance(values, Real) else 0,
        Signs: lambda: source.choice((1.0, -1.0)),
        ClassIndices: lambda: source.randrange(CLASSES),
        Probabilities: lambda: source.uniform(0.1, 0.4),
        LogProbabilities: lambda: source.uniform(-3.0, -0.1),
    }.get(type(values), lambda: source.choice(values.of))
    return np.array([draw() for _ in range(CLASSES)]) if vector else draw()


def _bounds(values: Real) -> tuple[float, float]:
    low = -2.0 if values.low is None else values.low
    return low + 0.01, low + 2.0 if values.high is None else values.high - 0.01


def _letters(definition: LossDefinition, rule: Rule, source: random.Random) -> dict[str, Any]:
    """Input or argument -> value, for all that the term names."""
    case = next(case for case in definition.cases if rule.target_kind in (None, case.target_kind) and case.when == rule.when)
    forms: dict[str, Any] = {form.name: form for form in case.inputs}
    forms |= {argument.name: argument.values for argument in definition.arguments if argument.name not in rule.when}
    return {name: _value(form, rule, source) for name, form in forms.items()} | dict(rule.when)


def _computed(function: Any, letters: dict[str, Any]) -> Any:
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    given = {name: [exact(float(one)) for one in value] if isinstance(value, np.ndarray) else value for name, value in letters.items()}
    given = {name: exact(value) if isinstance(value, float) else value for name, value in given.items()}
    found = function(**{name: given[name] for name in names})
    return np.array([float(one) for one in found]) if isinstance(found, list) else float(found)


def _printed(formula: str, rule: Rule, letters: dict[str, Any], where: str) -> Any:
    """The printed formula evaluated; one with an index on its left is evaluated at each index."""
    symbols = {symbol.replace("₁", "1").replace("₂", "2"): letters[name] for symbol, name in rule.symbols.items() if name in letters}
    known = definitions(where, symbols)
    left = formula.partition("=")[0]
    index = next((letter for letter in "ci" if f"[{letter}]" in left or f"_{letter}}}" in left), None)
    if index is None:
        return evaluate(formula, known)
    return np.array([evaluate(formula, {**known, index: place}) for place in range(CLASSES)])


def _shown(rule: Rule, part: Rule | Slope, letters: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(formula, where, letters) of the long form and of each shorter one, with the arguments it holds for."""
    forms: list[tuple[Any, dict[str, Any]]] = [(part, letters), *((each, {**letters, **each.when}) for each in part.simpler)]
    found = []
    for form, values in forms:
        where = form.where if isinstance(form, Simpler) and form.where is not None else rule.where
        found += [(form.text, where, values), (_latex(form.latex), where, values)]
    return found


def _latex(latex: str) -> str:
    left, _, right = latex.partition(" = ")
    return f"{left} = {latex_to_text(right)}"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("definition", "rule"), _rules())
def test_what_is_printed_is_what_the_reference_computes(definition: LossDefinition, rule: Rule, seed: int) -> None:
    letters = _letters(definition, rule, random.Random(seed))
    if "full" in letters:
        letters["full"] = True
    if "ignore_index" in letters:
        letters["ignore_index"] = -100
    checked = 0
    for part, function in ((rule, rule.term), *((slope, slope.compute) for slope in rule.slopes)):
        for formula, where, values in _shown(rule, part, letters):
            try:
                printed = _printed(formula, rule, values, where)
            except CannotRead:
                continue
            assert np.allclose(printed, _computed(function, values), rtol=1e-11, atol=1e-13), formula
            checked += 1
    assert checked >= 2


def test_the_reader_refuses_no_formula_it_is_meant_to_read() -> None:
    """A reader that quietly refused everything would make the test above empty."""
    refused = []
    for parameters in _rules():
        definition, rule = parameters.values
        letters = _letters(definition, rule, random.Random(0))
        for part in (rule, *rule.slopes):
            for formula, where, values in _shown(rule, part, letters):
                try:
                    _printed(formula, rule, values, where)
                except CannotRead:
                    refused.append(f"{parameters.id}: {formula}")
    assert refused == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ℓ = (x − y)²/2 if |x − y| < 2, else 2·(|x − y| − 1)", 8.0),
        ("ℓ = Σ_c(w[c]·x2[c])", 11.0),
        ("ℓ = Σ_i≠k(w[i])", 1.0),
        ("ℓ = [x > y]·3 − π/π", 2.0),
    ],
)
def test_the_reader_reads_text(text: str, value: float) -> None:
    letters = {"x": 4.0, "y": -1.0, "k": 1, "w": np.array([1.0, 2.0]), "x2": np.array([3.0, 4.0])}
    assert evaluate(text, letters) == pytest.approx(value)


def test_the_reader_refuses_words() -> None:
    with pytest.raises(CannotRead):
        evaluate("ℓ = the sum of all", {})


def test_a_wrong_formula_is_seen() -> None:
    """The comparison above can fail: with a sign changed, or the wrong half."""
    definition = losses.find("torch.nn.modules.loss.SmoothL1Loss")
    assert definition is not None
    rule = definition.rules[0]
    letters = {"input": 0.3, "target": 0.1, "beta": 1.0}
    right = _computed(rule.term, letters)
    assert np.isclose(_printed(rule.text, rule, letters, rule.where), right)
    assert not np.isclose(_printed(rule.text.replace("2·β", "β"), rule, letters, rule.where), right)
