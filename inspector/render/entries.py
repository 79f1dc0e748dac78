"""What torch's own lists say of the code below Python -> words and places, shared by all faces.

In: a Report. Out: Entries in the order in which a reader meets them, each with its signature, kernels, formulas, nodes and files. It
decides what is said and in which words; faces lay it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from inspector.below import Below, Code, Named, Node, Operator
from inspector.render.explain import counted, last, listed, short
from inspector.render.places import Place, native_place, place, repository_place
from inspector.report import Observation, Record, Release, Report

_NO_GRADIENT = "non_differentiable"
_USUAL_KEYS = ("CPU", "CUDA", "MPS", "CompositeImplicitAutograd", "CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional")
"""Dispatch keys of ordinary tensors; the others are those of sparse, nested, quantized ones and of rarer devices."""
_METHOD = "torch.Tensor."


class FormulaRow(Record, frozen=True):
    """One formula as written."""

    title: str
    """"gradient of self", "tangent of result"."""
    formula: str
    forward: bool


class NodeRow(Record, frozen=True):
    """One autograd node."""

    name: str
    keeps: str
    """What it keeps, in words."""
    where: str
    """The header and the line that says so; "" where no header does."""


class CodeRow(Record, frozen=True):
    """One C++ function."""

    symbol: str
    what: str
    """Which device, who calls it, what is special."""
    place: Place
    verified: bool


class Entry(Record, frozen=True):
    """One operator, all that is said of it."""

    name: str
    schema: str
    place: Place
    """Its line in native_functions.yaml."""
    kernels: str
    """Which kernel runs it where, in one sentence, rare dispatch keys counted only."""
    every_kernel: str
    """The same with every dispatch key."""
    meaning: str
    """What it means for autograd that it is composite; "" where it is not."""
    summary: str
    """Where it was met (from Python, in the call, in the backward pass, in a formula), and what autograd makes of it."""
    brief: str
    """What autograd makes of it, in one clause; "" for what ran without autograd."""
    is_composite: bool
    """Whether autograd goes through the operators it calls, on ordinary devices."""
    python: str
    """Why Python has it where the trace found it; "" for one that the trace does not name."""
    formulas: tuple[FormulaRow, ...]
    formulas_place: Place
    nodes: tuple[NodeRow, ...]
    decompositions: tuple[tuple[str, Place], ...]
    """Kind and name of torch's own Python code for it, and where that stands."""
    code: tuple[CodeRow, ...]
    tags: str


class Met(Record, frozen=True):
    """A name that was read or seen, and its entries."""

    name: str
    """As people say it."""
    full_name: str
    entries: tuple[str, ...]
    """Names of its entries: the one that ran where that is known, else all that it may be."""
    note: str
    """Why there is no entry, or what is not known of it; "" else."""


class Entries(Record, frozen=True):
    """Everything that a report has of it."""

    functions: tuple[Met, ...]
    operators: tuple[Met, ...]
    nodes: tuple[Met, ...]
    entries: tuple[Entry, ...]
    """Those that some name above leads to, each once, then those that their formulas call."""
    loose_nodes: tuple[NodeRow, ...]
    """Nodes that a header shows where there is no list of formulas."""
    noted: tuple[Met, ...]
    """Names without an entry, or with several."""
    missing: tuple[str, ...]
    """What this torch does not carry, one sentence each."""
    code_release: str
    """The release that the C++ files are named of, where it is not the report's own; "" else."""


def entries_of(report: Report) -> Entries:
    """What the lists say of every name of a report."""
    below, release = report.below, report.release
    functions, operators, nodes = (tuple(_met(each) for each in named) for named in (below.functions, below.observed, below.autograd))
    known = {operator.name: operator for operator in below.operators}
    leading = dict.fromkeys(name for met in (*functions, *operators, *nodes) for name in met.entries)
    called = [name for name in known if name not in leading and not _is_another_overload(name, below)]
    return Entries(
        functions=functions,
        operators=operators,
        nodes=nodes,
        entries=tuple(_entry(known[name], report) for name in (*leading, *called) if name in known),
        loose_nodes=tuple(_node(node) for node in below.nodes if not node.operator),
        noted=tuple(met for met in (*functions, *operators, *nodes) if met.note),
        missing=tuple(_missing(below)),
        code_release="" if release.version.partition("+")[0] == below.code_version else below.code_version,
    )


