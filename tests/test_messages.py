"""Looking up an error text: whatever its numbers and shapes, out of a traceback too, and "not known" where it is not."""

from __future__ import annotations

import re

import pytest

from inspector.messages import Found, general, look_up, skeleton
from inspector.pasted import read
from inspector.render import answered
from inspector.render.ink import Look
from inspector.report import Cause, Message


def message(text: str, error: str = "RuntimeError", subject: str = "SomeLoss", causes: tuple[Cause, ...] = ()) -> Message:
    where = (f"torch.nn.modules.loss.{subject}", "torch/nn/functional.py:1", "some", f"{subject}()")
    return Message(text, error, *where, "cause", "fix", causes=causes or (Cause("rule", "cause", "fix", False, text),), device="cpu")


KNOWN = [
    message("0D or 1D target tensor expected, multi-target not supported"),
    message("Target 3 is out of bounds.", "IndexError"),
    message("expected target dtype to be Long or Byte, but got Int"),
    message("Expected target size [2, 1], got [2, 5]"),
    message("Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1])).", "UserWarning"),
    message("all elements of input should be between 0 and 1"),
    message("The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"),
    message("Found dtype Float but expected Double"),
    message("mse_loss(): argument 'input' (position 1) must be Tensor, not list\nDid you mean something else?", "TypeError"),
]


def traceback(text: str, function: str = "some", file: str = "nn/functional.py") -> str:
    """A traceback that ends in a file of torch; in the user's own where there is none."""
    inside = (
        f'  File "/usr/lib/python3/site-packages/torch/{file}", line 99, in {function}',
        "    return native(input)",
        "           ^^^^^^",
    )
    own = ("Traceback (most recent call last):", '  File "train.py", line 3, in <module>', "    loss(x, y)")
    return "\n".join([*own, *(inside if file else ()), text])


def pasted_as(each: Message) -> dict[str, str]:
    """A message as people paste it."""
    other = re.sub(r"(?<![\w.])\d+(?![\w.])", lambda found: "1" if found[0] == "1" else str(int(found[0]) + 40), each.text)
    return {
        "as it is": each.text,
        "with other numbers": other,
        "its first line": each.text.splitlines()[0],
        "with its type": f"{each.error}: {each.text}",
        "with its type, other numbers": f"{each.error}: {other}",
        "lower-cased": f"{each.error}: {each.text}".lower(),
        "as a warning": f"/a/b.py:12: {each.error}: {each.text}\n  return f(input)" if "Warning" in each.error else each.text,
    }


def is_found(found: Found, each: Message) -> bool:
    """True where it is known, and the first match says it: the whole of it, or as the first line of its own."""
    mine, first = skeleton(each.text).lower(), found.matches[0].message.text
    return found.known and (skeleton(first).lower() == mine or skeleton(first.splitlines()[0]) == skeleton(each.text.splitlines()[0]))


@pytest.mark.parametrize("each", KNOWN, ids=lambda each: each.text[:30])
def test_every_message_finds_itself_however_it_is_pasted(each: Message) -> None:
    lost = [how for how, text in {**pasted_as(each), "traceback": traceback(f"{each.error}: {each.text}")}.items()
            if not is_found(look_up(text, KNOWN), each)]  # fmt: skip
    assert not lost


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("IndexError: Target 117 is out of bounds.", 1),
        ("Expected target size [64, 1000], got [64, 17]", 3),
        ("RuntimeError: The size of tensor a (300) must match the size of tensor b (64) at non-singleton dimension 0", 6),
        ("multi-target not supported", 0),
        ("expected target dtype to be Long or Byte", 2),
        ("Found dtype Long but expected Half", 7),
    ],
)
def test_numbers_shapes_dtypes_and_missing_words_do_not_matter(asked: str, place: int) -> None:
    found = look_up(asked, KNOWN)
    assert found.known
    assert found.matches[0].message == KNOWN[place]


def test_the_message_of_a_traceback_is_its_last_error() -> None:
    pasted = traceback("IndexError: Target 9 is out of bounds.")
    assert read(pasted).message == "Target 9 is out of bounds."
    assert look_up(pasted, KNOWN).matches[0].message == KNOWN[1]


def test_a_traceback_that_ends_in_no_loss_is_not_known() -> None:
    found = look_up(traceback("RuntimeError: Expected target size [2, 1], got [2, 5]", "forward", "nn/modules/linear.py"), KNOWN)
    assert not found.known
    assert found.elsewhere == "forward in torch/nn/modules/linear.py"


def test_a_warning_as_python_prints_it_is_read_without_the_line_that_warned() -> None:
    assert read("/a/b.py:12: UserWarning: Using a target size\n  return f(x)").message == "Using a target size"


