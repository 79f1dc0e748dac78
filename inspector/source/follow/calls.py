"""What a call does: finds what is called, notes the step, binds the arguments and follows the body.

In: a callee value and arguments. Out: the value that comes back. Bodies outside torch and the subject's package are leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.source.follow import builtin_calls, containers, custom_ops, enums, library_calls, natives, outside
from inspector.source.follow.attributes import put
from inspector.source.follow.state import DEPTH_LIMIT, Arguments, Frame, Guard, LimitReached, Raised, Return
from inspector.source.follow.statements import body_of
from inspector.source.parse import walk
from inspector.source.values import (
    NONE,
    NOTHING,
    Bound,
    Builtin,
    ClassValue,
    Const,
    External,
    FieldNames,
    Function,
    Generator,
    Instance,
    Items,
    Managed,
    Mapping,
    Marked,
    ModuleValue,
    Native,
    NativeMethod,
    Outside,
    Partial,
    Property,
    Super,
    Tensor,
    Unknown,
    Value,
    describe,
    join,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


CACHED = "functools._lru_cache_wrapper"
"""What functools.lru_cache and functools.cache put in the place of a function."""

DISPATCHED = "functools.singledispatch.<locals>.wrapper"
"""What functools.singledispatch puts in the place of a function."""

_CACHES = frozenset({"functools.cache", "functools.lru_cache", "functools.lru_cache()"})

GENERATOR_MANAGER = "contextlib.contextmanager.<locals>.helper"
"""What contextlib.contextmanager puts in the place of a generator function."""


def call_node(f: Follower, node: cst.Call, frame: Frame) -> Value:
    """The value of a call as written."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and frame.find("super") is None:
        return _super(f, node, frame)
    callee = f.evaluate(node.func, frame)
    arguments = read_arguments(f, node, frame)
    result = call(f, callee, arguments, frame, node)
    f.last_results[id(node)] = result
    return result


def _super(f: Follower, node: cst.Call, frame: Frame) -> Value:
    if len(node.args) == 2:
        after, receiver = (f.evaluate(arg.value, frame) for arg in node.args)
        return Super(after, receiver) if isinstance(after, ClassValue) else NOTHING
    holder: Frame | None = frame
    while holder is not None and holder.owner is None:
        holder = holder.parent
    if holder is None or holder.owner is None or not holder.names:
        return NOTHING
    return Super(holder.owner, next(iter(holder.names.values())))


def read_arguments(f: Follower, node: cst.Call, frame: Frame) -> Arguments:
    """The arguments of a call, stars unpacked as far as their contents are known."""
    result = Arguments()
    for arg in node.args:
        value = f.evaluate(arg.value, frame)
        if arg.star == "*":
            items = f.iterate(value, frame, arg.value)
            result.open = result.open or items is None
            result.positional.extend(items or [])
        elif arg.star == "**":
            known = value.items if isinstance(value, Mapping) else {}
            result.open = result.open or not (isinstance(value, Mapping) and value.complete)
            result.named.update({str(key): item for key, item in known.items()})
        elif arg.keyword is not None:
            result.named[arg.keyword.value] = value
        else:
            result.positional.append(value)
    return result


def call(f: Follower, callee: Value, arguments: Arguments, frame: Frame, node: Any, kind: str = "") -> Value:
    """The value of calling `callee`; the call becomes a step."""
    match callee:
        case Function():
            return _call_function(f, callee, arguments, frame, node, kind)
        case Bound(function=function, receiver=receiver):
            if isinstance(function, Builtin):
                return _call_object_method(f, function.name, receiver, arguments, frame, node)
            return call(f, function, Arguments([receiver, *arguments.positional], arguments.named, arguments.open), frame, node, kind)
        case Partial(function=function, args=args, kwargs=kwargs):
            more = Arguments([*args, *arguments.positional], {**kwargs, **arguments.named}, arguments.open)
            return call(f, function, more, frame, node, kind)
        case ClassValue():
            return _instantiate(f, callee, arguments, frame, node)
        case Native(name=name):
            return _call_native(f, name, arguments, frame, node)
        case NativeMethod(name=name, receiver=receiver):
            return _call_native_method(f, name, receiver, arguments, frame, node)
        case Builtin(name=name):
            return _call_builtin(f, name, arguments, frame, node)
        case External():
            return _call_external(f, callee, arguments, frame, node)
        case Instance():
            return _call_instance(f, callee, arguments, frame, node)
        case Marked(function=function):
            return call(f, function, arguments, frame, node, kind)
        case _:
            return _call_unknown(f, callee, frame, node)


