"""Reports made by hand for the tests of the faces: a full one (facts of torch 2.13.0's CrossEntropyLoss), and poor ones.

Nothing here reads or runs torch, so the faces can be looked at, and tested, without the rooms that do.
"""

from __future__ import annotations

from typing import Any

import msgspec

from inspector import report as r

LOSS = "torch/nn/modules/loss.py"
MODULE = "torch/nn/modules/module.py"
FUNCTIONAL = "torch/nn/functional.py"
REDUCTION = "torch/nn/_reduction.py"
CROSS_ENTROPY = "torch.nn.modules.loss.CrossEntropyLoss"
WEIGHTED = "torch.nn.modules.loss._WeightedLoss"
LOSS_BASE = "torch.nn.modules.loss._Loss"
MODULE_CLASS = "torch.nn.modules.module.Module"
FUNCTION = "torch.nn.functional.cross_entropy"
CONTAINERS = (
    ("training", "True", 505),
    ("_parameters", "{}", 506),
    ("_buffers", "{}", 507),
    ("_non_persistent_buffers_set", "set()", 508),
    ("_backward_hooks", "OrderedDict()", 510),
    ("_forward_hooks", "OrderedDict()", 512),
    ("_forward_pre_hooks", "OrderedDict()", 515),
    ("_modules", "{}", 521),
)


def call(id: int, parent: int | None, caller: str, callee: str, call_at: tuple[str, int, str], **more: Any) -> r.Step:
    """A step; `call_at` is file, line and text of the call, `at` (optional) file and line of the callee."""
    callee_file, callee_line = more.pop("at", ("", 0))
    fields = {"kind": "python", "condition": "", "condition_value": "unknown", "because": "", "taken": "true"} | more
    return r.Step(
        id=id, parent=parent, caller=caller, callee=callee, call_file=call_at[0], call_line=call_at[1], call_text=call_at[2],
        callee_file=callee_file, callee_line=callee_line, **fields,
    )  # fmt: skip


def call_steps() -> tuple[r.Step, ...]:
    """The steps of criterion(input, target) with default arguments, and five that are not taken."""
    wrapped, impl = MODULE_CLASS + "._wrapped_call_impl", MODULE_CLASS + "._call_impl"
    forward = CROSS_ENTROPY + ".forward"
    hooks = (
        "not (self._backward_hooks or self._backward_pre_hooks or self._forward_hooks or self._forward_pre_hooks "
        "or _global_backward_pre_hooks or _global_backward_hooks or _global_forward_hooks or _global_forward_pre_hooks)"
    )
    compiled: dict[str, Any] = {
        "condition": "self._compiled_call_impl is not None",
        "condition_value": "false",
        "because": "`self._compiled_call_impl` is None",
    }
    tracing: dict[str, Any] = {
        "condition": "torch._C._get_tracing_state()",
        "condition_value": "false",
        "because": "no torch.jit.trace is under way",
    }
    dicts = hooks.removeprefix("not (").removesuffix(")").split(" or ")
    empty = ", ".join(f"`{name}`" for name in dicts[:-1]) + f" and `{dicts[-1]}` are empty"
    no_hooks = {"condition": hooks, "condition_value": "true", "because": empty}
    overrides = {
        "condition": "has_torch_function_variadic(input, target, weight)",
        "condition_value": "false",
        "because": "`has_torch_function_variadic(input, target, weight)` gave False (plain tensors override nothing)",
    }
    legacy = {
        "condition": "size_average is not None or reduce is not None",
        "condition_value": "false",
        "because": "`size_average` and `reduce` are None (its default)",
    }
    return (
        call(0, None, "", wrapped, ("", 0, "criterion(input, target)"), at=(MODULE, 1774), because="Module.__call__ is an alias of it"),
        call(1, 0, wrapped, "self._compiled_call_impl", (MODULE, 1776, "self._compiled_call_impl(*args, **kwargs)"),
             kind="unresolved", taken="false", **compiled),
        call(2, 0, wrapped, impl, (MODULE, 1778, "self._call_impl(*args, **kwargs)"), at=(MODULE, 1782), **compiled),
        call(3, 2, impl, "torch._C._get_tracing_state", (MODULE, 1783, "torch._C._get_tracing_state()"), kind="native", result="None"),
        call(4, 2, impl, MODULE_CLASS + "._slow_forward", (MODULE, 1789, "forward_call(*args, **kwargs)"),
             at=(MODULE, 1754), taken="false", **tracing),
        call(5, 2, impl, forward, (MODULE, 1789, "forward_call(*args, **kwargs)"), at=(LOSS, 1398), **no_hooks),
        call(14, 2, impl, MODULE_CLASS + "._call_impl.<locals>.inner", (MODULE, 1884, "inner()"), at=(MODULE, 1794), taken="false",
             condition=f"not ({hooks})", condition_value="false", because=f"the function ended at line 1786: {empty}"),
        call(15, 2, impl, "_warnings.warn", (MODULE, 1896, "warnings.warn(…)"), taken="false",
             condition=f"not ({hooks})", condition_value="false", because=f"the function ended at line 1786: {empty}"),
        call(6, 5, forward, MODULE_CLASS + ".__getattr__", (LOSS, 1403, "self.weight"), at=(MODULE, 1954), kind="attribute", result="None"),
        call(7, 5, forward, FUNCTION, (LOSS, 1400, "F.cross_entropy(input, target, weight=self.weight, …)"), at=(FUNCTIONAL, 3472)),
        call(8, 7, FUNCTION, "torch._C._has_torch_function_variadic",
             (FUNCTIONAL, 3540, "has_torch_function_variadic(input, target, weight)"), kind="native", result="False"),
        call(9, 7, FUNCTION, "torch.overrides.handle_torch_function", (FUNCTIONAL, 3541, "handle_torch_function(cross_entropy, …)"),
             at=("torch/overrides.py", 1650), taken="false", **overrides),
        call(10, 7, FUNCTION, "torch.nn._reduction.legacy_get_string",
             (FUNCTIONAL, 3554, "_Reduction.legacy_get_string(size_average, reduce)"), at=(REDUCTION, 34), taken="false", **legacy),
        call(11, 7, FUNCTION, "isinstance", (FUNCTIONAL, 3555, "isinstance(reduction, str)"), kind="builtin", result="True"),
        call(12, 7, FUNCTION, "torch.nn._reduction.get_enum", (FUNCTIONAL, 3560, "_Reduction.get_enum(reduction)"),
             at=(REDUCTION, 7), result="1"),
        call(13, 7, FUNCTION, "torch._C._nn.cross_entropy_loss", (FUNCTIONAL, 3555, "torch._C._nn.cross_entropy_loss(…)"), kind="native"),
    )  # fmt: skip


