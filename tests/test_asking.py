"""What a person named becomes what is asked, or one clear line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from torch import nn

from inspector import asking, inspect_loss
from inspector.errors import InspectError
from inspector.report import Argument, Constant, Sample, Unresolved

CROSS_ENTROPY = "torch.nn.modules.loss.CrossEntropyLoss"


def asked(subject: object, kind: str | None = None, hooks: tuple[str, ...] = (), *, live: bool = False) -> asking.Asked:
    return asking.understand(subject, kind, hooks, live=live)


@pytest.mark.parametrize(
    "spelling",
    [
        "CrossEntropyLoss", "crossentropyloss", "nn.CrossEntropyLoss", "torch.nn.CrossEntropyLoss", CROSS_ENTROPY, " CrossEntropyLoss ",
        "cross_entropy", "F.cross_entropy", "torch.nn.functional.cross_entropy", "cross-entropy loss", "nn.CrossEntropyLoss( )",
    ],
)  # fmt: skip
def test_any_spelling_people_use(spelling: str) -> None:
    assert asked(spelling).configuration.subject == CROSS_ENTROPY


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("", "not-a-constructor-call"),
        ("  ", "not-a-constructor-call"),
        ("CrossEntropyLoss + 1", "not-a-constructor-call"),
        ("CrossEntropyLoss(", "not-a-constructor-call"),
        ("CrossEntropyLoss(*[1])", "not-a-constructor-call"),
        ("CrossEntropyLoss(**{})", "not-a-constructor-call"),
        ("CrossEntropyLoss()()", "not-a-constructor-call"),
        ("CrossEntropyLoss(x for x in y)", "not-a-constructor-call"),
        ("[CrossEntropyLoss]", "not-a-constructor-call"),
        ("lambda: CrossEntropyLoss", "not-a-constructor-call"),
        ("../../etc/passwd", "not-a-constructor-call"),
        ("CrosEntropyLos", "unknown-name"),
        ("F.nothing_of_the_kind", "unknown-name"),
        ("CrossEntropyLoss(weight=open('x'))", "expression-not-allowed"),
        ("CrossEntropyLoss(weight=__import__('os'))", "expression-not-allowed"),
        ("CrossEntropyLoss(nothing=1)", "constructor-refused"),
    ],
)
def test_bad_words_are_one_line(words: str, slug: str) -> None:
    with pytest.raises(InspectError) as refused:
        inspect_loss(words)
    assert refused.value.slug == slug
    assert refused.value.exit_code == 2


def test_a_typo_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(InspectError, match="did you mean CrossEntropyLoss"):
        asked("CrosEntropyLoss")


def test_arguments_are_kept_as_written() -> None:
    configuration = asked("nn.CrossEntropyLoss(label_smoothing=0.1)").configuration
    assert configuration.args == (Argument("label_smoothing", Constant(0.1)),)
    assert configuration.expression == "CrossEntropyLoss(label_smoothing=0.1)"


def test_a_kind_of_inputs_is_drawn_and_an_unknown_one_names_those_there_are() -> None:
    sample = asked("CrossEntropyLoss", "probabilities").sample
    assert isinstance(sample, Sample)
    assert "probabilities" in sample.kind
    with pytest.raises(InspectError, match="indices, probabilities"):
        asked("CrossEntropyLoss", "pictures")


def test_required_arguments_are_filled_in_and_said() -> None:
    configuration = asked("AdaptiveLogSoftmaxWithLoss").configuration
    assert configuration.args
    assert configuration.expression.startswith("AdaptiveLogSoftmaxWithLoss(in_features=")


def test_inputs_fit_the_arguments() -> None:
    sample = asked("CrossEntropyLoss(weight=torch.rand(7))").sample
    assert isinstance(sample, Sample)
    assert sample.inputs[0].value.shape[-1] == 7  # type: ignore[union-attr]


def test_an_instance_is_asked_about_with_its_own_arguments_and_hooks() -> None:
    loss = nn.CrossEntropyLoss(ignore_index=3, reduction="sum")
    loss.register_forward_hook(lambda module, args, output: None)
    made = asked(loss, hooks=("forward_pre",))
    assert made.instance is loss
    assert made.configuration.expression == "CrossEntropyLoss(ignore_index=3, reduction='sum')"
    assert made.configuration.hooks == ("forward", "forward_pre")


def test_a_class_is_asked_about_as_its_name_is() -> None:
    assert asked(nn.MSELoss).configuration == asked("torch.nn.modules.loss.MSELoss").configuration


@pytest.mark.parametrize("thing", [3, None, object(), [nn.MSELoss()]])
def test_what_is_no_module_is_refused(thing: object) -> None:
    with pytest.raises(InspectError, match=r"is no torch\.nn\.Module"):
        asked(thing)


def test_a_class_of_another_package_is_read_and_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "held_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "own.py").write_text("from torch import nn\n\nraise SystemExit\n\nclass Own(nn.MSELoss):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    made = asked("held_package.own.Own(reduction='sum')", live=True)
    assert made.configuration.args == (Argument("reduction", Constant("sum")),)
    assert isinstance(made.sample, Unresolved)
    assert not made.may_run
    assert "held_package.own" not in sys.modules
