"""Where a torch keeps its lists of operators, their formulas and its generated header: in a wheel, a checkout, or not at all.

In: the text of a torch. Out: the text of one of these files, or None where this torch does not carry it. Reads whole files, parses none.
"""

from __future__ import annotations

from typing import NamedTuple

from inspector.errors import CouldNotRun
from inspector.source.finders import TorchText


class File(NamedTuple):
    """One file as it was found."""

    name: str
    """Relative to the folder that holds `torch/`."""
    text: str


OPERATORS = ("torchgen/packaged/ATen/native/native_functions.yaml", "aten/src/ATen/native/native_functions.yaml")
FORMULAS = ("torchgen/packaged/autograd/derivatives.yaml", "tools/autograd/derivatives.yaml")
HEADER = ("torch/include/torch/csrc/autograd/generated/Functions.h", "torch/lib/include/torch/csrc/autograd/generated/Functions.h")
METHODS = ("torchgen/packaged/autograd/templates/python_variable_methods.cpp", "tools/autograd/templates/python_variable_methods.cpp")
BINDINGS = ("torchgen/packaged/autograd/gen_python_functions.py", "tools/autograd/gen_python_functions.py")
"""Each in a wheel first, then as a checkout has it; the header as wheels of now and of torch 1.0 have it."""
TENSOR = ("torch/_tensor.py",)
PYTHON_CODE = (
    "torch/_decomp/decompositions.py", "torch/_refs/__init__.py", "torch/_refs/linalg/__init__.py",
    "torch/_refs/nn/functional/__init__.py", "torch/_refs/special/__init__.py",
)  # fmt: skip
"""Where torch registers its own Python code for an operator."""


class Files:
    """The files of one torch. `refused` says why one could not be had, such as that the network may not be used."""

    def __init__(self, text: TorchText) -> None:
        self._text = text
        self.found: list[str] = []
        self.refused = ""

    def read(self, names: tuple[str, ...]) -> File | None:
        """The first of these files that this torch carries and that can be had."""
        try:
            for name in names:
                path = self._text.place(name)
                if path.is_file():
                    self.found.append(name)
                    return File(name, self._text.text_of(path))
        except CouldNotRun as refused:
            self.refused = refused.what
        except (OSError, UnicodeDecodeError):
            self.refused = "it is there and cannot be read"
        return None
