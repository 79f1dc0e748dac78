"""Which changes meet which uses: arguments that are given or left out, conditions that can or cannot hold, methods of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from inspector import touching
from inspector.affected import Argument, Use
from inspector.changes import Change
from inspector.report import Parameter
from inspector.touching import Facts

SUBJECT = "torch.nn.modules.loss.GapLoss"
BASE = "torch.nn.modules.module.Module"
FUNCTION = "torch.nn.functional.gap"
PARAMETERS = (Parameter("weight", "None"), Parameter("margin", "1.0"), Parameter("reduction", "'mean'"))
FACTS = Facts(
    lambda name: (SUBJECT, BASE) if name == SUBJECT else (name,),
    lambda name, member: PARAMETERS if member in ("__init__", "") else (Parameter("x", None), Parameter("y", None)),
    lambda name, member: PARAMETERS if member in ("__init__", "") else (Parameter("x", None), Parameter("y", None)),
    lambda name, member: SUBJECT if member in ("__init__", "forward") else BASE,
    lambda name: frozenset({FUNCTION}) if name == SUBJECT else frozenset(),
)


def change(kind: Any, consequence: Any = "breaking", **more: Any) -> Change:
    return Change(**{"release": "2.0.0", "previous": "1.0.0", "subject": SUBJECT, "sentence": "it changed", "member": "__init__", **more},
                  kind=kind, consequence=consequence)  # fmt: skip


def use(*given: str, kind: Any = "makes", member: str = "__init__", subject: str = SUBJECT, **named: str) -> Use:
    arguments = (*(Argument("", text) for text in given if text != "*"), *(Argument(name, text) for name, text in named.items()))
    return Use("a.py", 3, kind, subject, "GapLoss()", member, arguments, "*" in given)


def need(one: Change, other: Use) -> str | None:
    found = touching.touch(one, other, FACTS)
    return found.need if found is not None else None


REMOVED = change("argument removed", names=("margin",))
RENAMED = change("argument renamed", names=("width",), before="margin=1.0", after="width")
DEFAULT = change("default", names=("reduction",))
BY_NAME = change("argument order", names=("margin",))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (REMOVED, use(), None),
        (REMOVED, use("w", "2"), "change"),
        (REMOVED, use(margin="2"), "change"),
        (REMOVED, use("*"), "look"),
        (RENAMED, use("w", "2"), None),
        (RENAMED, use(margin="2"), "change"),
        (DEFAULT, use(), "change"),
        (DEFAULT, use(reduction="'sum'"), None),
        (DEFAULT, use("w", "1", "'sum'"), None),
        (DEFAULT, use("*"), "look"),
        (change("default", "new", names=("reduction",)), use(), None),
        (BY_NAME, use("w"), None),
        (BY_NAME, use("w", "2"), "change"),
        (BY_NAME, use(margin="2"), None),
        (change("argument added", names=("margin",)), use("w", "2"), "change"),
        (change("argument added", names=("margin",)), use("w"), None),
        (change("argument added", "new", names=("margin",)), use("w", "2"), None),
    ],
)
def test_a_changed_argument_meets_calls_that_give_it_or_leave_it_out(one: Change, other: Use, expected: str | None) -> None:
    assert need(one, other) == expected


def test_a_star_may_still_take_what_has_no_place_any_more() -> None:
    facts = FACTS._replace(after=lambda name, member: (Parameter("args", None, kind="star"), *PARAMETERS))
    found = touching.touch(BY_NAME, use("w", "2"), facts)
    assert found is not None
    assert (found.need, found.because) == ("look", "`margin` is given by position, where `*args` takes it now")


def raises(condition: str, **more: Any) -> Change:
    return change("error added", after=f"ValueError: no {{}} (if {condition})", **more)


@pytest.mark.parametrize(
    ("condition", "other", "expected"),
    [
        ("margin <= 0", use(), None),
        ("margin <= 0", use(margin="-1"), "change"),
        ("margin <= 0", use(margin="m"), "look"),
        ("margin <= 0", use("*"), "look"),
        ("weight is not None and weight.dim() != 1", use(), None),
        ("weight is not None and weight.dim() != 1", use("torch.ones(3)"), "look"),
        ("weight.dim() != 1 and margin <= 0", use("w"), None),
        ("reduction not in ('mean', 'sum')", use(reduction="'none'"), "change"),
        ("not isinstance(margin, (float, int))", use(margin="'a'"), "change"),
        ("len(weight) == 0", use("[]"), "change"),
        ("open('x') or margin <= 0", use(), "look"),
        ("otherwise", use(), "nothing"),
        ("this is no code", use(), "look"),
    ],
)
def test_a_new_error_meets_calls_whose_written_arguments_do_not_rule_it_out(condition: str, other: Use, expected: str | None) -> None:
    assert need(raises(condition), other) == expected


def test_an_error_about_a_new_argument_meets_only_calls_that_give_it() -> None:
    one = raises("weight.dim() != 1", names=("weight",))
    assert need(one, use()) is None
    assert need(one, use("w")) == "look"


def test_what_is_deprecated_meets_the_calls_that_use_it() -> None:
    one = change("deprecated", "deprecated", after="UserWarning: weight is deprecated (if weight is not None)")
    assert need(one, use()) is None
    assert need(one, use("[1]")) == "change"
    assert need(change("deprecated", "deprecated", after="UserWarning: gone soon"), use()) == "change"


def test_an_error_of_the_function_below_is_told_where_it_can_be_judged() -> None:
    margin, data = (raises(each, subject=FUNCTION, member="") for each in ("margin <= 0", "y < 0"))
    assert need(margin, use(margin="0")) == "change"
    assert need(margin, use()) is None
    assert need(margin, use("x", "y", kind="calls", member="forward")) is None
    assert need(data, use("x", "y", kind="calls", member="forward")) == "look"
    assert need(change("path", "path", subject=FUNCTION, member=""), use()) == "nothing"


def test_a_base_class_whose_method_is_hidden_says_nothing_of_its_own() -> None:
    assert need(raises("True", subject=BASE), use()) is None
    assert need(raises("True", subject=BASE, member="zero_grad"), use(kind="calls", member="zero_grad")) == "change"


def test_a_method_of_ones_own_is_looked_at_where_torchs_changed() -> None:
    own = use(kind="overrides", member="_call_impl")
    assert need(change("path", "path", subject=BASE, member="_call_impl"), own) == "look"
    assert need(change("calling", "path", subject=BASE, member="__call__", names=(f"{BASE}._call_impl",)), own) == "look"
    assert (
        need(change("methods added", "new", subject=BASE, member="", names=("compile",)), use(kind="overrides", member="compile")) == "look"
    )
    assert need(change("path", "path", member="forward"), use(kind="overrides", member="forward")) is None


def test_what_is_removed_meets_every_use_and_what_is_only_spelled_none() -> None:
    for kind in ("makes", "names", "derives"):
        assert need(change("removed", "removed"), use(kind=kind, member="")) == "change"
    assert need(change("comments", "spelling", quiet=True), use()) is None
    assert need(change("removed", "removed", subject="torch.nn.modules.loss.Another"), use()) is None


def test_a_private_attribute_is_looked_at_where_it_changed() -> None:
    one = change("attributes", "inside", subject=BASE, names=("_backward_hooks",))
    assert need(one, use(kind="private", member="_backward_hooks")) == "look"
    assert need(one, use(kind="private", member="_parameters")) is None


def test_a_text_that_is_looked_for_is_met_by_a_message_that_says_something_else() -> None:
    one = change("message", "message", before="Expected a target of size {}", after="The target has size {}")
    assert need(one, use("Expected a target", kind="matches", member="", subject="")) == "change"
    assert need(one, use("another message altogether", kind="matches", member="", subject="")) is None
    same = change("message", "message", before="Expected a target of size {}", after="Expected a target of size {}, got {}")
    assert need(same, use("Expected a target", kind="matches", member="", subject="")) is None


def test_another_type_of_error_meets_those_who_catch_the_old_one() -> None:
    one = change("error type", before="AssertionError: no", after="ValueError: no")
    caught = Use("a.py", 3, "makes", SUBJECT, "GapLoss()", "__init__", catches=("AssertionError",))
    assert need(one, caught) == "change"
    assert need(one, use()) == "nothing"


def test_other_arithmetic_with_another_formula_is_looked_at_where_the_value_is_computed() -> None:
    other = change("arithmetic", member="", subject=FUNCTION)
    assert need(other, use(kind="calls", member="", subject=FUNCTION)) == "look"
    assert need(other, use(kind="calls", member="forward")) == "look"
    assert need(other, use()) == "nothing"
    assert need(change("arithmetic", "inside", member="", subject=FUNCTION), use(kind="calls", member="", subject=FUNCTION)) == "nothing"
