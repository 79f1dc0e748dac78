"""What torch does below Python: the operators one call dispatches, those of its backward pass, and the autograd nodes between.

In: a function that runs the call. Out: names in the order they ran, and a graph. Uses torch's own record of operators, which does
not change the path a call takes (a TorchDispatchMode does: under it CTCLoss takes the overload for tensor lengths another way).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import torch

_ENGINE = "autograd::engine::evaluate_function: "
_ROOT = "GraphRoot"
_HAND_OVER = "AccumulateGrad"


@dataclasses.dataclass(frozen=True)
class Graph:
    """Autograd nodes breadth first from the outputs; an edge says which node hands its gradient to which."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]


@dataclasses.dataclass(frozen=True)
class Ran:
    """What one call and its backward pass ran."""

    forward: tuple[str, ...]
    backward: tuple[str, ...]
    graph: Graph
    engine_nodes: tuple[str, ...]
    """The nodes the engine evaluated, in that order."""


@dataclasses.dataclass
class _Event:
    name: str
    sequence: int
    """Number autograd gave it; negative below autograd and where no graph is built."""
    children: list[_Event]


def run(call: Callable[[], Any]) -> Ran:
    """The operators of the call and of its backward pass, with the graph between.

    An operator that torch composes of others shows as its parts. The gradient the pass starts from, and AccumulateGrad, which hands
    the result to a leaf, are not listed.
    """
    output, forward = _recorded(call)
    graph = graph_of(output)
    roots = differentiable(output)
    if not roots:
        return Ran(tuple(_operators(forward)), (), graph, ())
    seeds = [torch.ones_like(root) for root in roots]
    _, backward = _recorded(lambda: _run_backward(roots, seeds))
    evaluated = [(_short(event.name.removeprefix(_ENGINE)), event) for event in backward if event.name.startswith(_ENGINE)]
    working = [event for name, event in evaluated if name != _HAND_OVER]
    nodes = tuple(name for name, _ in evaluated if name != _ROOT)
    return Ran(tuple(_operators(forward)), tuple(_operators(working)), graph, nodes)


def _run_backward(roots: list[torch.Tensor], seeds: list[torch.Tensor]) -> None:
    """What `torch.autograd.backward` does with gradients at hand, without its check of symbolic shapes, which imports sympy first."""
    engine: Any = torch.autograd.Variable._execution_engine
    engine.run_backward(tuple(roots), tuple(seeds), False, False, (), allow_unreachable=True, accumulate_grad=True)


def graph_of(output: Any) -> Graph:
    """The autograd graph behind every differentiable tensor of an output, walked breadth first."""
    nodes: list[Any] = []
    for root in differentiable(output):
        node = root.grad_fn or _accumulator(root)
        if node not in nodes:
            nodes.append(node)
    index = {node: number for number, node in enumerate(nodes)}
    edges: dict[tuple[int, int], None] = {}
    for node in nodes:  # grows while it is walked
        for following, _ in node.next_functions:
            if following is None:
                continue
            if following not in index:
                index[following] = len(nodes)
                nodes.append(following)
            edges[index[node], index[following]] = None
    return Graph(tuple(_short(node.name()) for node in nodes), tuple(edges))


def _accumulator(leaf: torch.Tensor) -> Any:
    """The node that hands a gradient to a leaf: what a module returns that returns its input."""
    view: Any = leaf.view_as(leaf).grad_fn
    return view.next_functions[0][0]


def differentiable(output: Any) -> list[torch.Tensor]:
    """The tensors in an output that a backward pass can start from, in order."""
    return [one for one in tensors(output) if one.requires_grad and (one.is_floating_point() or one.is_complex())]


def tensors(output: Any) -> list[torch.Tensor]:
    """The tensors in an output, in order; looks into tuples, lists, mappings and records."""
    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, Mapping):
        parts: list[Any] = list(output.values())
    elif isinstance(output, (tuple, list)):
        parts = list(output)
    elif dataclasses.is_dataclass(output) and not isinstance(output, type):
        parts = [getattr(output, field.name) for field in dataclasses.fields(output)]
    else:
        return []
    return [tensor for part in parts for tensor in tensors(part)]


def _short(name: str) -> str:
    return name.rpartition("::")[2]


def _recorded(call: Callable[[], Any]) -> tuple[Any, list[_Event]]:
    """What the call returns, and the trees of events that ran in it.

    The profiler without Kineto: the one with it writes to stderr and takes longer to start.
    """
    from torch._C._autograd import _disable_profiler_legacy, _enable_profiler_legacy
    from torch._C._profiler import ProfilerConfig, ProfilerState, _ExperimentalConfig

    _enable_profiler_legacy(ProfilerConfig(ProfilerState.CPU, False, False, False, False, False, _ExperimentalConfig()))
    try:
        output = call()
    finally:
        threads = _disable_profiler_legacy()
    return output, [event for thread in threads for event in _trees(thread)]


def _trees(records: list[Any]) -> list[_Event]:
    """The events of one thread, nested as they ran."""
    top = _Event("", -1, [])
    stack = [top]
    for record in records:
        kind = record.kind()
        if kind == "push":
            event = _Event(record.name(), record.sequence_nr(), [])
            stack[-1].children.append(event)
            stack.append(event)
        elif kind == "pop" and len(stack) > 1:
            stack.pop()
    return top.children


def _operators(events: list[_Event]) -> Iterator[str]:
    """Names of the operators that were dispatched, the parts in place of a composite one."""
    for event in events:
        if _is_operator(event.name) and not _is_composite(event):
            yield event.name
        else:
            yield from _operators(event.children)


def _is_composite(event: _Event) -> bool:
    """True where torch runs the operator as calls of others, each of which autograd sees by itself.

    Where only some overloads are composite, autograd says which one ran: it numbers the parts of a composite one, and nothing that
    runs inside a kernel. In a backward pass it numbers nothing, and a part of the same name is what remains to tell by.
    """
    composite = _composite_overloads(event.name)
    if all(composite) or not any(composite):
        return all(composite)
    return any(child.sequence >= 0 or child.name == event.name for child in event.children)


@lru_cache(maxsize=1024)
def _composite_overloads(name: str) -> tuple[bool, ...]:
    has_kernel = torch._C._dispatch_has_kernel_for_dispatch_key
    overloads = [f"{name}.{schema.overload_name}" if schema.overload_name else name for schema in _schemas(name)]
    return tuple(has_kernel(overload, "CompositeImplicitAutograd") for overload in overloads if torch._C._dispatch_has_kernel(overload))


def _is_operator(name: str) -> bool:
    return "::" in name and bool(_schemas(name))


@lru_cache(maxsize=1024)
def _schemas(name: str) -> tuple[Any, ...]:
    return tuple(torch._C._jit_get_schemas_for_operator(name))
