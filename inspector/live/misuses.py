"""How people misuse any loss, as rules: the lines they write, what is wrong with them, and the lines to write instead.

In: a plan of one loss. Out: Misuses, programs of a few lines each, which the child process runs. Knows no loss by name, runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from inspector.live import wrong_shapes
from inspector.live.arguments import default_of
from inspector.live.drafts import Drawn
from inspector.live.probes import Plan
from inspector.live.samples import COMPARED_WITH
from inspector.live.snippets import constructor, public
from inspector.live.uses import USES, Use
from inspector.live.written import write
from inspector.losses.reductions import field_name
from inspector.losses.schema import ArgumentForm, Choice, InputForm
from inspector.report import Argument, Configuration, Constant, TensorData


class Misuse(NamedTuple):
    """Wrong lines and the right ones, both run after the same setup."""

    rule: str
    """The same for the same misuse of another loss."""
    cause: str
    """What is wrong, in words."""
    setup: str
    """Lines that make the inputs and `loss`."""
    wrong: str
    """What people write."""
    right: str
    """What is run in its place; "" where words must do."""
    fix: str
    """What is told: the last line that ran, or words."""
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The inputs of the wrong call and their shapes, where they are what is wrong."""
    proof: str = ""
    """Lines run after the right ones, which fail where these mean something else than what was meant."""


def of_use(made: Plan, device: str = "cpu") -> Iterator[Misuse]:
    """Misuses of one loss by the table above, by its constructor's arguments, and by the shapes of its inputs."""
    drawn = made.drawn()
    names = _Names(made, drawn, device)
    for use in USES:
        if (use.several and len(drawn.inputs) < 2) or (use.unreduced and "reduction" not in names.parameters):
            continue
        if "{cls}" in use.wrong and (not names.make.endswith("()") or "reduction" not in names.parameters):
            continue
        yield names.misuse(use)
    yield from _of_constructor(made, names)


def of_shapes(made: Plan, device: str = "cpu") -> Iterator[Misuse]:
    """Wrong shapes of one case, each with the call that mends it."""
    for wrong in wrong_shapes.found(made):
        names = _Names(made, wrong.drawn, device)
        call = names.call
        for right in wrong.right:
            mended = f"loss({', '.join(right.get(name, name) for name in names.inputs)}){names.field}"
            yield Misuse(wrong.rule, wrong.cause, names.setup(), call, mended, mended, wrong_shapes.by_name(wrong.drawn))
        if not wrong.right:
            yield Misuse(wrong.rule, wrong.cause, names.setup(), call, "", wrong.words, wrong_shapes.by_name(wrong.drawn))


class _Names:
    """What one loss and its inputs are called, to be put into lines."""

    def __init__(self, made: Plan, drawn: Drawn, device: str) -> None:
        self._made, self._drawn, self.device = made, drawn, device
        self.inputs = [draft.form.name for draft in drawn.inputs]
        self.parameters = {parameter.name for parameter in made.signature}
        self.cls = public(made.configuration.subject)
        self.make = constructor(made.configuration, made.dtype)
        way = "mean" if "reduction" in self.parameters else ""
        field = field_name(made.definition, way or "mean")
        self.field = f".{field}" if field else ""
        self.call = f"loss({', '.join(self.inputs)}){self.field}"
        self.leaves = [draft.form.name for draft in drawn.inputs if draft.form.differentiable and draft.form.name not in COMPARED_WITH]

    def setup(self, make: str = "") -> str:
        """Lines that make the inputs and the loss."""
        moved = f".to({self.device!r})" if self.device != "cpu" else ""
        lines = [f"{draft.form.name} = {_written(draft.term(), draft.form.name in self.leaves)}{moved}" for draft in self._drawn.inputs]
        return "\n".join([*lines, f"loss = {make or self.make}{moved}"])

    def with_argument(self, given: str) -> str:
        """The constructor call with one argument more."""
        return f"{self.make.removesuffix(')')}{'' if self.make.endswith('()') else ', '}{given})"

    def unreduced(self) -> str:
        """The constructor with reduction='none'."""
        args = [each for each in self._made.configuration.args if each.name != "reduction"]
        given = Argument("reduction", Constant("none"))
        return constructor(Configuration(self._made.configuration.subject, "", (*args, given)), self._made.dtype)

    def misuse(self, use: Use) -> Misuse:
        """A rule with the names put in."""
        setup = self.setup(self.unreduced() if use.unreduced else "")
        before = f"\n{self.put(use.before)}" if use.before else ""
        right = self.put(use.right)
        fix = self.put(use.fix) if use.fix else right.splitlines()[-1]
        return Misuse(use.rule, self.put(use.cause), setup + before, self.put(use.wrong, use.cut), right, fix)

    def put(self, text: str, cut: str = "") -> str:
        """The names in their places; `cut` is what is done to each input that is learned from."""
        leaf, last = (self.leaves or self.inputs)[0], self.inputs[-1]
        cut_off = [cut.format(x=name) if name in self.leaves else name for name in self.inputs]
        return text.format(
            cut=f"loss({', '.join(cut_off)}){self.field}",
            x=leaf,
            y=last,
            call=self.call,
            cls=self.cls,
            device=self.device,
            args=", ".join(self.inputs),
            rest=", ".join(name for name in self.inputs if name != leaf),
            most=", ".join(self.inputs[:-1]),
            swapped=", ".join([last, *self.inputs[1:-1], self.inputs[0]]),
            moved=", ".join(f"{name}.to(device)" for name in self.inputs),
        )


