"""A report, a catalog or an observation -> the boxes and arrows of one graph, as plain data: classes, calls, or autograd nodes.

In: records, and a function that says where a box leads. Out: Graph, which dot.py writes as DOT and as plain text. It draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, Protocol, TypeAlias

from inspector.render import explain, view
from inspector.render.places import place
from inspector.render.tree import Row
from inspector.report import Agreement, Observation, Record, Report, Sample, Step, TensorData

Kind: TypeAlias = Literal[
    "subject", "base", "sibling", "python", "native", "builtin", "attribute", "unresolved", "untaken", "value", "operation", "leaf"
]
"""What a box stands for; it is the class of the box in DOT and in SVG."""

LinkOf: TypeAlias = Callable[[str], str]
"""Qualified name -> address; "" for none."""
StepLinkOf: TypeAlias = Callable[[Step], str]

MOST_UNTAKEN = 4
"""Names in the box of what was not taken; the rest is counted."""
FEWEST_TOGETHER = 3
"""From so many classes of one file under one base on, they share a box."""


class Cell(Record, frozen=True):
    """One name in a box of several."""

    name: str
    link: str = ""


class Box(Record, frozen=True):
    """One box."""

    name: str
    """Its first line; the title of a box of several names."""
    note: str = ""
    """A smaller second line."""
    kind: Kind = "base"
    link: str = ""
    marked: bool = False
    """True for a step that a run confirmed."""
    cells: tuple[Cell, ...] = ()
    """The names in a box of several."""
    columns: int = 1
    """How many of them stand side by side."""


class Arrow(Record, frozen=True):
    """From one box to another, by their places in the graph."""

    tail: int
    head: int
    dashed: bool = False


class Graph(Record, frozen=True):
    """Boxes and arrows. The first box is where reading begins."""

    name: str
    """What it is a graph of, in a few words."""
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    inherits: bool = False
    """True where an arrow goes from a base to what is derived from it: it is drawn with its head at the base."""
    across: bool = False
    """True for a graph that is read from left to right."""


def no_link(_: object) -> str:
    """No box leads anywhere."""
    return ""


class Entry(Protocol):
    """A class of a catalog: what `hierarchy` needs of it."""

    @property
    def qualified_name(self) -> str:
        """Module and name."""

    @property
    def bases(self) -> tuple[str, ...]:
        """Qualified names of its bases."""


# -- classes ------------------------------------------------------------------------------------------------------------


def inheritance(report: Report, siblings: Sequence[str] = (), link: LinkOf = no_link) -> Graph:
    """The MRO from its root down to the subject; `siblings` are qualified names of classes with the same base, in one box beside it."""
    chain = [entry for entry in reversed(report.mro) if entry.file]
    subject = report.subject.qualified_name
    boxes = [
        Box(
            explain.last(entry.qualified_name),
            _inherited_note(report, entry.file, entry.line),
            "subject" if entry.qualified_name == subject else "base",
            link(entry.qualified_name),
        )
        for entry in chain
    ]
    arrows = [Arrow(at - 1, at) for at in range(1, len(boxes))]
    others = tuple(Cell(explain.last(name), link(name)) for name in sorted(siblings, key=_by_last) if name != subject)
    if others and len(boxes) > 1:
        arrows.append(Arrow(len(boxes) - 2, len(boxes)))
        title = f"{explain.counted(len(others), 'other')} of {boxes[-2].name}"
        boxes.append(Box(title, kind="sibling", cells=others, columns=_columns(len(others), 16)))
    return Graph(f"what {explain.last(subject)} inherits from", tuple(boxes), tuple(arrows), inherits=True)


def _inherited_note(report: Report, file: str, line: int) -> str:
    return place(file, line, report.release).text


def _by_last(name: str) -> tuple[str, str]:
    return explain.last(name).lower(), name


def _columns(count: int, most: int) -> int:
    return 1 if count <= most else 2


def hierarchy(entries: Iterable[Entry], link: LinkOf = no_link) -> Graph:
    """Classes under their bases, a tree. Classes of one file under the same bases that nothing derives from share a box, and so do those
    that are alone in their files.

    A class with several bases hangs under the last of them: those in front of it are mixed in, and are named in its note.
    """
    listed = sorted(entries, key=lambda entry: _by_last(entry.qualified_name))
    bases = {entry.qualified_name: entry.bases for entry in listed}
    parents = {of[-1] for of in bases.values() if of}
    leaves = [name for name in bases if name not in parents and bases[name]]
    shared = list(_together(leaves, lambda name: (bases[name], explain.owner(name))))
    left = [name for name in leaves if not any(name in names for names in shared)]
    shared += _together(left, lambda name: (bases[name], ""))
    alone = {*bases, *parents}.difference(*shared)
    boxes: dict[tuple[str, ...], Box] = {
        (name,): Box(explain.last(name), _also(bases.get(name, ())), link=link(name)) for name in sorted(alone, key=_by_last)
    }
    boxes |= {tuple(names): _shared(names, bases[names[0]], link) for names in shared}
    return _under_bases(boxes, bases)


def _together(names: Iterable[str], key: Callable[[str], tuple[tuple[str, ...], str]]) -> Iterator[list[str]]:
    """Names with the same key, where there are enough of them."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for name in names:
        found.setdefault(key(name), []).append(name)
    return (group for group in found.values() if len(group) >= FEWEST_TOGETHER)


