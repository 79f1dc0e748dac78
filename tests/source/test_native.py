"""What torch's own lists say of operators: each rule on a small list, then the rules on the whole lists of the installed torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector import asking, pipeline
from inspector.below import Below, Derivative, Kernel, Operator
from inspector.errors import CouldNotRun
from inspector.report import Observation, Release
from inspector.source import catalog
from inspector.source.finders import TorchText
from inspector.source.native import formulas, headers
from inspector.source.native.declared import declared
from inspector.source.native.files import File
from inspector.source.native.lists import Lists
from inspector.source.native.schema import parse

from . import held

OPERATORS = """
# what torch calls a list
- func: gap_nd(Tensor self, int reduction=Mean) -> Tensor
  python_module: nn
  dispatch:
    CompositeImplicitAutograd: gap_nd_symint

- func: gap(Tensor self, Tensor? weight, int[1] dim, *, bool log=False) -> (Tensor output, Tensor total)
  python_module: nn
  structured_delegate: gap.out
  tags: [core, pointwise]

- func: gap.out(Tensor self, Tensor? weight, int[1] dim, *, bool log=False, Tensor(a!) output, Tensor(b!) total) -> (Tensor(a!), Tensor(b!))
  python_module: nn
  structured: True
  dispatch:
    CPU, CUDA: gap_out   # TensorIterator
    MPS: gap_out_mps

- func: gap_backward(Tensor grad, Tensor self, Tensor total) -> Tensor
  python_module: nn

- func: twice.Tensor(Tensor(a) self, Tensor other) -> Tensor(a)
  variants: function, method
  dispatch:
    CompositeExplicitAutograd: twice

- func: twice.Scalar(Tensor self, Scalar other) -> Tensor
  variants: method

- func: twice_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)
  variants: method
  structured_delegate: sum.out

- func: sum.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)
  structured: True
  ufunc_inner_loop:
    Generic: sum (All)
  dispatch:
    MPS: sum_mps

- func: __iand__(Tensor(a!) self, Tensor other) -> Tensor(a!)
  variants: method

- func: bare(Tensor self) -> Tensor
  dispatch: {}
"""

FORMULAS = """
- name: gap(Tensor self, Tensor? weight, int[1] dim, *, bool log=False) -> (Tensor output, Tensor total)
  self: gap_backward_symint(grad, self,
        total)
  weight: non_differentiable
  output: gap_jvp(self_t)

- name: twice.Tensor(Tensor(a) self, Tensor other) -> Tensor(a)
  dispatch:
    Default:
      self, other: "grad * other.sym_sizes() + weird(self.dim(), result)"
    AutogradNestedTensor:
      self: grad.expand(self.sym_sizes())

- name: twice.Scalar(Tensor self, Scalar other) -> Tensor
  self: grad * other

- name: twice_forward(Tensor self) -> Tensor
  self: grad
