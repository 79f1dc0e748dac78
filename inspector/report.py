"""Every record, and Report, the one object between the work and the faces; its JSON form lives here.

In: what the rooms read and ran. Out: frozen plain data, the same bytes for the same input. Computes nothing, loads
neither torch nor libcst.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from inspector.below import Below as Below
from inspector.errors import InspectError
from inspector.measured import Acceptance as Acceptance
from inspector.measured import Answer as Answer
from inspector.measured import BarsShown as BarsShown
from inspector.measured import Bounds as Bounds
from inspector.measured import Cause as Cause
from inspector.measured import Check as Check
from inspector.measured import Curve as Curve
from inspector.measured import CurveLine as CurveLine
from inspector.measured import CurveMark as CurveMark
from inspector.measured import Denominator as Denominator
from inspector.measured import Effect as Effect
from inspector.measured import Finding as Finding
from inspector.measured import Ladder as Ladder
from inspector.measured import LinesShown as LinesShown
from inspector.measured import Message as Message
from inspector.measured import NodesShown as NodesShown
from inspector.measured import Number as Number
from inspector.measured import Probed as Probed
from inspector.measured import Record as Record
from inspector.measured import Rung as Rung
from inspector.measured import Saying as Saying
from inspector.measured import Shown as Shown
from inspector.measured import TableShown as TableShown
from inspector.measured import Wording as Wording
from inspector.measured import number as number

FORMAT_VERSION = 1
"""Raised when a saved Report of an older version can no longer be read."""

Truth: TypeAlias = Literal["true", "false", "unknown"]
"""What is known of a condition, or of whether a step is taken."""

StepKind: TypeAlias = Literal["python", "native", "builtin", "attribute", "unresolved"]
"""What a call reaches: Python source, a native function, a Python builtin, an attribute read that runs code, or not known."""


class Tagged(Record, frozen=True, tag_field="type", tag=str.lower):
    """A record that is one of several in a union; JSON tells them apart by `type`."""


# -- what could not be known -------------------------------------------------------------------------------------------


class Unresolved(Tagged, frozen=True, tag="unresolved"):
    """The reader could not know; shown as such, never as None."""

    reason: str
    """Why it could not be known, one clause."""
    where: str = ""
    """file:line it was met at; "" where there is no place."""


class NotRun(Tagged, frozen=True, tag="not_run"):
    """Nothing ran, and why."""

    reason: str
    """Why nothing ran, one clause."""


# -- what a configuration is made of ------------------------------------------------------------------------------------


class Constant(Tagged, frozen=True, tag="literal"):
    """A constant as written: None, bool, int, float (non-finite as a string under `nonfinite`), or str."""

    value: None | bool | int | float | str
    """The constant itself; the word "nan", "inf" or "-inf" where `nonfinite` is true."""
    nonfinite: bool = False
    """True for a float that JSON cannot hold."""


class Items(Tagged, frozen=True, tag="sequence"):
    """A tuple or list of terms."""

    kind: Literal["tuple", "list"]
    """Which of the two it was written as."""
    items: tuple[Term, ...]
    """In the order written."""


class TensorData(Tagged, frozen=True, tag="tensor"):
    """A whole tensor as data: `values` is flat, row-major; dtype without the `torch.` prefix, such as "float64"."""

    shape: tuple[int, ...]
    """Sizes, outermost first; () for a scalar."""
    dtype: str
    """Such as "float64" or "int64"."""
    values: tuple[Number | bool, ...]
    """Every element, the last dimension fastest."""
    requires_grad: bool = False
    """Whether the tensor takes part in the backward pass."""


class Maker(Tagged, frozen=True, tag="maker"):
    """A call as written, not evaluated: `torch.rand(5)` or `torch.nn.PairwiseDistance(p=1)`. `function` is a qualified name."""

    function: str
    """Qualified name of what is called."""
    args: tuple[Argument, ...] = ()
    """In the order written."""


class Reference(Tagged, frozen=True, tag="reference"):
    """A dotted name used as a value: `torch.float64`, `torch.nn.functional.pairwise_distance`."""

    name: str
    """The dotted name."""


Term: TypeAlias = Constant | Items | TensorData | Maker | Reference


class Argument(Record, frozen=True):
    """One argument of a call; `name` is None for a positional one."""

    name: str | None
    """The keyword; None for a positional argument."""
    value: Term
    """The value, as data."""


class Configuration(Record, frozen=True):
    """Constructor arguments, kind of inputs, and hooks: what one trace and one run belong to."""

    subject: str
    """Qualified name of the class, such as torch.nn.modules.loss.CrossEntropyLoss."""
    expression: str
    """As a person would write it: CrossEntropyLoss(label_smoothing=0.1)."""
    args: tuple[Argument, ...] = ()
    """Constructor arguments as given; empty where all are at their defaults."""
    target_kind: str | None = None
    """Which kind of inputs, where inputs come in kinds ("indices", "probabilities"); None for the first declared."""
    hooks: tuple[Literal["forward", "forward_pre", "full_backward", "full_backward_pre"], ...] = ()
    """Hooks registered on the instance before the call, in order of registration."""
    hook_functions: tuple[str, ...] = ()
    """Qualified names of the functions that an instance brought as its first hooks; the other hooks do nothing."""


class Sample(Record, frozen=True):
    """The inputs of one call, as plain data: what reading takes shapes and dtypes from, and what running runs."""

    inputs: tuple[Argument, ...]
    """The arguments of the call, in order."""
    kind: str
    """Name of the case of the domain it was drawn from, such as "class indices"."""
    origin: str
    """Where it comes from: "domain", "signature", or "given"."""


# -- what was read ------------------------------------------------------------------------------------------------------


class Release(Record, frozen=True):
    """The torch release a report is about."""

    version: str
    """As torch gives it, such as "2.13.0+cpu"."""
    git_version: str
    """The full commit torch was built from."""
    origin: str
    """"installed", "wheel" or "folder"."""


class Parameter(Record, frozen=True):
    """One parameter of a signature, as written."""

    name: str
    """As written."""
    default: str | None
    """As written; None where the argument is required."""
    annotation: str | None = None
    """As written; None where there is none."""
    deprecated: bool = False
    """True where torch marks it as deprecated."""
    kind: Literal["positional", "keyword", "star", "double_star"] = "positional"
    """How it takes arguments: by position or name, by name only, `*args`, `**kwargs`."""


class Subject(Record, frozen=True):
    """The class being inspected."""

    qualified_name: str
    """Module and name where it is defined, such as torch.nn.modules.loss.CrossEntropyLoss."""
    file: str
    """Where its class statement stands."""
    line: int
    """Of the class statement."""
    end_line: int
    """The last line of the class."""
    summary: str
    """The first sentence of its docstring."""
    signature: tuple[Parameter, ...]
    """Of its constructor, without `self`."""
    configuration: Configuration
    """The arguments and inputs this report belongs to."""
    public_name: str = ""
    """As people import it: torch.nn.CrossEntropyLoss; empty where it is not public."""
    functions: tuple[str, ...] = ()
    """Functional forms its forward calls, such as torch.nn.functional.cross_entropy."""


class ClassEntry(Record, frozen=True):
    """One class of the method resolution order, with the members it defines itself."""

    qualified_name: str
    """Module and name where it is defined."""
    file: str
    """Where its class statement stands; "" for a class without source."""
    line: int
    """Of the class statement."""
    defines: tuple[str, ...]
    """Members in its own body, in order."""


class Member(Record, frozen=True):
    """Who owns a member that the call or the construction uses."""

    owner: str
    """Qualified name of the class whose body defines it."""
    kind: Literal["def", "alias", "native"]
    """A function, a name for another member, or code without Python source."""
    alias_of: str | None
    """The member it is another name of; None unless `kind` is "alias"."""
    file: str
    """Where it is defined."""
    line: int
    """Of the definition, or of the assignment for an alias."""


class Step(Record, frozen=True):
    """One call that was read. (caller, callee) is the key it shares with an observed call."""

    id: int
    """Its number, from 1 upwards in order of evaluation."""
    parent: int | None
    """The step whose callee's text holds this call; None for the user's own call."""
    caller: str
    """Qualified name of the function whose text holds the call; "" for the user's own call."""
    callee: str
    """Qualified name of what is called."""
    kind: StepKind
    """What it reaches."""
    call_file: str
    """File of the call; "" for the user's own."""
    call_line: int
    """Line of the call."""
    call_text: str
    """The call as written."""
    callee_file: str
    """File of what is called; "" where there is no Python source."""
    callee_line: int
    """Line of its definition."""
    condition: str
    """The innermost condition that guards the call, as written; "" where nothing does."""
    condition_value: Truth
    """Of `condition`; "true" where nothing guards the call."""
    because: str
    """Why the condition has this value; where nothing guards the call, why this callee: one clause."""
    taken: Truth
    """Whether this call was read as one that happens in this configuration."""
    observable: bool = True
    """False where no profiler can see such a call: an operator on a tensor, a built-in type."""
    result: str = ""
    """The value that came back, as text, where it is known; "" otherwise."""
    note: str = ""
    """Why this callee, where `because` speaks of a condition."""


