"""Properties that hold for what is read of every loss of the installed torch, in its default configuration."""

from __future__ import annotations

from functools import cache

import pytest

from inspector import asking
from inspector.report import Configuration, Sample
from inspector.source import catalog, docstrings, reading, signatures
from inspector.source.reading import Reading
from inspector.source.resolve import Library
from inspector.source.values import ClassValue

from . import held

LOSSES = catalog.read_catalog(held.installed()).losses()


@cache
def lines_of(file: str) -> list[str]:
    return held.installed().text_of(held.installed().place(file)).split("\n")


@cache
def read(qualified_name: str) -> Reading:
    name = qualified_name.rpartition(".")[2]
    asked = asking._with_sample(held.installed(), Configuration(qualified_name, f"{name}()"), live=False)
    made, _ = reading._read(asked.text, asked.configuration, asked.sample if isinstance(asked.sample, Sample) else None)
    return made


@pytest.fixture(params=[entry.qualified_name for entry in LOSSES], ids=lambda name: name.rpartition(".")[2])
def made(request: pytest.FixtureRequest) -> Reading:
    return read(request.param)


def test_every_step_stands_where_it_says(made: Reading) -> None:
    """The line of a call holds the name that is called; the line of a callee holds its definition."""
    for step in (*made.call_trace.steps, *made.construction_trace.calls):
        if step.call_line and step.kind != "attribute" and step.callee != "…":
            written = step.call_text.partition("(")[0].rpartition(".")[2].strip("@ )]'\"") or step.call_text[:1]
            near = "\n".join(lines_of(step.call_file)[step.call_line - 1 : step.call_line + 12])
            assert written.split()[0] in near, f"{step.call_file}:{step.call_line} {step.call_text}"
        if step.callee_line:
            row = lines_of(step.callee_file)[step.callee_line - 1]
            assert any(word in row for word in ("def ", "class ", "lambda", "@")), f"{step.callee_file}:{step.callee_line} {row}"


def test_parents_precede_their_children(made: Reading) -> None:
    for steps in (made.call_trace.steps, made.construction_trace.calls):
        ids = [step.id for step in steps]
        assert ids == sorted(set(ids))
        for step in steps:
            assert step.parent is None or step.parent in ids[: ids.index(step.id)]


def test_a_child_is_called_by_its_parent(made: Reading) -> None:
    for steps in (made.call_trace.steps, made.construction_trace.calls):
        by_id = {step.id: step for step in steps}
        for step in steps:
            if step.parent is not None and by_id[step.parent].kind == "python":
                assert step.caller == by_id[step.parent].callee


def test_a_step_that_is_not_certain_has_a_reason(made: Reading) -> None:
    """Its own condition or one of a call above it."""
    for steps in (made.call_trace.steps, made.construction_trace.calls):
        by_id = {step.id: step for step in steps}
        for step in steps:
            above = step
            while step.taken != "true" and above.parent is not None and not above.condition and not above.because:
                above = by_id[above.parent]
            assert step.taken == "true" or above.condition or above.because, step


def test_nothing_below_a_step_that_is_not_taken_is_taken(made: Reading) -> None:
    for steps in (made.call_trace.steps, made.construction_trace.calls):
        by_id = {step.id: step for step in steps}
        for step in steps:
            if step.parent is not None and step.taken == "true":
                assert by_id[step.parent].taken == "true"


def test_the_trace_ends_in_native_functions(made: Reading) -> None:
    """Except for a class that has no forward of its own, whose call raises."""
    steps = made.call_trace.steps
    assert steps[0].callee.endswith("._wrapped_call_impl")
    natives = [step.callee for step in steps if step.kind == "native" and step.taken != "false"]
    assert natives
    without = made.members["forward"].owner.endswith("module.Module")
    assert (steps[-1].callee in ("…", "NotImplementedError")) == without


def test_the_members_say_who_can_be_called(made: Reading) -> None:
    call = made.members["__call__"]
    assert (call.kind, call.alias_of) == ("alias", "_wrapped_call_impl")
    assert "torch.nn.modules.module.Module" in call.owner
    assert {"__call__", "forward", "__init__"} <= set(made.members)
    for member in made.members.values():
        assert any(word in lines_of(member.file)[member.line - 1] for word in ("def ", "=", ":"))


def test_the_mro_goes_down_to_module_and_lies_where_it_says(made: Reading) -> None:
    assert made.mro[0].qualified_name == made.subject.qualified_name
    assert made.mro[-1].qualified_name == "torch.nn.modules.module.Module"
    for entry in made.mro:
        assert lines_of(entry.file)[entry.line - 1].startswith(f"class {entry.qualified_name.rpartition('.')[2]}")


def test_every_attribute_is_set_on_its_line(made: Reading) -> None:
    for attribute in made.construction_trace.attributes:
        if attribute.line:
            near = "\n".join(lines_of(attribute.file)[attribute.line - 1 : attribute.line + 6])
            assert attribute.name in near or "setattr" in near.lower() or "super().__" in near, (
                f"{attribute.name} {attribute.file}:{attribute.line}"
            )
        for step in attribute.read_at:
            assert any(each.id == step for each in made.call_trace.steps)


def test_the_signature_names_every_parameter(made: Reading) -> None:
    library = Library(held.installed())
    cls = library.dotted(made.subject.qualified_name)
    assert isinstance(cls, ClassValue)
    names = [parameter.name for parameter in signatures.constructor_signature(library, cls)]
    assert names == [parameter.name for parameter in made.subject.signature]
    assert len(names) == len(set(names))
    assert "self" not in names


def test_a_summary_is_one_sentence() -> None:
    for entry in LOSSES:
        if entry.public_name and entry.name != "NLLLoss2d":  # it has no docstring
            assert entry.summary
            assert "\n" not in entry.summary
            assert not entry.summary.startswith(".. ")
    assert docstrings.summary_of("One line.\n\nMore.") == "One line."


def test_reading_needs_no_torch_and_gives_the_same_twice() -> None:
    name = "torch.nn.modules.loss.TripletMarginWithDistanceLoss"
    first = read(name)
    read.cache_clear()
    assert read(name) == first
