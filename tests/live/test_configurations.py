"""Configurations: made by rule, each constructed and called, at least the number that agreement asks for."""

from __future__ import annotations

import pytest

from inspector.live import build, configurations, samples
from inspector.live.instances import signature_of
from inspector.losses import FILES, find
from inspector.losses.schema import ArgumentForm, Case, Choice, InputForm, LossDefinition, Real
from inspector.report import Configuration, Constant, Parameter, Sample

LOSS = "torch.nn.modules.loss."


def of(name: str) -> tuple[Configuration, ...]:
    definition = find(name)
    assert definition is not None
    return configurations.of_loss(definition, signature_of(build.find_class(name)), name)


def test_there_are_at_least_120_over_all_losses() -> None:
    assert sum(len(of(name)) for name in FILES) >= 120


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(FILES))
def test_each_can_be_constructed_and_called(name: str) -> None:
    definition = find(name)
    for configuration in of(name):
        instance = build.make_instance(configuration)
        sample = samples.draw(definition, configuration, signature_of(build.find_class(name)))
        if isinstance(sample, Sample):
            with build.fixed_random():
                instance(*build.make_inputs(sample))
        else:
            assert definition is not None
            assert not definition.cases


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_argument_that_is_no_size_is_somewhere_away_from_its_default(name: str) -> None:
    definition = find(name)
    assert definition is not None
    fixed = {"device"}  # another device than the CPU needs a machine that has it; its other value names the CPU
    away = {argument.name for configuration in of(name) for argument in configuration.args}
    named = {parameter.name for parameter in signature_of(build.find_class(name)) if parameter.kind in ("positional", "keyword")}
    if not definition.cases:
        fixed |= {"weight"}  # a base class that is never called declares no sizes
    assert named - away - fixed == set()


@pytest.mark.parametrize("name", sorted(FILES))
def test_hooks_are_registered_alone_and_together(name: str) -> None:
    hooks = {configuration.hooks for configuration in of(name)}
    assert hooks >= {(), ("forward",), ("forward_pre",), ("full_backward",), ("forward", "forward_pre", "full_backward")}


def test_each_reduction_and_each_legacy_argument_is_there_for_cross_entropy() -> None:
    written = [configuration.expression for configuration in of(LOSS + "CrossEntropyLoss")]
    for argument in ("reduction='sum'", "reduction='none'", "size_average=True", "size_average=False", "reduce=True", "reduce=False"):
        assert f"CrossEntropyLoss({argument})" in written


def test_no_configuration_comes_twice_and_the_default_comes_first() -> None:
    for name in FILES:
        made = of(name)
        assert len(set(made)) == len(made)
        assert made[0].hooks == ()
        assert made[0].target_kind is None


def test_an_argument_that_no_definition_knows_is_found_in_the_signature() -> None:
    """What the next torch may add: a switch that this project has never heard of."""
    case = Case("(N)", "", {"N": 2}, (InputForm("input", ("N",), Real()),))
    definition = LossDefinition("mine.Loss", "", (case,), (ArgumentForm("reduction", Choice(("mean", "sum"))),))
    written = (Parameter("reduction", "'mean'"), Parameter("brand_new", "False"))
    found = configurations.of_loss(definition, written, "mine.Loss")
    assert [one.args[0].value for one in found if one.args and one.args[0].name == "brand_new"] == [Constant(True)]


def test_no_configuration_asks_for_what_its_kind_of_inputs_does_not_take() -> None:
    """`ignore_index` has no meaning with class probabilities, and torch refuses it there."""
    for one in of(LOSS + "CrossEntropyLoss"):
        if one.target_kind == "probabilities":
            assert "ignore_index" not in one.expression