def _call_unknown(f: Follower, callee: Value, frame: Frame, node: Any) -> Value:
    text = frame.slice.text_of(node.func) if frame.slice is not None and isinstance(node, cst.Call) else describe(callee)
    why = getattr(callee, "why", "") or "what is called here is not known from the text"
    f.add(frame, node, text, "unresolved", because=why)
    return NOTHING


# -- functions that were read ---------------------------------------------------------------------------------------------------


def _call_function(f: Follower, function: Function, arguments: Arguments, frame: Frame, node: Any, kind: str) -> Value:
    if not f.library.text.is_followed(function.module):
        f.add(frame, node, function.name, "python", file=function.file, line=function.line)
        return NOTHING
    code, piece = function.parsed()
    inner = Frame(function.module, function.qualname, piece, function.file, {}, function.closure, function, function.owner)
    bind_arguments(f, code.params, arguments, inner, function)
    if is_generator(f, code):
        return Generator(function, inner)
    inner.step = f.add(frame, node, function.name, kind or "python", file=function.file, line=function.line)  # type: ignore[arg-type]
    if kind == "attribute" and len(arguments.positional) > 1 and isinstance(arguments.positional[1], Const):
        f.note_read(arguments.positional[0], str(arguments.positional[1].value), inner.step)
    return run_body(f, code, inner)


def run_body(f: Follower, code: Any, inner: Frame) -> Value:
    """Follows a function's body and gives what it returns."""
    if f.depth >= DEPTH_LIMIT:
        raise LimitReached
    f.depth += 1
    entry = f.uncertain
    try:
        if isinstance(code, cst.Lambda):
            result: Value = f.evaluate(code.body, inner)
        else:
            result = _returned(f, code, inner)
    finally:
        f.depth -= 1
        f.uncertain = entry
    for maybe in inner.maybe_returned:
        result = join(result, maybe)
    f.note_result(inner.step, result)
    return result


def _returned(f: Follower, code: Any, inner: Frame) -> Value:
    """What a body returns; where it ends by raising, a `return` that may have come before is what happened: the call is legal."""
    try:
        signal = f.run(body_of(code.body), inner)
    except Raised:
        if not inner.maybe_returned:
            raise
        return inner.maybe_returned.pop()
    return signal.value if isinstance(signal, Return) else NONE


def is_generator(f: Follower, code: Any) -> bool:
    """Whether a function has a `yield` of its own."""
    if isinstance(code, cst.Lambda):
        return False
    if code not in f.generators:
        inside = walk(code.body, (cst.FunctionDef, cst.Lambda, cst.ClassDef))
        f.generators[code] = any(isinstance(part, cst.Yield) for part in inside)
    return f.generators[code]


def bind_arguments(f: Follower, params: cst.Parameters, arguments: Arguments, inner: Frame, function: Function) -> None:
    """Puts arguments under the names of the parameters, defaults where the call gives none."""
    positional = [*params.posonly_params, *params.params]
    given = list(arguments.positional)
    named = dict(arguments.named)
    for param in positional:
        name = param.name.value
        if given:
            inner.names[name] = given.pop(0)
        elif name in named:
            inner.names[name] = named.pop(name)
        else:
            _default(f, param, arguments, inner, function)
    if isinstance(params.star_arg, cst.Param):
        inner.names[params.star_arg.name.value] = Items("tuple", None if arguments.open and not given else given)
    for param in params.kwonly_params:
        if param.name.value in named:
            inner.names[param.name.value] = named.pop(param.name.value)
        else:
            _default(f, param, arguments, inner, function)
    if params.star_kwarg is not None:
        inner.names[params.star_kwarg.name.value] = Mapping(dict(named), not arguments.open)


def _default(f: Follower, param: cst.Param, arguments: Arguments, inner: Frame, function: Function) -> None:
    name = param.name.value
    if arguments.open or param.default is None:
        inner.names[name] = NOTHING
        return
    if name not in function.defaults:
        outer = function.closure if function.closure is not None and function.owner is None else f.frame_around(function, inner.slice)
        with f.silent():
            function.defaults[name] = f.evaluate(param.default, outer)
    inner.names[name] = function.defaults[name]
    inner.origins[name] = "its default"


