"""What torch's own lists say, as the faces say it: in short, in full, and where a release does not carry the lists."""

from __future__ import annotations

from typing import Any

import msgspec

from inspector.below import Below, Code, Decomposition, Derivative, Kernel, Missing, Named, Node, Operator, Saved
from inspector.render import entries, entry_lines, terminal
from inspector.render.ink import Look, paint
from inspector.render.places import repository_place
from inspector.report import Release, Report

from . import sample_report

LIST = "torchgen/packaged/ATen/native/native_functions.yaml"
GAP = Operator(
    "gap", "gap(Tensor self, Tensor other) -> Tensor", LIST, 12, "nn", ("function",), ("core",),
    "", "gap.out", (Kernel("CPU", "gap_out"), Kernel("CUDA", "gap_out"), Kernel("MPS", "gap_mps"), Kernel("SparseCPU", "gap_sparse")),
    (Derivative(("self",), "gap_backward(grad, other)"), Derivative(("other",), "non_differentiable"),
     Derivative(("result",), "auto_linear", forward=True)),
    "gap", 7, ("GapBackward0",), (Decomposition("reference", "gap", "torch/_refs/__init__.py", 3),),
    (Code("CPU", "gap_kernel", "aten/src/ATen/native/Gap.cpp", "gap_stub", False, "symbol", ""),),
)  # fmt: skip
BACKWARD = msgspec.structs.replace(GAP, name="gap_backward", schema="gap_backward(Tensor grad) -> Tensor", derivatives=(), nodes=())
WHOLE = msgspec.structs.replace(
    GAP, name="whole", schema="whole(Tensor self) -> Tensor", composite="implicit", delegate="", derivatives=(), nodes=(), code=(),
    kernels=(Kernel("CompositeImplicitAutograd", "whole", written=False),), decompositions=(), python_module="",
)  # fmt: skip
NODE = Node("GapBackward0", "gap", (Saved("other", "tensor"), Saved("dim", "int64_t")), "declared", "torch/include/Functions.h", 40)


def below(**more: Any) -> Below:
    fields: dict[str, Any] = {
        "functions": (Named("torch._C._nn.gap", ("gap",)), Named("torch.whole", ("whole",)), Named("torch._C._is_tracing", (), "by hand")),
        "observed": (Named("aten::gap", ("gap",), "", ("gap",)), Named("aten::gap_backward", ("gap_backward",))),
        "autograd": (Named("GapBackward0", ("gap",)), Named("AccumulateGrad", (), "by hand")),
        "operators": (GAP, WHOLE, BACKWARD), "nodes": (NODE,), "code_version": "2.13.0", "code_commit": "c" * 40,
    }  # fmt: skip
    return Below(**(fields | more))


def report(**more: Any) -> Report:
    whole = sample_report.full_report()
    ran = {"aten_forward": ("aten::gap",), "aten_backward": ("aten::gap_backward",), "autograd_nodes": ("GapBackward0", "AccumulateGrad")}
    return msgspec.structs.replace(whole, below=below(**more), observation=msgspec.structs.replace(whole.observation, **ran))


def lines(found: Report, *, verbose: bool = False) -> str:
    look = Look(width=100, verbose=verbose)
    return " ".join(paint([*entry_lines.before_the_run(found, look), *entry_lines.after_the_run(found, look)], look).split())


def test_a_native_function_is_said_in_a_few_lines() -> None:
    said = lines(report())
    assert "torch._C._nn.gap(Tensor self, Tensor other) -> Tensor native_functions.yaml:12" in said
    assert "C++: gap_out on CPU and CUDA, gap_mps on MPS, and for 1 rarer dispatch key (the kernels of gap.out)." in said
    assert "GapBackward0 keeps the tensor other, and dim." in said
    assert "Gradient of self: gap_backward(grad, other). Gradient of other: none: not differentiable." in said
    assert "Composite: it calls other operators, and autograd goes through those." in said
    assert "auto_linear" not in said


def test_everything_is_said_where_the_look_is_verbose() -> None:
    said = lines(report(), verbose=True)
    for part in ("gap_sparse on SparseCPU", "tangent of result: auto_linear", "written in: derivatives.yaml:7",
                 "reference gap __init__.py:3",
                 "torch._C._is_tracing by hand", "AccumulateGrad: by hand", "Functions.h:40", "by torch's rule that means this",
                 "gap_kernel CPU, called through gap_stub, not read at a stored version of the file Gap.cpp",
                 "`python_module: nn` puts it into `torch._C._nn`", "gap_backward(Tensor grad) -> Tensor"):  # fmt: skip
        assert part in said, part


