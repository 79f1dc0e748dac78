"""Every record, and Report, the one object between the work and the faces; its JSON form lives here.

In: what the rooms read and ran. Out: frozen plain data, the same bytes for the same input. Computes nothing, loads
neither torch nor libcst.
"""

from __future__ import annotations

import math
from typing import Any, Literal, TypeAlias

import msgspec

from inspector.errors import InspectError

FORMAT_VERSION = 1
"""Raised when a saved Report of an older version can no longer be read."""

Truth: TypeAlias = Literal["true", "false", "unknown"]
"""What is known of a condition, or of whether a step is taken."""

StepKind: TypeAlias = Literal["python", "native", "builtin", "attribute", "unresolved"]
"""What a call reaches: Python source, a native function, a Python builtin, an attribute read that runs code, or not known."""

Number: TypeAlias = int | float | str
"""A number; the strings "nan", "inf" and "-inf" stand for what a JSON number cannot hold."""


class Record(msgspec.Struct, frozen=True, omit_defaults=False):
    """Frozen plain data, complete at birth."""


class Tagged(Record, frozen=True, tag_field="type", tag=str.lower):
    """A record that is one of several in a union; JSON tells them apart by `type`."""


# -- what could not be known -------------------------------------------------------------------------------------------


class Unresolved(Tagged, frozen=True, tag="unresolved"):
    """The reader could not know; shown as such, never as None."""

    reason: str
    where: str = ""


class NotRun(Tagged, frozen=True, tag="not_run"):
    """Nothing ran, and why."""

    reason: str


# -- what a configuration is made of ------------------------------------------------------------------------------------


class Constant(Tagged, frozen=True, tag="literal"):
    """A constant as written: None, bool, int, float (non-finite as a string under `nonfinite`), or str."""

    value: None | bool | int | float | str
    nonfinite: bool = False


class Items(Tagged, frozen=True, tag="sequence"):
    """A tuple or list of terms."""

    kind: Literal["tuple", "list"]
    items: tuple[Term, ...]


class TensorData(Tagged, frozen=True, tag="tensor"):
    """A whole tensor as data: `values` is flat, row-major; dtype without the `torch.` prefix, such as "float64"."""

    shape: tuple[int, ...]
    dtype: str
    values: tuple[Number | bool, ...]
    requires_grad: bool = False


class Maker(Tagged, frozen=True, tag="maker"):
    """A call as written, not evaluated: `torch.rand(5)` or `torch.nn.PairwiseDistance(p=1)`. `function` is a qualified name."""

    function: str
    args: tuple[Argument, ...] = ()


class Reference(Tagged, frozen=True, tag="reference"):
    """A dotted name used as a value: `torch.float64`, `torch.nn.functional.pairwise_distance`."""

    name: str


Term: TypeAlias = Constant | Items | TensorData | Maker | Reference


class Argument(Record, frozen=True):
    """One argument of a call; `name` is None for a positional one."""

    name: str | None
    value: Term


class Configuration(Record, frozen=True):
    """Constructor arguments, kind of inputs, and hooks: what one trace and one run belong to."""

    subject: str
    """Qualified name of the class, such as torch.nn.modules.loss.CrossEntropyLoss."""
    expression: str
    """As a person would write it: CrossEntropyLoss(label_smoothing=0.1)."""
    args: tuple[Argument, ...] = ()
    target_kind: str | None = None
    """Which kind of inputs, where inputs come in kinds ("indices", "probabilities"); None for the first declared."""
    hooks: tuple[Literal["forward", "forward_pre", "full_backward", "full_backward_pre"], ...] = ()
    """Hooks registered on the instance before the call, in order of registration."""


class Sample(Record, frozen=True):
    """The inputs of one call, as plain data: what reading takes shapes and dtypes from, and what running runs."""

    inputs: tuple[Argument, ...]
    kind: str
    """Name of the case of the domain it was drawn from, such as "class indices"."""
    origin: str
    """Where it comes from: "domain", "signature", or "given"."""


# -- what was read ------------------------------------------------------------------------------------------------------


class Release(Record, frozen=True):
    """The torch release a report is about."""

    version: str
    git_version: str
    origin: str
    """"installed", "wheel" or "folder"."""


