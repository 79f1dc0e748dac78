"""The one schema every loss definition is written in: what goes in, the formula beside the reference that computes it.

Data only. Shapes are tuples of symbols ("N", "C") or numbers, resolved by the sizes of a case. No torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from inspector.report import Term

Plain: TypeAlias = bool | int | float | str | None
"""A constant as Python writes it."""


class Spec(msgspec.Struct, frozen=True):
    """Frozen data of a definition."""


class NoReference(Exception):
    """The mathematics of this configuration is not written down; the text says what is missing."""


# -- sets of values an input or an argument may take --------------------------------------------------------------------


class Real(Spec, frozen=True, tag=True):
    """Real numbers between two bounds; None for no bound. `low_open`/`high_open` exclude the bound itself."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False


class Probabilities(Spec, frozen=True, tag=True):
    """Non-negative, summing to one along `axis`."""

    axis: int


class LogProbabilities(Spec, frozen=True, tag=True):
    """Logarithms of probabilities along `axis`."""

    axis: int


class ClassIndices(Spec, frozen=True, tag=True):
    """Integers from `at_least` up to, not including, the size `below`. `ignorable`: the value of `ignore_index` is legal too."""

    below: str
    at_least: int = 0
    ignorable: bool = False
    excluding: str = ""
    """Name of the constructor argument whose value is no legal index (the blank of CTCLoss); "" for none."""


class LabelLists(Spec, frozen=True, tag=True):
    """Class indices first, then -1 as the end mark, padded (MultiLabelMarginLoss)."""

    below: str


class Signs(Spec, frozen=True, tag=True):
    """+1 or -1."""


class Lengths(Spec, frozen=True, tag=True):
    """Integers between two sizes, inclusive: symbols or numbers."""

    at_least: str | int
    at_most: str | int
    legal_from: int | None = None
    """The smallest legal length, where samples need longer ones; None: `at_least`."""


class Choice(Spec, frozen=True, tag=True):
    """One of the listed constants."""

    of: tuple[Plain, ...]


class Size(Spec, frozen=True, tag=True):
    """The size that a symbol stands for: an argument such as `in_features` that fixes a shape. Several symbols: a tuple of sizes.

    A case that has the symbols needs the argument; a case that lacks them belongs to its default.
    """

    of: str | tuple[str, ...]


Values: TypeAlias = Real | Probabilities | LogProbabilities | ClassIndices | LabelLists | Signs | Lengths | Choice | Size


# -- inputs, cases and arguments ----------------------------------------------------------------------------------------


class InputForm(Spec, frozen=True):
    """One input of a call (or one tensor argument of the constructor): shape in symbols, dtype kind and legal values."""

    name: str
    shape: tuple[str | int, ...]
    values: Values
    dtype: Literal["float", "int64", "bool"] = "float"
    """"float": the floating dtype under test."""
    container: Literal["tensor", "tuple"] = "tensor"
    """"tuple": handed over as a tuple of Python numbers."""
    differentiable: bool = False
    packed_by: str = ""
    """Name of the input that holds the row lengths, where rows of different lengths lie end to end in one dimension; "" otherwise."""


class Case(Spec, frozen=True):
    """One documented way to call the loss: an input kind and a shape."""

    name: str
    """Such as "class indices, (N, C)"."""
    target_kind: str
    """What --target-kind selects: "indices", "probabilities", "tensor lengths", …; "" where inputs come in one kind."""
    sizes: dict[str, int]
    """Symbol -> size, unless a constructor argument fixes it (a `weight` of five classes makes C five)."""
    inputs: tuple[InputForm, ...]
    when: dict[str, Plain] = {}
    """Constructor arguments this case belongs to, such as {"log_target": True}."""
    narrowed: Mapping[str, Values] = {}
    """Constructor arguments that take fewer values in this case (`ignore_index` with probabilities)."""
    parameters: tuple[InputForm, ...] = ()
    """Parameters of the module by dotted name; a shape here may group what the module stores flat, in row-major order."""


class ArgumentForm(Spec, frozen=True):
    """One constructor argument: which values are legal. Tensor arguments are InputForms with symbols of the case.

    A tensor argument can be given only in a case that has all its symbols (no weight of shape (D) where there is no D).
    """

    name: str
    values: Values | InputForm
    legal: Real | None = None
    """All legal numbers, where samples keep to fewer; None: `values`."""
    required: tuple[Term, ...] = ()
    """For an argument without a default: values to construct with, the first by preference. A `Size` needs none."""
    tried: tuple[float, ...] = ()
    """For a real argument: the numbers to set it to, where the usual ones would make no difference to the samples."""
    others: tuple[Term, ...] = ()
    """Legal values to try that the set of values cannot say: a callable, an options object."""


Stated: TypeAlias = Literal["formula", "unchecked", "nowhere"]
"""Who states a set of values: only the formula; the documentation, which leaves it to the caller; or nobody but this project."""


# -- the mathematics ----------------------------------------------------------------------------------------------------


