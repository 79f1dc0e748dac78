"""What is known of torch's C functions when they are called eagerly on plain CPU tensors: data, in one place.

In: a canonical native name and its arguments. Out: the value that comes back, as far as it is known. Nothing here depends
on which class is inspected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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

SAME_SHAPE = frozenset(
    [
        "relu",
        "relu_",
        "exp",
        "log",
        "log1p",
        "expm1",
        "sigmoid",
        "tanh",
        "abs",
        "neg",
        "sqrt",
        "square",
        "clone",
        "detach",
        "contiguous",
        "float",
        "double",
        "half",
        "bfloat16",
        "to",
        "clamp",
        "clamp_min",
        "clamp_max",
        "log_softmax",
        "softmax",
        "dropout",
        "zeros_like",
        "ones_like",
        "empty_like",
        "rand_like",
        "randn_like",
        "full_like",
        "where",
        "pow",
        "add",
        "sub",
        "mul",
        "div",
        "gelu",
        "silu",
        "elu",
        "selu",
        "celu",
        "leaky_relu",
        "hardtanh",
        "hardtanh_",
        "logsigmoid",
        "log_sigmoid",
        "softplus",
        "threshold",
        "threshold_",
        "alpha_dropout",
        "feature_dropout",
        "feature_alpha_dropout",
        "clamp_",
        "requires_grad_",
        "fill_",
        "zero_",
        "uniform_",
        "normal_",
        "copy_",
        "sin",
        "cos",
        "erf",
        "sign",
        "fmod",
        "remainder",
        "nan_to_num",
        "cumsum",
        "minimum",
        "maximum",
        "type_as",
        "alias",
        "masked_fill",
        "masked_fill_",
        "logical_not",
        "logical_and",
        "logical_or",
        "eq",
        "ne",
        "lt",
        "gt",
        "le",
        "ge",
        "bitwise_not",
        "trunc_normal_",
        "_softmax",
        "rsqrt",
        "reciprocal",
    ]
)
"""Last names of functions whose result has the shape of their (broadcast) tensor arguments."""


def broadcast(*shapes: tuple[int | None, ...] | None) -> tuple[int | None, ...] | None:
    """The shape that shapes broadcast to; None where one of them is not known or they do not fit."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    result: list[int | None] = []
    for place in range(1, max((len(shape) for shape in known), default=0) + 1):
        sizes = {shape[-place] for shape in known if len(shape) >= place} - {1}
        if len(sizes) > 1:
            return None
        result.append(sizes.pop() if sizes else 1)
    return tuple(reversed(result))


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
    rule = _RULES.get(short)
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
    return Items("tuple", [_tensor_like(arguments, "") for _ in fields], fields=fields)


def _by_type(returns: str, name: str, arguments: Arguments, short: str) -> Value:
    if returns in ("None",):
        return NONE
    kind = {"_int": "int", "int": "int", "_bool": "bool", "bool": "bool", "_float": "float", "float": "float", "str": "str"}.get(returns)
    if kind:
        return Unknown(kind)
    if returns.startswith(("tuple[Tensor", "Tuple[Tensor")) and "..." not in returns:
        return Items("tuple", [_tensor_like(arguments, short) for _ in range(returns.count("Tensor"))])
    if returns.startswith(("tuple[Tensor", "Tuple[Tensor", "list[Tensor", "List[Tensor", "torch.return_types")):
        return Items("tuple", None)
    if "Tensor" in returns or ((not returns and not name.startswith("torch._C._")) or name.startswith("torch._C._nn.")):
        return _tensor_like(arguments, short)
    return NOTHING


def _tensor_like(arguments: Arguments, short: str) -> Tensor:
    tensors = arguments.tensors()
    shape = broadcast(*(tensor.shape for tensor in tensors)) if tensors and short in SAME_SHAPE else None
    dtype = tensors[0].dtype if tensors else None
    grad = any(tensor.requires_grad for tensor in tensors) if all(t.requires_grad is not None for t in tensors) else None
    return Tensor(shape, dtype, grad)


# -- rules for shapes and sizes -----------------------------------------------------------------------------------------


def _receiver(arguments: Arguments) -> Tensor | None:
    value = arguments.get(0, "input") or arguments.get(0, "self")
    return value if isinstance(value, Tensor) else None


def shape_value(shape: Sequence[int | None] | None) -> Value:
    """A torch.Size as a value."""
    return Items("tuple", [Unknown("int") if size is None else Const(size) for size in shape] if shape is not None else None)


def _dim(arguments: Arguments) -> Value | None:
    tensor = _receiver(arguments)
    return Const(len(tensor.shape)) if tensor is not None and tensor.shape is not None else Unknown("int")


def _size(arguments: Arguments) -> Value | None:
    tensor = _receiver(arguments)
    if tensor is None:
        return None
    which = arguments.get(1, "dim")
    if which is None:
        return shape_value(tensor.shape)
    if (
        tensor.shape is None
        or not isinstance(which, Const)
        or not isinstance(which.value, int)
        or not -len(tensor.shape) <= which.value < len(tensor.shape)
    ):
        return Unknown("int")
    size = tensor.shape[which.value]
    return Unknown("int") if size is None else Const(size)