def test_cpp_files_of_one_release_are_not_said_to_be_those_of_another() -> None:
    assert "C++ as of torch 2.12.0:" in lines(report(code_version="2.12.0"), verbose=True)
    assert "as of torch" not in lines(report(), verbose=True)


def test_an_overload_that_is_not_known_is_not_said_to_have_run() -> None:
    other = msgspec.structs.replace(BACKWARD, name="gap_backward.dim")
    found = report(observed=(Named("aten::gap_backward", ("gap_backward", "gap_backward.dim")),), operators=(GAP, WHOLE, BACKWARD, other))
    said = {entry.name: entry.summary for entry in entries.entries_of(found).entries}
    assert said["gap_backward"].startswith("aten::gap_backward ran in the backward pass, and is this or one of 1 other")
    assert "one of gap_backward or gap_backward.dim" in lines(found, verbose=True)


def test_an_operator_that_is_composite_on_some_devices_only_says_on_which_it_is_not() -> None:
    kernels = (Kernel("CompositeImplicitAutograd", "mixed"), Kernel("NestedTensorCPU", "nested_mixed"), Kernel("MPS", "mixed_mps"))
    mixed = msgspec.structs.replace(
        GAP, name="mixed", schema="mixed(Tensor self) -> Tensor", composite="implicit", delegate="", kernels=kernels
    )
    found = report(functions=(Named("torch.mixed", ("mixed",)),), operators=(GAP, BACKWARD, mixed))
    said = lines(found)
    assert "C++: mixed_mps on MPS, mixed on every other device, and for 1 rarer dispatch key." in said
    assert "Composite, but for MPS and NestedTensorCPU: it calls other operators" in said
    assert "Where it has a kernel of its own (MPS and NestedTensorCPU), autograd uses the formula." in lines(found, verbose=True)
    assert "Gradient of self" not in said


def test_of_several_overloads_only_the_one_whose_node_ran_is_shown() -> None:
    other = msgspec.structs.replace(GAP, name="gap.dim", nodes=("GapBackward1",))
    found = report(
        functions=(Named("torch._C._nn.gap", ("gap", "gap.dim"), "", ("gap",)),),
        observed=(Named("aten::gap", ("gap", "gap.dim"), "", ("gap",)),), operators=(GAP, other),
    )  # fmt: skip
    assert [entry.name for entry in entries.entries_of(found).entries] == ["gap"]


def test_a_release_without_the_lists_says_so() -> None:
    missing = (Missing("native_functions.yaml", "the signatures"), Missing("derivatives.yaml", "the formulas"))
    loose = msgspec.structs.replace(NODE, name="GapBackward", operator="")
    found = report(missing=missing, operators=(), nodes=(loose,), functions=(Named("torch.gap", (), "this torch does not carry it"),))
    said = lines(found)
    assert "This torch does not carry native_functions.yaml (the signatures) and derivatives.yaml (the formulas)." in said
    assert "GapBackward keeps the tensor other, and dim (Functions.h:40)" in said


def test_a_list_that_could_not_be_fetched_is_not_said_to_be_missing() -> None:
    said = lines(report(missing=(Missing("derivatives.yaml", "the formulas", "the network may not be used"),)))
    assert "Could not be read (the network may not be used): derivatives.yaml (the formulas)." in said


def test_a_node_known_from_its_formula_only_says_so() -> None:
    node = msgspec.structs.replace(NODE, saved_as="named in the formula", file="", line=0)
    assert "no header here says what it keeps" in lines(report(nodes=(node,)))


def test_lines_of_a_packed_list_lead_to_the_repository() -> None:
    place = repository_place("torchgen/packaged/autograd/derivatives.yaml", 7, Release("2.13.0", "c" * 40, "installed"))
    assert place.url == f"https://github.com/pytorch/pytorch/blob/{'c' * 40}/tools/autograd/derivatives.yaml#L7"


def test_a_report_that_was_saved_before_there_were_entries_shows_none() -> None:
    text = terminal.whole(msgspec.structs.replace(sample_report.full_report(), below=Below()), Look(width=80))
    assert "Below Python" not in text
