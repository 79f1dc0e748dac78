"""Looking up an error text: whatever its numbers and shapes, out of a traceback too, and "not known" where it is not."""

from __future__ import annotations

import pytest

from inspector.messages import look_up, message_in
from inspector.report import Message


def message(text: str, error: str = "RuntimeError") -> Message:
    return Message(text, error, "torch.nn.modules.loss.SomeLoss", "torch/nn/functional.py:1", "some", "SomeLoss()", "cause", "fix")


KNOWN = [
    message("0D or 1D target tensor expected, multi-target not supported"),
    message("Target 3 is out of bounds.", "IndexError"),
    message("expected target dtype to be Long or Byte, but got Int"),
    message("Expected target size [2, 1], got [2, 5]"),
    message("Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1])).", "UserWarning"),
    message("all elements of input should be between 0 and 1"),
    message("The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"),
]


@pytest.mark.parametrize("each", KNOWN, ids=lambda each: each.text[:30])
def test_every_message_finds_itself(each: Message) -> None:
    found = look_up(each.text, KNOWN)
    assert found.known
    assert found.matches[0].message == each


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("IndexError: Target 117 is out of bounds.", 1),
        ("Expected target size [64, 1000], got [64, 17]", 3),
        ("RuntimeError: The size of tensor a (300) must match the size of tensor b (64) at non-singleton dimension 0", 6),
        ("multi-target not supported", 0),
        ("expected target dtype to be Long or Byte", 2),
    ],
)
def test_numbers_shapes_and_missing_words_do_not_matter(asked: str, place: int) -> None:
    found = look_up(asked, KNOWN)
    assert found.known
    assert found.matches[0].message == KNOWN[place]


def test_the_message_of_a_traceback_is_its_last_error() -> None:
    lines = (
        "Traceback (most recent call last):",
        '  File "train.py", line 3, in <module>',
        "    loss(x, y)",
        "IndexError: Target 9 is out of bounds.",
    )
    pasted = "\n".join(lines)
    assert message_in(pasted) == "Target 9 is out of bounds."
    assert look_up(pasted, KNOWN).matches[0].message == KNOWN[1]


def test_a_warning_as_python_prints_it_is_read() -> None:
    assert message_in("/a/b.py:12: UserWarning: Using a target size\n  return f(x)").startswith("Using a target size")


@pytest.mark.parametrize("asked", ["CUDA out of memory. Tried to allocate 20 MiB", "No module named torch", "-"])
def test_a_text_that_is_none_of_them_is_not_known_and_the_nearest_three_are_told(asked: str) -> None:
    found = look_up(asked, KNOWN)
    assert not found.known
    assert len(found.matches) == 3


def test_there_may_be_no_messages() -> None:
    assert look_up("anything", []).matches == ()