UNRELATED = (
    "KeyError: 'weight'",
    "KeyError: 'target'",
    "CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 8.00 GiB total capacity)",
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    "ModuleNotFoundError: No module named 'torch'",
    "FileNotFoundError: [Errno 2] No such file or directory: 'input.pt'",
    "IndexError: list index out of range",
    "ValueError: too many values to unpack (expected 2)",
    "TypeError: 'NoneType' object is not subscriptable",
    "ZeroDivisionError: division by zero",
    "RuntimeError: CUDA error: device-side assert triggered",
    "-",
    "target",
)


@pytest.mark.parametrize("asked", UNRELATED)
def test_a_text_that_is_none_of_them_is_not_known_and_the_nearest_three_are_told(asked: str) -> None:
    found = look_up(asked, KNOWN)
    assert not found.known
    assert len(found.matches) == 3


def test_what_cuda_says_is_said_to_be_unknown_where_only_the_cpu_was_asked() -> None:
    found = look_up("RuntimeError: CUDA error: device-side assert triggered", KNOWN)
    assert (found.devices, found.other_device) == (("cpu",), "cuda")


def test_there_may_be_no_messages() -> None:
    assert look_up("anything", []).matches == ()


# -- causes ---------------------------------------------------------------------------------------------------------------

SEQUENCE = {"input": (2, 3, 5), "target": (2, 3)}
SIZES = (
    Cause(
        "last",
        "the classes stand last",
        "loss(input.transpose(1, 2), target)",
        True,
        "Expected target size [2, 5], got [2, 3]",
        "",
        SEQUENCE,
    ),
    Cause("column", "a column too many", "loss(input, target.squeeze(-1))", True, "Expected target size [2, 5], got [2, 5, 1]"),
)


def test_the_shapes_of_the_pasted_text_choose_the_cause_and_stand_in_it() -> None:
    losses = [message("Expected target size [2, 5], got [2, 3]", subject=name, causes=SIZES) for name in ("ALoss", "BLoss")]
    (group,) = look_up("Expected target size [8, 11], got [8, 7]", losses).groups
    first, second = group.reasons
    assert (first.cause.rule, first.fits, first.shapes) == ("last", True, {"input": (8, 7, 11), "target": (8, 7)})
    assert not second.fits
    assert [loss.rpartition(".")[2] for loss in first.losses] == ["ALoss", "BLoss"]


def test_losses_that_say_the_same_are_answered_together_and_what_ran_is_said_to_have_run() -> None:
    losses = [message("Expected target size [2, 5], got [2, 3]", subject=name, causes=SIZES) for name in ("ALoss", "BLoss")]
    text = answered.answer(look_up("Expected target size [8, 11], got [8, 7]", losses), Look(width=80))
    assert text.count("loss(input.transpose(1, 2), target) ✓ ran") == 1
    assert "here     input (8, 7, 11), target (8, 7)" in text
    assert "ALoss, BLoss: torch/nn/functional.py:1, some" in text
    assert "squeeze" not in text
    assert all(len(line) <= 60 for line in answered.answer(look_up("multi-target not supported", KNOWN), Look(width=60)).splitlines())


def test_the_same_wrong_call_on_another_device_is_shown_beside() -> None:
    cause = Cause("value", "target is 3", "keep it below 3", False, "Target 3 is out of bounds.")
    cpu = message("Target 3 is out of bounds.", "IndexError", causes=(cause,))
    there = Cause("value", "target is 3", "keep it below 3", False, "some assertion of the device failed")
    cuda = Message(there.text, "AcceleratorError", cpu.subject, "", "", "", "", "", causes=(there,), device="cuda")
    (group,) = look_up("some assertion of the device failed", [cpu, cuda]).groups
    assert group.beside == (("cpu", "Target 3 is out of bounds."),)


def test_what_a_layer_says_is_called_general_and_what_a_loss_says_is_not() -> None:
    text, subject = "mat1 and mat2 shapes cannot be multiplied (1x1 and 16x1)", "torch.nn.modules.adaptive.SomeLoss"
    layer, own = (
        Message(text, "RuntimeError", subject, f"torch/nn/modules/{file}.py:134", "forward", "", "", "") for file in ("linear", "adaptive")
    )
    assert general([layer]) == "torch/nn/modules/linear.py"
    assert general([own]) == general([layer, own]) == ""
    assert "linear.py is no loss" in " ".join(answered.answer(look_up(text, [layer]), Look(width=80)).split())
    assert "is no loss" not in answered.answer(look_up(text, [own]), Look(width=80))