"""

HEADER = """
#ifdef _WIN32
struct GapBackward0 : public TraceableFunction {
  TORCH_API GapBackward0() = default;
#else
struct TORCH_API GapBackward0 : public TraceableFunction {
#endif
  using TraceableFunction::TraceableFunction;
  void release_variables() override {
    self_.reset_data();
  }
  ::std::vector<int64_t> dim;
  bool log = false;
  SavedVariable self_;
  ::std::vector<SavedVariable> total_;
  bool total_released_ = false;
  size_t total_size_;
  torch::autograd::generated::TypeAndSize self_info;

};
struct TORCH_API GapBackward1 : public TraceableFunction {
  SavedVariable other_;
};
"""

REFERENCES = """
@register_decomposition([aten.gap, aten.gap_backward.default])
@out_wrapper()
def gap_of(self):
    return self


@_make_elementwise_binary_reference(
    type_promotion_kind=KIND,
)
def twice(a, b):
    return prims.twice(a, b)


@_make_elementwise_unary_reference(KIND, aten_op=None)
def gap_nd(a):
    return a
"""


def torch_with(folder: Path, files: dict[str, str]) -> TorchText:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return TorchText(folder, Release("0.1", "", "folder"))


WHOLE = {
    "torchgen/packaged/ATen/native/native_functions.yaml": OPERATORS,
    "torchgen/packaged/autograd/derivatives.yaml": FORMULAS,
    "torch/include/torch/csrc/autograd/generated/Functions.h": HEADER,
    "torch/_refs/__init__.py": REFERENCES,
    "torchgen/packaged/autograd/gen_python_functions.py": (
        '_SKIP_PYTHON_BINDINGS = [\n    "bare",\n    ".*_backward",\n]\n\nSKIP_PYTHON_BINDINGS_SIGNATURES = [\n]\n'
    ),
    "torch/_tensor.py": "class Tensor(object):\n    __dbl__ = _C.TensorBase.twice\n",
}


@pytest.fixture
def made(tmp_path: Path) -> Lists:
    return Lists(torch_with(tmp_path, WHOLE))


def entry(lists: Lists, name: str) -> Operator:
    return lists._entry(name)


# -- signatures ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "kind"), [
    ("add.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)", "out"),
    ("add_(Tensor(a!) self) -> Tensor(a!)", "in place"),
    ("__iand__(Tensor(a!) self) -> Tensor(a!)", "in place"),
    ("__and__(Tensor self) -> Tensor", ""),
    ("add(Tensor self, *, Scalar alpha=1) -> Tensor", ""),
])  # fmt: skip
def test_the_form_of_an_operator_is_told_from_its_signature(text: str, kind: str) -> None:
    found = parse(text)
    assert ("out" if found.is_out else "in place" if found.is_in_place else "") == kind


def test_all_forms_of_an_operator_have_one_signature() -> None:
    forms = (
        "div.Tensor(Tensor self, Tensor other) -> Tensor", "div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)",
        "div.out(Tensor self, Tensor other, *, Tensor(a!) out) -> Tensor(a!)",
    )  # fmt: skip
    assert len({parse(form).signature for form in forms}) == 1
    assert parse("div.Scalar(Tensor self, Scalar other) -> Tensor").signature != parse(forms[0]).signature


def test_results_have_the_names_that_formulas_call_them_by() -> None:
    assert parse("a(Tensor x) -> Tensor").result_names == ("result",)
    assert parse("a(Tensor x, int[2] s=[0, 1]) -> (Tensor, Tensor)").result_names == ("result0", "result1")
    assert parse("a(Tensor(a -> *) x) -> (Tensor values, Tensor(a)[] indices)").result_names == ("values", "indices")


# -- entries --------------------------------------------------------------------------------------------------------------------


def test_a_kernel_is_written_beside_its_dispatch_key(made: Lists) -> None:
    found = entry(made, "gap_nd")
    assert (found.composite, found.kernels) == ("implicit", (Kernel("CompositeImplicitAutograd", "gap_nd_symint"),))
    assert (found.line, found.python_module) == (3, "nn")


def test_kernels_of_a_structured_delegate_are_those_of_the_overload_it_names(made: Lists) -> None:
    found = entry(made, "gap")
    assert found.delegate == "gap.out"
    assert [(kernel.key, kernel.symbol) for kernel in found.kernels] == [("CPU", "gap_out"), ("CUDA", "gap_out"), ("MPS", "gap_out_mps")]
    assert found.tags == ("core", "pointwise")


def test_an_entry_without_dispatch_is_composite_by_torchs_rule(made: Lists) -> None:
    found = entry(made, "gap_backward")
    assert (found.composite, found.kernels) == ("implicit", (Kernel("CompositeImplicitAutograd", "gap_backward", written=False),))


def test_an_empty_dispatch_is_not_composite(made: Lists) -> None:
    found = entry(made, "bare")
    assert (found.composite, found.kernels) == ("", ())


def test_one_kernel_for_every_device_is_told_from_one_made_of_other_operators(made: Lists) -> None:
    assert entry(made, "twice.Tensor").composite == "explicit"


def test_kernels_that_torch_generates_from_an_inner_loop_are_there(made: Lists) -> None:
    found = entry(made, "twice_.Tensor").kernels
    assert [(kernel.key, kernel.symbol, kernel.written) for kernel in found] == [
        ("CPU", "ufunc_sum_CPU", False), ("CUDA", "ufunc_sum_CUDA", False), ("MPS", "sum_mps", True)
    ]  # fmt: skip


# -- formulas and nodes ---------------------------------------------------------------------------------------------------------


def test_formulas_stand_as_written_for_each_input(made: Lists) -> None:
    assert entry(made, "gap").derivatives == (
        Derivative(("self",), "gap_backward_symint(grad, self, total)"),
        Derivative(("weight",), "non_differentiable"),
        Derivative(("output",), "gap_jvp(self_t)", forward=True),
    )


def test_formulas_for_a_dispatch_key_make_a_node_of_their_own(made: Lists) -> None:
    found = entry(made, "twice.Tensor")
    assert [each.key for each in found.derivatives] == ["", "AutogradNestedTensor"]
    assert found.nodes == ("TwiceBackward0", "TwiceBackwardAutogradNestedTensor0")


def test_nodes_whose_names_begin_alike_are_numbered_in_the_order_of_the_list(made: Lists) -> None:
    assert entry(made, "twice.Scalar").nodes == ("TwiceBackward1",)
    assert made.below((), (), ("TwiceBackward2",)).autograd[0].operators == ()
    definition = made._formulas.behind("TwiceBackward2") if made._formulas else None
    assert definition is not None
    assert definition.name == "twice_forward"


def test_the_form_in_place_has_the_formulas_of_the_one_that_writes_to_nothing(made: Lists) -> None:
    found = entry(made, "twice_.Tensor")
    assert (found.derivatives_of, found.nodes[0]) == ("twice.Tensor", "TwiceBackward0")


def test_what_a_node_keeps_is_read_from_its_struct(made: Lists) -> None:
    (node,) = [node for node in made.below((), ("aten::gap",), ()).nodes if node.name == "GapBackward0"]
    assert [(kept.name, kept.kind) for kept in node.saved] == [
        ("self", "tensor"), ("total", "tensors"), ("dim", "std::vector<int64_t>"), ("log", "bool"),
        ("self_info", "torch::autograd::generated::TypeAndSize"),
    ]  # fmt: skip
    assert (node.saved_as, node.line) == ("declared", 6)


def test_without_a_header_it_is_what_the_formulas_name(tmp_path: Path) -> None:
    lists = Lists(torch_with(tmp_path, {name: text for name, text in WHOLE.items() if not name.endswith(".h")}))
    below = lists.below((), ("aten::gap", "aten::twice"), ())
    kept = {node.name: {saved.name for saved in node.saved} for node in below.nodes}
    assert kept["GapBackward0"] == {"self", "total"}
    assert kept["TwiceBackward0"] == {"other_sizes", "self_dim", "result"}
    assert {node.saved_as for node in below.nodes} == {"named in the formula"}
    assert [each.file for each in below.missing] == ["Functions.h"]


# -- names ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "operators"), [
    ("torch._C._nn.gap_nd", ("gap_nd",)),
    ("torch.gap_nd", ()),  # python_module: nn puts it into torch._C._nn only
    ("torch.twice", ("twice.Tensor",)),  # the other overload is a method only
    ("torch.Tensor.twice", ("twice.Tensor", "twice.Scalar")),
    ("torch.Tensor.__dbl__", ("twice.Tensor", "twice.Scalar")),  # torch/_tensor.py says which it is
    ("torch.Tensor.__iand__", ("__iand__",)),
    ("torch.bare", ()),  # bound by hand, as torch's generator of bindings says
    ("torch._C._nn.gap_backward", ()),
    ("torch._C._is_tracing", ()),
    ("torch._C._Base.apply", ()),
])  # fmt: skip
def test_a_name_in_python_leads_to_the_entries_it_is_made_from(made: Lists, name: str, operators: tuple[str, ...]) -> None:
    (found,) = made.below((name,), (), ()).functions
    assert found.operators == operators
    assert bool(found.reason) == (not operators)


def test_an_observed_operator_leads_to_all_its_overloads_and_names_the_one_whose_node_ran(made: Lists) -> None:
    (found,) = made.below((), ("aten::twice",), ("TwiceBackward1",)).observed
    assert (found.operators, found.ran) == (("twice.Tensor", "twice.Scalar"), ("twice.Scalar",))


def test_the_operators_that_a_formula_calls_have_entries_too(made: Lists) -> None:
    assert [each.name for each in made.below(("torch._C._nn.gap",), (), ()).operators] == ["gap", "gap_backward"]


def test_torchs_own_python_code_is_found_by_what_it_registers(made: Lists) -> None:
    assert [(each.kind, each.name, each.line) for each in entry(made, "gap_backward").decompositions] == [("reference", "gap_of", 4)]
    assert [each.name for each in entry(made, "twice.Scalar").decompositions] == ["twice"]
    assert entry(made, "gap_nd").decompositions == ()


def test_a_release_without_these_lists_says_so_and_its_nodes_are_read_from_its_header(tmp_path: Path) -> None:
    old = "torch/lib/include/torch/csrc/autograd/generated/Functions.h"
    lists = Lists(torch_with(tmp_path, {old: HEADER.replace("GapBackward0", "GapBackward").replace("TORCH_API ", "")}))
    below = lists.below(("torch._C._nn.gap",), (), ())
    assert [each.file for each in below.missing] == ["native_functions.yaml", "derivatives.yaml"]
    assert below.functions[0].reason == "this torch does not carry native_functions.yaml"
    assert [node.name for node in below.nodes] == ["GapBackward", "GapBackward1"]
    assert below.operators == ()


HOSTILE = {
    "a kernel that is a list": OPERATORS.replace("gap_nd_symint", "[a, [b]]"),
    "a name that is a pattern": OPERATORS.replace("Tensor? weight", "Tensor? (((").replace("Tensor self, int[1]", "Tensor [x, int[1]"),
    "entries without a signature": "- func: \n\n- func: (\n\n- func: gap\n",
    "tags in tags": OPERATORS.replace("[core, pointwise]", "&a [core, [*a]]"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_list_that_is_not_torchs_own_is_no_reason_to_fall_over(tmp_path: Path, what: str) -> None:
    formulas_of = FORMULAS.replace("Tensor? weight", "Tensor? (((").replace("gap_backward_symint(grad, self,", "(((grad, self,")
    files = {**WHOLE, "torchgen/packaged/ATen/native/native_functions.yaml": HOSTILE[what]}
    files |= {"torchgen/packaged/autograd/derivatives.yaml": formulas_of}
    files |= {"torchgen/packaged/autograd/gen_python_functions.py": '_SKIP_PYTHON_BINDINGS = [\n    "((",\n]\n'}
    del files["torch/include/torch/csrc/autograd/generated/Functions.h"]
    names = ("torch._C._nn.gap", "torch._C._nn.gap_nd", "torch.twice")
    below = Lists(torch_with(tmp_path, files)).below(names, ("aten::gap",), ("GapBackward0",))
    assert all(bool(each.operators) != bool(each.reason) for each in (*below.functions, *below.observed))


def test_a_list_that_is_no_text_is_said_to_be_unreadable(tmp_path: Path) -> None:
    text = torch_with(tmp_path, WHOLE)
    (tmp_path / "torchgen/packaged/autograd/derivatives.yaml").write_bytes(b"\xff\xfe- name")
    (missing,) = Lists(text).missing
    assert (missing.file, missing.reason) == ("derivatives.yaml", "it is there and cannot be read")


def test_a_checkout_has_the_same_lists_elsewhere(tmp_path: Path, made: Lists) -> None:
    moved = {"torchgen/packaged/ATen": "aten/src/ATen", "torchgen/packaged/autograd": "tools/autograd"}
    there = {next((name.replace(old, new) for old, new in moved.items() if old in name), name): text for name, text in WHOLE.items()}
    below = Lists(torch_with(tmp_path / "checkout", there)).below(("torch._C._nn.gap",), (), ())
    assert below.operators[0].file == "aten/src/ATen/native/native_functions.yaml"
    assert below.nodes == made.below(("torch._C._nn.gap",), (), ()).nodes


def test_a_list_that_cannot_be_had_now_is_told_from_one_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path / "cache"))
    text = torch_with(tmp_path, WHOLE)
    monkeypatch.setattr(text, "place", refusing)
    below = declared(text, ("torch._C._nn.gap",))
    assert {each.reason for each in below.missing} == {"the network may not be used"}
    assert below.functions[0].reason == "native_functions.yaml: the network may not be used"
    assert declared(torch_with(tmp_path, WHOLE), ("torch._C._nn.gap",)).missing == ()


def refusing(_: str) -> Path:
    raise CouldNotRun("offline", "the network may not be used")


def test_a_damaged_entry_is_an_empty_one_and_not_an_error(tmp_path: Path) -> None:
    damaged = OPERATORS.replace("  tags: [core, pointwise]", "  tags: [core, : }")
    lists = Lists(torch_with(tmp_path, {**WHOLE, "torchgen/packaged/ATen/native/native_functions.yaml": damaged}))
    below = lists.below(("torch._C._nn.gap", "torch._C._nn.gap_nd"), (), ())
    assert [each.operators for each in below.functions] == [(), ("gap_nd",)]
    assert below.functions[0].reason


def test_what_was_declared_is_kept_until_a_list_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path / "cache"))
    names = ("torch._C._nn.gap",)
    first = declared(torch_with(tmp_path, WHOLE), names)
    monkeypatch.setattr(Lists, "below", no_reading)
    assert declared(torch_with(tmp_path, WHOLE), names) == first
    changed = {"torchgen/packaged/autograd/derivatives.yaml": FORMULAS + "\n"}
    with pytest.raises(AssertionError, match="read again"):
        declared(torch_with(tmp_path, {**WHOLE, **changed}), names)


def no_reading(*_: Any) -> Below:
    raise AssertionError("read again")


# -- the installed torch --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed() -> Lists:
    return Lists(held.installed())


def test_every_kernel_is_the_one_that_torchs_own_generator_gives(installed: Lists) -> None:
    from torchgen.gen import parse_native_yaml

    folder = held.installed().root / "torchgen/packaged/ATen/native"
    parsed = parse_native_yaml(str(folder / "native_functions.yaml"), str(folder / "tags.yaml"))
    generated = {str(each.func.name): each for each in parsed.native_functions}
    compared = 0
    for base in installed._operators._names if installed._operators else ():
        for operator in installed._overloads(base):
            function = generated[operator.name]
            names = [each for each in (function.structured_delegate, function.func.name) if each]
            indices = [(name, str(key), index.index) for name in names for key, index in parsed.backend_indices.items()]
            expected = {key: index[name].kernel for name, key, index in indices if name in index}
            assert {kernel.key: kernel.symbol for kernel in operator.kernels} == expected, operator.name
            compared += 1
    assert compared > 1500


def test_every_node_that_the_formulas_make_is_in_the_header_and_keeps_what_they_name(installed: Lists) -> None:
    """The rule that a checkout without the header goes by, held against the header."""
    assert installed._formulas is not None
    assert installed._header is not None
    compared, different = 0, []
    for base in installed._formulas._blocks.names():
        for schema, definition in installed._formulas._definitions(formulas.prefix_of(base)):
            for key, name in definition.nodes.items():
                struct = headers.struct_of(installed._header, name)
                assert struct is not None, name
                said = {kept.name for kept in struct.saved if kept.kind.startswith("tensor")}
                compared += 1
                if said != {kept.name for kept in formulas.named_in(schema, definition.derivatives, key) if kept.kind.startswith("tensor")}:
                    different.append(name)
    assert compared > 500
    assert different == []


def test_every_native_function_operator_and_node_of_every_loss_has_an_entry_or_a_reason() -> None:
    text = held.installed()
    functions: dict[str, None] = {}
    observed: dict[str, None] = {}
    nodes: dict[str, None] = {}
    for loss in catalog.read_catalog(text).losses():
        for asked in asking.each_configuration(text, loss, every=False):
            report = pipeline.path_of(asked)
            functions |= dict.fromkeys(step.callee for step in report.call_trace.steps if step.kind == "native")
            if isinstance(report.observation, Observation):
                observed |= dict.fromkeys((*report.observation.aten_forward, *report.observation.aten_backward))
                nodes |= dict.fromkeys(report.observation.autograd_nodes)
    below = declared(text, functions, observed, nodes)
    counts = {kind: (sum(bool(each.operators) for each in named), len(named)) for kind, named in
              (("native functions", below.functions), ("operators", below.observed), ("nodes", below.autograd))}  # fmt: skip
    print(counts)
    for each in (*below.functions, *below.observed, *below.autograd):
        assert bool(each.operators) != bool(each.reason), each
    assert [each.name for each in below.observed if each.reason] == []
    assert {each.name for each in below.autograd if each.reason} <= {"AccumulateGrad"}
    assert counts["native functions"][0] > 30
    assert counts["operators"][0] > 60
    assert counts["nodes"][0] > 30


def test_nodes_of_one_name_are_those_with_a_number_behind_it() -> None:
    header = File("Functions.h", HEADER)
    assert headers.numbered(header, "GapBackward") == ("GapBackward0", "GapBackward1")
    assert headers.struct_of(header, "GapBackward7") is None
