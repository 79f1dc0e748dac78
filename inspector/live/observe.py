"""One real call, observed: its Python and native calls, its operators, and its autograd nodes.

In: a module and a sample. Out: an Observation. The module is called once; its buffers are afterwards as they were.

An ordinary call is not the first of its process: imports inside functions and filled caches belong to the first one only. So a plain
run comes first, unobserved, on a copy of the module. What that run's autograd graph is, every observed run is held against. Only the
calls are recorded on the module itself, since a copy need not take the same path. Warnings are ignored while it runs, which leaves
`warnings.warn` a call like any other and keeps the once-registry from hiding or adding any.
"""

from __future__ import annotations

import copy
import dis
import gc
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.nn.parameter import is_lazy

from inspector.errors import InspectError
from inspector.live import autograd, build, naming
from inspector.report import Observation, ObservedCall, Sample, StepKind

_IMPORTING = frozenset({"_frozen_importlib", "_frozen_importlib_external", "importlib._bootstrap", "importlib._bootstrap_external"})
_GENERATOR = 0x20 | 0x80 | 0x200
_RESUME = dis.opmap["RESUME"]
_ATTRIBUTE_READS = frozenset(dis.opmap[name] for name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR") if name in dis.opmap)


def observe(instance: Any, sample: Sample, *, root: Path, dtype: str | None = None, device: str | None = None) -> Observation:
    """What one call of the module with the sample's inputs runs, and its backward pass.

    `root` is the folder that holds torch/; files are relative to it. Raises InspectError `call-refused` where torch does not take
    the inputs.
    """

    place = device or _device_of(instance)

    def fresh() -> tuple[Any, list[Any]]:
        return copied(instance), build.make_inputs(sample, dtype=dtype, device=place)

    recorder = Recorder(package=type(instance).__module__.partition(".")[0], root=root)
    with _undisturbed():
        plain = autograd.graph_of(_ordinary(*fresh()))
        module, inputs = fresh()
        module = module if _is_lazy(instance) else instance
        with _buffers_put_back(module), build.fixed_random():
            profiled = autograd.graph_of(call_observed(module, inputs, recorder))
        module, inputs = fresh()
        with build.fixed_random():
            ran = autograd.run(lambda: module(*inputs))
    return Observation(
        calls=recorder.calls(),
        aten_forward=ran.forward,
        aten_backward=ran.backward,
        autograd_nodes=plain.nodes,
        autograd_edges=plain.edges,
        observers=_observers(plain, profiled, ran),
        sample=sample,
        device=place,
    )


def _ordinary(module: Any, inputs: list[Any]) -> Any:
    """What a call returns that nothing watches."""
    try:
        with build.fixed_random():
            return module(*inputs)
    except build.REFUSALS as error:
        raise InspectError("call-refused", f"torch refused the call: {build.one_line(error)}") from None


def _observers(plain: autograd.Graph, profiled: autograd.Graph, ran: autograd.Ran) -> dict[str, str]:
    """Which observer made each list, and whether what it watched did what a plain run does."""
    same = sorted(ran.engine_nodes) == sorted(plain.nodes)
    engine = "the engine evaluated the same nodes" if same else f"the engine evaluated others: {', '.join(ran.engine_nodes) or 'none'}"
    operators = f"torch's operator record, composites shown as their parts; {_compared(plain, ran.graph)}"
    return {
        "calls": f"sys.setprofile; {_compared(plain, profiled)}",
        "aten_forward": operators,
        "aten_backward": operators,
        "autograd_nodes": f"walked from the output of a plain run; {engine}",
    }


def _compared(plain: autograd.Graph, observed: autograd.Graph) -> str:
    if observed == plain:
        return "the same autograd graph as a plain run"
    return f"NOT the autograd graph of a plain run: {', '.join(observed.nodes) or 'none'}"


def copied(instance: Any) -> Any:
    """A copy to call; the module itself where it cannot be copied (it holds a tensor that another tensor was computed from)."""
    lazy = [one for one in (*instance.parameters(), *instance.buffers()) if is_lazy(one)]
    kinds: dict[int, Any] = {id(one): type(one) for one in lazy}
    memo = {id(one): kinds[id(one)](device=one.device, dtype=one.dtype) for one in lazy}  # torch copies no lazy buffer
    try:
        return copy.deepcopy(instance, memo)
    except (RuntimeError, TypeError, ValueError):
        return instance


def _is_lazy(instance: Any) -> bool:
    """True where the first call would give the module its parameters: then a copy is called, and the module stays without."""
    return any(is_lazy(tensor) for tensor in (*instance.parameters(), *instance.buffers()))


@contextmanager
def _buffers_put_back(instance: Any) -> Iterator[None]:
    """Running statistics and the like are afterwards as they were."""
    kept = [] if _is_lazy(instance) else [buffer for buffer in instance.buffers() if not buffer.is_inference()]
    before = [(buffer, buffer.detach().clone()) for buffer in kept if buffer.device.type != "meta"]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, value in before:  # not by `_version`: batch norm updates its statistics without raising it
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


def _device_of(instance: Any) -> str:
    """Where the module's parameters and buffers are; "cpu" for one without any."""
    for tensor in (*instance.parameters(), *instance.buffers()):
        return str(tensor.device)
    return "cpu"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No warning printed, no collection of garbage that would run somebody's finalizer in the middle, and gradients switched on."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        if collecting:
            gc.enable()


# -- the profiler -------------------------------------------------------------------------------------------------------


def call_observed(instance: Any, inputs: list[Any], recorder: Recorder) -> Any:
    """`instance(*inputs)`, each call in it handed to the recorder; the profiler set before is set again afterwards."""
    before = sys.getprofile()
    sys.setprofile(recorder)
    try:
        return instance(*inputs)
    finally:
        sys.setprofile(None)
        _set_profiler(before)


def _set_profiler(before: Any) -> None:
    """Sets what `sys.getprofile` gave. A profiler written in C (cProfile) is no function: it has to be switched on itself."""
    if before is None or callable(before):
        sys.setprofile(before)
    else:
        before.enable()


class Recorder:
    """A profiler that keeps each (caller, callee) once, in order of first occurrence.

    Keeps names, never the objects themselves: an extra reference to a tensor could change what torch does with it.
    """

    def __init__(self, *, package: str, root: Path) -> None:
        self._packages = frozenset({"torch", package})
        self._roots = (root.as_posix() + "/", root.resolve().as_posix() + "/")
        self._calls: dict[tuple[str, str], ObservedCall] = {}
        self._importing: types.FrameType | None = None

    def calls(self) -> tuple[ObservedCall, ...]:
        """The calls that were seen, in order of first occurrence."""
        return tuple(self._calls.values())

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> None:
        """What the interpreter calls for each event."""
        if self._importing is not None:
            if event == "return" and frame is self._importing:
                self._importing = None
        elif event == "call":
            self._python_call(frame)
        elif event == "c_call":
            self._native_call(frame, argument)

    def _python_call(self, frame: types.FrameType) -> None:
        """An import statement is no call: what it loads is passed over. A resumed generator has been called before."""
        module = _module_of(frame)
        if module in _IMPORTING:
            self._importing = frame
            return
        if frame.f_back is None or naming.is_folded(frame.f_code) or _is_resumed(frame):
            return
        kind: StepKind = "attribute" if _opcode(frame.f_back) in _ATTRIBUTE_READS else "python"
        self._keep(frame.f_back, naming.of_code(module, frame.f_code), kind)

    def _native_call(self, frame: types.FrameType, function: Any) -> None:
        if frame.f_code is not call_observed.__code__:
            name = naming.of_builtin(function)
            self._keep(frame, name, "native" if naming.is_native(name) else "builtin")

    def _keep(self, caller: types.FrameType, callee: str, kind: StepKind) -> None:
        if caller.f_code is call_observed.__code__:
            self._calls.setdefault(("", callee), ObservedCall("", callee, kind, "", 0))
            return
        module = _module_of(caller)
        if module.partition(".")[0] in self._packages:
            key = (naming.of_code(module, caller.f_code), callee)
            if key not in self._calls:
                self._calls[key] = ObservedCall(*key, kind, self._file(caller, module), caller.f_lineno or 0)

    def _file(self, frame: types.FrameType, module: str) -> str:
        """Relative to the folder that holds torch/; elsewhere the module's own path, and never a path of this machine."""
        file = frame.f_code.co_filename.replace("\\", "/")
        for root in self._roots:
            if file.startswith(root):
                return file[len(root) :]
        path = module.replace(".", "/")
        inside = file.rfind(path) if path in file else file.rfind("/") + 1
        return file[inside:]


def _module_of(frame: types.FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_resumed(frame: types.FrameType) -> bool:
    """True where a generator or coroutine goes on from a yield or an await, or is closed: its body was entered before, or never."""
    if not frame.f_code.co_flags & _GENERATOR:
        return False
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at] != _RESUME or code[at + 1] & 3 != 0


def _opcode(frame: types.FrameType) -> int:
    """The instruction a frame is at."""
    return frame.f_code.co_code[frame.f_lasti]
