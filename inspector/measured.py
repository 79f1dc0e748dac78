"""Records of what was measured: checks, findings, equivalent forms, denominators and answers, and the base of every record.

In: numbers. Out: frozen plain data, which report.py hands on with its own. Computes nothing.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import msgspec

Number: TypeAlias = int | float | str
"""A number; the strings "nan", "inf" and "-inf" stand for what a JSON number cannot hold."""


class Record(msgspec.Struct, frozen=True, omit_defaults=False):
    """Frozen plain data, complete at birth."""


class Check(Record, frozen=True):
    """One verified statement."""

    id: str
    """The same for the same statement in every run."""
    claim: str
    """What is claimed, in one sentence."""
    kind: str
    """"value", "gradient", "reduction", "identity", …"""
    configuration: str
    """The constructor call, as a person would write it."""
    dtype: str
    """Such as "float32"."""
    device: str
    """Such as "cpu"."""
    actual: Number | None
    """What torch gave; None where nothing ran."""
    expected: Number | None
    """What the reference gives, in high precision, rounded once."""
    abs_error: Number | None
    """|actual - expected|; the largest, where there are many elements."""
    rel_error: Number | None
    """abs_error / |expected|."""
    ulp_error: Number | None
    """abs_error in units in the last place of the dtype at `expected`."""
    rtol: Number | None
    """Relative tolerance, derived from the dtype."""
    atol: Number | None
    """Absolute tolerance, derived from the dtype."""
    status: Literal["pass", "fail", "not_run"]
    """"not_run" is never counted as passed."""
    reason: str = ""
    """Why it failed or did not run; "" where it passed."""
    cause: str = ""
    """What in torch makes it fail, where that is known; "" otherwise."""


class Rung(Record, frozen=True):
    """One of several forms that compute the same."""

    text: str
    """As a user would write it."""
    value: Number
    """What it gave on the example, in float64."""
    status: Literal["pass", "fail", "not_run"]
    """Whether value and gradient agree with the first form."""
    breaks: dict[str, Number] = {}
    """dtype -> the size of the largest number in the input from which on it is off by a hundredth, or not finite; only for naive forms,
    and only dtypes in which it does break."""


OFF = 0.01
"""An equivalent form has gone wrong where it is off by this share of the value, or not finite."""


class Ladder(Record, frozen=True):
    """Equivalent forms, each of which ran; the first is the loss itself."""

    name: str
    """What they have in common."""
    rungs: tuple[Rung, ...]
    """The loss itself first."""
    grows: str = ""
    """Name of the input that was made larger to find where naive forms break; "" for none."""


class CurveLine(Record, frozen=True):
    """One line of a curve. At a kink the same x stands twice: with the slope on its left, and with that on its right."""

    label: str
    """What is special about it: "target 1"."""
    code: str
    """What was run, x being a row of numbers; "" where one element of an input was varied."""
    dtype: str
    """What it ran in, such as "float64"."""
    xs: tuple[Number, ...]
    """Where, from left to right."""
    values: tuple[Number, ...]
    """The unreduced loss value at each x."""
    slopes: tuple[Number, ...]
    """Its derivative by x."""


class CurveMark(Record, frozen=True):
    """A place on a curve that is worth a mark."""

    x: Number
    """Where."""
    line: int
    """Of which line, from 0 upwards."""
    label: str
    """What is there, in a few words."""


class Curve(Record, frozen=True):
    """The loss value of one term, and its slope, over the argument that matters."""

    title: str
    """What it shows, in a few words."""
    input: str
    """Name of the input that was varied."""
    label: str
    """What the numbers along the axis are."""
    fixed: str
    """What the other inputs are, in words; "" where a line says it."""
    lines: tuple[CurveLine, ...]
    """What was computed."""
    kinks: tuple[CurveMark, ...] = ()
    """Where the exact slope jumps."""
    thresholds: tuple[CurveMark, ...] = ()
    """Where float32 is no longer right: not finite, or bounded by a clamp."""
    compared: int = 0
    """How many values and slopes were held against the exact reference."""
    worst: Number | None = None
    """The largest error among them, in units in the last place of the dtype; None where nothing was compared."""
    status: Literal["pass", "fail", "not_run"] = "not_run"
    """Whether all of them are within what rounding explains."""
    reason: str = ""
    """Why nothing was compared; "" where something was."""


class TableShown(Record, frozen=True, tag_field="type", tag="table"):
    """Rows of what was tried and what came of it."""

    title: str
    """What it shows, in a few words."""
    columns: tuple[str, ...]
    """What stands in each column."""
    rows: tuple[tuple[str, ...], ...]
    """A cell for every column; what stands between backticks is code."""
    code: str
    """The expression that gave the rows."""
    reads: Literal["", "shapes", "frames"] = ""
    """What a reader may look up in it: shapes in the letters of its first two columns, or labels and frames; "" for nothing."""
    marked: str = ""
    """The column that the answer is about; "" for none."""


class BarsShown(Record, frozen=True, tag_field="type", tag="bars"):
    """Numbers side by side."""

    title: str
    """What they are, in a few words."""
    names: tuple[str, ...]
    """What each is the number of."""
    values: tuple[Number, ...]
    """A number for every name."""
    code: str
    """The expression that gave the numbers."""


class NodesShown(Record, frozen=True, tag_field="type", tag="nodes"):
    """Autograd nodes, as they were reached from a loss value."""

    title: str
    """What they hold, in a few words."""
    names: tuple[str, ...]
    """The nodes, the one of the loss value first."""
    edges: tuple[tuple[int, int], ...]
    """From each node to those it hands its gradient to, by their places."""
    code: str
    """The expression that gave them."""


class LinesShown(Record, frozen=True, tag_field="type", tag="lines"):
    """Lines of torch's own text that answer; the text itself is not here."""

    title: str
    """What they do, in a few words."""
    file: str
    """Relative to the folder that holds torch."""
    first: int
    """Line."""
    last: int
    """Line."""


