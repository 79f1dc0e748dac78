"""Sentences made from records, by rule."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inspector.render import explain
from inspector.report import Agreement, Argument, Constant, Items, Maker, Member, ObservedCall, Reference, Step, TensorData

from . import sample_report as sample

FACTS = explain.Facts(
    kinds={"weight": "buffer", "bias": "parameter", "distance": "submodule"}, last_native=9, entry="m.Module._call",
    subject="m.Sub", owners=("m.Sub", "m.Base"),
)  # fmt: skip


def step(**fields: Any) -> Step:
    named = {"id": 1, "parent": 0, "caller": "m.f", "callee": "m.g", "call_at": ("m.py", 3, "g(x)")} | fields
    return sample.call(named.pop("id"), named.pop("parent"), named.pop("caller"), named.pop("callee"), named.pop("call_at"), **named)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("torch.nn.modules.module.Module._call_impl", "Module._call_impl"),
        ("torch.nn.modules.module.Module._call_impl.<locals>.inner", "Module._call_impl.inner"),
        ("torch.nn.modules.loss._Loss", "_Loss"),
        ("torch.nn.functional.cross_entropy", "F.cross_entropy"),
        ("torch.nn._reduction.get_enum", "_reduction.get_enum"),
        ("torch._C._nn.cross_entropy_loss", "torch._C._nn.cross_entropy_loss"),
        ("torch.Tensor.dim", "Tensor.dim"),
        ("torch.broadcast_tensors", "torch.broadcast_tensors"),
        ("isinstance", "isinstance"),
        ("collections.OrderedDict.values", "OrderedDict.values"),
        ("", ""),
    ],
)
def test_names_are_short_as_people_say_them(name: str, said: str) -> None:
    assert explain.short(name) == said


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (step(caller="", callee="m.Module._call"), "this is what `__call__` names"),
        (step(caller="", callee="m.Module.__call__"), "this is `__call__`"),
        (step(caller="", callee="m.Sub.__init__", call_at=("", 0, "Sub()")), "`Sub()` makes the object, then runs this"),
        (
            step(
                kind="attribute", caller="m.Sub.forward", callee="m.Module.__getattr__", call_at=("m.py", 3, "self.weight"), result="None"
            ),
            "weight is a buffer, not in the object's own dict, so reading `self.weight` runs this; returns None",
        ),
        (
            step(kind="attribute", caller="m.Sub.forward", callee="m.Module.__getattr__", call_at=("m.py", 3, "self.distance")),
            "distance is a submodule, not in the object's own dict, so reading `self.distance` runs this",
        ),
        (
            step(kind="attribute", callee="m.V.__getattr__", call_at=("m.py", 3, "_VF.f")),
            "nothing else on `_VF` is called f, so reading `_VF.f` runs this",
        ),
        (
            step(kind="attribute", callee="m.Module.__getattr__", call_at=("m.py", 3, "self.weight"), caller="m.Other.forward"),
            "nothing else on `self` is called weight, so reading `self.weight` runs this",
        ),
        (
            step(kind="attribute", callee="m.Module.__setattr__", call_at=("m.py", 3, "self.a = a")),
            "`self.a = a` runs it: Module looks whether the value is to be registered",
        ),
        (step(id=9, kind="native", callee="m._C.f"), "the last name Python can see: below it is C++"),
        (step(kind="native", callee="m._C.f", result="False", because="plain tensors"), "plain tensors; returns False"),
        (step(callee="m.Base.__init__", call_at=("m.py", 3, "super().__init__()")), "super(): the next class of the MRO that has one"),
        (step(callee="m.Sub.forward"), "the forward that Sub defines"),
        (step(callee="m.Base.forward"), "the forward that Sub inherits from Base"),
        (step(kind="unresolved", because="too deep"), "not known: too deep"),
        (step(kind="unresolved"), "not known"),
        (step(callee="m.Base.__init__", result="None"), ""),
        (step(), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_step_is_explained_by_its_record(record: Step, said: str) -> None:
    assert explain.step(record, FACTS) == said


HOOKS = "`self._a_hooks`, `self._b_hooks`, `_c_hooks` and `_d_hooks` are empty"


@pytest.mark.parametrize(
    ("condition", "value", "because", "said"),
    [
        ("x is not None", "false", "its default is None", "`x is not None` is false: its default is None"),
        ("x", "unknown", "", "only a run can tell whether `x` is true"),
        ("x", "unknown", "it depends on the input", "only a run can tell whether `x` is true: it depends on the input"),
        ("x", "unknown", "taken as false: the call would raise",
         "only a run can tell whether `x` is true; a call that succeeds has it false, since true would end it in an error"),
        ("for a in x", "unknown", "how often it runs depends on the data",
         "`for a in x`: how often it runs depends on the data, so only a run can tell"),
        ("f(x)", "false", "`f(x)` gave False (plain)", "`f(x)` gave False (plain)"),
        ("not hooks", "true", HOOKS, "`not hooks` is true: no hooks are registered (all 4 collections are empty)"),
        ("hooks", "false", f"the function ended at line 9: {HOOKS}",
         "not reached: the function ended at line 9: no hooks are registered (all 4 collections are empty)"),
        ("hooks", "true", f"`x_hooks` is a dict of 1; {HOOKS}",
         "`hooks` is true: `x_hooks` is a dict of 1; `self._a_hooks` … `_d_hooks`, 4 in all, are empty"),
        ("x", "true", "`a`, `b`, `c`, `d` and `e` are False", "`x` is true: `a` … `e`, 5 in all, are False"),
        ("", "unknown", "anything", ""),
    ],
)  # fmt: skip
def test_a_condition_is_said_with_its_value_and_reason(condition: str, value: Any, because: str, said: str) -> None:
    assert explain.condition(step(condition=condition, condition_value=value, because=because)) == said


def test_where_only_a_run_can_tell_the_run_says_whether_a_step_was_reached() -> None:
    maybe = step(id=4, condition="x", condition_value="unknown", taken="unknown")
    ran, other = Agreement((4,), (), ()), Agreement((), (), ())
    assert explain.in_the_run(maybe, ran) == "in the run it was reached"
    assert explain.in_the_run(maybe, other) == "in the run it was not reached"
    assert explain.in_the_run(maybe, Agreement((), (), (), not_observable=(4,))) == ""
    assert explain.in_the_run(step(id=4, condition="x", condition_value="true", taken="true"), ran) == ""


def test_a_long_condition_keeps_its_two_ends_and_is_whole_when_asked() -> None:
    record = step(condition="not (alpha_hooks or beta_hooks or gamma_hooks or delta_hooks or epsilon_hooks)", condition_value="true")
    assert explain.condition(record) == "`not (alpha_hooks or beta_hooks … delta_hooks or epsilon_hooks)` is true"
    assert explain.condition(record, whole=True) == f"`{record.condition}` is true"


def test_why_an_object_can_be_called_names_those_without_a_call_method() -> None:
    said = explain.why_callable(sample.full_report())
    assert "on the type of criterion" in said
    assert "CrossEntropyLoss, _WeightedLoss and _Loss have none; Module does" in said
    assert "another name for `_wrapped_call_impl` (line 1917)" in said


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (Member(sample.CROSS_ENTROPY, "def", None, "f.py", 7), "defines it itself: its `__call__` is a method of its own (line 7)."),
        (Member(sample.WEIGHTED, "native", None, "", 0), "CrossEntropyLoss has none; _WeightedLoss does: its `__call__` is built in."),
    ],
)  # fmt: skip
def test_why_an_object_can_be_called_follows_the_owner(member: Member, said: str) -> None:
    report = sample.full_report()
    changed = msgspec.structs.replace(report, members=report.members | {"__call__": member})
    assert explain.why_callable(changed).endswith(said)


def test_paths_on_which_only_builtins_would_be_called_are_not_told() -> None:
    raising = step(taken="false", kind="builtin", callee="ValueError", condition="bad", because="`x` is fine")
    calling = step(taken="false", callee="m.h", condition="x", because="`x` is None")
    assert explain.not_taken([raising, calling]) == ["h, since `x` is None"]


def test_the_verdict_counts_what_a_profiler_can_see() -> None:
    assert explain.verdict(Agreement((1, 2), (), (), (), 2)) == "2 of 2 steps confirmed by a run"
    assert explain.verdict(Agreement((1,), (), (), (), 1)) == "1 of 1 step confirmed by a run"


def test_what_is_left_over_is_said_for_either_side() -> None:
    call = ObservedCall("a", "b", "native", "", 0)
    assert explain.leftovers(Agreement((1,), (2,), (), (), 2)) == "1 step read as taken did not run:"
    assert explain.leftovers(Agreement((1,), (), (call, call), (), 2)) == "2 calls ran that were not read:"
    assert explain.leftovers(Agreement((1,), (2,), (call,), (), 2)) == "1 step read as taken did not run and 1 call ran that was not read:"


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        (Argument("input", TensorData((3, 5), "float32", (0.0,))), "input float32 (3, 5)"),
        (Argument(None, TensorData((3,), "int64", (0,))), "int64 (3,)"),
        (Argument("lengths", Items("tuple", (Constant(3),))), "lengths (3,)"),
        (Argument("p", Constant("inf", nonfinite=True)), "p inf"),
        (Argument("d", Maker("torch.nn.PairwiseDistance", (Argument("p", Constant(1)),))), "d torch.nn.PairwiseDistance(p=1)"),
        (Argument("dtype", Items("list", (Reference("torch.float64"), Constant("x")))), "dtype [torch.float64, 'x']"),
    ],
)
def test_an_argument_is_said_in_short(argument: Argument, said: str) -> None:
    assert explain.value(argument) == said


def test_no_sentence_knows_a_loss_by_name() -> None:
    """By rule from the record: renaming every class changes the names in the sentences and nothing else."""
    text = sample.full_report().to_json()
    renamed = type(sample.full_report()).from_json(text.replace("CrossEntropyLoss", "Zzz").replace("cross_entropy", "zzz"))
    assert explain.why_callable(renamed) == explain.why_callable(sample.full_report()).replace("CrossEntropyLoss", "Zzz")