def construction() -> r.ConstructionTrace:
    """Who makes what when CrossEntropyLoss() is made (containers abridged)."""
    init, weighted, base = CROSS_ENTROPY + ".__init__", WEIGHTED + ".__init__", LOSS_BASE + ".__init__"
    module, register, setattr_ = MODULE_CLASS + ".__init__", MODULE_CLASS + ".register_buffer", MODULE_CLASS + ".__setattr__"
    calls = (
        call(0, None, "", init, ("", 0, "CrossEntropyLoss()"), at=(LOSS, 1385)),
        call(1, 0, init, weighted, (LOSS, 1394, "super().__init__(weight, size_average, reduce, reduction)"), at=(LOSS, 54)),
        call(2, 1, weighted, base, (LOSS, 61, "super().__init__(size_average, reduce, reduction)"), at=(LOSS, 45)),
        call(3, 2, base, module, (LOSS, 46, "super().__init__()"), at=(MODULE, 481)),
        call(4, 3, module, "torch._C._log_api_usage_once", (MODULE, 484, "torch._C._log_api_usage_once(…)"), kind="native"),
        call(5, 2, base, setattr_, (LOSS, 50, "self.reduction = reduction"), at=(MODULE, 1971), kind="attribute"),
        call(6, 1, weighted, register, (LOSS, 62, 'self.register_buffer("weight", weight)'), at=(MODULE, 528)),
        call(7, 6, register, "isinstance", (MODULE, 564, "isinstance(name, str)"), kind="builtin", result="True"),
        call(8, 0, init, setattr_, (LOSS, 1395, "self.ignore_index = ignore_index"), at=(MODULE, 1971), kind="attribute"),
    )
    containers = tuple(
        r.AttributeRecord(
            name=name, kind="attribute", set_in=module, set_by=f'super().__setattr__("{name}", {value})', file=MODULE, line=line,
            value=value, persistent=None, owner=MODULE_CLASS, container=True,
        )
        for name, value, line in CONTAINERS
    )  # fmt: skip
    own = (
        attribute("reduction", base, "self.reduction = reduction", (LOSS, 50), "'mean'", owner=LOSS_BASE, read_at=(5,),
                  condition="size_average is not None or reduce is not None", because="`size_average` and `reduce` are None (its default)"),
        attribute("weight", weighted, 'self.register_buffer("weight", weight)', (LOSS, 62), "None", kind="buffer", persistent=True,
                  owner=WEIGHTED, read_at=(6,)),
        attribute("ignore_index", init, "self.ignore_index = ignore_index", (LOSS, 1395), "-100", owner=CROSS_ENTROPY, read_at=(5,)),
        attribute("label_smoothing", init, "self.label_smoothing = label_smoothing", (LOSS, 1396), "0.0", owner=CROSS_ENTROPY,
                  read_at=(5,)),
    )  # fmt: skip
    return r.ConstructionTrace(calls=calls, attributes=(*containers, *own))


