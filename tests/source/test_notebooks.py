"""Notebooks made on the spot: which Python is read of them, and at which cell and line it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inspector.source.usage import code_files, notebooks


def notebook(*cells: str, **about: Any) -> bytes:
    """One with a cell of prose before each of code."""
    made = []
    for text in cells:
        made += [{"cell_type": "markdown", "source": "# prose"}, {"cell_type": "code", "source": text.splitlines(keepends=True)}]
    return json.dumps({"cells": made, "metadata": about, "nbformat": 4}).encode()


def test_each_line_of_code_knows_its_cell_and_line() -> None:
    found = notebooks.read(notebook("import torch\n\nx = 1", "y = 2"))
    assert found.text == "import torch\n\nx = 1\ny = 2"
    assert found.places == ((2, 1), (2, 2), (2, 3), (4, 1))
    assert found.unread == ()


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install \\\n  torch\nx = 1", "pass\n\nx = 1"),
        ("if x:\n    !ls", "if x:\n    pass"),
        ("files = !ls\nloss?\n?loss", "pass\npass\npass"),
        ("%time y = f(x)", "y = f(x)"),
        ("%timeit -n 10 f(x)", "pass"),
        ("%%time\ny = f(x)", "pass\ny = f(x)"),
        ("y = (x\n% 2)", "y = (x\n% 2)"),
        ("text = '''\n!not a magic\n'''", "text = '''\n!not a magic\n'''"),
    ],
)
def test_what_is_for_ipython_alone_is_left_out_in_its_place(cell: str, read: str) -> None:
    found = notebooks.read(notebook(cell))
    assert (found.text, found.unread) == (read, ())


def test_a_cell_of_another_language_is_named_and_the_others_are_read() -> None:
    found = notebooks.read(notebook("%%bash\nfor i in 1; do echo; done", "x = 1", "def ("))
    assert found.text == "x = 1"
    assert [(one.number, one.reason[:23]) for one in found.unread] == [(2, "it begins with %%bash"), (6, "it is not Python that t")]


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"3", b'{"cells": [1]}', b"\xff", notebook("x", language_info={"name": "R"})])
def test_what_is_no_notebook_of_python_is_one_clause(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.ipynb").write_bytes(data)
    parsed, skipped = code_files.parse_all(code_files.python_files([str(tmp_path)]))
    assert parsed == []
    assert [one.reason.startswith("it is a") or one.reason.startswith("it is not a") for one in skipped] == [True]


def test_no_other_file_imports_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "model.ipynb").write_bytes(notebook("x = 1"))
    (tmp_path / "model.py").write_text("x = 2")
    parsed, _ = code_files.parse_all(code_files.python_files([str(tmp_path)]))
    assert [one.module for one in parsed] == ["model@notebook", "model"]