class CallTrace(Record, frozen=True):
    """What was read of one call: steps in order of evaluation, a rooted tree through `parent`."""

    steps: tuple[Step, ...]
    """In order of evaluation, those not taken included."""


class AttributeRecord(Record, frozen=True):
    """One name on the instance after construction."""

    name: str
    """Of the attribute."""
    kind: Literal["attribute", "buffer", "parameter", "submodule"]
    """Plain attributes are in the instance's dict; reading any other kind runs `Module.__getattr__`."""
    set_in: str
    """Qualified name of the function that set it."""
    set_by: str
    """The statement or call that set it, as written."""
    file: str
    """Of the statement that set it."""
    line: int
    """Of that statement."""
    value: str
    """As text, where it is known."""
    persistent: bool | None
    """For a buffer, whether it is in the state_dict; None for anything else."""
    condition: str = ""
    """The innermost condition that guards the statement, as written; "" where nothing does."""
    because: str = ""
    """Why that condition has its value: one clause."""
    owner: str = ""
    """The class of the MRO whose `__init__` set it, or led to its being set."""
    read_at: tuple[int, ...] = ()
    """Ids of the call-trace steps, or of their parents, that read it later."""
    container: bool = False
    """True for the state that every Module has (hooks, parameters, buffers, …)."""


