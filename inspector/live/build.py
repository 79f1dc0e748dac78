"""Terms become values: instances and inputs are built from plain data, by table and by lookup, never by evaluating text.

In: a Configuration or a Sample. Out: a module with its hooks, or the list of inputs. Calls no function outside one small table
and constructs no class outside torch.nn.
"""

from __future__ import annotations

import dataclasses
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import torch
from torch import nn

from inspector.errors import CouldNotRun, InspectError
from inspector.live import allowed, hooks
from inspector.report import Argument, Configuration, Constant, Items, Maker, Reference, Sample, TensorData, Term

SEED = 0
"""Seed of every random maker and of every parameter that a constructor draws."""

REFUSALS = (TypeError, ValueError, RuntimeError, AssertionError, LookupError, ArithmeticError, AttributeError)
"""What torch raises when it is given arguments or inputs it does not take."""


def make_instance(configuration: Configuration, *, dtype: str | None = None, device: str | None = None) -> nn.Module:
    """The configured module with its hooks registered; the same configuration gives the same parameters.

    `dtype` replaces every floating dtype. Raises InspectError `expression-not-allowed`, `constructor-refused` or `no-such-class`.
    """
    cls = find_class(configuration.subject)
    if not issubclass(cls, nn.Module):
        raise InspectError("not-a-module", f"{configuration.subject} is no torch.nn.Module", todo="name a class that can be called")
    with fixed_random():
        instance: nn.Module = _construct(cls, configuration.args, configuration.expression, _Target(dtype, device))
    hooks.register(_moved(instance, _Target(dtype, device)), configuration.hooks)
    return instance


def construct(configuration: Configuration, *, dtype: str | None = None, device: str | None = None) -> nn.Module:
    """The configured module without its hooks. What torch raises is raised as it is."""
    cls = find_class(configuration.subject)
    target = _Target(dtype, device)
    args = [_make(argument.value, target) for argument in configuration.args if argument.name is None]
    named = {argument.name: _make(argument.value, target) for argument in configuration.args if argument.name is not None}
    with fixed_random():
        instance: nn.Module = cls(*args, **named)
    _moved(instance, target)
    return instance


def make_inputs(sample: Sample, *, dtype: str | None = None, device: str | None = None) -> list[Any]:
    """The inputs of a call in order, new tensors each time; those that require a gradient are leaves."""
    with fixed_random():
        return [_make(argument.value, _Target(dtype, device)) for argument in sample.inputs]


def make_value(term: Term, *, dtype: str | None = None, device: str | None = None) -> Any:
    """What one term stands for. Raises InspectError `expression-not-allowed` or `constructor-refused`."""
    with fixed_random():
        return _make(term, _Target(dtype, device))


@contextmanager
def fixed_random(seed: int = SEED) -> Iterator[None]:
    """Random numbers of torch from a fixed seed inside, and its generators untouched afterwards, those of GPUs in use included.

    Not `torch.manual_seed`: that would have a GPU nobody uses seeded as soon as somebody does.
    """
    cuda: Any = torch.cuda
    gpus = list(range(cuda.device_count())) if cuda.is_initialized() else []
    with torch.random.fork_rng(devices=gpus):
        for generator in (torch.default_generator, *(cuda.default_generators[gpu] for gpu in gpus)):
            generator.manual_seed(seed)
        yield


def find_class(qualified_name: str) -> type:
    """The class of that name. Modules of torch are imported; a module of anybody else must already be loaded."""
    parts = allowed.full_name(qualified_name).split(".")
    for split in range(len(parts) - 1, 0, -1):
        found: Any = _module(".".join(parts[:split]))
        for name in parts[split:]:
            found = vars(found).get(name) if found is not None else None
        if isinstance(found, type):
            return found
    raise InspectError("no-such-class", f"no class {qualified_name} is loaded or in this torch", todo="import its module first")


def public_name(cls: type) -> str:
    """`torch.nn.Linear` for a class that torch.nn hands out, its qualified name for any other."""
    return f"torch.nn.{cls.__name__}" if getattr(nn, cls.__name__, None) is cls else f"{cls.__module__}.{cls.__qualname__}"


# -- the rest is private ------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Target:
    """The dtype that replaces floating dtypes, and the device; None leaves them as written."""

    dtype: str | None
    device: str | None


