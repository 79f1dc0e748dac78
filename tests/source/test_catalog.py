"""Names of classes: every spelling people use, and what a misspelt one is told."""

from __future__ import annotations

import pytest

from inspector.errors import UnknownName
from inspector.source import catalog, finders


@pytest.fixture(scope="module")
def every() -> catalog.Catalog:
    return catalog.read_catalog(finders.find_installed())


@pytest.mark.parametrize(
    "spelling",
    [
        "CrossEntropyLoss",
        "crossentropyloss",
        "CROSSENTROPYLOSS",
        "cross-entropy-loss",
        "cross_entropy_loss",
        "cross entropy loss",
        "CrossEntropy",
        "nn.CrossEntropyLoss",
        "torch.nn.CrossEntropyLoss",
        "torch.nn.modules.loss.CrossEntropyLoss",
        "F.cross_entropy",
        "nn.functional.cross_entropy",
        "torch.nn.functional.cross_entropy",
        "cross_entropy",
        "  CrossEntropyLoss ",
    ],
)
def test_every_spelling_means_the_same_class(every: catalog.Catalog, spelling: str) -> None:
    assert catalog.find(every, spelling).public_name == "torch.nn.CrossEntropyLoss"


@pytest.mark.parametrize(
    ("function", "name"),
    [("F.mse_loss", "MSELoss"), ("F.kl_div", "KLDivLoss"), ("F.binary_cross_entropy_with_logits", "BCEWithLogitsLoss"), ("F.relu", "ReLU")],
)
def test_a_function_shows_the_class_that_calls_it(every: catalog.Catalog, function: str, name: str) -> None:
    assert catalog.find(every, function).name == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("CrosEntropyLoss", "CrossEntropyLoss"), ("MSELos", "MSELoss"), ("nn.TripletMarginLos", "TripletMarginLoss"), ("Linaer", "Linear")],
)
def test_a_typing_error_is_told_the_nearest_name(every: catalog.Catalog, typed: str, meant: str) -> None:
    with pytest.raises(UnknownName) as caught:
        catalog.find(every, typed)
    assert meant in caught.value.nearest
    assert "did you mean" in caught.value.line()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("typed", ["", "qqqqqqqqq", "numpy.linalg.CrossEntropyLoss", "os.system"])
def test_a_name_of_nothing_is_refused(every: catalog.Catalog, typed: str) -> None:
    with pytest.raises(UnknownName):
        catalog.find(every, typed)


def test_every_entry_is_found_by_each_of_its_names(every: catalog.Catalog) -> None:
    for entry in every.entries:
        assert catalog.find(every, entry.qualified_name) == entry
        if entry.public_name:
            assert catalog.find(every, entry.public_name).public_name == entry.public_name


def test_the_losses_are_those_of_the_issue(every: catalog.Catalog) -> None:
    names = [entry.name for entry in every.losses()]
    assert {"CrossEntropyLoss", "NLLLoss2d", "CTCLoss", "_Loss", "_WeightedLoss"} <= set(names)
    public = [entry.name for entry in every.losses() if entry.public_name]
    assert public == sorted(public, key=str.lower)
    assert names[: len(public)] == public


def test_a_line_of_the_catalog_is_where_the_class_stands(every: catalog.Catalog) -> None:
    text = finders.find_installed()
    for entry in every.entries:
        assert text.text_of(text.root / entry.file).split("\n")[entry.line - 1].startswith(f"class {entry.name}")


def test_one_loss_is_found_without_the_whole_catalog(every: catalog.Catalog) -> None:
    text = finders.find_installed()
    assert catalog.loss_named(text, "nn.L1Loss") == catalog.find(every, "L1Loss")
    assert catalog.loss_named(text, "Linear") is None
