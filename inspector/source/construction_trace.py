"""What a construction does, read: each `__init__` through the MRO, and who sets which attribute, buffer, parameter, submodule.

In: a follower, a class and arguments. Out: a ConstructionTrace and the instance, ready to be called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from inspector.report import Argument, AttributeRecord, Configuration, ConstructionTrace, Step
from inspector.source import terms
from inspector.source.follow import calls
from inspector.source.follow.follower import Follower
from inspector.source.follow.state import Arguments, Frame, LimitReached, Raised
from inspector.source.values import NO_KEY, Bound, ClassValue, Const, External, Function, Instance, Items, Mapping, Value, describe

AttributeKind: TypeAlias = Literal["attribute", "buffer", "parameter", "submodule"]

HOOK_METHODS = {
    "forward": "register_forward_hook",
    "forward_pre": "register_forward_pre_hook",
    "full_backward": "register_full_backward_hook",
    "full_backward_pre": "register_full_backward_pre_hook",
}
"""Kind of hook -> the method of Module that registers it."""

_REGISTERED: dict[str, AttributeKind] = {"_buffers": "buffer", "_parameters": "parameter", "_modules": "submodule"}


@dataclass(frozen=True)
class _Write:
    name: str
    kind: AttributeKind
    set_in: str
    set_by: str
    file: str
    line: int
    condition: str
    because: str


class _Watcher:
    """Notes every write to one instance, and every read of it, as the follower goes."""

    def __init__(self, f: Follower) -> None:
        self.f = f
        self.instance: Instance | None = None
        self.writes: dict[tuple[str, str], _Write] = {}
        self.reads: dict[str, list[int]] = {}

    def attribute(self, target: Instance, name: str, frame: Frame, node: Any) -> None:
        """An attribute was put into an instance's dict."""
        if self._is_subject(target):
            self._note(name, "attribute", frame, node)

    def item(self, holder: Value, key: Any, frame: Frame, node: Any) -> None:
        """An item was put into a mapping: a buffer, parameter or submodule if the mapping is one of the instance's."""
        if self.instance is None or key is NO_KEY:
            return
        for container, kind in _REGISTERED.items():
            if holder is self.instance.attrs.get(container):
                self._note(str(key), kind, frame, node)

    def read(self, target: Value, name: str, step: int | None) -> None:
        """An attribute of the instance was read."""
        if target is self.instance and step is not None and step not in self.reads.setdefault(name, []):
            self.reads[name].append(step)

    def _is_subject(self, target: Instance) -> bool:
        if self.instance is None:
            self.instance = target
        return target is self.instance

    def _note(self, name: str, kind: AttributeKind, frame: Frame, node: Any) -> None:
        if self.f.dry:
            return
        text = frame.slice.text_of(node) if frame.slice is not None and node is not None else name
        line = frame.slice.line_of(node) if frame.slice is not None and node is not None else 0
        place = (frame.name, text, frame.file, line, frame.guard.text, frame.guard.because)
        step = frame.step
        # The write happens inside Module's machinery; who set it is the `__init__` that led there.
        while not place[0].endswith(".__init__") and step is not None:
            draft = self.f.drafts[step - 1].step
            place = (draft.caller, draft.call_text, draft.call_file, draft.call_line, draft.condition, draft.because)
            step = draft.parent
        self.writes[(kind, name)] = _Write(name, kind, *place)


@dataclass(frozen=True)
class Construction:
    """A construction that was read, and what is needed to go on with the call."""

    trace: ConstructionTrace
    instance: Value
    watcher: _Watcher


def follow_construction(f: Follower, cls: ClassValue, configuration: Configuration) -> Construction:
    """Follows `cls(…)` and registers the hooks the configuration names."""
    watcher = _Watcher(f)
    f.observer = watcher
    frame = Frame("", "", None, "")
    arguments = terms.arguments_of(f, configuration.args, frame)
    try:
        instance = calls.call(f, cls, arguments, frame, None)
    except (Raised, LimitReached):
        # Reading says that the constructor fails: it can say nothing of what stands on the instance.
        instance = watcher.instance or Instance(cls, {}, True)
        if isinstance(instance, Instance):
            instance.open = True
    steps = _numbered(f.steps(), f"{cls.qualname}({_written(configuration.args, configuration.expression)})")
    attributes = _attributes(watcher, instance)
    ours = [f"inspector.live.hooks.on_{hook}" for hook in configuration.hooks]
    functions = [*configuration.hook_functions, *ours[len(configuration.hook_functions) :]]
    for hook, function in zip(configuration.hooks, functions, strict=True):
        _register(f, instance, (hook, function), frame)
    f.drafts.clear()
    watcher.reads.clear()
    return Construction(ConstructionTrace(steps, attributes), instance, watcher)


def _written(args: tuple[Argument, ...], expression: str) -> str:
    return expression.partition("(")[2].removesuffix(")") if "(" in expression else ""


def _numbered(steps: tuple[Step, ...], text: str) -> tuple[Step, ...]:
    return tuple(msgspec.structs.replace(step, call_text=text) if step.parent is None else step for step in steps)


def _attributes(watcher: _Watcher, instance: Value) -> tuple[AttributeRecord, ...]:
    if not isinstance(instance, Instance):
        return ()
    machinery = watcher.f.library.member(instance.cls, "__call__")
    owner = getattr(machinery[0], "name", "") if machinery is not None else ""
    return tuple(_record(write, instance, owner) for write in watcher.writes.values() if _still_there(write, instance))


def _still_there(write: _Write, instance: Instance) -> bool:
    return write.name in _holder(write, instance)


def _holder(write: _Write, instance: Instance) -> dict[Any, Value]:
    if write.kind == "attribute":
        return instance.attrs
    container = next(name for name, kind in _REGISTERED.items() if kind == write.kind)
    holder = instance.attrs.get(container)
    return holder.items if isinstance(holder, Mapping) else {}


def _record(write: _Write, instance: Instance, machinery: str) -> AttributeRecord:
    owner = write.set_in.rpartition(".")[0]
    return AttributeRecord(
        name=write.name,
        kind=write.kind,
        set_in=write.set_in,
        set_by=write.set_by,
        file=write.file,
        line=write.line,
        value=describe(_holder(write, instance)[write.name]),
        persistent=_persistent(instance, write.name) if write.kind == "buffer" else None,
        condition=write.condition,
        because=write.because,
        owner=owner,
        container=owner == machinery,
    )


def _persistent(instance: Instance, name: str) -> bool:
    left_out = instance.attrs.get("_non_persistent_buffers_set")
    return not (isinstance(left_out, Items) and left_out.items is not None and Const(name) in left_out.items)


def _register(f: Follower, instance: Value, named: tuple[str, str], frame: Frame) -> None:
    """Registers a hook as a user would: through the method of Module, which is followed like any other."""
    hook, function = named
    method = f.library.member(instance.cls, HOOK_METHODS[hook]) if isinstance(instance, Instance) else None
    if method is None or not isinstance(method[1], Function):
        return
    with f.silent():
        try:
            calls.call(f, Bound(method[1], instance), Arguments([External(function, "hook")]), frame, None)
        except Raised:
            return