class Parameter(Record, frozen=True):
    """One parameter of a signature, as written."""

    name: str
    default: str | None
    annotation: str | None = None
    deprecated: bool = False
    kind: Literal["positional", "keyword", "star", "double_star"] = "positional"


class Subject(Record, frozen=True):
    """The class being inspected."""

    qualified_name: str
    file: str
    line: int
    end_line: int
    summary: str
    signature: tuple[Parameter, ...]
    configuration: Configuration
    public_name: str = ""
    """As people import it: torch.nn.CrossEntropyLoss; empty where it is not public."""
    functions: tuple[str, ...] = ()
    """Functional forms its forward calls, such as torch.nn.functional.cross_entropy."""


class ClassEntry(Record, frozen=True):
    """One class of the method resolution order, with the members it defines itself."""

    qualified_name: str
    file: str
    line: int
    defines: tuple[str, ...]


class Member(Record, frozen=True):
    """Who owns a member that the call or the construction uses."""

    owner: str
    kind: Literal["def", "alias", "native"]
    alias_of: str | None
    file: str
    line: int


class Step(Record, frozen=True):
    """One call that was read. (caller, callee) is the key it shares with an observed call."""

    id: int
    parent: int | None
    caller: str
    """Qualified name of the function whose text holds the call; "" for the user's own call."""
    callee: str
    kind: StepKind
    call_file: str
    call_line: int
    call_text: str
    callee_file: str
    callee_line: int
    condition: str
    """The innermost condition that guards the call, as written; "" where nothing does."""
    condition_value: Truth
    because: str
    """Why the condition has this value, or why this callee: one clause."""
    taken: Truth
    observable: bool = True
    """False where no profiler can see such a call: an operator on a tensor, a built-in type."""
    result: str = ""
    """The value that came back, as text, where it is known; "" otherwise."""


class CallTrace(Record, frozen=True):
    """What was read of one call: steps in order of evaluation, a rooted tree through `parent`."""

    steps: tuple[Step, ...]


class AttributeRecord(Record, frozen=True):
    """One name on the instance after construction."""

    name: str
    kind: Literal["attribute", "buffer", "parameter", "submodule"]
    set_in: str
    """Qualified name of the function that set it."""
    set_by: str
    """The statement or call that set it, as written."""
    file: str
    line: int
    value: str
    persistent: bool | None
    """For a buffer, whether it is in the state_dict; None for anything else."""
    condition: str = ""
    because: str = ""
    owner: str = ""
    """The class of the MRO whose `__init__` set it, or led to its being set."""
    read_at: tuple[int, ...] = ()
    """Ids of the call-trace steps, or of their parents, that read it later."""
    container: bool = False
    """True for the state that every Module has (hooks, parameters, buffers, …)."""


class ConstructionTrace(Record, frozen=True):
    """What was read of the construction: its calls, and who set what."""

    calls: tuple[Step, ...]
    attributes: tuple[AttributeRecord, ...]


class Setting(Record, frozen=True):
    """One effective setting of the configured instance, legacy arguments resolved."""

    name: str
    value: str
    source: str
    """"default", "given", or the statement that resolved it."""


# -- what ran -----------------------------------------------------------------------------------------------------------


class ObservedCall(Record, frozen=True):
    """One call that ran, by the profiler. The same names as Step."""

    caller: str
    callee: str
    kind: StepKind
    file: str
    line: int


class Observation(Tagged, frozen=True, tag="observation"):
    """What ran in one real call and its backward pass."""

    calls: tuple[ObservedCall, ...]
    aten_forward: tuple[str, ...]
    aten_backward: tuple[str, ...]
    autograd_nodes: tuple[str, ...]
    """From the loss value to the leaves, breadth first."""
    autograd_edges: tuple[tuple[int, int], ...] = ()
    """Index of a node in `autograd_nodes`, index of the node it hands its gradient to."""
    observers: dict[str, str] = {}
    """Field name -> which observer made it, and how it was compared with a plain run."""
    sample: Sample | None = None
    device: str = "cpu"


