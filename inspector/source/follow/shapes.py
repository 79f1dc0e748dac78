"""Shapes and dtypes of what torch's C functions give back on plain tensors, by the last part of their names: data and arithmetic.

In: the arguments of a call as values. Out: a value, or None where this room knows nothing of it. No tensor is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from inspector.source.follow.state import Arguments
from inspector.source.values import NOTHING, ClassValue, Const, Items, Tensor, Unknown, Value

Shape = tuple[int | None, ...]
Rule = Callable[[Arguments], Value | None]

SAME_SHAPE = frozenset({
    "_softmax", "abs", "acos", "add", "add_", "addcdiv", "addcmul", "alias", "alpha_dropout", "asin", "atan", "atan2", "bfloat16",
    "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "bool", "ceil", "celu", "clamp", "clamp_", "clamp_max", "clamp_min",
    "clone", "contiguous", "copy_", "cos", "cosh", "cpu", "cummax", "cumprod", "cumsum", "detach", "detach_", "digamma", "div", "div_",
    "double", "dropout", "elu", "empty_like", "eq", "erf", "erfc", "erfinv", "exp", "exp_", "expm1", "feature_alpha_dropout",
    "feature_dropout", "fill_", "fill_diagonal_", "flip", "float", "floor", "floor_divide", "fmod", "frac", "full_like", "ge", "gelu",
    "gt", "half", "hardtanh", "hardtanh_", "int", "isfinite", "isinf", "isnan", "le", "leaky_relu", "lerp", "lgamma", "log", "log10",
    "log1p", "log2", "log_", "log_sigmoid", "log_softmax", "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor",
    "logit", "logsigmoid", "long", "lt", "masked_fill", "masked_fill_", "maximum", "minimum", "mul", "mul_", "nan_to_num", "ne", "neg",
    "neg_", "normal_", "ones_like", "pow", "pow_", "rand_like", "randn_like", "reciprocal", "relu", "relu_", "remainder",
    "requires_grad_", "roll", "round", "rsqrt", "rsub", "scatter", "scatter_", "scatter_add", "scatter_add_", "selu", "sigmoid", "sign",
    "silu", "sin", "sinh", "softmax", "softplus", "sqrt", "square", "sub", "sub_", "tan", "tanh", "threshold", "threshold_", "to",
    "tril", "triu", "true_divide", "trunc", "trunc_normal_", "type", "type_as", "uniform_", "where", "xlogy", "zero_", "zeros_like",
})  # fmt: skip
"""Last names of functions whose result has the shape of their (broadcast) tensor arguments."""

OF_RECEIVER = frozenset({"scatter", "scatter_", "scatter_add", "scatter_add_", "copy_", "type_as", "fill_diagonal_", "to"})
"""Those whose result has the shape of their first tensor, whatever the others are."""

_BOOL = "eq ne lt gt le ge isfinite isinf isnan isclose logical_and logical_or logical_not logical_xor all any bool"
_INT64 = "argmax argmin argsort nonzero count_nonzero bincount searchsorted bucketize long multinomial one_hot"
DTYPES = {
    **dict.fromkeys(_BOOL.split(), "bool"),
    **dict.fromkeys(_INT64.split(), "int64"),
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "int": "int32",
    "short": "int16",
    "byte": "uint8",
}
"""The dtype of a result where it does not depend on the arguments."""


def broadcast(*shapes: Shape | None) -> Shape | None:
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


def shape_value(shape: Sequence[int | None] | None) -> Value:
    """A torch.Size as a value."""
    if shape is None:
        return Items("tuple", None, each=Unknown("int"))
    return Items("tuple", [Unknown("int") if size is None else Const(size) for size in shape])


def dtype_of(value: Value | None) -> str:
    """The dtype an argument names; torch's default where it names none."""
    return named_dtype(value) or "float32"


def named_dtype(value: Value | None) -> str:
    """The dtype a value stands for; "" where it stands for none."""
    name = getattr(value, "name", "")
    return name.rpartition(".")[2] if isinstance(name, str) and name.startswith("torch.") else ""


