"""Canonical names: what a profiler hands over, named as the reader names it."""

from __future__ import annotations

import _warnings
import math
import re
from collections import OrderedDict
from typing import Any

import pytest
import torch

from inspector.live import naming


class Overriding(OrderedDict[str, int]):
    """A subclass whose Python method calls the C method of the same name."""

    def values(self) -> Any:
        return super().values()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (len, "len"),
        (isinstance, "isinstance"),
        ({}.values, "dict.values"),
        ("".format, "str.format"),
        ([].append, "list.append"),
        (dict.fromkeys, "dict.fromkeys"),
        (str.maketrans, "str.maketrans"),
        (object.__new__, "object.__new__"),
        (math.sqrt, "math.sqrt"),
        (_warnings.warn, "_warnings.warn"),
        (OrderedDict().values, "collections.OrderedDict.values"),
        (OrderedDict().get, "dict.get"),
        (super(Overriding, Overriding()).values, "collections.OrderedDict.values"),
        (re.compile("").match, "re.Pattern.match"),
        (torch.relu, "torch.relu"),
        (torch.zeros, "torch.zeros"),
        (torch.get_default_dtype, "torch.get_default_dtype"),
        (torch._C._get_tracing_state, "torch._C._get_tracing_state"),
        (torch._C._has_torch_function_variadic, "torch._C._has_torch_function_variadic"),
        (torch._C._nn.cross_entropy_loss, "torch._C._nn.cross_entropy_loss"),
        (torch.zeros(1).dim, "torch.Tensor.dim"),
        (torch.nn.Parameter(torch.zeros(1)).size, "torch.Tensor.size"),
        (torch.Tensor._make_subclass, "torch.Tensor._make_subclass"),
        (torch.Size([1]).numel, "torch.Size.numel"),
        (torch.Size([1]).index, "tuple.index"),
        (torch.Generator().manual_seed, "torch._C.Generator.manual_seed"),
        (torch._C._FunctionBase.apply, "torch._C._FunctionBase.apply"),
    ],
    ids=str,
)
def test_a_c_function_is_named_by_its_module_or_by_the_type_that_defines_it(function: Any, name: str) -> None:
    assert naming.of_builtin(function) == name


def test_every_function_that_torch_exports_from_c_has_a_dotted_name_in_torch() -> None:
    """No name may hold what pybind11 or the binding generator calls its own classes."""
    found = [value for value in vars(torch).values() if type(value).__name__ == "builtin_function_or_method"]
    assert len(found) > 500
    names = [naming.of_builtin(function) for function in found]
    assert not [name for name in names if "pybind11" in name or "_VariableFunctionsClass" in name or "None" in name]


def outer() -> list[Any]:
    def inner() -> str:
        return naming.of_code("m", inner.__code__)

    return [inner(), [naming.of_code("m", c) for c in [_code_here()]][0], (lambda: naming.of_code("m", _code_here()))()]  # noqa: RUF015


def _code_here() -> Any:
    import sys

    return sys._getframe(1).f_code


def test_a_python_function_is_module_and_qualified_name_and_a_comprehension_is_its_function() -> None:
    assert outer() == ["m.outer.<locals>.inner", "m.outer", "m.outer.<locals>.<lambda>"]


def test_a_generator_expression_of_a_module_or_a_class_belongs_to_the_module_or_the_class() -> None:
    module = compile("any(0 for _ in ())\nclass C:\n    x = any(0 for _ in ())", "m", "exec")
    classes = [code for code in module.co_consts if hasattr(code, "co_code") and code.co_name == "C"]
    codes = [code for outer in (module, *classes) for code in outer.co_consts if hasattr(code, "co_code") and naming.is_folded(code)]
    assert [naming.of_code("m", code) for code in codes] == ["m.<module>", "m.C"]
