"""Every definition is whole: cases, arguments in the order of the signature, a slope for every input that has a gradient."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from inspector import losses
from inspector.losses.reference import all_forms
from inspector.losses.schema import InputForm, LossDefinition, Size
from inspector.losses.summary import describe_input
from inspector.report import Argument, Configuration, Constant, TensorData

BASES = {"torch.nn.modules.loss._Loss", "torch.nn.modules.loss._WeightedLoss"}


def _definition(name: str) -> LossDefinition:
    found = losses.find(name)
    assert found is not None
    return found


@pytest.fixture(params=losses.FILES)
def definition(request: Any) -> LossDefinition:
    return _definition(request.param)


@pytest.fixture(params=[name for name in losses.FILES if name not in BASES])
def loss(request: Any) -> LossDefinition:
    return _definition(request.param)


def test_a_class_without_definition_is_not_found() -> None:
    assert losses.find("torch.nn.modules.linear.Linear") is None


def test_the_definition_is_of_the_class_that_was_asked_for() -> None:
    assert all(_definition(name).qualified_name == name for name in losses.FILES)


def test_every_public_loss_of_torch_is_defined() -> None:
    import torch

    classes = {getattr(torch.nn, name) for name in dir(torch.nn) if re.fullmatch(r".*Loss(2d)?", name)}
    assert {f"{each.__module__}.{each.__qualname__}" for each in classes} == set(losses.FILES) - BASES


def test_arguments_stand_in_the_order_of_the_signature(definition: LossDefinition) -> None:
    import inspect

    from inspector.live.build import find_class

    names = list(inspect.signature(find_class(definition.qualified_name).__init__).parameters)[1:]
    assert [argument.name for argument in definition.arguments] == names


def test_an_argument_in_a_shorter_form_is_at_its_default(loss: LossDefinition) -> None:
    import inspect

    from inspector.live.build import find_class

    parameters = inspect.signature(find_class(loss.qualified_name).__init__).parameters
    for rule in loss.rules:
        for simpler in (*rule.simpler, *(each for slope in rule.slopes for each in slope.simpler)):
            assert {name: parameters[name].default for name in simpler.when} == simpler.when


def test_every_kind_of_inputs_has_a_rule_and_reductions(loss: LossDefinition) -> None:
    for case in loss.cases:
        assert [rule for rule in loss.rules if rule.target_kind in (None, case.target_kind)]
        names = [each.name for each in loss.reductions if each.target_kind in (None, case.target_kind)]
        assert len(names) == len(set(names))
        assert "mean" in names


def test_every_differentiable_input_has_a_slope(loss: LossDefinition) -> None:
    for rule in loss.rules:
        cases = [case for case in loss.cases if rule.target_kind in (None, case.target_kind) and case.when.items() <= rule.when.items()]
        assert cases
        forms = {form.name for case in cases for form in (*case.inputs, *case.parameters) if form.differentiable}
        assert {slope.of for slope in rule.slopes} == forms


def test_every_symbol_of_a_shape_has_a_size(loss: LossDefinition) -> None:
    for case in loss.cases:
        symbols = {axis for form in case.inputs for axis in form.shape if isinstance(axis, str)}
        assert symbols <= set(case.sizes)


def test_every_formula_is_written_twice_and_says_what_its_letters_are(loss: LossDefinition) -> None:
    for rule in loss.rules:
        names = {form.name for case in loss.cases for form in all_forms(loss, case)} | {each.name for each in loss.arguments}
        assert set(rule.symbols.values()) <= names
        for formula in (rule, *rule.slopes, *rule.simpler):
            assert formula.latex
            assert formula.text
            assert formula.latex.isascii()


def test_every_loss_names_its_commonest_mistake(loss: LossDefinition) -> None:
    assert loss.mistake


def test_every_input_is_described_on_one_line(loss: LossDefinition) -> None:
    lines = [describe_input(form) for case in loss.cases for form in case.inputs]
    lines += [describe_input(argument.values) for argument in loss.arguments if isinstance(argument.values, InputForm)]
    assert all(line and "\n" not in line for line in lines)


def test_a_size_argument_is_a_symbol_of_some_case(loss: LossDefinition) -> None:
    for argument in loss.arguments:
        if isinstance(argument.values, Size):
            symbols = {argument.values.of} if isinstance(argument.values.of, str) else set(argument.values.of)
            assert any(symbols <= set(case.sizes) for case in loss.cases)


def test_finding_one_loss_loads_no_arithmetic_and_no_other_loss() -> None:
    code = """
import sys
from inspector import losses
losses.find("torch.nn.modules.loss.CrossEntropyLoss")
others = [file for file in losses.FILES.values() if f"inspector.losses.{file}" in sys.modules]
print(others, sorted({"mpmath", "torch", "numpy", "inspector.losses.exact"} & set(sys.modules)))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "['cross_entropy'] []\n"


# -- summaries ----------------------------------------------------------------------------------------------------------


def _summary(name: str, *args: Argument, target_kind: str | None = None) -> Any:
    qualified = f"torch.nn.modules.loss.{name}"
    return losses.summarise(_definition(qualified), Configuration(qualified, "", args, target_kind))