def tensor_like(arguments: Arguments, short: str) -> Tensor:
    """A tensor of which the arguments and the function's last name say as much as they can."""
    tensors = arguments.tensors()
    shapes = [tensor.shape for tensor in tensors]
    shape = (shapes[0] if short in OF_RECEIVER else broadcast(*shapes)) if tensors and short in SAME_SHAPE else None
    asked = next((found for value in [*arguments.positional, *arguments.named.values()] if (found := named_dtype(value)) in _NAMES), "")
    dtype = DTYPES.get(short) or (asked if asked else _dtype_after(tensors, short))
    grad = any(tensor.requires_grad for tensor in tensors) if all(t.requires_grad is not None for t in tensors) else None
    return Tensor(shape, dtype, grad)


_NAMES = frozenset("float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 long int short uint8 bool".split())  # noqa: SIM905


def _dtype_after(tensors: list[Tensor], short: str) -> str | None:
    if short == "type_as" and len(tensors) > 1:
        return tensors[1].dtype
    if short in ("where", "gather") and len(tensors) == 3:
        return tensors[1].dtype
    return tensors[0].dtype if tensors else None


# -- arguments ----------------------------------------------------------------------------------------------------------------


def receiver(arguments: Arguments) -> Tensor | None:
    """The tensor a function is about: its first argument."""
    value = arguments.get(0, "input") or arguments.get(0, "self")
    return value if isinstance(value, Tensor) else None


def _whole(value: Value | None) -> int | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


def _dims(value: Value | None, rank: int) -> list[int] | None:
    """Dimensions as an argument names them, counted from the front."""
    named: list[Value | None] = [*value.items] if isinstance(value, Items) and value.items is not None else [value]
    dims = [_whole(each) for each in named]
    if any(dim is None or not -rank <= dim < rank for dim in dims):
        return None
    return [dim % rank for dim in dims if dim is not None]


def _with_shape(tensor: Tensor, shape: Shape | None, dtype: str | None = None) -> Tensor:
    return Tensor(shape, dtype or tensor.dtype, tensor.requires_grad)


def _tensors_in(value: Value | None) -> list[Tensor] | None:
    if not isinstance(value, Items) or value.items is None or not all(isinstance(item, Tensor) for item in value.items):
        return None
    return [item for item in value.items if isinstance(item, Tensor)]


# -- questions ----------------------------------------------------------------------------------------------------------------