def _shared(names: Sequence[str], bases: tuple[str, ...], link: LinkOf) -> Box:
    cells = tuple(Cell(explain.last(name), link(name)) for name in names)
    files = {f"{explain.last(explain.owner(name))}.py" for name in names}
    title = files.pop() if len(files) == 1 else f"in {len(files)} other files"
    return Box(" ".join([title, *filter(None, [_also(bases)])]), cells=cells, columns=_columns(len(cells), 3))


def _also(bases: tuple[str, ...]) -> str:
    return f"with {', '.join(explain.last(base) for base in bases[:-1])}" if len(bases) > 1 else ""


def _under_bases(boxes: dict[tuple[str, ...], Box], bases: dict[str, tuple[str, ...]]) -> Graph:
    """The boxes in the order in which the tree is read, and the arrows from bases to what is derived."""
    place_of = {name: key for key in boxes for name in key}
    base_of = {key: place_of[bases[key[0]][-1]] for key in boxes if bases.get(key[0])}
    below: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key, base in base_of.items():
        below.setdefault(base, []).append(key)
    order = [key for key in boxes if key not in base_of]
    for key in order:  # grows while it is walked
        order += below.get(key, [])
    numbers = {key: number for number, key in enumerate(order)}
    drawn = sorted((Arrow(numbers[base], numbers[key]) for key, base in base_of.items()), key=lambda arrow: (arrow.tail, arrow.head))
    return Graph("classes and their bases", tuple(boxes[key] for key in order), tuple(drawn), inherits=True, across=True)


# -- calls --------------------------------------------------------------------------------------------------------------


def calls(report: Report, link: StepLinkOf = no_link) -> Graph:
    """The steps that are taken, and for each of them one dashed box with what it could have called and did not."""
    steps = {step.id: step for step in report.call_trace.steps}
    confirmed = set(report.agreement.confirmed) if isinstance(report.agreement, Agreement) else set()
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    above: list[int] = []
    numbers: dict[int, int] = {}
    for row in view.chain(report).rows:
        numbers[row.id] = len(boxes)
        del above[len(row.rails) :]
        if above:
            arrows.append(Arrow(above[-1], len(boxes)))
        above.append(len(boxes))
        boxes.append(_called(row, link(steps[row.id]), marked=row.id in confirmed))
    for id, others in _untaken(steps, numbers).items():
        arrows.append(Arrow(numbers[id], len(boxes), dashed=True))
        boxes.append(others)
    arrows.sort(key=lambda arrow: (arrow.tail, arrow.dashed, arrow.head))
    return Graph(f"what runs in {explain.written_call(report)}", tuple(boxes), tuple(arrows))


def _called(row: Row, link: str, *, marked: bool) -> Box:
    name = f"{row.number}  {row.name}" if row.number else row.name
    note = row.defined_at.text + ("" if row.taken == "true" else " · may run")
    return Box(name, f"✓ {note}" if marked else note, "untaken" if row.taken == "false" else row.kind, link, marked)


def _untaken(steps: dict[int, Step], numbers: dict[int, int]) -> dict[int, Box]:
    """Drawn step -> the box of the calls in its text that are not taken."""
    found: dict[int, list[str]] = {}
    for step in steps.values():
        if step.taken == "false" and step.parent in numbers and not explain.is_noise(step) and not explain.ends_in_error(step):
            found.setdefault(step.parent, []).append(explain.short(step.callee))
    boxes: dict[int, Box] = {}
    for id, every in found.items():
        names = list(dict.fromkeys(every))
        more = [f"and {len(names) - MOST_UNTAKEN + 1} more"] if len(names) > MOST_UNTAKEN else []
        shown = names[: MOST_UNTAKEN - 1] if more else names
        boxes[id] = Box("not taken", kind="untaken", cells=tuple(Cell(name) for name in [*shown, *more]))
    return boxes


# -- autograd -----------------------------------------------------------------------------------------------------------

_HAND_OVER = "AccumulateGrad"


def autograd(observation: Observation) -> Graph:
    """The loss value, the nodes behind it, and the leaves that receive a gradient."""
    nodes = observation.autograd_nodes
    leaf = _only_leaf(observation.sample, nodes)
    return of_nodes("the autograd nodes from the loss value to the leaves", nodes, observation.autograd_edges, leaf)


def of_nodes(name: str, nodes: Sequence[str], edges: Sequence[tuple[int, int]], leaf: str = ".grad of a leaf") -> Graph:
    """Autograd nodes behind a value, which is the first box."""
    boxes = [Box("loss value", "grad_fn", "value")]
    boxes += [Box(each, leaf, "leaf") if each == _HAND_OVER else Box(each, kind="operation") for each in nodes]
    reached = {head for _, head in edges}
    arrows = [Arrow(0, at + 1) for at in range(len(nodes)) if at not in reached]
    arrows += [Arrow(tail + 1, head + 1) for tail, head in edges]
    return Graph(name, tuple(boxes), tuple(arrows))


def _only_leaf(sample: Sample | None, nodes: Sequence[str]) -> str:
    """What the gradient ends in, by name where only one input can be meant."""
    inputs = sample.inputs if sample else ()
    asked = [one.name for one in inputs if isinstance(one.value, TensorData) and one.value.requires_grad]
    return f"{asked[0]}.grad" if len(asked) == 1 and nodes.count(_HAND_OVER) == 1 else ".grad of a leaf"
