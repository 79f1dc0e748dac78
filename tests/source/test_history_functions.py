"""Two texts of one function -> what changed: each kind of meaning and each kind of spelling, told apart and told once."""

from __future__ import annotations

import pytest

from inspector.changes import Change
from inspector.source.history.comparing import compare
from inspector.source.history.documented import cases, formulas
from inspector.source.history.formula_text import one_line
from inspector.source.history.portrait import Piece, Portrait

NAME = "torch.nn.functional.gap"
PLAIN = '''\
def gap(input, target, wide=1):
    """The gap."""
    # how far apart
    if wide < 0:
        raise ValueError("wide is {}".format(wide))
    far = torch.gap_of(input, target)
    if wide > 1:
        return far * wide
    else:
        return far
'''


def portrait(text: str) -> Portrait:
    return Portrait(NAME, NAME, "function", Piece(NAME, "torch/nn/functional.py", 1, text.rstrip("\n")))


def changes(before: str, after: str) -> tuple[Change, ...]:
    return compare(portrait(before), portrait(after), "1.0.0", "1.1.0")


def edited(*swaps: str) -> str:
    """The plain text with some words replaced by others: before, after, before, after."""
    text = PLAIN
    for old, new in zip(swaps[::2], swaps[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return text


SPELLINGS = {
    "formatting": edited("def gap(input, target, wide=1):", "def gap(\n    input,\n    target,\n    wide=1,\n):"),
    "docstring": edited("The gap.", "How far two tensors are apart."),
    "comments": edited("# how far apart", "# the distance"),
    "annotations": edited("(input, target, wide=1):", "(input: Tensor, target: Tensor, wide: int = 1) -> Tensor:"),
    "annotations in a comment": edited('    """The', '    # type: (Tensor, Tensor, int) -> Tensor\n    """The'),
    "annotations by a cast": edited("torch.gap_of(input,", "torch.gap_of(torch.jit._unwrap_optional(input),"),
    "annotations by an assertion": edited("    far =", "    assert isinstance(input, Tensor)\n    far ="),
    "renamed locals": edited("far", "distance", "how distance", "how far"),
    "decorators": "@weak_script\n" + PLAIN,
    "style of a message": edited('"wide is {}".format(wide)', 'f"wide is {wide}"'),
    "style of a branch": edited("    else:\n        return far", "    return far"),
    "style of quotes": edited('"wide is {}"', "'wide is {}'"),
    "lines": "\n",
}


@pytest.mark.parametrize("how", [how for how in SPELLINGS if how != "lines"])
def test_a_change_of_spelling_is_quiet_and_of_its_kind(how: str) -> None:
    found = changes(PLAIN, SPELLINGS[how])
    assert found
    assert all(change.quiet and change.consequence == "spelling" for change in found)
    kind = how.split(" of ")[0].split(" by ")[0].split(" in ")[0]
    assert kind in {change.kind for change in found} or how == "style of quotes"


def test_the_same_text_in_another_line_only_moved() -> None:
    moved = portrait(PLAIN)
    moved = Portrait(NAME, NAME, "function", Piece(NAME, "torch/nn/functional.py", 9, moved.own.text))
    (change,) = compare(portrait(PLAIN), moved, "1.0.0", "1.1.0")
    assert (change.kind, change.quiet) == ("lines", True)


def test_a_function_in_another_file_is_told_to_have_moved() -> None:
    moved = Portrait(NAME, NAME, "function", Piece(NAME, "torch/nn/other.py", 1, PLAIN.rstrip("\n")))
    (change,) = compare(portrait(PLAIN), moved, "1.0.0", "1.1.0")
    assert (change.kind, change.after) == ("moved", "torch/nn/other.py")


MEANINGS = {
    "a new argument": (edited("wide=1)", "wide=1, deep=2)"), "argument added", "new", "new argument `deep=2`"),
    "a new argument in the middle": (edited("target, wide", "target, deep=2, wide"), "argument added", "breaking", "before `wide`"),
    "a new argument that must be given": (edited("target, wide", "target, deep, wide"), "argument added", "breaking", "must be given"),
    "an argument gone": (edited(", wide=1", "", "wide > 1", "1 > 1", "* wide", "* 2"), "argument removed", "breaking", "`wide=1` is gone"),
    "another default": (edited("wide=1", "wide=2"), "default", "breaking", "`wide` is 2 by default; it was 1"),
    "an argument renamed": (edited("target", "goal"), "argument renamed", "breaking", "`target` is called `goal`"),
    "a new argument that leads away": (
        edited("wide=1)", "wide=1, near=True)", "    far = torch.gap_of(input, target)\n",
               "    if near:\n        far = input\n    else:\n        far = torch.gap_of(input, target)\n"),
        "default", "breaking", "new argument `near=True`: what was done before is done where it is False",
    ),
    "only by name": (edited("target, wide", "target, *, wide"), "argument order", "breaking", "only be given by name"),
    "another error": (edited("ValueError", "TypeError"), "error type", "breaking", "raises TypeError, not ValueError where `wide < 0`"),
    "a new error": (edited("    far =", "    if input is target:\n        raise ValueError('same')\n    far ="), "error added", "breaking",
                    "raises ValueError where `input is target`"),
    "no error": (
        edited('    if wide < 0:\n        raise ValueError("wide is {}".format(wide))\n', ""),
        "error removed", "inside", "no longer",
    ),
    "another message": (edited("wide is {}", "it must not be negative: {}"), "message", "message", "it said \"wide is …\""),
    "a warning": (edited("    far =", "    warnings.warn('slow')\n    far ="), "warning added", "message", 'warns: "slow"'),
    "a deprecation": (edited("    far =", "    warnings.warn('gap is deprecated')\n    far ="), "deprecated", "deprecated", "warns"),
    "another native function": (edited("torch.gap_of", "torch._C._nn.gap"), "path", "path",
                                "`far = torch._C._nn.gap(input, target)`; it was"),
    "another number": (edited("far * wide", "far * wide * 2"), "body", "inside", "`return far * wide * 2`; it was `return far * wide`"),
    "an error said once more": (
        edited(
            "    far =",
            "    if isinstance(wide, float):\n        if wide < 0.5:\n            raise ValueError(f'wide is {wide}')\n    far =",
        ),
        "condition of an error", "inside", "raises ValueError where `isinstance(wide, float) and wide < 0.5` too",
    ),
    "an override": (
        edited("    far =", "    if has_torch_function((input,)):\n        return handle_torch_function(gap, (input,), input)\n    far ="),
        "override", "inside", "can be overridden by the type of an argument",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MEANINGS)
def test_a_change_of_meaning_is_told_once_with_what_it_means(what: str) -> None:
    after, kind, consequence, words = MEANINGS[what]
    loud = [change for change in changes(PLAIN, after) if not change.quiet]
    told = [change for change in loud if change.kind == kind]
    assert len(told) == 1, loud
    assert told[0].consequence == consequence
    assert words in told[0].sentence
    assert len(loud) == 1 or what in ("an argument gone", "no error", "a new argument that leads away"), loud


COMPUTED = """\
def gap(input, target, var, reduction="mean"):
    if var.size() != input.size():
        if input.dim() == var.dim():
            pass
        else:
            raise ValueError("var is of incorrect size")
    loss = (input - target) ** 2 / var
    if reduction == "none":
        out = loss
    elif reduction == "mean":
        out = torch.mean(loss)
    else:
        raise ValueError("no such reduction")
    return out
"""


def test_other_arithmetic_is_quoted_beside_the_calls_that_changed() -> None:
    after = COMPUTED.replace(
        "    loss = (input - target) ** 2 / var", "    var = torch.clamp_min(var, 0.1)\n    loss = 0.5 * (input - target) ** 2 / var"
    )
    told = {one.kind: one.sentence for one in changes(COMPUTED, after)}
    assert "torch.clamp_min" in told["path"]
    assert (
        told["arithmetic"] == "computes otherwise: `loss = 0.5 * (input - target) ** 2 / var`; it was `loss = (input - target) ** 2 / var`"
    )


def test_a_name_that_is_new_is_no_other_arithmetic() -> None:
    after = COMPUTED.replace("    loss = (input - target)", "    goal = torch.detach(target)\n    loss = (input - goal)")
    assert "arithmetic" not in {one.kind for one in changes(COMPUTED, after)}


def test_an_error_behind_a_branch_that_does_nothing_has_a_condition() -> None:
    (change,) = changes(COMPUTED, COMPUTED.replace("input.dim() == var.dim()", "var.dim() == 1"))
    assert (change.kind, change.quiet) == ("condition of an error", False)
    assert change.sentence == "raises ValueError where `not var.dim() == 1`; before, where `not input.dim() == var.dim()`"


def test_an_error_for_none_of_several_words_is_said_in_one_way() -> None:
    tested = COMPUTED.replace('    else:\n        raise ValueError("no such reduction")\n', "")
    first = '    if reduction != "mean" and reduction != "none":\n        raise ValueError("no such reduction")\n'
    assert all(
        one.quiet or one.kind != "condition of an error" for one in changes(COMPUTED, tested.replace("    if var", first + "    if var", 1))
    )
    (change,) = changes(tested, COMPUTED)
    assert change.sentence == "raises ValueError where `reduction not in ('mean', 'none')`: \"no such reduction\""
    assert change.consequence == "breaking"


def test_a_decorator_that_warns_is_a_warning() -> None:
    warned = PLAIN.replace("    far =", "    warnings.warn('gap is deprecated')\n    far =", 1)
    marked = "@deprecated('gap is deprecated', category=FutureWarning)\n" + PLAIN
    (told,) = [one for one in changes(PLAIN, marked) if not one.quiet]
    assert (told.kind, told.consequence) == ("deprecated", "deprecated")
    (told,) = [one for one in changes(warned, marked) if not one.quiet]
    assert told.sentence == 'warns with FutureWarning, not UserWarning: "gap is deprecated"'


def test_a_change_says_where_it_stands_and_stands_alone() -> None:
    (change,) = changes(PLAIN, MEANINGS["another default"][0])
    assert (change.release, change.previous) == ("1.1.0", "1.0.0")
    assert (change.place_after.file, change.place_after.line) == ("torch/nn/functional.py", 1)
    assert (change.before, change.after) == ("wide=1", "wide=2")
    assert change.headline == "F.gap: `wide` is 2 by default; it was 1"


def test_a_warning_that_became_an_error_is_one_change() -> None:
    warned = edited("raise ValueError(", "warnings.warn(")
    (change,) = [one for one in changes(warned, PLAIN) if not one.quiet]
    assert (change.kind, change.consequence) == ("error added", "breaking")
    assert "where it only warned" in change.sentence


def test_who_comes_and_goes_is_told() -> None:
    (came,) = compare(None, portrait(PLAIN), "1.0.0", "1.1.0")
    (went,) = compare(portrait(PLAIN), None, "1.0.0", "1.1.0")
    assert (came.kind, came.consequence, came.after) == ("introduced", "new", "gap(input, target, wide=1)")
    assert (went.kind, went.consequence, went.before) == ("removed", "removed", "gap(input, target, wide=1)")


FORMULA = 'def gap(input):\n    r"""The gap.\n\n    .. math::\n        %s\n\n    Shape:\n        - Input: :math:`%s`\n    """\n'


def test_what_was_given_by_name_only_may_be_given_by_position_too() -> None:
    (change,) = changes(MEANINGS["only by name"][0], PLAIN)
    assert (change.consequence, change.sentence) == ("new", "`wide` may be given by position too")


def test_another_formula_is_told_and_one_typeset_in_another_way_is_quiet() -> None:
    before = FORMULA % (r"\text{gap} = \frac{x}{y} \leq 1", "(N, *)")
    (typeset,) = [one for one in changes(before, FORMULA % (r"gap = \frac{x}{y}\,\le 1", "(N, *)")) if one.kind.startswith("formula")]
    assert typeset.quiet
    (other,) = [one for one in changes(before, FORMULA % (r"gap = x + \beta", "(N, *)")) if not one.quiet]
    assert (other.kind, other.sentence) == ("formula", "documented as gap = x + β; it was gap = x / y ≤ 1")


def test_documented_shapes_are_held_against_each_other() -> None:
    (change,) = [one for one in changes(FORMULA % ("x", "(N, *)"), FORMULA % ("x", "(*)")) if not one.quiet]
    assert change.sentence == "the documented shape of input: (*) instead of (N, *)"


def test_a_formula_is_read_as_plain_text() -> None:
    assert one_line(r"l_n = \begin{cases} \frac{1}{2} x^2, & \text{if } x < 1 \\ |x|, & \text{otherwise} \end{cases}") == (
        "l_n = { 1 / 2 x^2, if x < 1; |x|, otherwise }"
    )
    assert one_line(r"\sum_{i=1}^{N} \exp\left(x_i\right)") == "Σ_(i=1)^N exp(x_i)"
    assert formulas(FORMULA % ("x", "(N)")) == ["x"]
    assert cases("Two kinds:\n\n- Class indices in the range :math:`[0, C)`; one each\n- Probabilities, which sum to one\n") == [
        "Class indices in the range [0, C)",
        "Probabilities",
    ]
