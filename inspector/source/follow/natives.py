"""What is known of torch's C functions when they are called eagerly on plain CPU tensors: data, in one place.

In: a canonical native name and its arguments. Out: the value that comes back, as far as it is known. Nothing here depends
on which class is inspected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inspector.source.follow.shapes import RULES, tensor_like
from inspector.source.follow.state import Arguments
from inspector.source.stubs import Overload
from inspector.source.values import NONE, NOTHING, Const, Items, Tensor, Unknown, Value

PLAIN = "no graph is being traced"
EAGER: dict[str, Const] = {
    "torch._C._get_tracing_state": Const(None, PLAIN),
    "torch._C._is_tracing": Const(False, PLAIN),
    "torch._C._log_api_usage_once": NONE,
    "torch._C._log_api_usage_metadata": NONE,
    "torch._C._is_torch_function_enabled": Const(True, "nobody switched it off"),
    "torch._C._is_torch_function_mode_enabled": Const(False, "no mode is active"),
    "torch._C._len_torch_function_stack": Const(0, "no mode is active"),
    "torch._C._len_torch_dispatch_stack": Const(0, "no mode is active"),
    "torch._C._are_functorch_transforms_active": Const(False, "no functorch transform is active"),
    "torch._C._functorch.is_batchedtensor": Const(False, "no functorch transform is active"),
    "torch._C._functorch.peek_interpreter_stack": Const(None, "no functorch transform is active"),
    "torch.is_inference_mode_enabled": Const(False, "inference mode is off"),
    "torch.is_autocast_enabled": Const(False, "autocast is off"),
    "torch.is_autocast_cpu_enabled": Const(False, "autocast is off"),
    "torch.is_anomaly_enabled": Const(False, "anomaly detection is off"),
    "torch._C._get_cudnn_enabled": Const(True, "as torch starts"),
    "torch._C._get_mkldnn_enabled": Const(True, "as torch starts"),
    "torch._C._jit_set_emit_hooks": NONE,
    "torch._C._is_any_autocast_enabled": Const(False, "autocast is off"),
    "torch._C._get_deterministic_algorithms": Const(False, "as torch starts"),
    "torch.are_deterministic_algorithms_enabled": Const(False, "as torch starts"),
    "torch._C._cuda_getDeviceCount": Const(0),
}
"""Functions whose answer is fixed while nothing but an eager call is going on. The observation confirms or refutes it."""

CALLED_BACK = {"torch._C._FunctionBase.register_hook": "_register_hook"}
"""C functions that call a Python method of their receiver's class with (dict of hooks, the arguments)."""

TENSOR_FACTS: dict[str, Any] = {
    "is_cuda": False, "is_sparse": False, "is_quantized": False, "is_mkldnn": False, "is_nested": False, "is_meta": False, "is_mps": False,
    "is_xpu": False, "is_vulkan": False, "is_sparse_csr": False, "is_ipu": False, "is_xla": False, "is_mtia": False, "is_maia": False,
    "is_cpu": True, "names": None,
}  # fmt: skip
"""Attributes of a plain CPU tensor."""

TENSOR_DATA = frozenset({
    "grad", "grad_fn", "is_leaf", "output_nr", "retains_grad", "layout", "device", "real", "imag", "name", "volatile",
    "_backward_hooks", "_base", "_cdata", "_grad", "_version",
})  # fmt: skip
"""What a tensor holds and is not called: whatever else old stubs leave out is a method."""


def has_torch_function(arguments: Arguments) -> Const | Unknown:
    """The answer of torch's `has_torch_function*`: false for plain tensors, not known for anything that may override."""
    values: list[Value] = []
    for value in arguments.positional:
        values.extend(value.items if isinstance(value, Items) and value.items is not None else [value])
    if any(isinstance(value, Unknown) and not value.kind for value in values):
        return Unknown("bool")
    return Const(False, "plain tensors override nothing")


def result_of(name: str, arguments: Arguments, returns: str) -> Value:
    """What a native function gives back; `returns` is the type its stub says."""
    if name.startswith("torch._C._has_torch_function"):
        return has_torch_function(arguments)
    if name in EAGER:
        return EAGER[name]
    short = name.rpartition(".")[2]
    rule = RULES.get(short)
    if rule is not None:
        found = rule(arguments)
        if found is not None:
            return found
    return _by_type(returns, name, arguments, short)


def returned_by(overloads: Sequence[Overload], arguments: Arguments) -> str:
    """What the first overload that takes these arguments returns, as its stub says it; "" where no stub says."""
    fitting = (overload.returns for overload in overloads if _takes(overload, arguments))
    return next(fitting, overloads[0].returns if overloads else "")


def _takes(overload: Overload, arguments: Arguments) -> bool:
    named = {parameter.name.lstrip("*"): parameter for parameter in overload.parameters}
    places = [parameter for parameter in overload.parameters if not parameter.keyword]
    several = any(parameter.several for parameter in overload.parameters)
    if (len(arguments.positional) > len(places) and not several) or any(name not in named for name in arguments.named):
        return False
    given = {parameter.name: value for parameter, value in zip(places, arguments.positional, strict=False)} | arguments.named
    if not arguments.open and any(parameter.required and parameter.name not in given for parameter in overload.parameters):
        return False
    return all(_suits(named[name].annotation, value) for name, value in given.items())


def _suits(annotation: str, value: Value) -> bool:
    """False only where the kind of a value shows that the annotation is another."""
    if isinstance(value, Const) and type(value.value) in (int, float, bool, str):
        return annotation != "Tensor"
    return not isinstance(value, Tensor) or "Tensor" in annotation or annotation in ("", "Any", "Number | _complex", "Number")


def several_results(fields: tuple[str, ...], arguments: Arguments) -> Items:
    """What a function of several results gives: a tuple whose fields have names."""
    return Items("tuple", [tensor_like(arguments, "") for _ in fields], fields=fields)


def _by_type(returns: str, name: str, arguments: Arguments, short: str) -> Value:
    if returns in ("None",):
        return NONE
    kind = {"_int": "int", "int": "int", "_bool": "bool", "bool": "bool", "_float": "float", "float": "float", "str": "str"}.get(returns)
    if kind:
        return Unknown(kind)
    if returns.startswith(("tuple[Tensor", "Tuple[Tensor")) and "..." not in returns:
        return Items("tuple", [tensor_like(arguments, short) for _ in range(returns.count("Tensor"))])
    if returns.startswith(("tuple[Tensor", "Tuple[Tensor", "list[Tensor", "List[Tensor", "torch.return_types")):
        return Items("tuple", None, each=tensor_like(arguments, ""))
    if "Tensor" in returns or (not returns and not name.startswith("torch._C._")) or name.startswith("torch._C._nn."):
        return tensor_like(arguments, short)
    return NOTHING