def _numel(arguments: Arguments) -> Value | None:
    tensor = _receiver(arguments)
    if tensor is None or tensor.shape is None or any(size is None for size in tensor.shape):
        return Unknown("int")
    count = 1
    for size in tensor.shape:
        count *= size or 0
    return Const(count)


def _is_kind(*kinds: str) -> Callable[[Arguments], Value | None]:
    def rule(arguments: Arguments) -> Value | None:
        tensor = _receiver(arguments)
        return Const(tensor.dtype.startswith(kinds)) if tensor is not None and tensor.dtype else Unknown("bool")

    return rule


def _made(arguments: Arguments) -> Value | None:
    sizes = [value.items if isinstance(value, Items) else [value] for value in arguments.positional]
    if any(part is None for part in sizes):
        return Tensor(None, dtype_of(arguments.named.get("dtype")), False)
    flat = [item for part in sizes for item in (part or [NOTHING])]
    size = arguments.named.get("size")
    if not flat and isinstance(size, Items):
        flat = size.items or [NOTHING]
    known = [item.value if isinstance(item, Const) and isinstance(item.value, int) else None for item in flat]
    return Tensor(tuple(known), dtype_of(arguments.named.get("dtype")), False)


def _full(arguments: Arguments) -> Value | None:
    made = _made(Arguments(arguments.positional[:1]))
    return Tensor(made.shape if isinstance(made, Tensor) else None, dtype_of(arguments.named.get("dtype")), False)


def dtype_of(value: Value | None) -> str:
    """The dtype an argument names; torch's default where it names none."""
    name = getattr(value, "name", "")
    return name.rpartition(".")[2] if isinstance(name, str) and name.startswith("torch.") else "float32"


def _reduced(arguments: Arguments) -> Value | None:
    tensor = _receiver(arguments)
    if tensor is None or arguments.get(1, "dim") is not None:
        return None
    return Tensor((), tensor.dtype, tensor.requires_grad)


def _unsqueezed(arguments: Arguments) -> Value | None:
    tensor, place = _receiver(arguments), arguments.get(1, "dim")
    if tensor is None or tensor.shape is None or not isinstance(place, Const) or not isinstance(place.value, int):
        return None
    at = place.value if place.value >= 0 else place.value + len(tensor.shape) + 1
    return Tensor((*tensor.shape[:at], 1, *tensor.shape[at:]), tensor.dtype, tensor.requires_grad)


def _transposed(arguments: Arguments) -> Value | None:
    tensor, one, two = _receiver(arguments), arguments.get(1, "dim0"), arguments.get(2, "dim1")
    if tensor is None or tensor.shape is None or not isinstance(one, Const) or not isinstance(two, Const):
        return None
    shape = list(tensor.shape)
    try:
        shape[one.value], shape[two.value] = shape[two.value], shape[one.value]
    except (IndexError, TypeError):
        return None
    return Tensor(tuple(shape), tensor.dtype, tensor.requires_grad)


def _reshaped(arguments: Arguments) -> Value | None:
    tensor = _receiver(arguments)
    made = _made(Arguments(arguments.positional[1:]))
    if tensor is None or not isinstance(made, Tensor) or made.shape is None:
        return None
    return Tensor(tuple(None if size == -1 else size for size in made.shape), tensor.dtype, tensor.requires_grad)


def _broadcast_list(arguments: Arguments) -> Value | None:
    values = (
        arguments.positional[0].items
        if len(arguments.positional) == 1 and isinstance(arguments.positional[0], Items)
        else arguments.positional
    )
    tensors = [value for value in values or [] if isinstance(value, Tensor)]
    shape = broadcast(*(tensor.shape for tensor in tensors))
    return Items("list", [Tensor(shape, tensor.dtype, tensor.requires_grad) for tensor in tensors]) if tensors else None


def _subclass(arguments: Arguments) -> Value | None:
    from inspector.source.values import ClassValue

    cls, data = arguments.positional[0], arguments.get(1, "data")
    grad = arguments.get(2, "require_grad")
    known = data if isinstance(data, Tensor) else Tensor()
    flag = grad.value if isinstance(grad, Const) else False
    return Tensor(known.shape, known.dtype, bool(flag), cls if isinstance(cls, ClassValue) else None)


def _first(arguments: Arguments) -> Value | None:
    return arguments.positional[0] if arguments.positional else None


_RULES: dict[str, Callable[[Arguments], Value | None]] = {
    "dim": _dim, "ndimension": _dim, "size": _size, "numel": _numel, "nelement": _numel, "sum": _reduced, "mean": _reduced,
    "is_floating_point": _is_kind("float", "bfloat"), "is_complex": _is_kind("complex"), "is_same_size": lambda a: Unknown("bool"),
    "empty": _made, "zeros": _made, "ones": _made, "rand": _made, "randn": _made, "full": _full, "unsqueeze": _unsqueezed,
    "transpose": _transposed, "view": _reshaped, "reshape": _reshaped, "broadcast_tensors": _broadcast_list, "_make_subclass": _subclass,
    "_add_docstr": _first, "unwrap_if_dead": _first,
}  # fmt: skip