def _make(term: Term, target: _Target) -> Any:
    match term:
        case Constant(value, nonfinite):
            return float(value) if nonfinite and isinstance(value, str) else value
        case Items(kind, items):
            values = [_make(item, target) for item in items]
            return tuple(values) if kind == "tuple" else values
        case TensorData():
            return _tensor(term, target)
        case Maker():
            return _call(term, target)
        case Reference(name):
            return _referenced(name)


def _tensor(term: TensorData, target: _Target) -> torch.Tensor:
    """A new leaf of the given shape; the strings that stand for non-finite numbers become those numbers."""
    dtype = _dtype(term.dtype)
    values = [float(value) if isinstance(value, str) else value for value in term.values]
    made = torch.tensor(values, dtype=dtype).reshape(term.shape)
    return _placed(made, target).detach().requires_grad_(term.requires_grad)


def _placed(made: torch.Tensor, target: _Target) -> torch.Tensor:
    """The tensor on the wanted device, and in the wanted dtype where it is a floating one."""
    dtype = _dtype(target.dtype) if target.dtype and made.is_floating_point() else None
    return made.to(device=_device(target.device), dtype=dtype) if dtype or target.device else made


def _moved(made: Any, target: _Target) -> Any:
    """The same module, its parameters and buffers on the wanted device and in the wanted dtype; an options record as it is."""
    if isinstance(made, nn.Module) and (target.dtype or target.device):
        made.to(device=_device(target.device), dtype=_dtype(target.dtype) if target.dtype else None)
    return made


def _call(term: Maker, target: _Target) -> Any:
    name = allowed.full_name(term.function)
    if allowed.is_tensor_maker(name):
        made = _construct(getattr(torch, name.rpartition(".")[2]), term.args, name, target)
        return _placed(made, target)
    if allowed.is_under_torch_nn(name):
        cls = find_class(name)
        if may_be_constructed(cls):
            return _moved(_construct(cls, term.args, name, target), target)
    raise allowed.not_allowed(f"{term.function}(…)")


def may_be_constructed(cls: type) -> bool:
    """True for modules of torch.nn and for the plain records that some of them take as options."""
    return _is_of_torch_nn(cls) and (issubclass(cls, nn.Module) or dataclasses.is_dataclass(cls))


def _is_of_torch_nn(cls: type) -> bool:
    return cls.__module__ == "torch.nn" or cls.__module__.startswith("torch.nn.")


def _construct(made_by: Any, arguments: tuple[Argument, ...], shown: str, target: _Target) -> Any:
    """The object. What torch warns of while it is made (deprecated arguments) stands in the report and is not printed."""
    args = [_make(argument.value, target) for argument in arguments if argument.name is None]
    named = {argument.name: _make(argument.value, target) for argument in arguments if argument.name is not None}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return made_by(*args, **named)
    except REFUSALS as error:
        raise InspectError("constructor-refused", f"torch does not take these arguments: {one_line(error)}", shown) from None


def one_line(error: BaseException) -> str:
    """The first line of what an error says, with its type where it says nothing."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _referenced(name: str) -> Any:
    """A dtype of torch, a function of torch.nn.functional, or a class under torch.nn."""
    full = allowed.full_name(name)
    prefix, _, last = full.rpartition(".")
    if prefix == "torch" and isinstance(getattr(torch, last, None), torch.dtype):
        return getattr(torch, last)
    if prefix == "torch.nn.functional" and callable(getattr(nn.functional, last, None)):
        return getattr(nn.functional, last)
    if allowed.is_under_torch_nn(full):
        cls = find_class(full)
        if _is_of_torch_nn(cls):
            return cls
    raise allowed.not_allowed(name)


def _module(name: str) -> Any:
    if name in sys.modules:
        return sys.modules[name]
    if name == "torch" or name.startswith("torch.nn."):
        try:
            return import_module(name)
        except ImportError:
            return None
    return None


def _dtype(name: str) -> torch.dtype:
    found = getattr(torch, name.removeprefix("torch."), None)
    if not isinstance(found, torch.dtype):
        raise InspectError("unknown-dtype", f"torch has no dtype {name}", todo="use float64, float32, bfloat16 or float16")
    return found


def _device(name: str | None) -> torch.device | None:
    if name is None:
        return None
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InspectError("unknown-device", f"torch knows no device {name!r}", todo="name one such as cpu, cuda, cuda:1 or mps") from None
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, ImportError) as error:
        raise CouldNotRun("no-such-device", f"this machine has no device {name}: {one_line(error).partition('. ')[0]}") from None
    return device