# -- classes and instances ------------------------------------------------------------------------------------------------------


def _instantiate(f: Follower, cls: ClassValue, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if enums.is_enum(f, cls):
        return enums.call(f, cls, arguments, frame, node)
    if f.is_named_tuple(cls):
        return f.make_named_tuple(cls, arguments, frame, node)
    made = _new(f, cls, arguments, frame, node)
    if not isinstance(made, Instance) or made.cls is not cls:
        return made
    found = f.library.member(cls, "__init__")
    if f.fill_dataclass(made, arguments, frame, node):
        return made
    if found is not None and isinstance(found[1], Function):
        call(f, Bound(found[1], made), arguments, frame, node)
    else:
        made.open = any(isinstance(entry, External | Native) for entry in f.library.mro(cls))
        f.add(frame, node, cls.name, "builtin", file=f.library.table_of(cls).file, line=cls.definition.line, observable=False)
    return made


def _new(f: Follower, cls: ClassValue, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if f.library.is_subclass(cls, f.tensor_class) is True and f.library.member(cls, "__new__") is None:
        return Tensor(None, None, None, cls)
    found = f.library.member(cls, "__new__")
    maker = found[1].function if found is not None and isinstance(found[1], Marked) else (found[1] if found is not None else None)
    if isinstance(maker, Function):
        made = call(f, maker, Arguments([cls, *arguments.positional], arguments.named, arguments.open), frame, node)
        return made if not isinstance(made, Unknown) else Instance(cls, {}, True)
    return Instance(cls, born=f.uncertain)


def _call_instance(f: Follower, instance: Instance, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = f.library.member(instance.cls, "__call__")
    if found is None or not isinstance(found[1], Function):
        return _call_unknown(f, instance, frame, node)
    return call(f, Bound(found[1], instance), arguments, frame, node)


# -- what has no text -------------------------------------------------------------------------------------------------------------


def _call_native(f: Follower, name: str, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if name == "torch._C._FunctionBase.apply":
        return _apply_autograd_function(f, name, arguments, frame, node)
    is_type = f.is_native_type(name)
    number = f.add(frame, node, name, "native", observable=not is_type)
    if is_type:
        return _make_native(name, arguments)
    result = f.native_result(name, arguments)
    if name in natives.CALLED_BACK:
        result = _call_back(f, natives.CALLED_BACK[name], arguments, frame, node)
    f.note_result(number, result)
    return result


def _call_back(f: Follower, method: str, arguments: Arguments, frame: Frame, node: Any) -> Value:
    receiver, *rest = arguments.positional
    found = f.library.member(receiver.cls, method) if isinstance(receiver, Instance) else None
    function = found[1].function if found is not None and isinstance(found[1], Marked) else None
    return call(f, function, Arguments([NONE, *rest]), frame, node) if function is not None else NOTHING


def _make_native(name: str, arguments: Arguments) -> Value:
    if name == "torch.Size" and arguments.positional and isinstance(arguments.positional[0], Items):
        return Items("tuple", arguments.positional[0].items)
    if name.rpartition(".")[2] in ("Tensor", "LongTensor", "FloatTensor"):
        return natives.result_of("torch.empty", arguments, "Tensor")
    return Unknown(name)


def _apply_autograd_function(f: Follower, name: str, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """torch's C code makes a context and calls the class's own `forward` with it."""
    f.add(frame, node, name, "native")
    cls, *inputs = arguments.positional or [NOTHING]
    maker, setter = (_static(f, cls, method) for method in ("forward", "setup_context"))
    if maker is None:
        return NOTHING
    context = Instance(f.function_context or cls, {}, True)  # type: ignore[arg-type]
    grad, f.grad_enabled = f.grad_enabled, False
    if setter is None or setter.owner is not cls:
        result = call(f, maker, Arguments([context, *inputs], arguments.named), frame, node)
    else:
        result = call(f, maker, Arguments(inputs, arguments.named), frame, node)
        call(f, setter, Arguments([context, Items("tuple", list(inputs)), result]), frame, node)
    f.grad_enabled = grad
    return f.grad_outputs(result, inputs, cls)


def _static(f: Follower, cls: Value, name: str) -> Function | None:
    found = f.library.member(cls, name) if isinstance(cls, ClassValue) else None
    function = found[1].function if found is not None and isinstance(found[1], Marked) else None
    return function if isinstance(function, Function) else None


def _call_native_method(f: Follower, name: str, receiver: Value, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if isinstance(receiver, Tensor):
        return _call_native(
            f, f"torch.Tensor.{name}", Arguments([receiver, *arguments.positional], arguments.named, arguments.open), frame, node
        )
    if isinstance(receiver, ModuleValue):
        asked = arguments.positional[0] if arguments.positional else NOTHING
        f.add(frame, node, "module.__getattribute__", "builtin", observable=False)
        return (f.library.lookup(receiver.name, str(asked.value)) if isinstance(asked, Const) else None) or NOTHING
    owner = containers.type_name(receiver)
    if owner.startswith("torch."):
        # A stub says what it returns, but not under which name of its C bases a profiler sees it.
        f.add(frame, node, f"{owner}.{name}", "unresolved", because="which C class defines it is not in the stubs")
        return f.native_result(f"{owner}.{name}", arguments)
    if name == "numel" and owner == "tuple":
        owner = "torch.Size"
    f.add(frame, node, f"{owner}.{name}", "builtin")
    if (owner == "str" and name == "format") or (owner == "str" and name == "join"):
        for value in arguments.positional:
            f.iterate(value, frame, node) if isinstance(value, Generator) else None
    return containers.call_container(f, receiver, name, arguments, frame, node)


def _call_builtin(f: Follower, name: str, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if name.startswith("object.") and arguments.positional:
        receiver, *rest = arguments.positional
        return _call_object_method(f, name, receiver, Arguments(rest, arguments.named, arguments.open), frame, node)
    if name == "super":
        return NOTHING
    number = f.add(frame, node, name, "builtin", observable=not builtin_calls.is_type(name))
    result = builtin_calls.call_builtin(f, name, arguments, frame, node)
    f.note_result(number, result)
    return result


def _call_object_method(f: Follower, name: str, receiver: Value, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """A method that object itself defines: `super().__setattr__(…)`, `super().__init__()`, `super().__new__(cls)`."""
    short = name.removeprefix("object.")
    if short == "__setattr__" and len(arguments.positional) == 2 and isinstance(arguments.positional[0], Const):
        f.add(frame, node, name, "builtin", observable=False)
        if isinstance(receiver, Instance):
            put(f, receiver, str(arguments.positional[0].value), arguments.positional[1], frame, node)
        return NONE
    if short == "__instancecheck__":
        f.add(frame, node, "type.__instancecheck__", "builtin")
        known = builtin_calls.plain_instance(f, arguments.positional[0], receiver)
        return Unknown("bool") if known is None else Const(known)
    if short == "__new__":
        cls = arguments.positional[0] if arguments.positional and isinstance(arguments.positional[0], ClassValue) else receiver
        f.add(frame, node, name, "builtin", observable=short == "__new__")
        return Instance(cls, born=f.uncertain) if isinstance(cls, ClassValue) else NOTHING
    f.add(frame, node, name, "builtin", observable=False)
    if short == "__delattr__" and isinstance(receiver, Instance) and isinstance(arguments.positional[0], Const):
        receiver.attrs.pop(arguments.positional[0].value, None)
    return NONE if short in ("__init__", "__delattr__") else NOTHING


def _call_external(f: Follower, callee: External, arguments: Arguments, frame: Frame, node: Any) -> Value:
    name = callee.name if callee.node else f.external_name(callee.name)
    if callee.node == "hook":
        f.add(frame, node, name, "python", because="a hook that was registered on the instance")
        return NONE
    if isinstance(callee.node, FieldNames):
        f.add(frame, node, name, "python", because="the constructor that namedtuple makes")
        return Items(
            "tuple", [arguments.get(place, name) or NOTHING for place, name in enumerate(callee.node.names)], callee, callee.node.names
        )
    if callee.name == custom_ops.DEFINED and callee.node is not None:
        return custom_ops.call(f, callee, arguments, frame, node)
    if callee.node is not None and name == CACHED:
        return _call_cached(f, callee.node, arguments, frame, node)
    if callee.node is not None and name == DISPATCHED:
        return _call_dispatched(f, callee.node, arguments, frame, node)
    kind, observable = f.external_kind(name) if name != GENERATOR_MANAGER else ("python", True)
    made = outside.constructor(name)
    f.add(frame, node, made or name, "python" if made else kind, observable=bool(made) or observable)
    for known in (name, callee.name):
        result = library_calls.call_library(f, known, arguments, frame, node)
        if result is not None:
            return result
    if name == GENERATOR_MANAGER and isinstance(callee.node, Function):
        return Managed(callee.node, arguments)
    if name == GENERATOR_MANAGER:
        return Unknown("contextlib._GeneratorContextManager")
    return outside.made_by(name, callee, arguments) or NOTHING


def _call_dispatched(f: Follower, function: Function, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """A function of functools.singledispatch: itself, or one that was registered for the type of its first argument."""
    step = f.add(frame, node, DISPATCHED, "python")
    between = Frame("functools", DISPATCHED.partition(".")[2], None, "functools.py", step=step)
    with f.under(between, Guard("", "unknown", "which of the registered functions runs depends on the type")):
        call(f, function, arguments, between, None)
    return NOTHING


def _call_cached(f: Follower, function: Function, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """A function kept by functools.lru_cache: where the call was made before, its body does not run again."""
    if not outside.seen_before(arguments):
        return call(f, function, arguments, frame, node)
    with f.silent():
        return call(f, function, arguments, frame, node)


# -- decorators and with --------------------------------------------------------------------------------------------------------------


def decorate(f: Follower, decorator: Any, made: Value, frame: Frame) -> Value:
    """What a decorator makes of a function or class; what marks only, or cannot be followed, leaves it as it is."""
    with f.silent():
        try:
            named = f.evaluate(decorator.func, frame) if isinstance(decorator, cst.Call) else NOTHING
            operator = custom_ops.defined_by(named, made)
            if operator is not None:
                return operator
            value = f.evaluate(decorator, frame)
            if isinstance(value, External | Native):
                return _leaf_decorator(f, value, made, frame, decorator)
            result = call(f, value, Arguments([made]), frame, decorator)
        except Raised:
            return made
    return made if isinstance(result, Unknown | Const) else result


def _leaf_decorator(f: Follower, value: Value, made: Value, frame: Frame, node: Any) -> Value:
    name = getattr(value, "name", "")
    if isinstance(value, External) and isinstance(value.node, Property):
        return {"property.setter": Property(value.node.getter, made), "property.getter": Property(made, value.node.setter)}.get(
            name, value.node
        )
    if name == "functools.cached_property":
        return Property(made, kept=True)
    if name == "functools.singledispatch":
        return External(DISPATCHED, made)
    if name in _CACHES and isinstance(made, Function):
        return External(CACHED, made)
    if name == "contextlib.contextmanager":
        return External(GENERATOR_MANAGER, made)
    return made


def enter(f: Follower, manager: Value, frame: Frame, node: Any) -> Value:
    """What `with manager` binds: its `__enter__` is a step where it was read."""
    found = f.library.member(manager.cls, "__enter__") if isinstance(manager, Instance) else None
    if found is not None and isinstance(found[1], Function):
        return call(f, Bound(found[1], manager), Arguments(), frame, node)
    if _is_outside_manager(manager):
        f.add(frame, node, f"{manager.kind}.__enter__", "python")  # type: ignore[union-attr]
    if isinstance(manager, Outside) and (called := outside.managing(manager, "__enter__")):
        f.add(frame, node, called, "python")
    return manager


def _is_outside_manager(manager: Value) -> bool:
    return isinstance(manager, Unknown) and manager.kind.startswith("contextlib.")


def leave(f: Follower, manager: Value, frame: Frame, node: Any) -> None:
    """The end of `with manager`."""
    found = f.library.member(manager.cls, "__exit__") if isinstance(manager, Instance) else None
    if found is not None and isinstance(found[1], Function):
        call(f, Bound(found[1], manager), Arguments([NONE, NONE, NONE]), frame, node)
    elif isinstance(manager, Outside):
        if called := outside.managing(manager, "__exit__"):
            f.add(frame, node, called, "python")
    elif _is_outside_manager(manager):
        f.add(frame, node, f"{manager.kind}.__exit__", "python")  # type: ignore[union-attr]
    elif isinstance(manager, Unknown) and manager.kind.startswith("torch."):
        # Python enters a C manager without a call that a profiler sees, and leaves it with one.
        f.add(frame, node, f"{manager.kind}.__exit__", "native")
