"""The follower: one object that ties the parts together and remembers what one following has found.

In: a Library. Out: values and steps, through `evaluate`, `call`, `get`, `set` and `run`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import libcst as cst
import msgspec

from inspector.report import StepKind
from inspector.source.follow import (
    attributes,
    builtin_calls,
    calls,
    enums,
    expressions,
    generators,
    looking,
    made_classes,
    natives,
    operators,
    outside,
    registries,
    statements,
)
from inspector.source.follow.explain_condition import guard_for
from inspector.source.follow.state import Arguments, Frame, Guard, LimitReached, Raised, Signal, State
from inspector.source.index import Definition
from inspector.source.resolve import Library, ModuleTable
from inspector.source.values import (
    NONE,
    NOTHING,
    Bound,
    ClassValue,
    Const,
    Function,
    Generator,
    Instance,
    Items,
    Managed,
    Mapping,
    Partial,
    Tensor,
    Unknown,
    Value,
    describe,
    key_of,
    truth,
)  # fmt: skip


class Follower(State):
    """Follows calls through the text of one torch."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.last_results: dict[int, Value] = {}
        self.last_because = ""
        self.generators: dict[Any, bool] = library.text.shared.setdefault("generators", {})
        self.calls_in: dict[Any, list[cst.Call]] = library.text.shared.setdefault("calls", {})
        self.literals: dict[Any, Value] = library.text.shared.setdefault("literals", {})
        self.observer: Any = None
        self._imported: list[ModuleTable] | None = None
        self.enum_members: dict[tuple[ClassValue, str], Instance] = {}
        library.evaluate = self._evaluate_global
        library.evaluate_member = self._evaluate_member
        self.tensor_class = self._class("torch._tensor.Tensor" if library.module("torch._tensor") else "torch.tensor.Tensor")
        self.function_node = self._class("torch.autograd.function.BackwardCFunction")
        self.function_context = self._class("torch.autograd.function.FunctionCtx")

    def _class(self, name: str) -> ClassValue:
        found = self.library.dotted(name)
        return found if isinstance(found, ClassValue) else ClassValue("torch", name, Definition(name, "class", 1, 1, 1, 0))

    # -- the parts, under one name each ----------------------------------------------------------------------------------

    def evaluate(self, node: Any, frame: Frame) -> Value:
        """The value of an expression."""
        return expressions.evaluate(self, node, frame)

    def run(self, block: Sequence[Any], frame: Frame) -> Signal:
        """Runs statements."""
        return statements.run_block(self, block, frame)

    def assign(self, target: Any, value: Value, frame: Frame) -> None:
        """Binds a target to a value."""
        statements.assign(self, target, value, frame)

    def call_node(self, node: cst.Call, frame: Frame) -> Value:
        """The value of a call as written."""
        return calls.call_node(self, node, frame)

    def call(self, callee: Value, args: list[Value], frame: Frame, node: Any, kind: str = "") -> Value:
        """The value of calling something with these arguments."""
        return calls.call(self, callee, Arguments(list(args)), frame, node, kind)

    def call_with(self, callee: Value, arguments: Arguments, frame: Frame, node: Any) -> Value:
        """The same, with named arguments."""
        return calls.call(self, callee, arguments, frame, node)

    def imported_modules(self) -> list[ModuleTable]:
        """The modules of the subject's own package that importing the subject's module imports."""
        if self._imported is None:
            self._imported = [table for name in self.library.closure() if (table := self.library.module(name)) is not None]
        return self._imported

    def call_back(self, callee: Value, args: list[Value], frame: Frame, node: Any) -> Value:
        """The value of calling something from C code (`map`, `sorted`, `reduce`): no profiler sees C calling C."""
        if isinstance(callee, Function | Bound | Partial | Instance | ClassValue):
            return self.call(callee, args, frame, node)
        with self.silent():
            return self.call(callee, args, frame, node)

    def is_instance(self, value: Value, wanted: Value, frame: Frame, node: Any) -> bool | None:
        """Whether a value is an instance of a class; None where that is not known."""
        return builtin_calls.is_instance(self, value, wanted, frame, node)

    def contains(self, holder: Value, item: Value, frame: Frame, node: Any) -> bool | None:
        """`item in holder`; None where that is not known."""
        return operators.contains(self, holder, item, frame, node)

    def call_method(self, value: Value, name: str, args: list[Value], frame: Frame, node: Any) -> Value | None:
        """Calls a method that the value's class defines in text; None where it has none."""
        cls = self.class_of(value)
        found = self.library.member(cls, name) if isinstance(cls, ClassValue) else None
        if found is None or not isinstance(found[1], Function):
            return None
        return self.call(Bound(found[1], value), args, frame, node)

    def get(self, value: Value, name: str, frame: Frame, node: Any) -> Value:
        """`value.name`."""
        return attributes.get(self, value, name, frame, node)

    def set(self, target: Value, name: str, value: Value, frame: Frame, node: Any) -> None:
        """`target.name = value`."""
        attributes.set_attribute(self, target, name, value, frame, node)

    def delete(self, target: Value, name: str, frame: Frame, node: Any) -> None:
        """`del target.name`."""
        attributes.delete(self, target, name, frame, node)

    def binary(self, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
        """`left op right`."""
        return operators.binary(self, name, operands, frame, node)

    def in_place(self, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
        """`left op= right`."""
        return operators.in_place(self, name, operands, frame, node)

    def class_of(self, value: Value) -> Value | None:
        """The type of a value."""
        return attributes.class_of(self, value)

    def iterate(self, value: Value, frame: Frame, node: Any, *, keep: bool = False) -> list[Value] | None:
        """The items a loop sees; an iterator has none left afterwards, unless they are to be kept."""
        items = expressions.iterate(self, value, frame, node)
        if isinstance(value, Items) and value.kind == "iterator" and not keep:
            value.items = None if self.uncertain else []
        return items

    def for_each(self, items: Items, change: Callable[[Value], Value], frame: Frame, node: Any) -> Items:
        """The items, each of them changed by code of which it is not certain that it runs where their number is not known."""
        if items.items is not None:
            return Items("tuple", [change(item) for item in items.items])
        with self.under(frame, Guard("", "unknown", "how often it runs depends on the data")):
            return Items("tuple", None, each=change(items.each or NOTHING))

    def each_of(self, value: Value) -> Value:
        """What every item of something is of which the number of items is not known."""
        return expressions.each_of(value)

    def put_item(self, mapping: Mapping, key: Any, value: Value) -> None:
        """`mapping[key] = value`; where it is not certain that this runs, the key may or may not be there afterwards."""
        certain = self.uncertain <= mapping.born
        if certain or self.uncertain <= mapping.maybe.get(key, 0):
            mapping.maybe.pop(key, None)
        elif key not in mapping.items:
            mapping.maybe[key] = 0
        self.store(mapping.items, key, value, outer=not certain)

    def take_item(self, mapping: Mapping, key: Any) -> Value:
        """`del mapping[key]`, and what was there; where it is not certain that this runs, the key may still be there."""
        if self.uncertain > mapping.born and key in mapping.items:
            mapping.maybe[key] = self.uncertain
            return mapping.items[key]
        mapping.maybe.pop(key, None)
        return mapping.items.pop(key, NOTHING)

    def run_generator(self, value: Generator, frame: Frame, node: Any, *, first: bool = False) -> list[Value] | None:
        """The items a generator yields, or only its first."""
        return generators.run_generator(self, value, frame, node, first=first)

    def run_managed(self, manager: Managed, block: Callable[[Value], Signal], frame: Frame, node: Any) -> Signal:
        """Runs a `with` block inside a generator that stands around it."""
        return generators.run_managed(self, manager, block, frame, node)

    def decorate(self, decorator: Any, made: Value, frame: Frame) -> Value:
        """What a decorator makes of a function."""
        return calls.decorate(self, decorator, made, frame)

    def enter(self, manager: Value, frame: Frame, node: Any) -> Value:
        """The start of a `with` block."""
        return calls.enter(self, manager, frame, node)

    def leave(self, manager: Value, frame: Frame, node: Any) -> None:
        """The end of a `with` block."""
        calls.leave(self, manager, frame, node)

    def truth(self, value: Value, frame: Frame, node: Any) -> bool | None:
        """Whether a value counts as true: `__bool__` or `__len__` of an object is called."""
        known = truth(value)
        if known is not None or not isinstance(value, Instance):
            return known
        for name in ("__bool__", "__len__"):
            result = self.call_method(value, name, [], frame, node)
            if result is not None:
                return truth(result)
        return True if not value.open else None

    def iterate_tensor(self, value: Tensor, frame: Frame, node: Any) -> list[Value] | None:
        """The slices of a tensor along its first dimension: Tensor.__iter__ runs."""
        self.call_method(value, "__iter__", [], frame, node)
        if value.shape and value.shape[0] is not None:
            return [Tensor(value.shape[1:], value.dtype, value.requires_grad) for _ in range(value.shape[0])]
        return None

    def iterate_object(self, value: Value, frame: Frame, node: Any) -> list[Value] | None:
        """The items of an object with an `__iter__` that was read."""
        result = self.call_method(value, "__iter__", [], frame, node) if isinstance(value, Instance) else None
        return self.iterate(result, frame, node) if result is not None and not isinstance(result, Instance) else None

    def hashed(self, value: Value, frame: Frame, node: Any) -> Any:
        """The key that stands for a value in a dict or a set; `__hash__` of its class runs where it is Python."""
        if isinstance(value, Instance) and enums.is_enum(self, value.cls):
            enums.hashed(self, value, frame, node)
        elif isinstance(value, Instance | Tensor):
            self.call_method(value, "__hash__", [], frame, node)
        return key_of(value)

    def key_value(self, key: Any) -> Value:
        """The value a mapping's key stands for."""
        if isinstance(key, tuple):
            return Items("tuple", [self.key_value(item) for item in key])
        if isinstance(key, Value):
            return key
        return Const(key)

    def is_generator(self, function: Function) -> bool:
        """Whether a function has a `yield` of its own."""
        return calls.is_generator(self, function.parsed()[0])

    def checked_by(self, wanted: Value, method: str) -> str:
        """The Python function of a metaclass that isinstance or issubclass asks; "" where there is none."""
        return outside.checked_by(self, wanted, method)

    def bound(self, function: Function, arguments: Arguments) -> tuple[list[Value] | None, dict[str, Value]]:
        """(positional, keyword) arguments of a call once defaults are filled in, as inspect.BoundArguments has them."""
        code, piece = function.parsed()
        inner = Frame(function.module, function.qualname, piece, function.file, {}, function.closure, function, function.owner)
        calls.bind_arguments(self, code.params, arguments, inner, function)
        named = [param.name.value for param in code.params.kwonly_params]
        rest = code.params.star_arg.name.value if isinstance(code.params.star_arg, cst.Param) else ""
        more = inner.names.pop(rest, None)
        args = [value for name, value in inner.names.items() if name not in named]
        several = more.items if isinstance(more, Items) else []
        return (None if several is None else [*args, *several]), {name: inner.names[name] for name in named}

    # -- looking without following -----------------------------------------------------------------------------------------

    def peek(self, node: Any, frame: Frame) -> Value | None:
        """What an expression stands for if that can be seen without running anything; None otherwise."""
        return looking.peek(self, node, frame)

    def pass_over(self, nodes: Sequence[Any], frame: Frame, guard: Guard) -> None:
        """Notes the calls in code that is not run, without following them."""
        looking.pass_over(self, nodes, frame, guard)

    # -- module level and class level -------------------------------------------------------------------------------------------

    def _evaluate_global(self, table: ModuleTable, found: Definition) -> Value | None:
        frame = _ModuleFrame(table.name, "", None, table.file)
        frame.table, frame.follower, frame.defining = table, self, found
        value = self._definition_value(table, found, frame, found.name)
        if found.kind == "assign" and value is not None and registries.is_filled_later(value):
            registries.fill_global(self, table, found, value)
        return value

    def _evaluate_member(self, cls: ClassValue, found: Definition) -> Value | None:
        table = self.library.table_of(cls)
        frame = self._class_frame(cls, None)
        frame.defining = found
        value = self._definition_value(table, found, frame, f"{cls.qualname}.{found.name}", cls)
        if found.kind == "assign" and value is not None and registries.is_filled_later(value) and cls.namespace is None:
            self.library.remember_member(cls, found.name, value)
            registries.fill_member(self, cls)
        return value

    def _class_frame(self, cls: ClassValue, piece: Any) -> _ClassFrame:
        frame = _ClassFrame(cls.module, cls.qualname, piece, self.library.table_of(cls).file)
        frame.cls, frame.follower = cls, self
        return frame

    def frame_around(self, function: Function, piece: Any) -> Frame:
        """The class body or module a `def` stands in: where its defaults are evaluated."""
        return self._class_frame(function.owner, piece) if function.owner is not None else Frame(function.module, "", piece, function.file)

    def _definition_value(
        self, table: ModuleTable, found: Definition, frame: Frame, qualname: str, owner: ClassValue | None = None
    ) -> Value | None:
        if found.kind == "assign" and _has_no_value(table.lines[found.line - 1]) and found.line == found.end:
            return None
        piece = self.library.slice(table, found)
        frame.slice = piece
        with self.silent():
            try:
                if found.kind in ("function", "class"):
                    return self._decorated(table, found, frame, qualname, owner)
                if found.name == "<itself>":
                    return self._last_assigned(piece, frame)
                self.run(piece.statements, frame)
            except (Raised, LimitReached):
                return NOTHING
        return frame.names.get(found.name)

    def _last_assigned(self, piece: Any, frame: Frame) -> Value | None:
        line = piece.statements[0]
        first: Any = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        return self.evaluate(first.value, frame) if first is not None else None

    def _decorated(self, table: ModuleTable, found: Definition, frame: Frame, qualname: str, owner: ClassValue | None) -> Value:
        made: Value
        if found.kind == "class":
            return self.library.class_value(table.name, qualname, found)
        made = self.library.function(table, found, qualname, owner)
        code = made.parsed()[0]
        for decorator in reversed(code.decorators):
            made = self.decorate(decorator.decorator, made, frame)
        if owner is not None and found.name in ("__new__", "__init_subclass__", "__class_getitem__") and isinstance(made, Function):
            return builtin_calls.call_builtin(self, "staticmethod", Arguments([made]), frame, None)
        return made

    # -- imports and exceptions inside functions -----------------------------------------------------------------------------------

    def imported_names(self, node: Any, frame: Frame) -> Iterator[tuple[str, Value]]:
        """The names an import statement inside a function binds."""
        from inspector.source.index import index_text

        text = frame.slice.text_of(node) if frame.slice is not None else ""
        table = self.library.module(frame.module)
        for name, found in index_text(text).items():
            value = self.library.imported(table, found.target) if table is not None else None
            yield name, value or NOTHING

    def exception_names(self, node: Any, frame: Frame) -> list[str] | None:
        """The classes an `except` names; None where it catches everything."""
        if node is None:
            return None
        value = self.evaluate(node, frame)
        values = value.items if isinstance(value, Items) and value.items is not None else [value]
        return [self.class_name_of(each) for each in values]

    def class_name_of(self, value: Value) -> str:
        """The name of an exception, given as class or object."""
        if isinstance(value, Instance):
            return value.cls.qualname
        if isinstance(value, Unknown):
            return value.kind or "Exception"
        name = getattr(value, "name", "") or describe(value)
        return str(name).rpartition(".")[2] or "Exception"

    @staticmethod
    def is_exception(name: str, wanted: list[str]) -> bool:
        """Whether an exception of this name is one of those."""
        raised = getattr(builtins, name, Exception)
        return any(name == each or (isinstance(raised, type) and issubclass(raised, getattr(builtins, each, ()))) for each in wanted)

    # -- what has no text ------------------------------------------------------------------------------------------------------------

    def native_result(self, name: str, arguments: Arguments) -> Value:
        """What a native function gives back, as far as it is known."""
        if name == "torch._C._FunctionBase.name" and arguments.positional and isinstance(arguments.positional[0], Instance):
            made_by = arguments.positional[0].attrs.get("_forward_cls")
            return Const(f"{made_by.qualname}Backward") if isinstance(made_by, ClassValue) else Unknown("str")
        if name == "torch.is_grad_enabled":
            return Const(self.grad_enabled, "gradients are on" if self.grad_enabled else "inside no_grad")
        if name in ("torch._C._set_grad_enabled", "torch.set_grad_enabled") and arguments.positional:
            flag = arguments.positional[0]
            self.grad_enabled = bool(flag.value) if isinstance(flag, Const) else self.grad_enabled
        returns = natives.returned_by(self.library.stubs.overloads(name), arguments) or self.library.stubs.returns(name)
        fields = self.library.stubs.fields(returns) if returns.startswith("torch.return_types.") else ()
        result = natives.several_results(fields, arguments) if fields else natives.result_of(name, arguments, returns)
        if isinstance(result, Tensor) and not self.grad_enabled and not any(result is given for given in arguments.tensors()):
            result.requires_grad = False
        return result

    def is_native_type(self, name: str) -> bool:
        """Whether a native name is a type: no profiler sees a type being called."""
        _, _, short = name.rpartition(".")
        return (short[:1].isupper() and not self.library.stubs.returns(name)) or self.library.stubs.is_class(name)

    def is_tensor_method(self, name: str) -> bool:
        """Whether the stub of TensorBase has this method."""
        return bool(self.library.stubs.returns(f"torch.Tensor.{name}"))

    def grad_outputs(self, result: Value, inputs: Sequence[Value], made_by: Value) -> Value:
        """Outputs of an autograd function: where one of its inputs requires gradients they do, and carry its node."""
        needs = self.grad_enabled and any(isinstance(value, Tensor) and value.requires_grad for value in inputs)
        node = Instance(self.function_node, {"_forward_cls": made_by}, True) if needs else NONE

        def one(value: Value) -> Value:
            return Tensor(value.shape, value.dtype, needs, attrs={"grad_fn": node}) if isinstance(value, Tensor) else value

        if isinstance(result, Items) and result.items is not None:
            return Items(result.kind, [one(item) for item in result.items])
        return one(result)

    def external_name(self, name: str) -> str:
        """The name a leaf outside torch has when it runs: re-exports of the standard library are looked through."""
        return outside.external_name(self, name)

    def external_kind(self, name: str) -> tuple[StepKind, bool]:
        """(kind of the leaf, whether a profiler sees it): types cannot be seen."""
        return outside.external_kind(self, name)

    def fill_dataclass(self, made: Instance, arguments: Arguments, frame: Frame, node: Any) -> bool:
        """Calls the `__init__` that dataclasses write; False where the class has another."""
        if not made_classes.generates_init(self, made.cls):
            return False
        made_classes.fill_dataclass(self, made, arguments, frame, node)
        return True

    def field_names(self, cls: ClassValue) -> list[str]:
        """The fields that the constructor of a dataclass takes."""
        return [field.name for field in made_classes.fields_of(self, cls) if field.given]

    def is_named_tuple(self, cls: ClassValue) -> bool:
        """Whether a class derives from typing.NamedTuple."""
        return made_classes.is_named_tuple(self, cls)

    def make_named_tuple(self, cls: ClassValue, arguments: Arguments, frame: Frame, node: Any) -> Value:
        """The tuple that calling such a class gives."""
        return made_classes.make_named_tuple(self, cls, arguments, frame, node)

    def instantiate(self, cls: ClassValue, arguments: Arguments, frame: Frame, node: Any) -> Value:
        """What calling a class gives."""
        return calls.call(self, cls, arguments, frame, node)

    # -- what a construction or a report wants to be told ----------------------------------------------------------------------------

    def note_attribute(self, target: Instance, name: str, frame: Frame, node: Any) -> None:
        """An attribute was put into an instance's dict."""
        if self.observer is not None and not self.muted:
            self.observer.attribute(target, name, frame, node)

    def note_item(self, holder: Value, key: Any, frame: Frame, node: Any) -> None:
        """An item was put into a mapping."""
        if self.observer is not None and not self.muted:
            self.observer.item(holder, key, frame, node)

    def note_read(self, target: Value, name: str, step: int | None) -> None:
        """An attribute was read, in the function that `step` entered or by the step itself."""
        if self.observer is not None and not self.muted:
            self.observer.read(target, name, step)

    def note_result(self, step: int | None, result: Value) -> None:
        """A step gave back a value."""
        if step is not None and isinstance(result, Const):
            draft = self.drafts[step - 1]
            draft.result = repr(result.value) if not isinstance(result.value, str) or len(result.value) < 60 else ""
            if result.why and not draft.step.because:
                draft.step = msgspec.structs.replace(draft.step, because=result.why)


class _ClassFrame(Frame):
    """The frame of a class body: names of the class itself come first, the one that is being defined as it was defined before."""

    cls: ClassValue
    follower: Follower
    defining: Definition | None = None

    def find(self, name: str) -> Value | None:
        """A name of the class body."""
        library = self.follower.library
        if name in self.names:
            return self.names[name]
        if self.defining is not None and name == self.defining.name:
            return library.earlier_member(self.cls, name, self.defining.line)
        found = library.own_member(self.cls, name) if name in library.members(self.cls) else None
        return found or (self.cls.namespace.find(name) if self.cls.namespace is not None else None)


class _ModuleFrame(Frame):
    """The frame of a module: the name that is being defined stands for what it was defined as before."""

    table: ModuleTable
    follower: Follower
    defining: Definition

    def find(self, name: str) -> Value | None:
        """A name of the module that its text defines more than once; None for any other, which the Library finds."""
        if name in self.names or name != self.defining.name:
            return self.names.get(name)
        return self.follower.library.earlier(self.table, name, self.defining.line)


def _has_no_value(line: str) -> bool:
    code = line.partition("#")[0]
    return ":" in code and "=" not in code


__all__ = ["Callable", "Follower", "Unknown", "guard_for"]