class Agreement(Tagged, frozen=True, tag="agreement"):
    """Read and run side by side."""

    confirmed: tuple[int, ...]
    read_not_run: tuple[int, ...]
    run_not_read: tuple[ObservedCall, ...]
    not_observable: tuple[int, ...] = ()
    """Steps read as taken that no profiler can see."""
    taken: int = 0
    """Steps read as taken that a profiler can see: the denominator of the figure."""


class Check(Record, frozen=True):
    """One verified statement."""

    id: str
    claim: str
    kind: str
    """"value", "gradient", "reduction", "identity", …"""
    configuration: str
    dtype: str
    device: str
    actual: Number | None
    expected: Number | None
    abs_error: Number | None
    rel_error: Number | None
    ulp_error: Number | None
    rtol: Number | None
    atol: Number | None
    status: Literal["pass", "fail", "not_run"]
    reason: str = ""


class Finding(Record, frozen=True):
    """What a probe or a check showed that a user would want to be warned of."""

    id: str
    title: str
    severity: str
    probe: str
    configuration: str
    dtype: str
    device: str
    actual: str
    expected: str
    message: str
    snippet: str


class ExampleValue(Record, frozen=True):
    """A named tensor of the worked example. `values` is flat, row-major."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    values: tuple[Number | bool, ...]


class Example(Tagged, frozen=True, tag="example"):
    """A small call worked out: what went in, the value, the gradients of the floating inputs (value summed where it is no scalar)."""

    configuration: str
    inputs: tuple[ExampleValue, ...]
    value: ExampleValue
    gradients: tuple[ExampleValue, ...]


# -- what a loss is (from losses/) --------------------------------------------------------------------------------------


class Formula(Record, frozen=True):
    """One formula, in LaTeX and as plain text for a terminal."""

    name: str
    latex: str
    text: str


class Definition(Tagged, frozen=True, tag="definition"):
    """What a loss is, by its definition in losses/: the part a face shows."""

    formulas: tuple[Formula, ...]
    denominators: dict[str, str] = {}
    """Reduction -> what the sum is divided by, in words."""
    inputs: tuple[str, ...] = ()
    """One line an input: its name, shape, dtype and range."""
    notes: tuple[str, ...] = ()


class Report(Record, frozen=True):
    """The one object that every face renders. Files are relative to the folder that holds `torch/`."""

    format_version: int
    version: str
    """Version of inspect-loss that wrote it."""
    release: Release
    subject: Subject
    mro: tuple[ClassEntry, ...]
    members: dict[str, Member]
    call_trace: CallTrace
    construction_trace: ConstructionTrace
    settings: tuple[Setting, ...]
    definition: Definition | Unresolved
    observation: Observation | NotRun
    agreement: Agreement | NotRun
    example: Example | NotRun
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    def to_json(self, *, indent: int = 0) -> str:
        """The Report as JSON text; the same Report gives the same bytes."""
        raw = msgspec.json.encode(self, order="deterministic")
        return (msgspec.json.format(raw, indent=indent) if indent else raw).decode()

    @staticmethod
    def from_json(text: str | bytes, where: str = "") -> Report:
        """The Report that `to_json` wrote; raises InspectError `damaged-report` or `report-version` with one line."""
        _check_version(text, where)
        try:
            return msgspec.json.decode(text, type=Report)
        except msgspec.MsgspecError as error:
            raise _damaged(where, str(error)) from None


class _Head(msgspec.Struct):
    format_version: int


def _check_version(text: str | bytes, where: str) -> None:
    try:
        found = msgspec.json.decode(text, type=_Head).format_version
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged(where, str(error)) from None
    if found != FORMAT_VERSION:
        raise InspectError(
            "report-version",
            f"this report has format {found}, this version reads format {FORMAT_VERSION}",
            where,
            "make it again with this version of inspect-loss",
        )


def _damaged(where: str, detail: str) -> InspectError:
    return InspectError("damaged-report", f"not a report of inspect-loss, or damaged: {detail}", where, "save it again with --json")


def schema() -> dict[str, Any]:
    """JSON Schema of a Report (what `inspect-loss schema` prints)."""
    return msgspec.json.schema(Report)


def number(value: float) -> Number:
    """A number that JSON can hold: non-finite ones become "nan", "inf" or "-inf"."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