def _dim(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    return Const(len(tensor.shape)) if tensor is not None and tensor.shape is not None else Unknown("int")


def _size(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    if tensor is None:
        return None
    which = arguments.get(1, "dim")
    if which is None:
        return shape_value(tensor.shape)
    dims = _dims(which, len(tensor.shape)) if tensor.shape is not None else None
    size = tensor.shape[dims[0]] if tensor.shape is not None and dims else None
    return Unknown("int") if size is None else Const(size)


def _numel(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    if tensor is None or tensor.shape is None or any(size is None for size in tensor.shape):
        return Unknown("int")
    return Const(math.prod(size or 0 for size in tensor.shape))


def _is_kind(*kinds: str) -> Rule:
    def rule(arguments: Arguments) -> Value | None:
        tensor = receiver(arguments)
        return Const(tensor.dtype.startswith(kinds)) if tensor is not None and tensor.dtype else Unknown("bool")

    return rule


# -- made from sizes ------------------------------------------------------------------------------------------------------------


def made(arguments: Arguments) -> Value | None:
    """`torch.zeros(2, 3)`, `x.new_zeros((2, 3))`: a tensor of the sizes given."""
    values: list[Value] = [value for value in arguments.positional if not isinstance(value, Tensor)]
    size = arguments.named.get("size")
    values = values or ([size] if size is not None else [])
    dtype = dtype_of(arguments.named.get("dtype"))
    sizes: list[list[Value] | None] = [value.items if isinstance(value, Items) else [value] for value in values]
    if arguments.open or any(part is None for part in sizes):
        return Tensor(None, dtype, False)
    return Tensor(tuple(_whole(item) for part in sizes for item in part or []), dtype, False)


def _new(arguments: Arguments) -> Value | None:
    tensor, result = receiver(arguments), made(Arguments(arguments.positional[1:], arguments.named, arguments.open))
    named = named_dtype(arguments.named.get("dtype"))
    return Tensor(result.shape, named or (tensor.dtype if tensor else None), False) if isinstance(result, Tensor) else None


def _full(arguments: Arguments) -> Value | None:
    result = made(Arguments(arguments.positional[:1], arguments.named))
    return Tensor(result.shape if isinstance(result, Tensor) else None, dtype_of(arguments.named.get("dtype")), False)


def _arange(arguments: Arguments) -> Value | None:
    ends = [_whole(value) for value in arguments.positional]
    known = [end for end in ends if end is not None]
    count = len(range(*known)) if 0 < len(known) == len(ends) <= 3 and 0 not in known[2:] else None
    return Tensor((count,), named_dtype(arguments.named.get("dtype")) or "int64", False)


def _eye(arguments: Arguments) -> Value | None:
    rows = _whole(arguments.get(0, "n"))
    return Tensor((rows, _whole(arguments.get(1, "m")) or rows), dtype_of(arguments.named.get("dtype")), False)


def _from_data(arguments: Arguments) -> Value | None:
    data = arguments.get(0, "data")
    if isinstance(data, Tensor):
        return None
    kinds = {type(value).__name__ for value in _leaves(data)}
    dtype = named_dtype(arguments.named.get("dtype")) or {"int": "int64", "float": "float32", "bool": "bool"}.get("".join(kinds))
    return Tensor(_nesting(data), dtype or ("float32" if kinds == {"int", "float"} else None), False)


def _leaves(data: Value | None) -> list[Any]:
    if isinstance(data, Items):
        return [leaf for item in data.items or [] for leaf in _leaves(item)]
    return [data.value] if isinstance(data, Const) else [data]


def _nesting(data: Value | None) -> Shape | None:
    match data:
        case Items(items=list(items)):
            inner = _nesting(items[0]) if items else ()
            return None if inner is None else (len(items), *inner)
        case Tensor(shape=shape):
            return shape
        case Const() | Unknown(kind="int" | "float" | "bool"):
            return ()
        case _:
            return None


# -- the same numbers in another shape --------------------------------------------------------------------------------------------


def _unsqueezed(arguments: Arguments) -> Value | None:
    tensor, at = receiver(arguments), _whole(arguments.get(1, "dim"))
    if tensor is None or tensor.shape is None or at is None:
        return None
    at = at if at >= 0 else at + len(tensor.shape) + 1
    return _with_shape(tensor, (*tensor.shape[:at], 1, *tensor.shape[at:]))


def _squeezed(arguments: Arguments) -> Value | None:
    tensor, which = receiver(arguments), arguments.get(1, "dim")
    if tensor is None or tensor.shape is None or (which is None and None in tensor.shape):
        return None
    dims = _dims(which, len(tensor.shape)) if which is not None else list(range(len(tensor.shape)))
    if dims is None or any(tensor.shape[dim] is None for dim in dims):
        return None
    return _with_shape(tensor, tuple(size for dim, size in enumerate(tensor.shape) if dim not in dims or size != 1))


def _transposed(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    if tensor is None or tensor.shape is None:
        return None
    if len(arguments.positional) + len(arguments.named) == 1:
        return _with_shape(tensor, tensor.shape[::-1])
    one, two = (_dims(arguments.get(place, f"dim{place - 1}"), len(tensor.shape)) for place in (1, 2))
    if one is None or two is None:
        return None
    shape = list(tensor.shape)
    shape[one[0]], shape[two[0]] = shape[two[0]], shape[one[0]]
    return _with_shape(tensor, tuple(shape))


def turned(shape: Shape | None, *, whole: bool) -> Shape | None:
    """The shape with all its dimensions turned round, or only its last two."""
    last = 0 if shape is None else (len(shape) if whole else 2)
    return None if shape is None else (*shape[: len(shape) - last], *reversed(shape[len(shape) - last :]))


def _permuted(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    given = arguments.positional[1:] or [arguments.named.get("dims", NOTHING)]
    named = given[0] if len(given) == 1 and isinstance(given[0], Items) else Items("tuple", list(given))
    dims = _dims(named, len(tensor.shape)) if tensor is not None and tensor.shape is not None else None
    return _with_shape(tensor, tuple(tensor.shape[dim] for dim in dims)) if tensor is not None and tensor.shape and dims else None


def _reshaped(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    given = arguments.positional[1:] or [value for name, value in arguments.named.items() if name in ("shape", "size")]
    if tensor is None or not given or named_dtype(given[0]):
        return None
    result = made(Arguments(given))
    shape = result.shape if isinstance(result, Tensor) else None
    return _with_shape(tensor, _filled(shape, tensor.shape)) if shape is not None else None


def _filled(shape: Shape, before: Shape | None) -> Shape:
    """The one size that is written as -1, as far as the others tell it."""
    others = [size for size in shape if size != -1]
    total = math.prod(size or 0 for size in before) if before is not None and None not in before else None
    known = math.prod(size or 0 for size in others) if None not in others else 0
    missing = total // known if total is not None and known else None
    return tuple(missing if size == -1 else size for size in shape)


def _flattened(arguments: Arguments) -> Value | None:
    tensor = receiver(arguments)
    if tensor is None or tensor.shape is None or not tensor.shape:
        return None
    ends = [
        _dims(arguments.get(place, name) or Const(usual), len(tensor.shape))
        for place, name, usual in ((1, "start_dim", 0), (2, "end_dim", -1))
    ]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = ends[0][0], ends[1][0]
    middle = tensor.shape[first : last + 1]
    size = None if None in middle else math.prod(each or 0 for each in middle)
    return _with_shape(tensor, (*tensor.shape[:first], size, *tensor.shape[last + 1 :]))


def _expanded(arguments: Arguments) -> Value | None:
    tensor, result = receiver(arguments), made(Arguments(arguments.positional[1:]))
    if tensor is None or tensor.shape is None or not isinstance(result, Tensor) or result.shape is None:
        return None
    front = len(result.shape) - len(tensor.shape)
    return _with_shape(tensor, tuple(tensor.shape[at - front] if size == -1 else size for at, size in enumerate(result.shape)))


def _as_other(arguments: Arguments) -> Value | None:
    tensor, other = receiver(arguments), arguments.get(1, "other")
    return _with_shape(tensor, other.shape) if tensor is not None and isinstance(other, Tensor) else None


def _repeated(arguments: Arguments) -> Value | None:
    tensor, times = receiver(arguments), made(Arguments(arguments.positional[1:]))
    if tensor is None or tensor.shape is None or not isinstance(times, Tensor) or times.shape is None:
        return None
    sizes = (*((1,) * (len(times.shape) - len(tensor.shape))), *tensor.shape)
    return _with_shape(tensor, tuple(None if a is None or b is None else a * b for a, b in zip(sizes, times.shape, strict=True)))


# -- fewer numbers ----------------------------------------------------------------------------------------------------------------


def reduced(arguments: Arguments, place: int = 1) -> Tensor | None:
    """What is left when dimensions are reduced away, or kept with size one."""
    tensor, which = receiver(arguments), arguments.get(place, "dim") or arguments.named.get("axis")
    if tensor is None:
        return None
    if which is None or (isinstance(which, Const) and which.value is None) or named_dtype(which):
        return _with_shape(tensor, ())
    dims = _dims(which, len(tensor.shape)) if tensor.shape is not None else None
    keep = arguments.get(place + 1, "keepdim") or Const(False)
    if tensor.shape is None or dims is None or not isinstance(keep, Const):
        return _with_shape(tensor, None)
    left = [(1 if dim in dims else size) for dim, size in enumerate(tensor.shape) if keep.value or dim not in dims]
    return _with_shape(tensor, tuple(left))


def _summed(arguments: Arguments) -> Value | None:
    result = reduced(arguments)
    whole = result is not None and result.dtype is not None and not result.dtype.startswith(("float", "bfloat", "complex"))
    return Tensor(result.shape, "int64", False) if whole and result is not None else result


def _reduced_to(dtype: str) -> Rule:
    def rule(arguments: Arguments) -> Value | None:
        result = reduced(arguments)
        return Tensor(result.shape, dtype, False) if result is not None else None

    return rule


def _normed(arguments: Arguments) -> Value | None:
    return reduced(arguments, 2)


def _gathered(arguments: Arguments) -> Value | None:
    tensor, index = receiver(arguments), arguments.get(2, "index")
    return _with_shape(tensor, index.shape) if tensor is not None and isinstance(index, Tensor) else None


# -- several tensors ------------------------------------------------------------------------------------------------------------


def _pieces(arguments: Arguments, dim: Value | None, sizes: Callable[[int], list[int] | None]) -> Value | None:
    tensor = receiver(arguments)
    if tensor is None:
        return None
    dims = _dims(dim or Const(0), len(tensor.shape)) if tensor.shape else None
    whole = tensor.shape[dims[0]] if tensor.shape and dims else None
    found = sizes(whole) if whole is not None else None
    if found is None or tensor.shape is None or dims is None:
        return Items("tuple", None, each=_with_shape(tensor, None))
    at = dims[0]
    return Items("tuple", [_with_shape(tensor, (*tensor.shape[:at], size, *tensor.shape[at + 1 :])) for size in found])


def _in_steps(step: int | None) -> Callable[[int], list[int] | None]:
    return lambda whole: [min(step, whole - at) for at in range(0, whole, step)] if step else None


def _split(arguments: Arguments) -> Value | None:
    size = arguments.get(1, "split_size") or arguments.named.get("split_sizes")
    if isinstance(size, Items):
        sizes = [_whole(item) for item in size.items or []]
        known = [each for each in sizes if each is not None]
        return _pieces(arguments, arguments.get(2, "dim"), lambda whole: known if known and len(known) == len(sizes) else None)
    return _pieces(arguments, arguments.get(2, "dim"), _in_steps(_whole(size)))


def _chunked(arguments: Arguments) -> Value | None:
    count = _whole(arguments.get(1, "chunks"))
    return _pieces(arguments, arguments.get(2, "dim"), lambda whole: _in_steps(-(-whole // count))(whole) if count else None)


def _unbound(arguments: Arguments) -> Value | None:
    found = _pieces(arguments, arguments.get(1, "dim"), lambda whole: [1] * whole)
    tensor, dims = receiver(arguments), None
    if tensor is not None and tensor.shape is not None:
        dims = _dims(arguments.get(1, "dim") or Const(0), len(tensor.shape))
    if not isinstance(found, Items) or found.items is None or tensor is None or tensor.shape is None or dims is None:
        return found
    shape = (*tensor.shape[: dims[0]], *tensor.shape[dims[0] + 1 :])
    return Items("tuple", [_with_shape(tensor, shape) for _ in found.items])


def _stacked(arguments: Arguments) -> Value | None:
    tensors, dim = _tensors_in(arguments.get(0, "tensors")), arguments.get(1, "dim") or Const(0)
    if not tensors:
        return None
    dims = _dims(dim, len(tensors[0].shape) + 1) if tensors[0].shape is not None else None
    shape = tensors[0].shape
    return _with_shape(tensors[0], (*shape[: dims[0]], len(tensors), *shape[dims[0] :]) if shape is not None and dims else None)


def _joined(arguments: Arguments) -> Value | None:
    tensors, dim = _tensors_in(arguments.get(0, "tensors")), arguments.get(1, "dim") or arguments.named.get("axis") or Const(0)
    if not tensors:
        return None
    shape = tensors[0].shape
    dims = _dims(dim, len(shape)) if shape else None
    if shape is None or dims is None:
        return _with_shape(tensors[0], None)
    sizes = [tensor.shape[dims[0]] if tensor.shape is not None and len(tensor.shape) == len(shape) else None for tensor in tensors]
    size = None if None in sizes else sum(each or 0 for each in sizes)
    return _with_shape(tensors[0], (*shape[: dims[0]], size, *shape[dims[0] + 1 :]))


def _broadcast_list(arguments: Arguments) -> Value | None:
    alone = len(arguments.positional) == 1 and isinstance(arguments.positional[0], Items)
    tensors = _tensors_in(arguments.positional[0] if alone else Items("tuple", arguments.positional))
    shape = broadcast(*(tensor.shape for tensor in tensors or []))
    return Items("list", [_with_shape(tensor, shape) for tensor in tensors]) if tensors else None


def _multiplied(arguments: Arguments) -> Value | None:
    return product(receiver(arguments), arguments.get(1, "other") or arguments.get(1, "mat2"))


def product(left: Value | None, right: Value | None) -> Tensor | None:
    """The matrix product of two values; None where they are no tensors."""
    if not isinstance(left, Tensor) or not isinstance(right, Tensor):
        return None
    grad = left.requires_grad or right.requires_grad
    if not left.shape or not right.shape or min(len(left.shape), len(right.shape)) < 2:
        return Tensor(None, left.dtype, grad)
    front = broadcast(left.shape[:-2], right.shape[:-2])
    return Tensor((*front, left.shape[-2], right.shape[-1]) if front is not None else None, left.dtype, grad)


def _linear(arguments: Arguments) -> Value | None:
    tensor, weight = receiver(arguments), arguments.get(1, "weight")
    if tensor is None or not isinstance(weight, Tensor) or not tensor.shape or not weight.shape:
        return None
    return Tensor((*tensor.shape[:-1], *weight.shape[:-1]), tensor.dtype, tensor.requires_grad or weight.requires_grad)


def _distances(arguments: Arguments) -> Value | None:
    one, two = receiver(arguments) or arguments.get(0, "x1"), arguments.get(1, "x2")
    if not isinstance(one, Tensor) or not isinstance(two, Tensor) or not one.shape or not two.shape:
        return None
    return _with_shape(one, (*one.shape[:-1], two.shape[-2] if len(two.shape) > 1 else None))


def _chosen(arguments: Arguments) -> Value | None:
    """`where(condition)` gives an index for each dimension; with three arguments it is an ordinary function."""
    tensor = receiver(arguments) or arguments.get(0, "condition")
    if not isinstance(tensor, Tensor) or len(arguments.positional) + len(arguments.named) > 1:
        return None
    index = Tensor((None,), "int64", False)
    return Items("tuple", [index] * len(tensor.shape)) if tensor.shape is not None else Items("tuple", None, each=index)


def _subclass(arguments: Arguments) -> Value | None:
    cls, data = arguments.positional[0], arguments.get(1, "data")
    grad = arguments.get(2, "require_grad")
    known = data if isinstance(data, Tensor) else Tensor()
    flag = grad.value if isinstance(grad, Const) else False
    return Tensor(known.shape, known.dtype, bool(flag), cls if isinstance(cls, ClassValue) else None)


def _first(arguments: Arguments) -> Value | None:
    return arguments.positional[0] if arguments.positional else None


_GROUPS: dict[Rule, str] = {
    _dim: "dim ndimension",
    _size: "size",
    _numel: "numel nelement",
    _is_kind("float", "bfloat"): "is_floating_point",
    _is_kind("complex"): "is_complex",
    lambda arguments: Unknown("bool"): "is_same_size",
    made: "empty zeros ones rand randn",
    _new: "new_zeros new_ones new_empty",
    _full: "full",
    _arange: "arange",
    _eye: "eye",
    _from_data: "tensor as_tensor",
    _unsqueezed: "unsqueeze unsqueeze_",
    _squeezed: "squeeze squeeze_",
    _transposed: "transpose t swapaxes",
    _permuted: "permute",
    _reshaped: "view reshape",
    _flattened: "flatten",
    _expanded: "expand",
    _as_other: "view_as expand_as reshape_as",
    _repeated: "repeat",
    _summed: "sum nansum prod",
    reduced: "mean nanmean amax amin logsumexp std",
    _reduced_to("int64"): "argmax argmin count_nonzero",
    _reduced_to("bool"): "all any",
    _normed: "norm linalg_vector_norm",
    _gathered: "gather take_along_dim",
    _split: "split split_with_sizes",
    _chunked: "chunk",
    _unbound: "unbind",
    _stacked: "stack",
    _joined: "cat concat",
    _broadcast_list: "broadcast_tensors",
    _multiplied: "matmul mm bmm",
    _linear: "linear",
    _distances: "cdist",
    _chosen: "where",
    _subclass: "_make_subclass",
    _first: "_add_docstr unwrap_if_dead",
}
RULES: dict[str, Rule] = {name: rule for rule, names in _GROUPS.items() for name in names.split()}
"""What a function gives, by the last part of its name; a rule that answers None leaves it to the type its stub says."""
