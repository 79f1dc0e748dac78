"""What is known of a value while a call is followed: a constant, an instance, a tensor, a function, or nothing.

In: nothing. Out: the small classes the follower computes with. No value is ever an object of torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from inspector.source.index import Definition


@dataclass(frozen=True, slots=True)
class Const:
    """A constant that is known: None, a number, a string, Ellipsis."""

    value: Any
    why: str = ""
    """Why it has this value, where the text at hand does not say: "its default", "no graph is being traced"."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of which at most the kind is known ("int", "bool", "str", "" for nothing at all)."""

    kind: str = ""
    why: str = ""


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class that was read. `attrs` is its `__dict__`, shared with whatever reads it."""

    cls: ClassValue
    attrs: dict[Any, Value] = field(default_factory=dict)
    open: bool = False
    """True where it may have attributes nobody has read."""
    born: int = 0
    """How uncertain the code was that made it: code no less certain changes it for sure."""


@dataclass(eq=False, slots=True)
class ClassValue:
    """A class defined in a text that was read."""

    module: str
    qualname: str
    definition: Definition
    namespace: Any = None
    """The frame of the function it was defined in, for a class made inside a call."""

    @property
    def name(self) -> str:
        """module.qualname."""
        return f"{self.module}.{self.qualname}"


@dataclass(frozen=True, slots=True)
class Native:
    """Something only C code defines: a function, a namespace or a type of torch, by its canonical name."""

    name: str


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the packages that are followed, by its qualified name: a leaf."""

    name: str
    node: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class FieldSpec:
    """What dataclasses.field(…) says of a field."""

    default: Value | None
    factory: Value | None
    init: bool
    keyword: bool


@dataclass(frozen=True, slots=True)
class FieldNames:
    """What makes an External a named tuple type: the names of its fields, where they are known."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """An object of a class of the standard library, by the qualified name of the class; `held` is what it was made of."""

    cls: str
    held: Any = None


@dataclass(frozen=True, slots=True)
class Builtin:
    """A builtin function or type of Python, such as isinstance or list."""

    name: str


@dataclass(eq=False, slots=True)
class Function:
    """A function that was read, with what surrounds it. Its text is parsed only when it is called."""

    module: str
    qualname: str
    file: str
    line: int
    parsed: Any
    """Called without arguments, gives (libcst node, Slice); parsed once."""
    owner: ClassValue | None = None
    closure: Any = None
    defaults: dict[str, Value] = field(default_factory=dict)
    """Defaults that were evaluated already, by parameter."""

    @property
    def name(self) -> str:
        """module.qualname, as a running frame would say it."""
        return f"{self.module}.{self.qualname}"


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function with its first argument: a method taken from an instance or a class."""

    function: Value
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class NativeMethod:
    """A method of a builtin or native type, taken from a value: `d.items`, `input.dim`."""

    name: str
    receiver: Value


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A Python module that was read."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """What `super()` gives: attribute look-up in the MRO of `receiver`, after `after`."""

    after: ClassValue
    receiver: Value


@dataclass(eq=False, slots=True)
class Tensor:
    """A tensor: its shape and dtype as far as they are known. `cls` is torch.Tensor or a class read from text."""

    shape: tuple[int | None, ...] | None = None
    dtype: str | None = None
    requires_grad: bool | None = None
    cls: ClassValue | None = None
    attrs: dict[Any, Value] = field(default_factory=dict)
    role: str = ""


@dataclass(eq=False, slots=True)
class Items:
    """A tuple, list or set. `items` is None where its contents are not known."""

    kind: Literal["tuple", "list", "set", "frozenset", "deque", "iterator"]
    items: list[Value] | None
    made_by: External | ClassValue | None = None
    """The named tuple type that made it, where one did."""
    fields: tuple[str, ...] = ()
    """Names of its items, where they have names."""
    each: Value | None = None
    """What every item is, where it is not known how many there are."""

    @property
    def known(self) -> bool:
        """Whether the contents are known."""
        return self.items is not None


@dataclass(eq=False, slots=True)
class Mapping:
    """A dictionary. `complete` is False where it may hold more than `items` says."""

    items: dict[Any, Value]
    complete: bool = True
    type_name: str = "dict"
    missing: Value | None = None
    """What makes the value of a key that is asked for and not there: the factory of a defaultdict."""
    maybe: dict[Any, int] = field(default_factory=dict)
    """Keys that may not be there: put in (0), or taken out, by code of which it is not certain that it runs; how uncertain it was."""
    born: int = 0
    """How uncertain the code was that made it."""


@dataclass(eq=False, slots=True)
class Generator:
    """A generator function that was called: its body runs when it is iterated."""

    function: Function
    environment: Any
    parent: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Managed:
    """What a function made by contextlib.contextmanager gave: its body runs around a `with` block."""

    function: Function
    arguments: Any


@dataclass(eq=False, slots=True)
class Partial:
    """functools.partial(function, …)."""

    function: Value
    args: list[Value]
    kwargs: dict[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """A property: its getter runs when the attribute is read, its setter when it is set."""

    getter: Value
    setter: Value | None = None
    kept: bool = False
    """Whether the first answer is kept in the instance's dict: functools.cached_property."""


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """A staticmethod or a classmethod."""

    kind: Literal["staticmethod", "classmethod"]
    function: Value