def test_a_summary_shows_the_shortest_formula_that_holds() -> None:
    weight = Argument("weight", TensorData((2,), "float32", (1.0, 2.0)))
    smoothing = Argument("label_smoothing", Constant(0.1))
    assert _summary("CrossEntropyLoss").formulas[0].text == "ℓ = −log(p[y])"
    assert _summary("CrossEntropyLoss", weight).formulas[0].text == "ℓ = −w[y]·log(p[y])"
    assert _summary("CrossEntropyLoss", smoothing).formulas[0].text == "ℓ = −Σ_c(w[c]·q[c]·log(p[c]))"


def test_a_summary_follows_the_kind_of_inputs_and_the_arguments() -> None:
    assert "target (N, C) floating" in _summary("CrossEntropyLoss", target_kind="probabilities").inputs[1]
    assert "target (C) floating" in _summary("CrossEntropyLoss", target_kind="class probabilities, (C)").inputs[1]
    assert "exp(y)" in _summary("KLDivLoss", Argument("log_target", Constant(True))).formulas[0].text
    assert "log(x + ε)" in _summary("PoissonNLLLoss", Argument(None, Constant(False))).formulas[0].text


def test_a_summary_shows_the_reduction_that_was_chosen() -> None:
    def shown(*args: Argument) -> str:
        return next(each.name for each in _summary("MSELoss", *args).formulas if each.name.startswith("loss"))

    assert shown() == "loss, reduction='mean'"
    assert shown(Argument("reduction", Constant("sum"))) == "loss, reduction='sum'"
    assert shown(Argument("size_average", Constant(False))) == "loss, reduction='sum'"
    assert shown(Argument("reduce", Constant(False)), Argument("reduction", Constant("sum"))) == "loss, reduction='none'"


def test_a_base_class_has_notes_and_no_formula() -> None:
    found = _summary("_WeightedLoss")
    assert found.formulas == ()
    assert "NotImplementedError" in found.notes[0]


def test_every_summary_has_a_formula_for_the_term_the_loss_and_each_gradient(loss: LossDefinition) -> None:
    found = losses.summarise(loss, Configuration(loss.qualified_name, ""))
    names = [each.name for each in found.formulas]
    assert names[0] == "term"
    assert sum(name.startswith(("loss", ".")) for name in names) == max(1, len(loss.fields))
    always = [slope for slope in loss.rules[0].slopes if slope.shown and not slope.when]
    assert [name for name in names if name.startswith("gradient")] == [f"gradient by {slope.of}" for slope in always]
    assert found.denominators
    assert found.inputs


@pytest.mark.parametrize(
    ("name", "args", "there"),
    [("LinearCrossEntropyLoss", (Argument("bias", Constant(True)),), True), ("LinearCrossEntropyLoss", (), False)],
)
def test_a_parameter_that_an_argument_makes_is_in_the_formulas_only_with_it(name: str, args: tuple[Argument, ...], there: bool) -> None:
    loss = losses.find(f"torch.nn.modules.loss.{name}")
    assert loss is not None
    found = {each.name: each.text for each in losses.summarise(loss, Configuration(loss.qualified_name, "", args)).formulas}
    assert ("gradient by linear.bias" in found) == there
    assert ("W·x + b" in found["where"]) == there


def test_every_letter_of_a_formula_is_explained_with_the_value_it_has() -> None:
    loss = losses.find("torch.nn.modules.loss.CrossEntropyLoss")
    assert loss is not None
    args = (Argument("label_smoothing", Constant(0.1)),)
    found = {each.name: each.text for each in losses.summarise(loss, Configuration(loss.qualified_name, "", args)).formulas}
    assert found["letters"] == "x = input, y = target, w = weight (not given: 1), ε = label_smoothing (0.1 here)"


def test_a_reduction_that_does_not_exist_has_no_formula() -> None:
    loss = losses.find("torch.nn.modules.loss.MSELoss")
    assert loss is not None
    found = losses.summarise(loss, Configuration(loss.qualified_name, "", (Argument("reduction", Constant(None)),)))
    assert not [each.name for each in found.formulas if each.name.startswith("loss")]


def test_formulas_with_every_argument_set_name_the_weight_in_the_term_and_in_the_mean() -> None:
    indices, probabilities = _summary("CrossEntropyLoss").general
    assert (indices.name, probabilities.name) == ("class indices", "class probabilities")
    found = {each.name: each.text for each in indices.formulas}
    assert found["term"] == "ℓ = −Σ_c(w[c]·q[c]·log(p[c]))"
    assert found["loss, reduction='mean'"] == "L = Σ ℓ / Σ w[y]"
    assert found["letters"] == "x = input, y = target, w = weight, ε = label_smoothing"


def test_a_loss_whose_formula_leaves_no_argument_out_has_no_second_one() -> None:
    assert _summary("MSELoss").general == ()
    assert [each.name for each in _summary("KLDivLoss").general] == ["log_target=True"]


def test_every_letter_of_a_rule_stands_in_a_formula_that_is_shown(loss: LossDefinition) -> None:
    found = losses.summarise(loss, Configuration(loss.qualified_name, ""))
    text = " ".join(each.text for each in (*found.formulas, *(each for some in found.general for each in some.formulas)))
    letters = {letter for rule in loss.rules for letter in rule.symbols}
    assert {letter for letter in letters if letter not in text} == set()
