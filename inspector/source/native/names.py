"""A name of a native function as Python has it -> the operator it is, by how torch's code generator puts operators into Python.

In: `torch._C._nn.mse_loss`, `torch.Tensor.__add__`. Out: the operator's name and where an entry has to say that Python finds it. No entry
is looked at here.
"""

from __future__ import annotations

import ast
import contextlib
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


class Bindings:
    """Which operators torch generates a Python function or method for, and which operator a method with underscores is.

    As torch's generator of these, its template of the tensor's methods and `torch/_tensor.py` say it.
    """

    def __init__(self, generator: File | None, template: File | None, tensor: File | None) -> None:
        names, self._signatures = (_strings(generator, name) for name in ("_SKIP_PYTHON_BINDINGS", "SKIP_PYTHON_BINDINGS_SIGNATURES"))
        self._skipped = _any_of(names)
        self._known: dict[str, str] = {}
        if tensor is not None:
            self._known.update(re.findall(r"^    (__\w+__) = _C\.\w*TensorBase\.(\w+)$", tensor.text, re.MULTILINE))
        if template is not None:
            self._known.update(re.findall(r'\{"(__\w+__)", [^\n]*?THPVariable_(\w+)>\)', template.text))

    def operator(self, method: str) -> str:
        """The operator behind a method; its own name where nothing else is said."""
        found = self._known.get(method, method)
        return self._known.get(found, found)

    def is_generated(self, schema: str) -> bool:
        """Whether the binding of an operator is generated, and not left out or written by hand."""
        return schema not in self._signatures and not self._skipped.fullmatch(schema.partition("(")[0].partition(".")[0])


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What any of these matches; nothing where they are no patterns, as only a file that is not torch's could have it."""
    with contextlib.suppress(re.error):
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)")
    return re.compile("(?!)")


def _strings(generator: File | None, name: str) -> tuple[str, ...]:
    """The strings of a list that stands at the top of the file."""
    text = "\n" + generator.text if generator is not None else ""
    start = text.find(f"\n{name} = [")
    end = text.find("\n]", start)
    if start < 0 or end < 0:
        return ()
    with contextlib.suppress(SyntaxError, ValueError):
        return tuple(each for each in ast.literal_eval(text[start:end].partition("=")[2].strip() + "\n]") if isinstance(each, str))
    return ()


def wanted(name: str, bindings: Bindings) -> Wanted | None:
    """What a native function should be an entry of; None for a name where torch puts no operators."""
    method, module, top = _METHOD.fullmatch(name), _MODULE.fullmatch(name), _TOP.fullmatch(name)
    if method:
        return Wanted(bindings.operator(method[1]), "", "method")
    if module:
        return Wanted(module[2], module[1], "function")
    return Wanted(top[1], "", "function") if top else None


def operator_of(observed: str) -> str:
    """The name in the list of an operator as a run shows it: aten::mse_loss -> mse_loss; "" for one of another library."""
    library, _, base = observed.partition("::")
    return base.partition(".")[0] if library == "aten" else ""
