"""What is asked of a probe and what comes of it, as plain data that travels between processes. Imports no torch.

In: nothing. Out: the records that probes, the child process and the judge share.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from inspector.losses.limits import Approach
from inspector.report import Argument, Configuration, Number

Where: TypeAlias = Literal["inside", "closure", "outside"]
"""A probe lies in the declared domain, on its edge, or outside."""

Kind: TypeAlias = Literal[
    "value", "tie", "target", "shape", "dtype", "argument", "empty", "ignored", "single", "ordinary", "example", "device", "misuse"
]
"""The rule that made a probe."""


CONSTRUCTOR = "the constructor"
"""What a probe alters that hands the inputs to the class."""
ALL_ALIKE = "the same as all other inputs"
"""What a probe alters to that makes one and the same tensor of all inputs."""


class Way(msgspec.Struct, frozen=True):
    """One reduction to run, and the configuration that asks for it."""

    reduction: str
    configuration: Configuration


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One call at an edge: an ordinary sample with one thing altered."""

    kind: Kind
    where: Where
    altered: str
    """Name of the input or constructor argument that was altered."""
    what: str
    """What it was altered to, in a few words: the same words in every dtype."""
    base: str
    """What the other inputs are: "ordinary" or "at their bounds"."""
    subject: str
    expression: str
    """The configuration as a person would write it, without the reduction."""
    ways: tuple[Way, ...]
    case: str
    dtype: str
    inputs: tuple[Argument, ...]
    wanted: tuple[str, ...] = ()
    """Inputs whose gradients are taken."""
    edges: tuple[Approach, ...] = ()
    """Numbers that are limits, and the side they are approached from."""
    number: Number | None = None
    """The number that was put in, where it is one."""
    domain: str = ""
    """The declared domain of what was altered, in words."""
    stated: Literal["documentation", "formula", "unchecked", "nowhere"] = "documentation"
    """Who states that domain."""
    clamps: tuple[str, ...] = ()
    """Inputs whose gradients torch keeps finite, as documented."""
    code: str = ""
    """An expression to run in place of the loss; "" for the loss."""
    positions: tuple[int, ...] = ()
    """Where in the input the number was put."""
    beyond: bool = False
    """True for a class index that names no number of its row: what is read there is other memory."""
    elsewhere: str = ""
    """The input, buffer or parameter that lies on another device than the rest; "" for none."""

    @property
    def id(self) -> str:
        """The same for the same probe in every run."""
        return f"{self.kind} | {self.altered} {self.what} | {self.expression} · {self.case} | {self.base} | {self.dtype}"


class Tensor(msgspec.Struct, frozen=True, array_like=True):
    """Numbers in row-major order, non-finite ones included."""

    shape: tuple[int, ...]
    dtype: str
    values: tuple[float, ...]


class Refusal(msgspec.Struct, frozen=True):
    """An error: its type, whole text, and the last frame in torch's Python sources that raised it or called what raised it."""

    error: str
    text: str
    file: str = ""
    line: int = 0
    function: str = ""
    """The Python function at that place."""
    while_: str = "called"
    """"constructed", "called" or "differentiated"."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of one way of a probe."""

    status: Literal["value", "refused", "crashed", "hung"]
    value: Tensor | None = None
    gradients: dict[str, Tensor] = {}
    no_gradient: str = ""
    """What torch said when it refused to differentiate."""
    warnings: tuple[str, ...] = ()
    warned_at: dict[str, str] = {}
    """Warning -> file:line in torch that Python names for it."""
    refusal: Refusal | None = None
    changed: tuple[str, ...] = ()
    """Inputs that the call changed."""
    again: Tensor | None = None
    """The value of the second run, in memory filled with something else; None where it is the same."""
    gradients_again: dict[str, Tensor] = {}
    """The gradients of the second run that differ."""
    detail: str = ""
    """The signal that ended the process, or how long it was waited for."""


class Answer(msgspec.Struct, frozen=True):
    """What came of one probe: one outcome a way, and the tensors that the module itself holds."""

    outcomes: tuple[Outcome, ...]
    held: dict[str, Tensor] = {}
    spoiled: bool = False
    """True where the last outcome left the device unusable for this process: the ways after it have not been run."""
