"""Terms as Python writes them: the line evaluates to the same value."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inspector.live import build
from inspector.live.written import write, write_call
from inspector.report import Argument, Constant, Items, Maker, Reference, TensorData, Term

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.sampled_from(["nan", "inf", "-inf"])


@given(st.lists(st.integers(0, 3), max_size=3).flatmap(lambda shape: st.tuples(st.just(tuple(shape)), st.data())))
def test_a_tensor_is_written_so_that_torch_makes_it_again(drawn: tuple[tuple[int, ...], st.DataObject]) -> None:
    shape, data = drawn
    count = int(torch.Size(shape).numel())
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    term = TensorData(shape, dtype, tuple(data.draw(st.lists(NUMBERS, min_size=count, max_size=count))))
    written = eval(write(term), {"torch": torch, "float": float})
    assert written.dtype == getattr(torch, dtype)
    assert torch.equal(written.nan_to_num(7.5), build.make_value(term).nan_to_num(7.5))
    assert written.shape == torch.Size(shape)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Constant(None), "None"),
        (Constant("mean"), "'mean'"),
        (Constant("inf", nonfinite=True), "float('inf')"),
        (Items("tuple", (Constant(1),)), "(1,)"),
        (Items("list", (Constant(1), Constant(2))), "[1, 2]"),
        (Reference("torch.float64"), "torch.float64"),
        (
            Maker("torch.rand", (Argument(None, Constant(5)), Argument("dtype", Reference("torch.float64")))),
            "torch.rand(5, dtype=torch.float64)",
        ),
        (TensorData((2,), "int64", (1, 2)), "torch.tensor([1, 2])"),
        (TensorData((2,), "float64", (1.0, 2.0)), "torch.tensor([1.0, 2.0], dtype=torch.float64)"),
        (TensorData((), "float32", (1.5,), requires_grad=True), "torch.tensor(1.5, requires_grad=True)"),
    ],
)
def test_terms_are_written_as_a_person_would(term: Term, text: str) -> None:
    assert write(term) == text


def test_a_call_has_positional_and_named_arguments() -> None:
    args = (Argument(None, Constant(3)), Argument("bias", Constant(False)))
    assert write_call("Linear", args) == "Linear(3, bias=False)"