def attribute(name: str, set_in: str, set_by: str, at: tuple[str, int], value: str, **more: Any) -> r.AttributeRecord:
    """One attribute record."""
    fields = {"kind": "attribute", "persistent": None} | more
    return r.AttributeRecord(name=name, set_in=set_in, set_by=set_by, file=at[0], line=at[1], value=value, **fields)


def observation() -> r.Observation:
    """What one call with three rows of three logits ran."""
    taken = [step for step in call_steps() if step.taken == "true" and step.kind != "builtin"]
    return r.Observation(
        calls=tuple(r.ObservedCall(s.caller, s.callee, s.kind, s.call_file, s.call_line) for s in taken),
        aten_forward=("aten::_log_softmax", "aten::nll_loss_forward"),
        aten_backward=("aten::nll_loss_backward", "aten::_log_softmax_backward_data"),
        autograd_nodes=("NllLossBackward0", "LogSoftmaxBackward0", "AccumulateGrad"),
        autograd_edges=((0, 1), (1, 2)),
        observers={"calls": "sys.setprofile", "aten_forward": "TorchDispatchMode, the same as the profiler's list of a plain run"},
    )


def example() -> r.Example:
    """Three rows of three logits, with the value and gradient torch 2.13.0 gave in float64."""
    logits = (0.9826, 1.0630, -0.4096, -0.6213, 0.2511, 0.5659, 0.5662, 0.7360, -0.6783)
    gradient = (0.14292359760588508, -0.17844410507948308, 0.035520507473598036, -0.28336234079032524, 0.11956291138373054,
                0.16379942940659473, 0.1347807312801485, -0.17360902673848486, 0.03882829545833633)  # fmt: skip
    return r.Example(
        configuration="CrossEntropyLoss()",
        inputs=(r.ExampleValue("input", (3, 3), "float64", logits), r.ExampleValue("target", (3,), "int64", (1, 0, 1))),
        value=r.ExampleValue("loss", (), "float64", (1.133275610922097,)),
        gradients=(r.ExampleValue("input", (3, 3), "float64", gradient),),
    )


def check(id: str, kind: str, dtype: str, ulp: r.Number | None, status: Any = "pass", reason: str = "") -> r.Check:
    """One check of the value or the gradient."""
    return r.Check(
        id=id, claim=f"{kind} equals the reference", kind=kind, configuration="CrossEntropyLoss()", dtype=dtype, device="cpu",
        actual=1.133275610922097, expected=1.133275610922097, abs_error=0.0, rel_error=0.0, ulp_error=ulp, rtol=1e-15, atol=0.0,
        status=status, reason=reason,
    )  # fmt: skip


def full_report() -> r.Report:
    """A report with every part filled."""
    return r.Report(
        format_version=r.FORMAT_VERSION,
        version="0.1.0",
        release=r.Release("2.13.0+cpu", "cf30153c4c131c8164ee7798e5022d810682e2cb", "installed"),
        subject=subject(),
        mro=(
            r.ClassEntry(CROSS_ENTROPY, LOSS, 1200, ("__constants__", "__init__", "forward", "ignore_index", "label_smoothing")),
            r.ClassEntry(WEIGHTED, LOSS, 53, ("__init__",)),
            r.ClassEntry(LOSS_BASE, LOSS, 42, ("__init__", "reduction")),
            r.ClassEntry(MODULE_CLASS, MODULE, 407, ("__call__", "__getattr__", "__init__", "_call_impl", "_wrapped_call_impl", "forward")),
        ),
        members={
            "__call__": r.Member(MODULE_CLASS, "alias", MODULE_CLASS + "._wrapped_call_impl", MODULE, 1917),
            "__getattr__": r.Member(MODULE_CLASS, "def", None, MODULE, 1954),
            "__init__": r.Member(CROSS_ENTROPY, "def", None, LOSS, 1385),
            "_call_impl": r.Member(MODULE_CLASS, "def", None, MODULE, 1782),
            "_wrapped_call_impl": r.Member(MODULE_CLASS, "def", None, MODULE, 1774),
            "forward": r.Member(CROSS_ENTROPY, "def", None, LOSS, 1398),
        },
        call_trace=r.CallTrace(call_steps()),
        construction_trace=construction(),
        settings=(
            r.Setting("weight", "None", "default"),
            r.Setting("ignore_index", "-100", "default"),
            r.Setting("reduction", "'mean'", "default"),
            r.Setting("label_smoothing", "0.0", "default"),
        ),
        definition=definition(),
        observation=observation(),
        agreement=r.Agreement(confirmed=(0, 2, 3, 5, 6, 7, 8, 12, 13), read_not_run=(), run_not_read=(), not_observable=(11,), taken=9),
        example=example(),
        checks=(check("v64", "value", "float64", 0.9), check("g64", "gradient", "float64", 1.2), check("v32", "value", "float32", 0.4),
                check("v16", "value", "float16", None, "not_run", "not implemented for 'Half' on this build")),
        findings=(),
    )  # fmt: skip