Value: TypeAlias = (
    Const | Unknown | Instance | ClassValue | Native | External | Builtin | Function | Bound | NativeMethod | ModuleValue | Super
    | Tensor | Items | Mapping | Generator | Managed | Partial | Property | Marked | Outside
)  # fmt: skip

NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)
NOTHING = Unknown()


NO_KEY = object()
"""Stands for a key that is not known."""


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    match value:
        case Const(value=constant):
            return bool(constant)
        case Items(items=items):
            return None if items is None else bool(items)
        case Mapping(items=entries, complete=complete):
            return True if entries else (False if complete else None)
        case Function() | Bound() | ClassValue() | ModuleValue() | Native() | Builtin() | External() | NativeMethod() | Partial():
            return True
        case Generator() | Managed():
            return True
        case _:
            return None


def same(left: Value, right: Value) -> bool | None:
    """Whether two values are one object (`is`); None where that is not known."""
    if left is right:
        return True
    match left, right:
        case Const(value=a), Const(value=b):
            return a is b or (type(a) is type(b) and a == b)
        case (Const(value=None), other) | (other, Const(value=None)):
            return None if isinstance(other, Unknown) and other.kind == "" else False
        case Bound(), Bound():
            return False
        case (Unknown(), _) | (_, Unknown()):
            return None
        case (Native(name=a), Native(name=b)) | (External(name=a), External(name=b)) | (Builtin(name=a), Builtin(name=b)):
            return a == b
        case ModuleValue(name=a), ModuleValue(name=b):
            return a == b
        case Instance(attrs={"_name_": a}), Instance(attrs={"_name_": b}) if left.cls is right.cls:
            return same(a, b)
        case (Tensor(), Tensor()) | (Instance(), Instance()):
            return None
        case _:
            return False


def key_of(value: Value) -> Any:
    """A Python key that stands for the value in a Mapping or a set; NO_KEY where it cannot be known."""
    match value:
        case Const(value=constant):
            return constant
        case Native() | External() | Builtin() | ModuleValue() | Outside():
            return value
        case Items(kind="tuple", items=list(items)):
            keys = tuple(key_of(item) for item in items)
            return NO_KEY if any(key is NO_KEY for key in keys) else keys
        case Instance() | ClassValue() | Function() | Tensor():
            return value
        case _:
            return NO_KEY


SHORT = 6
"""Constants in a list that are written out; of more only their number is said."""


def describe(value: Value) -> str:
    """A short text for a value, as a person would say it."""
    match value:
        case Const(value=constant):
            return repr(constant)
        case Unknown(kind=kind):
            return f"some {kind}" if kind else "not known"
        case Items(kind="list" | "tuple" as kind, items=[_, *_] as items) if len(items) <= SHORT and all(
            isinstance(item, Const) for item in items
        ):
            written = ", ".join(describe(item) for item in items)
            return f"[{written}]" if kind == "list" else f"({written}{',' if len(items) == 1 else ''})"
        case Items(kind=kind, items=items):
            return f"a {kind}" if items is None else ("empty" if not items else f"a {kind} of {len(items)}")
        case Mapping(items=entries, complete=complete):
            return "empty" if not entries and complete else (f"a dict of {len(entries)}" if complete else "a dict")
        case Tensor(shape=shape, dtype=dtype):
            size = "" if shape is None else " of shape (" + ", ".join("?" if d is None else str(d) for d in shape) + ")"
            return f"a tensor{size}" + (f", {dtype}" if dtype else "")
        case Instance(cls=cls):
            return f"a {cls.qualname}"
        case Function(qualname=qualname):
            return qualname
        case Bound(function=Function(qualname=qualname)):
            return qualname
        case Native(name=name) | External(name=name) | Builtin(name=name) | ModuleValue(name=name) | NativeMethod(name=name):
            return name
        case ClassValue(qualname=qualname):
            return qualname
        case _:
            return type(value).__name__.lower()


def _joined(values: list[Value | None]) -> Value | None:
    """What any of them may be; None where nothing is known of them."""
    known = [value for value in values if value is not None]
    return reduce(join, known) if known else None


def _joined_mappings(left: Mapping, right: Mapping) -> Mapping:
    items = {key: join(left.items.get(key, NOTHING), right.items.get(key, NOTHING)) for key in left.items.keys() & right.items.keys()}
    either = {**left.items, **right.items, **items}
    maybe = left.maybe | right.maybe | dict.fromkeys(either.keys() - items.keys(), 0)
    return Mapping(either, left.complete and right.complete, left.type_name, left.missing, maybe)


def join(left: Value, right: Value) -> Value:
    """What is known where either of two values may be there."""
    if left is right:
        return left
    match left, right:
        case Const(value=a), Const(value=b):
            return left if type(a) is type(b) and a == b else Unknown(type(a).__name__ if type(a) is type(b) else "")
        case Tensor(), Tensor():
            shape = left.shape if left.shape == right.shape else None
            return Tensor(shape, left.dtype if left.dtype == right.dtype else None, None, left.cls if left.cls is right.cls else None)
        case Items(kind=kind, items=a), Items(kind=other, items=b) if kind == other:
            if a is not None and b is not None and len(a) == len(b):
                return Items(kind, [join(x, y) for x, y in zip(a, b, strict=True)])
            return Items(kind, None, each=_joined([left.each, right.each, *(a or []), *(b or [])]))
        case Mapping(), Mapping():
            return _joined_mappings(left, right)
        case (Unknown(), _):
            return left
        case (_, Unknown()):
            return right
        case _:
            return left if same(left, right) else NOTHING
