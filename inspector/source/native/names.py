"""A name of a native function as Python has it -> the operator it is, by how torch's code generator puts operators into Python.

In: `torch._C._nn.mse_loss`, `torch.Tensor.__add__`. Out: the operator's name and where an entry has to say that Python finds it. No entry
is looked at here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from inspector.source.native.files import File


class Wanted(NamedTuple):
    """What to look for."""

    base: str
    module: str
    """What the entry says as python_module; "" for none."""
    variant: str
    """What the entry has among its variants."""


_TOP = re.compile(r"torch\.(?:_C\._VariableFunctions\.)?(\w+)")
_MODULE = re.compile(r"torch\._C\._(nn|fft|linalg|nested|sparse|special)\.(\w+)")
_METHOD = re.compile(r"torch\.Tensor\.(\w+)")


class Spellings:
    """Which operator a method with underscores is, as torch's template of the tensor's methods and `torch/_tensor.py` say it."""

    def __init__(self, template: File | None, tensor: File | None) -> None:
        self._known: dict[str, str] = {}
        if tensor is not None:
            self._known.update(re.findall(r"^    (__\w+__) = _C\.\w*TensorBase\.(\w+)$", tensor.text, re.MULTILINE))
        if template is not None:
            self._known.update(re.findall(r'\{"(__\w+__)", [^\n]*?THPVariable_(\w+)>\)', template.text))

    def operator(self, method: str) -> str:
        """The operator behind a method; its own name where nothing else is said."""
        found = self._known.get(method, method)
        return self._known.get(found, found)


def wanted(name: str, spellings: Spellings) -> Wanted | None:
    """What a native function should be an entry of; None for a name where torch puts no operators."""
    method, module, top = _METHOD.fullmatch(name), _MODULE.fullmatch(name), _TOP.fullmatch(name)
    if method:
        return Wanted(spellings.operator(method[1]), "", "method")
    if module:
        return Wanted(module[2], module[1], "function")
    return Wanted(top[1], "", "function") if top else None


def operator_of(observed: str) -> str:
    """The name in the list of an operator as a run shows it: aten::mse_loss -> mse_loss; "" for one of another library."""
    library, _, base = observed.partition("::")
    return base.partition(".")[0] if library == "aten" else ""
