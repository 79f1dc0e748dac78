"""What people ask of nn.Module itself, of calling one and of making one, as data: each is answered by what runs."""

from inspector.losses.asked import fitting
from inspector.losses.schema import Answer, Table

_FORWARD = """\
class Double(nn.Module):
    def forward(self, x):
        return 2 * x

ran = []
double, x = Double(), torch.ones(1)
double.register_forward_hook(lambda *ignored: ran.append("hook"))
by_call = double(x)
hooks_by_call = len(ran)
by_forward = double.forward(x)
hooks_by_forward = len(ran) - hooks_by_call"""

_LOOKED_UP = """\
ran = []

class Half(nn.Module):
    def forward(self, x):
        ran.append("forward")
        return x / 2

    def _slow_forward(self, *args):
        ran.append("_slow_forward")
        return super()._slow_forward(*args)

half, x = Half(), torch.ones(1)
half.__call__ = lambda x: ran.append("the object's own __call__")
half(x)
plain, ran = ran, []
torch.jit.trace(half, x, check_trace=False)
alias = nn.Module.__call__.__name__
losses = [each for name, each in vars(nn).items() if "Loss" in name]
own = [each.__name__ for each in losses if "__call__" in vars(each)]"""

_HOOKS = """\
ran = []

class Half(nn.Module):
    def forward(self, x):
        ran.append("forward")
        return x / 2

def note(what):
    return lambda *ignored: ran.append(what)

half, x = Half(), torch.ones(1, requires_grad=True)
half(x).backward()
without, ran = ran, []
for kind in ("full_backward", "full_backward_pre", "forward", "forward_pre"):
    getattr(half, f"register_{kind}_hook")(note(f"{kind} hook"))
half(x).backward()"""

_SEVERAL = """\
ran = []

def note(what):
    return lambda *ignored: ran.append(what)

loss, x = nn.MSELoss(), torch.ones(2)
loss.register_forward_hook(note("first"))
loss.register_forward_hook(note("second"))
loss.register_forward_hook(note("prepended"), prepend=True)
handle = loss.register_forward_hook(note("removed"))
handle.remove()
with nn.modules.module.register_module_forward_hook(note("of all modules")):
    loss(x, x)
several, ran = ran, []
loss.register_forward_hook(note("always_call"), always_call=True)
try:
    loss(x, None)
except AttributeError:
    ran.append("error")"""

_CONTAINERS = """\
made = vars(nn.Module())
empty = [name for name, value in made.items() if value in ({}, set())]
others = [f"{name} = {value}" for name, value in made.items() if name not in empty]"""

_UNREADY = """\
class Unready(nn.Module):
    def __init__(self):
        pass

def assign(module):
    module.inner = nn.ReLU()"""

_BUFFERS = """\
class Unready(nn.Module):
    def __init__(self):
        pass

unready, linear, scripted = Unready(), nn.Linear(1, 1), torch.jit.ScriptModule()
tensor = torch.ones(1)"""

_OVERRIDING = """\
class Base(nn.Module):
    def forward(self, x):
        return self.scaled(x)

    def scaled(self, x):
        return x

class Twice(Base):
    def scaled(self, x):
        return 2 * super().scaled(x)

class Thrice(Base):
    def scaled(self, x):
        return 3 * super(Thrice, self).scaled(x)

x = torch.ones(1)
looked_up = [each.__name__ for each in Twice.__mro__]"""

_PARAMETERS = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 256)
        self.output = nn.Linear(256, 10)

net = Net()
everywhere = [f"{name} {tuple(each.shape)}" for name, each in net.named_parameters()]"""

_KINDS = """\
class Kinds(nn.Module):
    def __init__(self):
        super().__init__()
        self.parameter = nn.Parameter(torch.ones(1))
        self.register_buffer("buffer", torch.ones(1))
        self.register_buffer("passing", torch.ones(1), persistent=False)
        self.plain = torch.ones(1)
        self.listed = [nn.Parameter(torch.ones(1))]

kinds = Kinds()
learned, saved = [name for name, _ in kinds.named_parameters()], list(kinds.state_dict())
kinds.to("meta")
tensors = {name: getattr(kinds, name) for name in ("parameter", "buffer", "passing", "plain")} | {"listed": kinds.listed[0]}
moved = [name for name, each in tensors.items() if each.is_meta]
stayed = [name for name, each in tensors.items() if not each.is_meta]
written = {"parameter": "nn.Parameter(…)", "buffer": "register_buffer(…)", "passing": "register_buffer(…, persistent=False)",
           "plain": "a tensor", "listed": "[nn.Parameter(…)]"}