class Simpler(Spec, frozen=True):
    """What a formula comes to when some constructor arguments have the values in `when`; None there: the argument is not given."""

    when: dict[str, Plain]
    """Each value is the default of its argument, so an argument that is not given has it."""
    latex: str
    text: str
    where: str | None = None
    """What its letters stand for, where that is not what the longer form says."""
    where_latex: str = ""


class Slope(Spec, frozen=True):
    """The closed form of one partial derivative of a term, in LaTeX, as terminal text, and as the function that computes it."""

    of: str
    """Name of the input or parameter."""
    latex: str
    text: str
    compute: Callable[..., Any]
    """Called like the term; returns the derivative in the shape in which the term receives the input."""
    simpler: tuple[Simpler, ...] = ()
    """Shorter forms, the first that applies is shown."""
    shown: bool = True
    """False for one that differs from another only in which of several like parameters it is by."""
    when: dict[str, Plain] = {}
    """Constructor arguments with which there is such a parameter, such as {"bias": True}."""


class Rule(Spec, frozen=True):
    """One term of a loss (the loss value of one element, row or sequence) for one kind of inputs, and its derivatives.

    `term` receives the inputs, tensor arguments and constants that it names among its own parameters (and, under the name
    `parameters`, those of the module): an exact number, or a nested list over the symbols in `core`. It is called once for each
    index of the other symbols.
    """

    latex: str
    text: str
    symbols: dict[str, str]
    """Symbol in the formulas -> the input or argument it stands for: {"x": "input"}."""
    term: Callable[..., Any]
    slopes: tuple[Slope, ...] = ()
    core: tuple[str, ...] = ()
    normalised: tuple[str, ...] = ()
    """Inputs that are log-probabilities in the derivatives too: only changes that keep the sum of the probabilities count."""
    simpler: tuple[Simpler, ...] = ()
    """Shorter forms, the first that applies is shown."""
    where: str = ""
    """What a letter of the terminal text stands for: "p = softmax(x)"."""
    where_latex: str = ""
    target_kind: str | None = None
    """The kind of inputs it holds for; None for every kind."""
    when: dict[str, Plain] = {}
    """Constructor arguments it holds for, such as {"log_target": True}."""


class Reduction(Spec, frozen=True):
    """One value of `reduction`: terms are added, each over its divisor, and the sum is divided by the sum of shares."""

    name: str
    words: str
    """What the sum is divided by, in words."""
    latex: str
    """The loss value from the terms ℓ."""
    text: str
    share: Callable[..., Any] | None = None
    """What a term adds to the common denominator, called like the term; None: the sum is not divided."""
    divisor: Callable[..., Any] | None = None
    """What a single term is divided by before it is added, called like the term; None for one."""
    by_first_axis: bool = False
    """True: the denominator is the size of the first axis of the first input, whatever the terms are."""
    target_kind: str | None = None
    """The kind of inputs it holds for; None for every kind."""
    simpler: tuple[Simpler, ...] = ()
    """Shorter forms, the first that applies is shown."""


class Field(Spec, frozen=True):
    """One field of what the loss returns, where it returns several: a reduction of the terms, times a factor."""

    name: str
    reduction: str
    factor: int = 1


class Deviation(Spec, frozen=True):
    """Why a check of this loss fails in torch, as far as it is known; shown only where such a check does fail."""

    kind: str
    """Kind of the check."""
    why: str
    claim: str = ""
    """A part of the check's claim."""
    configuration: str = ""
    """A part of the check's configuration."""


class Ladder(Spec, frozen=True):
    """Expressions that compute the same, the loss itself first: each is evaluated, with its gradient, and held against the first.

    They name the inputs of the first case, what `given` adds or replaces, `loss` for the module, `torch`, `F` and `math`.
    """

    name: str
    """What the forms have in common, in a few words."""
    rungs: tuple[str, ...]
    """As a user would write them."""
    given: dict[str, str] = {}
    """Name -> expression, evaluated in order before the rungs."""
    grows: str = ""
    """Name of the input that is made larger and larger until the naive rungs go wrong; "" where none does."""
    naive: tuple[int, ...] = ()
    """Places of the rungs that go wrong for large inputs; the others must not before them."""
    target_kind: str | None = None
    """Of the inputs; None for the first declared."""


class Line(Spec, frozen=True):
    """One line of a curve: an expression that gives the unreduced loss values at many places at once, and the same for the reference."""

    label: str
    """What is special about it: "target 1"."""
    code: str
    """In the name `x`, a row of numbers, and `torch`, `F` and `math`; one loss value for each."""
    at: Callable[[Any], dict[str, Any]]
    """An exact number x -> what a term of the reference is given there, by name."""
    of: str = ""
    """Qualified name of the loss whose term it is; "" for the loss itself."""
    target_kind: str | None = None
    """Kind of inputs of the term; None for the first declared."""
    dtype: Literal["float64", "float32"] = "float64"
    """float32 to show where that goes wrong."""