class ConstructionTrace(Record, frozen=True):
    """What was read of the construction: its calls, and who set what."""

    calls: tuple[Step, ...]
    """The calls of every `__init__` on the way, in order of evaluation."""
    attributes: tuple[AttributeRecord, ...]
    """Every name on the instance, in the order set."""


class Setting(Record, frozen=True):
    """One effective setting of the configured instance, legacy arguments resolved."""

    name: str
    """Of the setting."""
    value: str
    """As text."""
    source: str
    """"default", "given", or the statement that resolved it."""


# -- what ran -----------------------------------------------------------------------------------------------------------


class ObservedCall(Record, frozen=True):
    """One call that ran, by the profiler. The same names as Step."""

    caller: str
    """Qualified name of the Python function that made the call; "" for the user's own."""
    callee: str
    """Qualified name of what was called."""
    kind: StepKind
    """What it reached."""
    file: str
    """Of the call."""
    line: int
    """Of the call."""


class Observation(Tagged, frozen=True, tag="observation"):
    """What ran in one real call and its backward pass."""

    calls: tuple[ObservedCall, ...]
    """In the order they ran, those made by torch and by the subject's own package."""
    aten_forward: tuple[str, ...]
    """ATen operators of the call, in order."""
    aten_backward: tuple[str, ...]
    """ATen operators of the backward pass, in order."""
    autograd_nodes: tuple[str, ...]
    """From the loss value to the leaves, breadth first."""
    autograd_edges: tuple[tuple[int, int], ...] = ()
    """Index of a node in `autograd_nodes`, index of the node it hands its gradient to."""
    observers: dict[str, str] = msgspec.field(default_factory=dict)
    """Field name -> which observer made it, and how it was compared with a plain run."""
    sample: Sample | None = None
    """The inputs it ran on."""
    device: str = "cpu"
    """The device it ran on."""


class Agreement(Tagged, frozen=True, tag="agreement"):
    """Read and run side by side."""

    confirmed: tuple[int, ...]
    """Ids of the steps read as taken that ran."""
    read_not_run: tuple[int, ...]
    """Ids of the steps read as taken that did not run."""
    run_not_read: tuple[ObservedCall, ...]
    """Calls that ran and were not read."""
    not_observable: tuple[int, ...] = ()
    """Steps read as taken that no profiler can see."""
    taken: int = 0
    """Steps read as taken that a profiler can see: the denominator of the figure."""


class ExampleValue(Record, frozen=True):
    """A named tensor of the worked example. `values` is flat, row-major."""

    name: str
    """Of the input, "value", or of the input whose gradient it is."""
    shape: tuple[int, ...]
    """Sizes, outermost first; () for a scalar."""
    dtype: str
    """Such as "float64"."""
    values: tuple[Number | bool, ...]
    """Every element, the last dimension fastest."""


class Example(Tagged, frozen=True, tag="example"):
    """A small call worked out: what went in, the value, the gradients of the floating inputs (value summed where it is no scalar)."""

    configuration: str
    """The constructor call, as a person would write it."""
    inputs: tuple[ExampleValue, ...]
    """What the loss was called with."""
    value: ExampleValue
    """The loss value."""
    gradients: tuple[ExampleValue, ...]
    """One for each floating input."""
    steps: tuple[ExampleValue, ...] = ()
    """Every tensor between the inputs and the value, in order, by the expression that gives it, or by the operator that gave it; then the
    unreduced loss values and what they are divided by."""


