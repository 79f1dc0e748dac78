"""Ways to misuse a loss that do not depend on which it is, as a table: what people write, and what to write instead.

In: nothing. Out: Uses, in which the names of a loss are still to be put. Runs nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """A misuse before the names of a loss are put in: {x} is the input to be learned from, {y} the last one, {call} the whole call."""

    rule: str
    cause: str
    wrong: str
    right: str
    before: str = ""
    """What the user did to the inputs; part of both programs."""
    fix: str = ""
    """What is told; the last line of `right` where it is ""."""
    unreduced: bool = False
    """True where the loss must be one with reduction='none'."""
    several: bool = False
    """True for losses of two inputs or more."""
    cut: str = ""
    """What is done to each input that is learned from, where {cut} stands for the call."""


CUTS = ("{x}.detach()", "{x}.data", "({x} > 0).float()", "torch.tensor({x}.tolist())")
"""What takes an input out of the graph, as written for one input."""

USES = (
    *(Use("no-graph", f"nothing in the call requires a gradient: {cut}", "{cut}.backward()", "{call}.backward()", cut=cut) for cut in CUTS),
    Use(
        "no-graph",
        "nothing in the call requires a gradient: torch.no_grad()",
        "with torch.no_grad():\n    value = {call}\nvalue.backward()",
        "{call}.backward()",
    ),
    Use(
        "unreduced",
        "backward() of a loss with reduction='none', which is no single number",
        "{call}.backward()",
        "{call}.mean().backward()",
        unreduced=True,
    ),
    Use("unreduced", "one number is asked of a loss with reduction='none'", "{call}.item()", "{call}.mean().item()", unreduced=True),
    Use(
        "unreduced",
        "one number is asked of a loss with reduction='none'",
        "float({call}.detach())",
        "float({call}.detach().mean())",
        unreduced=True,
    ),
    Use(
        "unreduced",
        "a loss with reduction='none' stands where a condition is expected",
        "if {call} > 0:\n    pass",
        "if {call}.mean() > 0:\n    pass",
        unreduced=True,
        fix="{call}.mean() > 0",
    ),
    Use(
        "twice",
        "backward() twice on the same loss value",
        "value = {call}\nvalue.backward()\nvalue.backward()",
        "{call}.backward()\n{call}.backward()",
        fix="{call}.backward()  # the loss value computed anew each time",
    ),
    Use(
        "twice",
        "backward() twice on the same loss value",
        "value = {call}\nvalue.backward()\nvalue.backward()",
        "value = {call}\nvalue.backward(retain_graph=True)\nvalue.backward()",
        fix="value.backward(retain_graph=True)  # the first time",
    ),
    Use(
        "in-place",
        "an input is changed in place between the call and backward()",
        "value = {call}\n{x}.zero_()\nvalue.backward()",
        "value = {call}\n{x} = {x} * 0\nvalue.backward()",
        before="{x} = {x} * 1",
        fix="{x} = {x} * 0  # in place of {x}.zero_()",
    ),
    Use(
        "number",
        "{x} is a number, not a tensor",
        "loss({args})",
        "loss(torch.full_like({y}, {x}), {rest})",
        before="{x} = 0.5",
        several=True,
    ),
    Use(
        "list", "{x} is a list, not a tensor", "loss({args})", "loss(torch.tensor({x}), {rest})", before="{x} = {x}.tolist()", several=True
    ),
    Use(
        "list", "{y} is a list, not a tensor", "loss({args})", "loss({most}, torch.tensor({y}))", before="{y} = {y}.tolist()", several=True
    ),
    Use(
        "numpy",
        "{x} is a numpy array, not a tensor",
        "loss({args})",
        "loss(torch.as_tensor({x}), {rest})",
        before="{x} = {x}.detach().cpu().numpy()",
        several=True,
    ),
    Use(
        "numpy",
        "{y} is a numpy array, not a tensor",
        "loss({args})",
        "loss({most}, torch.as_tensor({y}))",
        before="{y} = {y}.detach().cpu().numpy()",
        several=True,
    ),
    Use(
        "tuple",
        "{x} is a tuple: the network gives more than one thing",
        "loss({args})",
        "loss({x}[0], {rest})",
        before="{x} = ({x},)",
        several=True,
    ),
    Use(
        "dict",
        "{x} is a dict: the network gives its outputs by name",
        "loss({args})",
        "loss({x}['out'], {rest})",
        before="{x} = {{'out': {x}}}",
        several=True,
    ),
    Use(
        "none",
        "{x} is None: a forward() without a return gives that",
        "loss({args})",
        "",
        before="{x} = None",
        fix="return the result in forward() of the network",
        several=True,
    ),
    Use("none", "{y} is None", "loss({args})", "", before="{y} = None", fix="hand over a tensor as {y}", several=True),
    Use("missing", "an input is left out", "loss({x})", "loss({args})", several=True),
    Use("missing", "no input is given", "loss()", "loss({args})"),
    Use("too-many", "an input too many is given", "loss({args}, {x}, {x})", "loss({args})"),
    Use("swapped", "the inputs are handed over in the wrong order", "loss({swapped})", "loss({args})", several=True),
    Use("item", "item() gives a plain number, which has no backward()", "{call}.item().backward()", "{call}.backward()"),
    Use("of-module", "backward() of the loss object, which has not been called", "loss.backward()", "{call}.backward()"),
    Use("of-module", "item() of the loss object, which has not been called", "loss.item()", "{call}.item()"),
    Use("to-numpy", "numpy() of a loss value that requires a gradient", "{call}.numpy()", "{call}.detach().numpy()"),
    Use(
        "device",
        "{x} is on another device than the rest (tried with the device meta)",
        "loss({args})",
        "device = 'meta'\nloss.to(device)({moved})",
        before="{x} = {x}.detach().to('meta')",
        fix="loss.to(device)({moved})",
    ),
    Use(
        "device",
        "{y} is on another device than the rest (tried with the device meta)",
        "loss({args})",
        "device = 'meta'\nloss.to(device)({moved})",
        before="{y} = {y}.detach().to('meta')",
        fix="loss.to(device)({moved})",
        several=True,
    ),
    Use(
        "no-cuda",
        "this torch cannot use a GPU, and is asked to",
        "{x}.cuda()",
        "device = 'cuda' if torch.cuda.is_available() else 'cpu'\nloss.to(device)({moved})",
        fix="device = 'cuda' if torch.cuda.is_available() else 'cpu'; {x}.to(device)",
    ),
    Use(
        "autocast",
        "the loss is called under autocast in bfloat16",
        "with torch.autocast({device!r}, dtype=torch.bfloat16):\n    {call}.mean().backward()",
        "with torch.autocast({device!r}, enabled=False):\n    {call}.mean().backward()",
        fix="with torch.autocast({device!r}, enabled=False): {call}",
    ),
    Use(
        "reduction-first",
        "the reduction is given as the first argument of the constructor, which is another one",
        "{cls}('sum')({args})",
        "{cls}(reduction='sum')({args})",
    ),
)
"""Ways to misuse a loss that do not depend on which it is."""