Shown: TypeAlias = TableShown | BarsShown | NodesShown | LinesShown
"""What an answer shows beside its words."""


class Answer(Record, frozen=True):
    """A question people ask, answered by what ran."""

    question: str
    """The question."""
    text: str
    """The answer, its figures computed on this torch."""
    numbers: dict[str, Number] = {}
    """Each number of the answer by its name."""
    code: dict[str, str] = {}
    """Name of a number, a text, a refusal or a warning -> the expression that was run for it."""
    status: Literal["pass", "fail", "not_run"] = "pass"
    """Whether all that the answer claims came true."""
    id: str = ""
    """The same for the same answer everywhere: small letters, digits and hyphens."""
    brief: str = ""
    """The answer in one sentence."""
    asks: tuple[int, ...] = ()
    """The questions it answers, by their numbers among the thirty people ask most."""
    texts: dict[str, str] = {}
    """Each text, refusal and warning of the answer by its name."""
    refused: tuple[str, ...] = ()
    """Names of the texts that torch said when it raised."""
    warned: tuple[str, ...] = ()
    """Names of the texts that torch said in a warning."""
    program: str = ""
    """Python that ran before the expressions; "" for none. It has torch, nn, F, math and warnings imported."""
    given: dict[str, str] = {}
    """Name -> the expression that gave it its value, in the order they ran, after the program and before the rest."""
    shown: tuple[Shown, ...] = ()
    """Tables, bars, graphs and lines that came of the same run."""


class Effect(Record, frozen=True):
    """What one constructor argument does to the loss value of the example."""

    parameter: str
    """Its name."""
    given: str
    """The value it was set to, as Python writes it."""
    before: tuple[Number, ...]
    """The loss value with all arguments at their defaults: one number, or each of them where nothing is reduced. Where the example's inputs
    give nan with this argument, both values are of other inputs, which it takes."""
    after: tuple[Number, ...]
    """The loss value with this one set."""
    shape: tuple[int, ...]
    """Of the loss value then."""
    differs: bool
    """False where it makes no difference to these inputs."""


class Denominator(Record, frozen=True):
    """What a reduction divides by, for the inputs of the example."""

    reduction: str
    """Such as "mean"."""
    words: str
    """What it is."""
    value: Number | None
    """How much it is; None where the sum is not divided."""
    total: Number
    """The sum of the unreduced loss values."""
    result: Number
    """The loss value that torch gave."""


class Bounds(Record, frozen=True, tag_field="type", tag="bounds"):
    """What the value of a loss lies between, constructed without options and reduced as by default."""

    low: Number
    """The smallest value."""
    high: Number
    """The largest value."""
    reached: bool
    """True where some inputs give the smallest value itself; False where they only come near."""
    where: str
    """When the smallest value comes, in a few words."""
    code: str
    """The call that was run to show it."""
    value: Number
    """What that call gave."""
    above: str
    """The call that shows the largest value; "" where there is none."""
    most: Number | None
    """What that call gave."""
    tried: int
    """How many samples of the domain were held against the bounds."""
    status: Literal["pass", "fail"]
    """Whether every sample lay within, and the calls show what they should."""