class Curve(Spec, frozen=True):
    """The loss value of one term over the argument that matters, and its slope."""

    input: str
    """Name of the input that is varied."""
    label: str
    """What the numbers along the axis are."""
    low: float
    high: float
    lines: tuple[Line, ...]
    fixed: str = ""
    """What the other inputs are, in words."""
    title: str = ""
    """What the lines have to say together; "" where they are one loss."""


class Table(Spec, frozen=True):
    """Rows that an answer shows: what was tried, and what came of it."""

    title: str
    columns: tuple[str, ...]
    rows: str
    """Expression of a list of rows, each a list of texts and numbers."""
    reads: Literal["", "shapes", "frames"] = ""
    """What a reader may look up in it."""
    marked: str = ""
    """The column that the answer is about."""


class Bars(Spec, frozen=True):
    """Numbers that an answer shows side by side."""

    title: str
    bars: str
    """Expression of a dict of names and numbers."""


class Nodes(Spec, frozen=True):
    """Autograd nodes that an answer shows as a graph."""

    title: str
    value: str
    """Expression of a loss value."""


class Lines(Spec, frozen=True):
    """Lines of torch's own text that an answer shows."""

    title: str
    of: str
    """Qualified name of the function of torch whose text it is."""
    first: str
    """What the first line begins with."""
    last: str
    """What the last line begins with: the last one that does."""


class Answer(Spec, frozen=True):
    """A question people ask of a class, answered by figures that are computed when the report is made.

    Everything runs in the order of the fields: the program, then `given`, `numbers`, `texts`, `refused`, `warned`, `holds`, `shown`; each
    may use the names of those before it.
    """

    id: str
    """The same for the same answer everywhere: small letters, digits and hyphens, as an address on a page may have them."""
    question: str
    brief: str
    """The answer in one sentence, with {names} of numbers, texts, refusals and warnings where what came belongs."""
    says: str
    """The whole answer, with {names} too."""
    asks: tuple[int, ...] = ()
    """The questions it answers, by their numbers in `asked/questions.py`."""
    program: str = ""
    """Python that binds names, where an expression cannot say it: a class, a loop. It finds torch, nn, F, math and warnings imported."""
    given: dict[str, str] = {}
    """Name -> expression."""
    numbers: dict[str, str] = {}
    """Name -> expression."""
    texts: dict[str, str] = {}
    """Name -> expression of a text, or of a list of them."""
    refused: dict[str, str] = {}
    """Name -> expression that torch must refuse; its value is what torch says."""
    warned: dict[str, str] = {}
    """Name -> expression that torch must warn of; its value is the first warning."""
    holds: tuple[str, ...] = ()
    """Expressions that must be true for the answer to be right."""
    shown: tuple[Table | Bars | Nodes | Lines, ...] = ()
    """What it shows beside its words."""


class Safer(Spec, frozen=True):
    """What to write where the loss itself goes wrong; shown only where running it gives the exact number."""

    rules: tuple[str, ...]
    """Rules of the judge it is an answer to."""
    code: str
    """A Python expression of the unreduced loss value, in the names of the inputs, `torch` and `F`."""
    edge: str = ""
    """The edge it is for: "large", "inf", …; "" for any."""
    target_kind: str | None = None
    """The kind of inputs it holds for; None for every kind."""
    scope: str = ""
    """For which calls it is written, where that is not every one that the case takes: "without weight"."""


class Clamp(Spec, frozen=True):
    """A gradient that torch keeps finite where the exact one has no bound, and says so in the documentation of the loss."""

    of: str
    """Name of the input whose gradient is kept finite."""
    words: str
    """What the documentation says, in words of ours."""


class LossDefinition(Spec, frozen=True):
    """What one loss is."""

    qualified_name: str
    function: str
    """Qualified name of the functional form; "" where there is none."""
    cases: tuple[Case, ...]
    arguments: tuple[ArgumentForm, ...]
    rules: tuple[Rule, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    notes: tuple[str, ...] = ()
    mistake: str = ""
    """The mistake people make most with it: one line."""
    fields: tuple[Field, ...] = ()
    """Where the loss returns a named tuple: its fields. Empty where it returns the loss value."""
    deviations: tuple[Deviation, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    curves: tuple[Curve, ...] = ()
    """What to plot; where there is none, one element of the first differentiable input is varied over its domain."""
    one_sided: tuple[str, ...] = ()
    """Functions of the file whose comparisons come out one way on the whole domain that samples are drawn from: a bound far outside."""
    safer: tuple[Safer, ...] = ()
    """What to write instead, where the loss goes wrong."""
    clamps: tuple[Clamp, ...] = ()
    """Gradients that torch keeps finite, as documented."""
    stated: Mapping[str, Stated] = {}
    """Input or argument -> who states its set of values, where torch's documentation does not ask for it in so many words."""
    same_as: str = ""
    """Qualified name of the loss it is another name of; "" for none."""
