"""What cannot be read is said on one line: a torch without sources, a source that does not parse, an expression that is no call."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.errors import CouldNotRun, InspectError
from inspector.report import Argument, Constant, Items, Maker, Reference, Release
from inspector.source import finders, parse
from inspector.source.expression import parse_expression
from inspector.source.finders import TorchText
from inspector.source.reading import outline

from . import held


def test_no_torch_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "folder_of_package", lambda top: None)
    with pytest.raises(CouldNotRun, match="torch is not installed") as caught:
        finders.find_installed()
    assert (caught.value.slug, caught.value.exit_code) == ("torch-missing", 3)


@pytest.mark.parametrize("missing", ["torch/nn/modules/loss.py", "torch/nn/modules/module.py", "torch/version.py"])
def test_a_torch_without_its_sources(tmp_path: Path, missing: str) -> None:
    for name in ("torch/nn/modules/loss.py", "torch/nn/modules/module.py", "torch/version.py"):
        if name != missing:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("")
    with pytest.raises(CouldNotRun, match=missing) as caught:
        finders.in_folder(tmp_path, origin="folder")
    assert (caught.value.slug, caught.value.exit_code) == ("torch-without-sources", 3)


def test_the_release_is_read_from_the_text(tmp_path: Path) -> None:
    for name in ("torch/nn/modules/loss.py", "torch/nn/modules/module.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "torch/version.py").write_text("__version__ = '9.9.9+cpu'\ngit_version: str = 'abc'\n")
    assert finders.in_folder(tmp_path, origin="folder").release == Release("9.9.9+cpu", "abc", "folder")


def test_a_source_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "source.py").write_text('from .other import Subject\n\nCALL = "Subject()(3)"\n')
    (folder / "other.py").write_text("class Subject:\n    def __call__(self, x):\n        return (x\n")
    with pytest.raises(InspectError) as caught:
        held.read(held.Package(folder))
    assert caught.value.slug == "source-does-not-parse"
    assert caught.value.where.startswith("broken/other.py:")
    assert "\n" not in caught.value.line()


def test_a_module_is_not_a_class() -> None:
    with pytest.raises(InspectError, match="not a class"):
        outline(held.installed(), "torch.nn.functional")


def test_a_class_without_a_file() -> None:
    text = TorchText(held.installed().root, held.installed().release)
    with pytest.raises(InspectError) as caught:
        text.beside("made_up_by_nobody")
    assert caught.value.slug == "no-source"


# -- expressions -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "a b", "3", "[]", "lambda: 0", "a(*b)", "a(**b)", "a(b=1)(c)", "a[0]", "a(b + c)", "a(b for b in c)", "a(f'{b}')",
     "a if b else c", "a\nb", "a(b'x')", "a({1: 2})", "a(not 1)", "(", "x" * 300 + "("],
)  # fmt: skip
def test_what_is_no_constructor_call_is_refused(text: str) -> None:
    with pytest.raises(InspectError) as caught:
        parse_expression(text)
    assert (caught.value.slug, caught.value.exit_code) == ("not-a-constructor-call", 2)
    assert "\n" not in caught.value.line()
    assert len(caught.value.line()) < 400


def test_a_call_is_taken_apart_without_being_run() -> None:
    name, arguments = parse_expression(
        "nn.X(torch.rand(5), -1.5, reduction='sum', sizes=(1, [2]), d=nn.PairwiseDistance(p=1), f=F.relu, i=float('inf'))"
    )
    assert name == "nn.X"
    assert arguments == (
        Argument(None, Maker("torch.rand", (Argument(None, Constant(5)),))),
        Argument(None, Constant(-1.5)),
        Argument("reduction", Constant("sum")),
        Argument("sizes", Items("tuple", (Constant(1), Items("list", (Constant(2),))))),
        Argument("d", Maker("nn.PairwiseDistance", (Argument("p", Constant(1)),))),
        Argument("f", Reference("F.relu")),
        Argument("i", Constant("inf", nonfinite=True)),
    )


@given(st.text(max_size=40))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        name, arguments = parse_expression(text)
    except InspectError as error:
        slug = error.slug
    else:
        slug = ""
        assert name
        assert all(isinstance(argument, Argument) for argument in arguments)
    assert slug in ("", "not-a-constructor-call")


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20)))
def test_a_literal_is_read_as_itself(value: object) -> None:
    _, (argument,) = parse_expression(f"X({value!r})")
    assert isinstance(argument.value, Constant)
    read = argument.value.value
    assert type(read) is type(value)
    assert read == value or (isinstance(value, float) and math.isclose(float(str(read)), value))


def test_parsing_says_the_line_of_the_file() -> None:
    with pytest.raises(InspectError, match=r"f\.py:12"):
        parse.parse_text("x = 1\ny = (\n", "f.py", 11)