def number(value: float) -> Number:
    """A number that JSON can hold: non-finite ones become "nan", "inf" or "-inf"."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


class Finding(Record, frozen=True):
    """What a probe or a check showed that a user would want to be warned of."""

    id: str
    """The same for the same finding in every run."""
    title: str
    """In a few words."""
    severity: str
    """How much a user should mind."""
    probe: str
    """The id of the probe or check that showed it."""
    configuration: str
    """The constructor call, as a person would write it."""
    dtype: str
    """Such as "float32"."""
    device: str
    """Such as "cpu"."""
    actual: str
    """What came, as text."""
    expected: str
    """What a user would expect, as text."""
    message: str
    """What it means, in one or two sentences."""
    snippet: str
    """A few lines of Python that show it."""
    rule: str = ""
    """The rule of the judge that found it, such as "nonfinite-value"."""
    subject: str = ""
    """Qualified name of the class."""
    threshold: str = ""
    """The smallest number at which it happens, by dtype; "" where it is not a matter of size."""
    also: tuple[str, ...] = ()
    """Other inputs, dtypes and reductions that show the same."""
    safe: str = ""
    """A line of Python that gives the exact number where this does not, verified; "" where none is known."""
    place: str = ""
    """file:line in torch of what is said or raised; "" where there is no such place."""


class Acceptance(Record, frozen=True):
    """One shape, dtype or kind of an input, run."""

    case: str
    """The documented way to call the loss that it belongs to."""
    altered: str
    """Name of the input."""
    what: str
    """What is special about it: "as documented", "dtype int32", "shape (N, 1) in place of (N)"."""
    documented: bool
    """True where the definition declares it."""
    status: Literal["accepted", "warned", "refused", "crashed"]
    """What torch did."""
    text: str = ""
    """What torch said, exactly; "" where it said nothing."""


class Cause(Record, frozen=True):
    """One thing that gives a message, and what mends it."""

    rule: str
    """The rule of the probe or misuse that gave it: the same for the same cause in another loss."""
    cause: str
    """Which input, argument or line it comes from, and what is documented."""
    fix: str
    """What to write instead."""
    fix_ran: bool
    """True where the fix is code that was run in place of what gave the message, and gave neither an error nor a warning."""
    text: str
    """What torch said, with the numbers of this call."""
    wrong: str = ""
    """The wrong lines; "" where the call itself is as it should be."""
    shapes: dict[str, tuple[int, ...]] = {}
    """Input -> its shape in the call that gave the message."""


class Message(Record, frozen=True):
    """An error or warning of torch, and what it comes from."""

    text: str
    """Exactly what torch says."""
    error: str
    """Type of the error or warning, such as "RuntimeError"."""
    subject: str
    """Qualified name of the class."""
    place: str
    """file:line of the Python that raises it, or that calls the native function that does."""
    function: str
    """The Python function there."""
    configuration: str
    """The constructor call."""
    cause: str
    """Which input or argument it comes from, and what is documented."""
    fix: str
    """What to write instead."""
    others: tuple[str, ...] = ()
    """Other causes of the same message, each with what to write instead."""
    number: int = 1
    """How many wrong calls gave it."""
    device: str = ""
    """Such as "cpu"; "" where it is not known."""
    causes: tuple[Cause, ...] = ()
    """What gives it, the likeliest first."""


class Wording(Record, frozen=True):
    """One call that two devices refuse in different words, which is no fault: side by side one explains the other."""

    subject: str
    """Qualified name of the class."""
    cause: str
    """The call, and what is wrong with it."""
    texts: dict[str, str]
    """Device -> exactly what torch says there."""


class Saying(Record, frozen=True):
    """One statement of a docstring, held against what happens."""

    kind: Literal["example", "default", "type", "deprecated", "shape", "range", "formula"]
    """What sort of statement it is."""
    words: str
    """Its first words, to find it by."""
    place: str
    """file:line in torch."""
    status: Literal["agree", "contradict", "not checked"]
    """"not checked" is never counted as agreeing."""
    reason: str = ""
    """What happens instead, how it was compared, or why it was not; "" where there is nothing to add."""


class Probed(Record, frozen=True, tag_field="type", tag="probed"):
    """What came of the probes of one loss on one machine."""

    subject: str
    """Qualified name of the class."""
    device: str
    """Such as "cpu"."""
    probes: int
    """How many inputs were tried."""
    calls: int
    """How many calls that was, each reduction counted."""
    findings: tuple[Finding, ...]
    """The worst first."""
    accepted: tuple[Acceptance, ...]
    """Documented inputs and others, each with what torch did."""
    messages: tuple[Message, ...]
    """Every error and warning that came, each once."""
    wordings: tuple[Wording, ...] = ()
    """Calls that another device refuses in other words, where one was compared."""
    said: tuple[Saying, ...] = ()
    """What the docstring says, statement by statement, each held against what happens."""
