"""Records of what torch's own files say of the code below Python: operators, their kernels and formulas, autograd nodes.

In: what the rooms read. Out: frozen plain data, which report.py hands on with its own. Computes nothing.
"""

from __future__ import annotations

from typing import Literal

from inspector.measured import Record


class Kernel(Record, frozen=True):
    """The C++ function that runs an operator for one dispatch key."""

    key: str
    """Dispatch key: "CPU", "CUDA", "MPS", "CompositeImplicitAutograd", …"""
    symbol: str
    """Its name in C++."""
    written: bool = True
    """False where the list names no kernel, and torch's rule gives one: a function of the operator's own name."""


class Derivative(Record, frozen=True):
    """One formula of derivatives.yaml."""

    of: tuple[str, ...]
    """The inputs it is the gradient of; for a forward-mode formula the results it is the tangent of."""
    formula: str
    """As written, spaces and line ends made alike; "non_differentiable" where the file says that there is none."""
    key: str = ""
    """The autograd dispatch key it is for; "" for all that have no formula of their own."""
    forward: bool = False
    """True for a forward-mode formula (of a directional derivative), which no backward pass uses."""


class Saved(Record, frozen=True):
    """One thing that a node keeps between the call and its backward pass."""

    name: str
    """Of the input or result, or of what is kept of one: "self", "result", "self_sym_sizes"."""
    kind: str
    """"tensor", "tensors", or the C++ type of what is no tensor; "" where it is not known."""


class Node(Record, frozen=True):
    """One autograd node that torch generates for an operator."""

    name: str
    """As autograd shows it, such as NllLossBackward0."""
    operator: str
    """The overload whose formula it computes; "" where no list of formulas says it."""
    saved: tuple[Saved, ...]
    """What it keeps."""
    saved_as: Literal["declared", "named in the formula"]
    """Where that is known from: the members of its C++ struct, or the names in its formula."""
    file: str
    """Of the struct; "" where no header shows it."""
    line: int
    """Of the struct."""


class Decomposition(Record, frozen=True):
    """Torch's own Python code for an operator."""

    kind: Literal["decomposition", "reference"]
    """Of `torch._decomp`, written for compilers, or of `torch._refs`."""
    name: str
    """Of the function."""
    file: str
    """Where it is defined."""
    line: int
    """Of the definition."""


class Code(Record, frozen=True):
    """A C++ or CUDA function, and the file that defines it."""

    key: str
    """Dispatch key of the kernel; "" for a function that kernels of several keys call."""
    symbol: str
    """Its name in C++."""
    file: str
    """In PyTorch's repository."""
    called_by: str
    """The dispatch stub or the kernel that leads to it; "" for a kernel."""
    verified: bool
    """Whether the symbol was read in a stored version of that file."""
    shown_by: str
    """What the published binaries of the release show of it."""
    note: str
    """What else there is to say."""


class Operator(Record, frozen=True):
    """One entry of native_functions.yaml: an operator, one of its overloads."""

    name: str
    """With its overload: "nll_loss_forward", "div.Tensor"."""
    schema: str
    """As written."""
    file: str
    """The list it is in."""
    line: int
    """Of the entry."""
    python_module: str
    """"nn" where Python finds it in `torch._C._nn`; "" for `torch` itself."""
    variants: tuple[str, ...]
    """"function", "method": as what Python has it."""
    tags: tuple[str, ...]
    """As written."""
    composite: Literal["", "implicit", "explicit"]
    """"implicit": made of other operators, which autograd goes through. "explicit": one kernel for every device, with a formula of its own
    where it can be differentiated. "": a kernel for each device."""
    delegate: str
    """The overload whose kernels it uses (structured_delegate); "" for its own."""
    kernels: tuple[Kernel, ...]
    """Of this entry or of its delegate."""
    derivatives: tuple[Derivative, ...]
    """Its formulas; empty where it has none of its own."""
    derivatives_of: str
    """The entry of derivatives.yaml they are in: its own name, or that of the form that writes to no input; "" for none."""
    derivatives_line: int
    """Of that entry; 0 for none."""
    nodes: tuple[str, ...]
    """Names of its autograd nodes, one for each dispatch key that has formulas; empty where it has none of its own."""
    decompositions: tuple[Decomposition, ...]
    """Torch's own Python code for it."""
    code: tuple[Code, ...] = ()
    """The C++ and CUDA files behind it, of the one release that is known of."""


class Named(Record, frozen=True):
    """A name that was read in a trace or seen in a run, and the entries it leads to."""

    name: str
    """As the trace or the observation has it: "torch._C._nn.mse_loss", "aten::mse_loss", "MseLossBackward0"."""
    operators: tuple[str, ...]
    """Entries, by name and overload; several where the name alone does not tell which overload it is."""
    reason: str = ""
    """Why there is no entry; "" where there is one."""
    ran: tuple[str, ...] = ()
    """Those of `operators` whose autograd node was seen in the run; empty where that tells nothing."""


class Missing(Record, frozen=True):
    """A list that this torch does not carry, or that could not be had."""

    file: str
    """Its usual name."""
    says: str
    """What it would say."""
    reason: str = ""
    """Why it could not be read, where that is not because this torch is without it; "" where it is."""


class Below(Record, frozen=True):
    """What torch's own files say of the code below Python, for every name that a report has of it."""

    functions: tuple[Named, ...] = ()
    """The native functions of the call trace, as read."""
    observed: tuple[Named, ...] = ()
    """The ATen operators that ran."""
    autograd: tuple[Named, ...] = ()
    """The autograd nodes that ran."""
    operators: tuple[Operator, ...] = ()
    """The entries they lead to, and those of the operators that their formulas call."""
    nodes: tuple[Node, ...] = ()
    """The nodes of those entries."""
    missing: tuple[Missing, ...] = ()
    """Lists that this torch does not carry, or that could not be had."""
    code_version: str = ""
    """The release that `code` is about; "" where there is none."""
    code_commit: str = ""
    """Its commit."""