# -- what a loss is (from losses/) --------------------------------------------------------------------------------------


class Formula(Record, frozen=True):
    """One formula, in LaTeX and as plain text for a terminal."""

    name: str
    """What it is a formula of: "value", "gradient", …"""
    latex: str
    """For a page."""
    text: str
    """For a terminal, in plain characters."""


class Input(Record, frozen=True):
    """One input of a documented way to call a loss."""

    name: str
    """Of the parameter of `forward`."""
    shape: str
    """In symbols, such as "(N, C)"."""
    dtype: str
    """"floating", or one dtype; "tuple" for a tuple of numbers."""
    values: str
    """What values are legal, in words."""


class Way(Record, frozen=True):
    """One documented way to call a loss."""

    name: str
    """What is special about it, such as "class indices, (N, C)"."""
    inputs: tuple[Input, ...]
    """In the order of the call."""
    when: str = ""
    """Constructor arguments it belongs to; "" for the default ones."""


class General(Record, frozen=True):
    """The formulas of one rule where no argument is left at its default."""

    name: str
    """Which calls it is about, such as "class indices" or "log_target=True"; "" where all follow one rule."""
    formulas: tuple[Formula, ...]
    """The value first."""


class Definition(Tagged, frozen=True, tag="definition"):
    """What a loss is, by its definition in losses/: the part a face shows."""

    formulas: tuple[Formula, ...]
    """The value first."""
    denominators: dict[str, str] = msgspec.field(default_factory=dict)
    """Reduction -> what the sum is divided by, in words."""
    inputs: tuple[str, ...] = ()
    """One line an input: its name, shape, dtype and range."""
    notes: tuple[str, ...] = ()
    """What else belongs to the definition, one sentence each."""
    mistake: str = ""
    """The mistake people make most, in one line; also the first of the notes."""
    ways: tuple[Way, ...] = ()
    """Every documented way to call it."""
    general: tuple[General, ...] = ()
    """With every argument in them, where that says more than the formulas above."""


class Report(Record, frozen=True):
    """The one object that every face renders. Files are relative to the folder that holds `torch/`."""

    format_version: int
    """1; another number means another form of this page."""
    version: str
    """Version of inspect-loss that wrote it."""
    release: Release
    """The torch that was read."""
    subject: Subject
    """The class the report is about."""
    mro: tuple[ClassEntry, ...]
    """Method resolution order, the subject first."""
    members: dict[str, Member]
    """Name -> who owns it: `__call__`, `forward`, `__init__` and what else the call goes through."""
    call_trace: CallTrace
    """What was read of the call."""
    construction_trace: ConstructionTrace
    """What was read of the construction."""
    settings: tuple[Setting, ...]
    """What the configured instance goes by, legacy arguments resolved."""
    definition: Definition | Unresolved
    """What the loss is by its definition; Unresolved for a class that has none."""
    observation: Observation | NotRun
    """What one real call ran."""
    agreement: Agreement | NotRun
    """Reading held against running."""
    example: Example | NotRun
    """A small call worked out."""
    checks: tuple[Check, ...]
    """Verified statements; empty where there is nothing to verify against."""
    findings: tuple[Finding, ...]
    """What a user would want to be warned of."""
    ladders: tuple[Ladder, ...] = ()
    """Equivalent forms of the loss, run side by side."""
    denominators: tuple[Denominator, ...] = ()
    """What each reduction divided by."""
    curves: tuple[Curve, ...] = ()
    """Value and slope of one term over the argument that matters; only where they were asked for, as the pages do."""
    answers: tuple[Answer, ...] = ()
    """Questions people ask of the loss, answered by what ran."""
    effects: tuple[Effect, ...] = ()
    """What each constructor argument does to the loss value of the example, alone."""
    bounds: Bounds | NotRun = NotRun("nothing was run")
    """How small and how large the loss value can be."""
    probed: Probed | NotRun = NotRun("nothing was probed")
    """Accepted inputs and messages, where the probes of this torch build have been run; the findings stand in `findings`."""
    below: Below = Below()
    """What torch's own files say of the code below Python."""
    machines: tuple[str, ...] = ()
    """Machines whose evidence was given: their checks and findings stand beside those of this run."""

    def to_json(self, *, indent: int = 0) -> str:
        """The Report as JSON text; the same Report gives the same bytes."""
        # As it stands, not sorted: lines of code that were run one after the other are kept by name.
        raw = msgspec.json.encode(self)
        return (msgspec.json.format(raw, indent=indent) if indent else raw).decode()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: plain text, and HTML without scripts. Drawn by the package's face; a record draws nothing."""
        import inspector

        bundle: dict[str, str] = inspector.mimebundle(self, include, exclude)
        return bundle

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
