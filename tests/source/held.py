"""A hand-written package, read and run: what was read as a terse tree, and the edges of both.

In: a folder with a source.py that says in CALL how it is constructed and called. Out: a trace and what really ran. The oracle is the run.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from inspector import agreement
from inspector.report import Argument, CallTrace, Configuration, ConstructionTrace, ObservedCall, Sample
from inspector.source import finders, reading
from inspector.source.expression import parse_expression
from inspector.source.finders import TorchText

Edges = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Package:
    """A package of one module, `source`, and how its class is constructed and called: `CALL = "Subject(2)(3)"`."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def module(self) -> str:
        return f"{self.name}.source"

    def text(self) -> str:
        return (self.folder / "source.py").read_text(encoding="utf-8")

    def call(self) -> tuple[str, tuple[Argument, ...], tuple[Argument, ...]]:
        """(class, constructor arguments, inputs)."""
        written = next(
            node.value for node in ast.parse(self.text()).body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CALL"
        )
        outer = ast.parse(ast.literal_eval(written), mode="eval").body
        assert isinstance(outer, ast.Call)
        name, args = parse_expression(ast.unparse(outer.func))
        return name, args, parse_expression(f"call({', '.join(map(ast.unparse, outer.args))})")[1]

    def configuration(self) -> Configuration:
        name, args, _ = self.call()
        return Configuration(f"{self.module}.{name}", f"{name}(…)", args)

    def sample(self) -> Sample:
        inputs = self.call()[2]
        if "torch" in self.text():
            inputs = tuple(Argument(None, _data(argument)) for argument in inputs)
        return Sample(tuple(Argument(f"input{place}", argument.value) for place, argument in enumerate(inputs)), "", "given")


def _data(argument: Argument) -> Any:
    """A tensor maker becomes the tensor it makes, so that both sides know the same of it. Floating ones require a gradient."""
    from inspector.live import build, instances

    value = build.make_value(argument.value)
    if hasattr(value, "is_floating_point") and value.is_floating_point():
        value.requires_grad_()
    return instances.to_term(value)


@cache
def installed() -> TorchText:
    return finders.find_installed()


def text_for(package: Package) -> TorchText:
    """The installed torch with this package to be followed beside it; torch's own files are read once."""
    text = TorchText(installed().root, installed().release, {package.name: package.folder.parent})
    text._texts = installed()._texts
    return text


def read(package: Package) -> reading.Reading:
    """What is read of it; never from the cache."""
    made, _ = reading._read(text_for(package), package.configuration(), package.sample())
    return made


def run(package: Package) -> tuple[ObservedCall, ...]:
    """What runs, under the recorder of every other observation; the first call of the process is left out, as there."""
    from inspector.live import build, observe

    name, args, _ = package.call()
    sample = package.sample()
    with imported(package) as module:
        recorder = observe.Recorder(package=package.name, root=package.folder.parent)
        with build.fixed_random(), observe._undisturbed():
            made = [
                getattr(module, name)(
                    *(build.make_value(a.value) for a in args if a.name is None),
                    **{a.name: build.make_value(a.value) for a in args if a.name},
                )
                for _ in range(2)
            ]
            made[0](*build.make_inputs(sample))
            observe.call_observed(made[1], build.make_inputs(sample), recorder)
    return recorder.calls()


@contextmanager
def imported(package: Package) -> Iterator[ModuleType]:
    """Its module, imported as a user's would be and forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(package.folder.parent))
    writing, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        importlib.invalidate_caches()
        yield importlib.import_module(package.module)
    finally:
        sys.dont_write_bytecode = writing
        sys.path.remove(str(package.folder.parent))
        for name in set(sys.modules) - before:
            if name.partition(".")[0] == package.name:
                del sys.modules[name]


def edges(trace: CallTrace, calls: tuple[ObservedCall, ...]) -> tuple[Edges, Edges, Edges]:
    """(observed, read as taken, read as taken or not known)."""
    observed = frozenset(agreement.key_of(call) for call in calls)
    taken = frozenset(agreement.key_of(step) for step in trace.steps if step.taken == "true" and agreement.is_visible(step))
    read_at_all = frozenset(agreement.key_of(step) for step in trace.steps if step.taken != "false" and agreement.is_visible(step))
    return observed, taken, read_at_all


# -- the record tree ------------------------------------------------------------------------------------------------------


def tree(trace: CallTrace, package: str = "") -> str:
    """One line a step of the package itself: a number, `+` taken, `-` not taken, `?` not known, callee, kind, condition, result.

    No sentence is in it.
    """
    depth: dict[int | None, int] = {None: -1}
    lines = []
    for step in trace.steps:
        depth[step.id] = depth[step.parent] + 1
        if step.caller.startswith("torch."):
            continue  # another torch has other calls inside
        mark = {"true": "+", "false": "-", "unknown": "?"}[step.taken]
        seen = "" if step.observable else " unseen"
        line = f":{step.call_line}" if step.call_line else ""
        guard = f"  if {step.condition} = {step.condition_value}" if step.condition else ""
        result = f"  -> {step.result}" if step.result else ""
        lines.append(
            f"{len(lines) + 1:>3} {mark} {'  ' * depth[step.id]}{_short(step.callee, package)}{line}  [{step.kind}{seen}]{guard}{result}"
        )
    return "\n".join(lines) + "\n"


def attributes(trace: ConstructionTrace, package: str = "") -> str:
    """One line an attribute: kind, name, value, and who set it."""
    return "".join(
        f"    {a.kind} {a.name} = {a.value}  by {_short(a.set_in, package)}:{a.line}\n" for a in trace.attributes if not a.container
    )


def _short(name: str, package: str) -> str:
    return name.removeprefix(f"{package}.source.") if package else name
