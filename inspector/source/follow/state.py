"""The state of one following: frames, guards, the steps so far, and the signals with which a block ends.

In: what the follower finds. Out: Step records. Decides nothing about what a value is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from inspector.report import Step, StepKind, Truth
from inspector.source.parse import Slice
from inspector.source.resolve import Library
from inspector.source.values import ClassValue, Function, Tensor, Value, join

STEP_LIMIT = 20_000
"""More steps than this are not followed: the trace then says so instead of going on."""

DEPTH_LIMIT = 60
"""Calls nested deeper than this are not followed."""


@dataclass(frozen=True)
class Guard:
    """A condition under which a piece of code runs."""

    text: str
    value: Truth
    because: str


NO_GUARD = Guard("", "true", "")


@dataclass(frozen=True)
class Doubt:
    """A `continue`, `break` or `return` that may have ended what is being followed, and the names as they were then."""

    ending: type[Continue | Break | Return]
    guard: Guard
    names: dict[str, Value]


@dataclass(eq=False)
class Frame:
    """One function being followed: its names, its text, and the step that entered it."""

    module: str
    qualname: str
    slice: Slice | None
    file: str
    names: dict[str, Value] = field(default_factory=dict)
    parent: Frame | None = None
    function: Function | None = None
    owner: ClassValue | None = None
    step: int | None = None
    nonlocals: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    origins: dict[str, str] = field(default_factory=dict)
    """Parameter -> "its default" where the call did not give it."""
    guards: list[Guard] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    maybe_returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    at_yield: Any = None
    """Called with each value that a generator yields, before it goes on."""
    handled: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The caller's name in a step."""
        return f"{self.module}.{self.qualname}" if self.qualname else self.module

    @property
    def guard(self) -> Guard:
        """The innermost condition."""
        return self.guards[-1] if self.guards else NO_GUARD

    def find(self, name: str) -> Value | None:
        """A local name, or one of an enclosing function."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names and name not in frame.globals:
                return frame.names[name]
            frame = frame.parent
        return None


@dataclass(frozen=True)
class Return:
    """A block ended by `return`."""

    value: Value
    line: int = 0
    """Of the statement; 0 where two may have ended it."""


@dataclass(frozen=True)
class Break:
    """A block ended by `break`."""


@dataclass(frozen=True)
class Continue:
    """A block ended by `continue`."""


Signal = Return | Break | Continue | None


class Raised(Exception):
    """The code that is followed certainly raises: the name of the exception class, and its value."""

    def __init__(self, name: str, value: Value | None = None) -> None:
        self.name = name
        self.value = value
        super().__init__(name)


class LimitReached(Exception):
    """More steps or deeper calls than are followed."""


@dataclass
class DraftStep:
    """A step while its result is not known yet."""

    step: Step
    result: str = ""


class State:
    """What one following has found so far."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.drafts: list[DraftStep] = []
        self.uncertain = 0
        self.muted = 0
        self.dry = 0
        self.depth = 0
        self.grad_enabled = True
        self.events: list[tuple[str, Any]] = []
        """What a caller asked to be told: attribute writes during a construction."""
        self.watch: Any = None

    # -- steps ---------------------------------------------------------------------------------------------------------

    def add(self, frame: Frame, node: Any, callee: str, kind: StepKind, **more: Any) -> int | None:
        """Notes one call that was read; returns its id, or None while nothing is noted."""
        if self.muted:
            return None
        if len(self.drafts) >= STEP_LIMIT:
            raise LimitReached
        guard = frame.guard
        if frame.doubts and guard.value != "unknown" and not self.dry:
            guard = frame.doubts[-1].guard
        number = len(self.drafts) + 1
        step = Step(
            id=number,
            parent=frame.step,
            caller=frame.name,
            callee=callee,
            kind=kind,
            call_file=frame.file,
            call_line=frame.slice.line_of(node) if frame.slice is not None and node is not None else 0,
            call_text=more.get("text") or (frame.slice.text_of(node) if frame.slice is not None and node is not None else callee),
            callee_file=more.get("file", ""),
            callee_line=more.get("line", 0),
            condition=guard.text,
            condition_value=guard.value,
            because=guard.because if guard.text else more.get("because") or guard.because,
            taken="false" if self.dry else ("unknown" if self.uncertain else "true"),
            note=more.get("because", "") if guard.text else "",
            observable=more.get("observable", True) and (not frame.module or self.library.text.is_followed(frame.module)),
        )
        self.drafts.append(DraftStep(step))
        return number

    def steps(self) -> tuple[Step, ...]:
        """The steps in order, complete."""
        import msgspec

        return tuple(msgspec.structs.replace(d.step, result=d.result) if d.result else d.step for d in self.drafts)

    # -- certainty -----------------------------------------------------------------------------------------------------

    @contextmanager
    def under(self, frame: Frame, guard: Guard) -> Iterator[None]:
        """While a block guarded by this condition is followed."""
        frame.guards.append(guard)
        self.uncertain += guard.value == "unknown"
        try:
            yield
        finally:
            self.uncertain -= guard.value == "unknown"
            frame.guards.pop()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """While something is looked at that is not part of the call."""
        self.muted += 1
        kept, self.uncertain = self.uncertain, 0
        try:
            yield
        finally:
            self.muted -= 1
            self.uncertain = kept

    def store(self, target: dict[Any, Value], key: Any, value: Value, *, outer: bool = False) -> None:
        """Puts a value where others can see it: joined with the old one where it is not certain that this runs."""
        if self.uncertain and outer and key in target:
            value = join(target[key], value)
        target[key] = value


@dataclass
class Arguments:
    """The arguments of one call as values; `open` where more may come from something unknown."""

    positional: list[Value] = field(default_factory=list)
    named: dict[str, Value] = field(default_factory=dict)
    open: bool = False

    def get(self, place: int, name: str) -> Value | None:
        """The argument given by position or by name."""
        if place < len(self.positional):
            return self.positional[place]
        return self.named.get(name)

    def tensors(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return [value for value in [*self.positional, *self.named.values()] if isinstance(value, Tensor)]