sorts = [[f"`{written[name]}`", *("yes" if name in some else "no" for some in (learned, saved, moved))] for name in tensors]"""

CALLING = (
    Answer(
        "call-or-forward",
        "Why not call `.forward()` myself?",
        "Hooks do not run: {hooks_by_call} for module(x), {hooks_by_forward} for module.forward(x); the value is the same.",
        "The value is the same, {by_call} and {by_forward}, but hooks do not run: a forward hook ran {hooks_by_call} time for module(x) "
        "and "
        "{hooks_by_forward} times for module.forward(x). `__call__` runs the hooks, and code that torch.compile made; `forward` only "
        "itself.",
        asks=(4,),
        program=_FORWARD,
        numbers={each: each for each in ("by_call", "by_forward", "hooks_by_call", "hooks_by_forward")},
        holds=("by_call == by_forward", "hooks_by_call == 1", "hooks_by_forward == 0"),
    ),
    Answer(
        "reaching-forward",
        "How does criterion(x, y) get to `forward`?",
        "`__call__` of nn.Module is `{alias}`; it calls `{plain}`, under torch.jit.trace `{traced}`.",
        "Python looks `__call__` up on the type, so a `__call__` set on the object is not called. That of nn.Module is another name for "
        "`{alias}`. It calls `{plain}`; while torch.jit.trace records a graph, `{traced}`. {with_own} of the {number} losses have a "
        "`__call__` of "
        "their own.",
        asks=(3,),
        program=_LOOKED_UP,
        numbers={"number": "len(losses)", "with_own": "len(own)"},
        texts={"alias": "alias", "plain": "plain", "traced": "' → '.join(ran)"},
        holds=("plain == ['forward']", "ran == ['_slow_forward', 'forward']"),
    ),
    Answer(
        "hooks",
        "In which order do hooks run, and what runs when there are none?",
        "{with_hooks}; without hooks only {without}.",
        "With one hook of each kind {with_each} functions run: {with_hooks}. They were registered the other way round. Without hooks "
        "{with_none} "
        "runs, {without}: the code around hooks is passed over.",
        asks=(3, 4),
        program=_HOOKS,
        numbers={"with_each": "len(ran)", "with_none": "len(without)"},
        texts={"without": "without", "with_hooks": "' → '.join(ran)"},
        holds=(
            "with_none == 1",
            "without == ['forward']",
            "ran == ['forward_pre hook', 'forward', 'forward hook', 'full_backward_pre hook', 'full_backward hook']",
        ),
    ),
    Answer(
        "several-hooks",
        "And with several hooks of one kind?",
        "Those of all modules first, then in the order they were registered: {several}.",
        "Hooks of all modules run first, then those of the module in the order they were registered, but for a prepended one: {several}. "
        "Where forward raises, forward hooks do not run, but for one with always_call=True: {raised}.",
        program=_SEVERAL,
        texts={"several": "' → '.join(several)", "raised": "' → '.join(ran)"},
        holds=("several == ' → '.join(['of all modules', 'prepended', 'first', 'second'])", "ran == ['always_call', 'error']"),
    ),
    Answer(
        "no-forward",
        "What does `forward` do until I write one?",
        "It raises: “{refusal}”.",
        "It raises: “{refusal}”. The message names the class: nn.Module has a `forward` that does nothing else.",
        refused={"refusal": "nn.Module()(torch.ones(1))"},
        holds=("'forward' in refusal",),
    ),
    Answer(
        "cut-graph",
        "element 0 of tensors does not require grad: where did the graph end?",
        "At one of {cut}. Setting requires_grad=True on the loss hides it: the gradient is {gradient}.",
        "“{refusal}” These end the graph: {cut}. These do not: {whole}. Setting requires_grad=True on the loss value takes the error away, "
        "and nothing learns: the gradient of the input is {gradient}.",
        asks=(18,),
        program=fitting.CUT,
        texts={"cut": "cut", "whole": "whole", "gradient": "gradient"},
        refused={"refusal": "F.mse_loss(x.argmax(1).float(), y).backward()"},
        holds=("len(cut) == 5", "len(whole) == 1", "gradient == 'None'"),
        shown=(fitting.CUT_OR_WHOLE,),
    ),
    Answer(
        "total-loss",
        "Why does `total += loss` eat memory?",
        "It keeps the graph of every step: {after_1} autograd nodes after 1, {after_100} after 100; with loss.item() {with_item}.",
        "The total holds the graph of every step: {after_1} autograd nodes after 1 step, {after_10} after 10, {after_100} after 100. With "
        "`total += loss.item()`, or loss.detach(), it holds {with_item}.",
        asks=(27,),
        program=fitting.TOTAL,
        numbers={"after_1": "total(1)", "after_10": "total(10)", "after_100": "total(100)", "with_item": "total(100, item=True)"},
        holds=("after_100 > 10 * after_1", "after_100 - after_10 == 10 * (after_10 - after_1)", "with_item == 0"),
        shown=(fitting.KEPT_GRAPH, fitting.KEPT_NODES),
    ),
)

_REFUSED = {
    "before_init": "unready.register_buffer('b', tensor)",
    "no_text": "linear.register_buffer(1, tensor)",
    "dot": "linear.register_buffer('a.b', tensor)",
    "empty": "linear.register_buffer('', tensor)",
    "taken": "linear.register_buffer('weight', tensor)",
    "no_tensor": "linear.register_buffer('b', [1.0])",
    "scripted_one": "scripted.register_buffer('b', tensor, persistent=False)",
}
_REFUSALS = "[" + ", ".join(f"[{f'`{call}`'!r}, {name}]" for name, call in _REFUSED.items()) + "]"

MAKING = (
    Answer(
        "containers",
        "What does `Module.__init__` make?",
        "{count} attributes: containers, all empty, and {others}.",
        "{count} attributes of the object. Empty containers: {empty}. And {others}. What you assign later is sorted into them by its type; "
        "without `super().__init__()` there is nothing to sort it into: “{refusal}”.",
        program=_CONTAINERS + "\n\n" + _UNREADY,
        numbers={"count": "len(made)"},
        texts={"empty": "empty", "others": "others"},
        refused={"refusal": "assign(Unready())"},
        holds=("'_parameters' in empty", "'_buffers' in empty", "'_modules' in empty", "'training = True' in others"),
    ),
    Answer(
        "register-buffer",
        "What does `register_buffer` refuse?",
        "Before Module.__init__ everything; a name that is taken, empty, dotted or no text; what is no tensor.",
        "Everything before Module.__init__; a name that is no text, has a dot, is empty or taken; what is no tensor; and in a ScriptModule "
        "persistent=False. A buffer of None is taken: reading it gives {later}, and the state_dict has {saved} entries.",
        program=_BUFFERS,
        given={"empty_one": "nn.Module()", "registered": "empty_one.register_buffer('later', None)"},
        numbers={"saved": "len(empty_one.state_dict())"},
        texts={"later": "str(empty_one.later)"},
        refused=_REFUSED,
        holds=("later == 'None'", "saved == 0"),
        shown=(Table("What it refuses", ("call", "torch says"), _REFUSALS),),
    ),
    Answer(
        "overriding",
        "Which method runs when a subclass has one of the same name?",
        "That of the object's own class, also from code in the base class: {base}, {twice}, {thrice}.",
        "That of the object's own class, also where the call stands in a base class: the same `forward` of Base gives {base}, {twice} and "
        "{thrice} in Base, Twice and Thrice. `super()` and `super(Thrice, self)` say the same: the next class in {order}.",
        program=_OVERRIDING,
        numbers={"base": "Base()(x)", "twice": "Twice()(x)", "thrice": "Thrice()(x)"},
        texts={"order": "' → '.join(looked_up)"},
        holds=("base == 1", "twice == 2", "thrice == 3"),
    ),
    Answer(
        "parameters",
        "What does `parameters()` give, with and without recursion?",
        "{all} for a network of two linear layers; {own} of them are its own.",
        "For a network 784-256-10 of two linear layers, {all}: {everywhere}. With recurse=False {own}: all belong to its layers, "
        "{of_layer} "
        "to each. Together they are {elements} numbers.",
        program=_PARAMETERS,
        numbers={
            "all": "len(list(net.parameters()))",
            "own": "len(list(net.parameters(recurse=False)))",
            "of_layer": "len(list(net.hidden.parameters(recurse=False)))",
            "elements": "sum(map(torch.numel, net.parameters()))",
        },
        texts={"everywhere": "everywhere"},
        holds=("all == 4", "own == 0", "of_layer == 2"),
    ),
    Answer(
        "state-dict",
        "Which tensors are learned, saved, and moved to a device?",
        "Parameters and buffers move: {moved}. A plain attribute or a list does not: {stayed}.",
        "`parameters()` gives {learned}; the state_dict has {saved}; .to(device) moves {moved}. A tensor in a plain attribute, or a "
        "parameter "
        "in a list, is none of these and stays: {stayed}.",
        asks=(17,),
        program=_KINDS,
        texts={"learned": "learned", "saved": "saved", "moved": "moved", "stayed": "stayed"},
        holds=(
            "learned == ['parameter']",
            "saved == ['parameter', 'buffer']",
            "moved == ['parameter', 'buffer', 'passing']",
            "stayed == ['plain', 'listed']",
        ),
        shown=(Table("What becomes of it", ("assigned", "in `parameters()`", "in the state_dict", "moved by `.to(device)`"), "sorts"),),
    ),
)