def _written(term: object, leaf: bool) -> str:
    if isinstance(term, TensorData):
        return write(TensorData(term.shape, term.dtype, term.values, requires_grad=leaf and term.requires_grad))
    return write(term)  # type: ignore[arg-type]


# -- the constructor --------------------------------------------------------------------------------------------------------


def _of_constructor(made: Plan, names: _Names) -> Iterator[Misuse]:
    for name, reduction in (("size_average", "sum"), ("reduce", "none")):
        if name in names.parameters:
            yield _deprecated(names, name, reduction)
    for form in made.definition.arguments:
        if isinstance(form.values, InputForm) and form.name in names.parameters and set(form.values.shape) <= set(made.fitted.sizes):
            yield from _tensor_argument(
                made, names, form.name, [made.sizes.get(str(s), made.fitted.sizes[str(s)]) for s in form.values.shape]
            )
        elif isinstance(form.values, Choice) and made.fitted.case.target_kind and form.name not in _OF_REDUCTION:
            yield from _beside_targets(made, names, form)


_OF_REDUCTION = ("size_average", "reduce", "reduction")


def _beside_targets(made: Plan, names: _Names, form: ArgumentForm) -> Iterator[Misuse]:
    """A legal value of an argument, with each kind of targets: it need not go with all of them."""
    assert isinstance(form.values, Choice)
    defaults = {parameter.name: default_of(parameter) for parameter in made.signature}
    values = [value for value in form.values.of if value != defaults.get(form.name)][:1]
    args = ", ".join(names.inputs)
    for value in values if form.name in names.parameters else ():
        right = f"{names.make}({args})"
        cause = f"{form.name} is given, and the targets are {made.fitted.case.target_kind}"
        yield Misuse("beside-targets", cause, names.setup(), f"{names.with_argument(f'{form.name}={value!r}')}({args})", right, right)


def _deprecated(names: _Names, name: str, reduction: str) -> Misuse:
    """An old argument; the reduction that is told must give the same numbers."""
    args = ", ".join(names.inputs)
    wrong, right = names.with_argument(f"{name}=False"), names.with_argument(f"reduction={reduction!r}")
    proof = (
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n"
        f"    old, new = {wrong}({args}), {right}({args})\nassert torch.equal(old, new)"
    )
    return Misuse("deprecated", f"{name} is an old argument", names.setup(), wrong, right, right, proof=proof)


def _tensor_argument(made: Plan, names: _Names, name: str, shape: list[int]) -> Iterator[Misuse]:
    """A tensor that the constructor takes, given as a list, and left on another device."""
    size = " * ".join(map(str, shape)) or "1"
    args = ", ".join(names.inputs)
    wrong, right = names.with_argument(f"{name}={name}"), names.with_argument(f"{name}=torch.tensor({name})")
    setup = f"{names.setup()}\n{name} = [1.0] * ({size})"
    yield Misuse("list-argument", f"{name} is a list, not a tensor", setup, f"{wrong}({args})", f"{right}({args})", right)
    setup = names.setup(names.with_argument(f"{name}=torch.ones({size}, device='meta')"))
    moved = ", ".join(f"{each}.to(device)" for each in names.inputs)
    cause = f"{name} is on another device than the inputs (tried with the device meta)"
    mended = f"loss.to(device)({moved})"
    yield Misuse("device", cause, setup, names.call, f"device = 'meta'\n{mended}", mended)