def _is_another_overload(name: str, below: Below) -> bool:
    """Whether it is only there because a name was seen whose overload was not, and another one is known to have run."""
    return any(name in each.operators and each.ran for each in below.observed)


def _met(named: Named) -> Met:
    name = short(named.name)
    entries = named.ran or named.operators
    note = named.reason
    if len(entries) > 1:
        note = f"one of {listed(entries, 'or')}: the name alone does not tell which"
    return Met(name, named.name, entries, note)


def is_shown_first(met: Met, entries: Sequence[Entry]) -> bool:
    """Whether a native function is worth a line at the lesser depth: an operator that gives tensors, called as a function."""
    found = {entry.name: entry for entry in entries}
    giving = [found[name] for name in met.entries if name in found and "Tensor" in found[name].schema.rpartition("->")[2]]
    return bool(giving) and not met.full_name.startswith(_METHOD)


# -- one entry ------------------------------------------------------------------------------------------------------------


def _entry(operator: Operator, report: Report) -> Entry:
    below, release = report.below, report.release
    return Entry(
        name=operator.name,
        schema=operator.schema,
        place=repository_place(operator.file, operator.line, release),
        kernels=kernels(operator),
        every_kernel=kernels(operator, every=True),
        meaning=_meaning(operator),
        summary="; ".join(part for part in (_role(operator, report), _brief(operator, report)) if part),
        brief=_brief(operator, report),
        is_composite=operator.composite == "implicit",
        python=_python(operator, below),
        formulas=tuple(_formulas(operator)),
        formulas_place=_formulas_place(operator, release),
        nodes=tuple(_node(node) for node in below.nodes if node.name in operator.nodes),
        decompositions=tuple((f"{each.kind} {each.name}", place(each.file, each.line, release)) for each in operator.decompositions),
        code=tuple(_code(code, below.code_commit) for code in operator.code),
        tags=", ".join(operator.tags),
    )


def _formulas_place(operator: Operator, release: Release) -> Place:
    """Where its formulas stand: in a list beside the list of operators in a wheel, in torch's tools in a checkout."""
    if not operator.derivatives:
        return Place("")
    folder = "torchgen/packaged/autograd" if operator.file.startswith("torchgen/") else "tools/autograd"
    return repository_place(f"{folder}/derivatives.yaml", operator.derivatives_line, release)


def kernels(operator: Operator, *, every: bool = False) -> str:
    """Which C++ function runs it on which dispatch key, in one sentence."""
    if not operator.kernels:
        return "The list names no kernel for it."
    shown = [kernel for kernel in operator.kernels if every or kernel.key in _USUAL_KEYS] or list(operator.kernels)
    by_symbol: dict[str, list[str]] = {}
    for kernel in sorted(shown, key=lambda each: each.key.startswith("Composite")):
        by_symbol.setdefault(kernel.symbol, []).append(_device(kernel.key, alone=len(operator.kernels) == 1))
    said = ", ".join(f"{symbol} on {listed(keys)}" for symbol, keys in by_symbol.items())
    rest = len(operator.kernels) - len(shown)
    more = f", and for {counted(rest, 'rarer dispatch key')}" if rest else ""
    of = f" (the kernels of {operator.delegate})" if operator.delegate else ""
    return f"C++: {said}{more}{of}."


def _device(key: str, *, alone: bool = True) -> str:
    return ("every device" if alone else "every other device") if key.startswith("Composite") else key


def _meaning(operator: Operator) -> str:
    if operator.composite == "implicit" and operator.nodes:
        own = f"Where it has a kernel of its own ({_own(operator)}), autograd uses the formula."
        return f"Composite on every other device: there it calls other operators, and autograd goes through those. {own}"
    if operator.composite == "implicit":
        unwritten = not all(kernel.written for kernel in operator.kernels)
        why = " The list names no kernel, and by torch's rule that means this." if unwritten else ""
        what = "Composite: this function calls other operators."
        return f"{what} Autograd goes through those, so it has no formula and no node of its own.{why}"
    if operator.composite == "explicit":
        own = "autograd has a formula for it" if operator.derivatives else "autograd has no formula for it"
        return f"One function serves every device; to autograd it is one operator: {own}."
    return ""


def _own(operator: Operator) -> str:
    """The dispatch keys with a kernel of their own, of which the usual ones come first."""
    keys = [kernel.key for kernel in operator.kernels if not kernel.key.startswith("Composite")]
    return listed(sorted(keys, key=lambda key: key not in _USUAL_KEYS))