def subject() -> r.Subject:
    """CrossEntropyLoss with its default arguments."""
    return r.Subject(
        qualified_name=CROSS_ENTROPY, public_name="torch.nn.CrossEntropyLoss", file=LOSS, line=1200, end_line=1408,
        summary="This criterion computes the cross entropy loss between input logits and target.",
        signature=(
            r.Parameter("weight", "None", "Tensor | None"),
            r.Parameter("size_average", "None", deprecated=True),
            r.Parameter("ignore_index", "-100", "int"),
            r.Parameter("reduce", "None", deprecated=True),
            r.Parameter("reduction", "'mean'", "str"),
            r.Parameter("label_smoothing", "0.0", "float"),
        ),
        configuration=r.Configuration(CROSS_ENTROPY, "CrossEntropyLoss()"),
        functions=(FUNCTION,),
    )  # fmt: skip


def definition() -> r.Definition:
    """What cross entropy is, in two formulas."""
    return r.Definition(
        formulas=(
            r.Formula("value", r"\ell_i = -w_{y_i}\log\operatorname{softmax}(x_i)_{y_i}", "loss[i] = −w[y[i]]·log softmax(x[i])[y[i]]"),
            r.Formula("gradient", r"w_{y}(\operatorname{softmax}(x)-e_y)", "∂loss[i]/∂x[i] = w[y[i]]·(softmax(x[i]) − onehot(y[i]))"),
        ),
        denominators={"mean": "the sum of the weights of the kept targets", "sum": "1", "none": "nothing"},
        inputs=("input: (N, C), float, any real number", "target: (N,), int64, 0 ≤ target < C"),
        notes=("feed logits: softmax is part of the loss",),
    )


def static_report() -> r.Report:
    """The same before torch is loaded."""
    waiting = r.NotRun("the run follows")
    return msgspec.structs.replace(full_report(), observation=waiting, agreement=waiting, example=waiting, checks=())


def poor_report() -> r.Report:
    """A class of which almost nothing could be read, and which did not run."""
    nothing = r.NotRun("nothing was run: only the sources were read")
    name = "mine.Odd"
    return msgspec.structs.replace(
        full_report(),
        release=r.Release("2.13.0", "", "folder"),
        subject=r.Subject(name, "mine.py", 1, 2, "", (), r.Configuration(name, "Odd()")),
        mro=(), members={}, settings=(), definition=r.Unresolved("no independent reference: this class is not defined in losses/"),
        call_trace=r.CallTrace((call(0, None, "", name + ".__call__", ("", 0, "criterion(x)"), kind="unresolved",
                                     because="the base class is computed", taken="unknown"),)),
        construction_trace=r.ConstructionTrace((), ()),
        observation=nothing, agreement=nothing, example=nothing, checks=(), findings=(),
    )  # fmt: skip


def empty_report() -> r.Report:
    """A report with nothing in it at all."""
    return msgspec.structs.replace(poor_report(), call_trace=r.CallTrace(()))


def disagreeing_report() -> r.Report:
    """A run that did not confirm two steps, and ran a call that was not read; one check failed, one finding."""
    extra = r.ObservedCall(FUNCTION, "torch.Tensor.dim", "native", FUNCTIONAL, 3550)
    finding = r.Finding(
        id="all-ignored", title="all targets ignored: mean is nan", severity="warning", probe="all targets are ignore_index",
        configuration="CrossEntropyLoss()", dtype="float32", device="cpu", actual="nan", expected="0", message="0/0", snippet="",
    )  # fmt: skip
    return msgspec.structs.replace(
        full_report(),
        agreement=r.Agreement((0, 2, 3, 5, 6, 7, 13), (8, 12), (extra,), (11,), 9),
        checks=(check("v64", "value", "float64", 0.9), check("g64", "gradient", "float64", 3.2e6, "fail")),
        findings=(finding,),
    )
