"""Steps that were read -> the rows of a tree, numbered, folded and with the lines between them; shared by all faces.

In: the steps of a trace. Out: rows in the order of evaluation that say how deep they stand and what is folded. It draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from inspector.render import explain
from inspector.render.places import Place, callee_place, place
from inspector.report import Agreement, Record, Report, Step, StepKind, Truth

MOST_ROWS = 60
"""A longer tree is cut at the depth where it fits; -v shows it whole."""
SMALLEST_CUT = 6
"""Fewer rows than this of a longer part tell nothing."""
SMALLEST_REPEAT = 4
"""A repeated part of fewer rows is quicker to read than to look up."""


class Row(Record, frozen=True):
    """One row of a drawn tree."""

    id: int
    number: int | None
    """Place among the numbered steps; the same at any depth of folding. None for a builtin or a step not taken."""
    rails: tuple[bool, ...]
    """For each level above: whether its line goes on below this row."""
    is_last: bool
    has_children: bool
    name: str
    kind: StepKind
    called_at: Place
    defined_at: Place
    call_text: str
    condition: str
    """The sentence on the condition that guards this row; "" where the row before it already said it."""
    why: str
    taken: Truth
    left_out: int
    """How many rows are folded between the row before it and this one."""
    mark: str
    """What the run says of it where that is not "confirmed"; "" otherwise."""


class _Node(msgspec.Struct):
    step: Step
    children: list[_Node]
    note: str = ""
    via: Step | None = None
    """The step that led here, where what lies between is folded."""
    left_out: int = 0


class Folding(Record, frozen=True):
    """What a tree leaves out."""

    keep: Callable[[Step], bool]
    entry: str = ""
    """Calls of this function below the root lead straight to the `forward` they end in; "" folds none."""
    most_rows: int = MOST_ROWS
    numbered: bool = True


def numbers(steps: Iterable[Step]) -> dict[int, int]:
    """Id -> number, for the steps that have one: those taken (or perhaps taken), less builtins."""
    numbered = (step.id for step in steps if step.taken != "false" and not explain.is_noise(step))
    return {id: number for number, id in enumerate(numbered, 1)}


def nearest_numbers(steps: Sequence[Step], ids: Iterable[int]) -> tuple[int, ...]:
    """The numbers of the steps with these ids; for a step without one, that of the step it stands in."""
    by_id, known = {step.id: step for step in steps}, numbers(steps)
    found = []
    for id in ids:
        at: int | None = id
        while at is not None and at not in known:
            at = by_id[at].parent if at in by_id else None
        if at is not None:
            found.append(known[at])
    return tuple(sorted(set(found)))


def rows(steps: Sequence[Step], report: Report, folding: Folding) -> tuple[Row, ...]:
    """The rows of a trace."""
    roots = _nest(steps, folding.keep)
    if folding.entry:
        for root in roots:
            _fold_entries(root.children, folding.entry)
        _fold_repeats(roots, numbers(steps), {})
    _cut(roots, folding.most_rows)
    writer = _Writer(steps, report, folding)
    writer.write(roots, (), None)
    return tuple(writer.rows)


def size(nodes: Sequence[_Node]) -> int:
    """How many rows the nodes make."""
    return sum(1 + size(node.children) for node in nodes)


def _nest(steps: Sequence[Step], keep: Callable[[Step], bool]) -> list[_Node]:
    """The kept steps as a forest; a step whose caller is left out hangs on the nearest one that is kept."""
    parents = {step.id: step.parent for step in steps}
    nodes = {step.id: _Node(step, []) for step in steps if keep(step)}
    roots: list[_Node] = []
    for node in nodes.values():
        above = node.step.parent
        while above is not None and above not in nodes:
            above = parents.get(above)
        (roots if above is None else nodes[above].children).append(node)
    return roots


def _fold_entries(nodes: list[_Node], entry: str) -> None:
    """A module called inside another goes through the same steps as the outermost call: show the `forward` it ends in."""
    for place_, node in enumerate(nodes):
        found = _first_forward(node.children) if node.step.callee == entry else None
        if found:
            between = size([node]) - size([found]) - 1
            found.note = f"called as step 1 is: {explain.counted(between + 1, 'step')} through __call__ folded"
            found.via = node.step
            nodes[place_] = found
        _fold_entries(nodes[place_].children, entry)


def _first_forward(nodes: Sequence[_Node]) -> _Node | None:
    for node in nodes:
        if node.step.kind == "python" and node.step.taken != "false" and explain.last(node.step.callee) == "forward":
            return node
        if found := _first_forward(node.children):
            return found
    return None


def _fold_repeats(nodes: Sequence[_Node], known: dict[int, int], seen: dict[str, int]) -> None:
    """A part that already stood above is named, not shown again."""
    for node in nodes:
        shape = _shape(node)
        inside = size(node.children)
        if shape in seen and inside >= SMALLEST_REPEAT:
            node.note = "; ".join(filter(None, (node.note, f"the same {inside} steps inside as step {seen[shape]}")))
            node.children = []
        elif node.step.id in known:
            seen.setdefault(shape, known[node.step.id])
        _fold_repeats(node.children, known, seen)


def _shape(node: _Node) -> str:
    return f"{node.step.callee}({','.join(_shape(child) for child in node.children)})"


def _cut(roots: list[_Node], most: int) -> None:
    """Cuts the tree at the greatest depth at which it has at most `most` rows; of the depth below, what still finds room stays."""
    if size(roots) <= most:
        return
    depth = 2
    while _rows_to(roots, depth + 1) <= most:
        depth += 1
    edge = _at_depth(roots, depth)
    room = most - _rows_to(roots, depth)
    for place_, node in enumerate(edge):
        room -= _shorten(node, room // (len(edge) - place_))


def _rows_to(nodes: Sequence[_Node], depth: int) -> int:
    return sum(1 + _rows_to(node.children, depth - 1) for node in nodes) if depth else 0


def _at_depth(nodes: Sequence[_Node], depth: int) -> list[_Node]:
    """The nodes on the last level that is kept, those without children left out."""
    if depth == 1:
        return [node for node in nodes if node.children]
    return [found for node in nodes for found in _at_depth(node.children, depth - 1)]


def _shorten(node: _Node, room: int) -> int:
    """Leaves at most `room` rows inside a node: its first and last children, without what is in them. Returns how many it left."""
    if room < SMALLEST_CUT:
        _close(node)
        return 0
    if len(node.children) > room:
        head, tail = node.children[: room - room // 3], node.children[-(room // 3) :]
        tail[0].left_out = size(node.children) - size(head) - size(tail)
        node.children = [*head, *tail]
    for child in node.children:
        _close(child)
    return len(node.children)


def _close(node: _Node) -> None:
    if node.children:
        node.note = "; ".join(filter(None, (node.note, f"{explain.counted(size(node.children), 'more step')} inside, folded")))
        node.children = []


class _Writer:
    """Walks the folded tree and writes its rows."""

    def __init__(self, steps: Sequence[Step], report: Report, folding: Folding) -> None:
        self.rows: list[Row] = []
        self._known = explain.facts(report, steps)
        self._numbers = numbers(steps) if folding.numbered else {}
        self._release = report.release
        self._whole = folding.most_rows > MOST_ROWS
        self._agreement = report.agreement if folding.numbered and isinstance(report.agreement, Agreement) else None
        self._marks = _marks(self._agreement) if self._agreement else {}

    def write(self, nodes: Sequence[_Node], rails: tuple[bool, ...], above: Step | None) -> None:
        said = ("", "")
        for node in nodes:
            by = node.via or node.step
            guard = (by.condition, by.because)
            is_last = node is nodes[-1]
            self.rows.append(self._row(node, rails, is_last=is_last, condition="" if guard == said else self._condition(by, node.step)))
            said = guard
            self.write(node.children, (*rails, not is_last), node.step)

    def _condition(self, by: Step, step: Step) -> str:
        said = explain.condition(by, whole=self._whole)
        if not said or by.condition_value != "unknown" or self._agreement is None:
            return said
        ran = explain.in_the_run(step, self._agreement)
        return f"{said}; {ran}" if ran else said

    def _row(self, node: _Node, rails: tuple[bool, ...], *, is_last: bool, condition: str) -> Row:
        step, by = node.step, node.via or node.step
        return Row(
            id=step.id,
            number=self._numbers.get(step.id),
            rails=rails,
            is_last=is_last,
            has_children=bool(node.children),
            name=explain.short(step.callee),
            kind=step.kind,
            called_at=place(by.call_file, by.call_line, self._release),
            defined_at=callee_place(step, self._release),
            call_text=by.call_text,
            condition=condition,
            why="; ".join(part for part in (self._why(step), node.note) if part),
            taken=step.taken,
            left_out=node.left_out,
            mark=self._marks.get(step.id, ""),
        )

    def _why(self, step: Step) -> str:
        if step.taken == "false":
            return "not taken"
        return explain.step(step, self._known)


def _marks(agreement: Agreement) -> dict[int, str]:
    return dict.fromkeys(agreement.read_not_run, "did not run")