def _role(operator: Operator, report: Report) -> str:
    """What it does in this report, the nearest to Python first; what only may have run is said to be one of several."""
    below, ran = report.below, report.observation
    called = [named for named in below.functions if operator.name in (named.ran or named.operators)]
    observed = [named for named in below.observed if operator.name in (named.ran or named.operators)]
    if called:
        return _certain("called from Python", called[0])
    if not observed:
        return "has the formula of a node that ran" if isinstance(ran, Observation) and _ran(operator, report) else "called by a formula"
    forward = isinstance(ran, Observation) and observed[0].name in ran.aten_forward
    return _certain("ran in the call" if forward else "ran in the backward pass", observed[0])


def _certain(role: str, named: Named) -> str:
    others = len(named.ran or named.operators) - 1
    return role if not others else f"{named.name} {role}, and is this or one of {counted(others, 'other')}"


def _ran(operator: Operator, report: Report) -> list[str]:
    """Its nodes that ran; all its nodes where nothing did."""
    ran = report.observation
    return [name for name in operator.nodes if not isinstance(ran, Observation) or name in ran.autograd_nodes]


def _brief(operator: Operator, report: Report) -> str:
    if operator.composite == "implicit" and operator.nodes:
        return f"composite, but for {_own(operator)}: it calls other operators, and autograd goes through those"
    if operator.composite == "implicit":
        return "composite: it calls other operators, and autograd goes through those"
    if not operator.nodes:
        return "autograd has no formula for it"
    ran = _ran(operator, report)
    return "; ".join(f"{node.name} {keeps(node)}" for node in report.below.nodes if node.name in ran[:1])


def _python(operator: Operator, below: Below) -> str:
    """By how torch's code generator puts operators into Python: python_module says the module, variants say function or method."""
    called = [named.name for named in below.functions if operator.name in named.operators]
    if not called:
        return ""
    if all(name.startswith(_METHOD) for name in called):
        return "Its variants have `method`: Python has it as a method of a tensor."
    if operator.python_module:
        return f"Its `python_module: {operator.python_module}` puts it into `torch._C._{operator.python_module}`, where the trace finds it."
    return "It has no `python_module`, which puts it into `torch` itself, where the trace finds it."


def _formulas(operator: Operator) -> Iterator[FormulaRow]:
    for each in operator.derivatives:
        of, key = listed(each.of), f" ({each.key})" if each.key else ""
        if each.formula == _NO_GRADIENT:
            yield FormulaRow(f"gradient of {of}{key}", "none: not differentiable", False)
        else:
            yield FormulaRow(f"{'tangent' if each.forward else 'gradient'} of {of}{key}", each.formula, each.forward)


def _node(node: Node) -> NodeRow:
    where = f"{last(node.file.replace('/', '.').removesuffix('.h'))}.h:{node.line}" if node.file else ""
    return NodeRow(node.name, keeps(node), where)


def keeps(node: Node) -> str:
    """What a node keeps between the call and its backward pass, in words: tensors first."""
    tensors = [saved.name for saved in node.saved if saved.kind.startswith("tensor")]
    others = [saved.name for saved in node.saved if not saved.kind.startswith("tensor")]
    if not tensors:
        said = f"keeps no tensor, only {listed(others)}" if others else "keeps nothing"
    else:
        said = f"keeps the tensor{'s' if len(tensors) > 1 else ''} {listed(tensors)}" + (f", and {listed(others)}" if others else "")
    return said if node.saved_as == "declared" else f"{said} (named in its formula; no header here says what it keeps)"


def _code(code: Code, commit: str) -> CodeRow:
    how = "called by" if code.called_by.startswith("its ") else "called through"
    said = [_device(code.key) if code.key else "", f"{how} {code.called_by}" if code.called_by else "", code.note]
    unread = "" if code.verified else "not read at a stored version of the file"
    return CodeRow(code.symbol, ", ".join(part for part in (*said, unread) if part), native_place(code.file, commit), code.verified)


def _missing(below: Below) -> Iterator[str]:
    for reason in dict.fromkeys(each.reason for each in below.missing):
        some = [f"{each.file} ({each.says})" for each in below.missing if each.reason == reason]
        yield f"Could not be read ({reason}): {listed(some)}." if reason else f"This torch does not carry {listed(some)}."


def by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries by name."""
    return {entry.name: entry for entry in entries}
