"""What torch says of its C code in its own stubs (`torch/_C/*.pyi`): which names exist and what a function returns.

In: a canonical native name. Out: whether a stub defines it, and the return type as written. A text search, not a parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from inspector.source.finders import TorchText

_OPERATORS = frozenset({"torch", *(f"torch._C._{group}" for group in ("fft", "linalg", "nested", "nn", "sparse", "special"))})
"""Where operators of torch's list are found in Python."""

TOP = ("torch._C._VariableFunctions", "torch._C", "torch")
"""The stubs of what C code puts into `torch` itself; the last one is that of torch 1.1 to 1.5."""

_TENSOR_CLASSES = (("torch._C", "\nclass TensorBase"), ("torch._C", "\nclass _TensorBase"), ("torch", "\nclass Tensor:"))
"""Where stubs of now and of older releases say what a tensor has."""

_TOP = re.compile(r"(?:def |class )?(\w+)\b(?=\s*[:=(\[])")
_SIGNATURE = re.compile(r"\n *def \w+\(((?:[^()]|\([^()]*\))*)\)\s*->\s*([^:]+):")


@dataclass(frozen=True)
class StubParameter:
    """One parameter as a stub says it; `several` for `*size`."""

    name: str
    annotation: str
    required: bool
    keyword: bool

    @property
    def several(self) -> bool:
        """Whether it takes any number of positional arguments."""
        return self.name.startswith("*")


@dataclass(frozen=True)
class Overload:
    """One signature of a C function: its parameters and what it returns, as written."""

    parameters: tuple[StubParameter, ...]
    returns: str


class Stubs:
    """Look-ups in the stubs of one torch; each file is read once, when it is first needed."""

    def __init__(self, text: TorchText) -> None:
        self._text = text
        self._names = lru_cache(maxsize=64)(self._names_of)
        self.defines = lru_cache(maxsize=4096)(self._defines)
        self.tensor_class = lru_cache(maxsize=1)(self._tensor_class)
        self.returns = lru_cache(maxsize=4096)(self._returns)
        self.overloads = lru_cache(maxsize=4096)(self._overloads)
        self.is_class = lru_cache(maxsize=4096)(self._is_class)
        self.fields = lru_cache(maxsize=256)(self._fields)

    def _stub(self, module: str) -> str:
        path = self._text.file_of(module, stub=True)
        return self._text.text_of(path) if path else ""

    def _defines(self, module: str, name: str) -> bool:
        return name in self._names(module)

    def _names_of(self, module: str) -> frozenset[str]:
        """The names that a stub defines at its top."""
        tops = (_TOP.match(line) for line in self._stub(module).split("\n") if line[:1] not in " )#@")
        return frozenset(top[1] for top in tops if top is not None)

    def _returns(self, name: str) -> str:
        owner, _, short = name.rpartition(".")
        if owner == "torch.Tensor":
            return self._method_returns(short)
        modules = TOP if owner == "torch" else (owner,)
        for module in modules:
            found = _annotation(self._stub(module), f"def {short}(", "\n")
            if found:
                return found
        return self._operator_returns(short) if owner in _OPERATORS else self._returns_of_class(owner, short)

    def _returns_of_class(self, owner: str, short: str) -> str:
        """The return type of a method of a C class other than the tensor's."""
        module, _, name = owner.rpartition(".")
        text = self._stub(module) if module.startswith("torch.") else ""
        start = _line_with(text, f"class {name}")
        body = text[start + 6 :].partition("\nclass ")[0] if start >= 0 else ""
        return _annotation(body, f"    def {short}(", "\n")

    def _operator_returns(self, short: str) -> str:
        """What torch's list of operators, which lies beside it, says where no stub does; as a stub would say it."""
        path = self._text.place("torchgen/packaged/ATen/native/native_functions.yaml")
        if not path.is_file():
            return ""
        text = self._text.text_of(path)
        start = max(text.find(f"\n- func: {short}("), text.find(f"\n- func: {short}."))
        row = text[start + 1 : text.find("\n", start + 1)] if start >= 0 else ""
        returns = re.sub(r"\([a-z!]+\)", "", row.rpartition("-> ")[2]).strip()
        if returns.endswith("Tensor[]"):
            return "tuple[Tensor, ...]"
        count = returns.count("Tensor ") if returns.startswith("(") else 0
        return f"tuple[{', '.join(['Tensor'] * count)}]" if count else returns

    def _method_returns(self, short: str) -> str:
        return _annotation(self.tensor_class(), f"    def {short}(", "\n")

    def _overloads(self, name: str) -> tuple[Overload, ...]:
        """Every signature the stubs give a function or a method of Tensor, in their order."""
        owner, _, short = name.rpartition(".")
        modules = TOP if owner == "torch" else (owner,)
        indent = "    " if owner == "torch.Tensor" else ""
        for text in [self.tensor_class()] if indent else [self._stub(module) for module in modules]:
            found = tuple(_overload(match) for match in _signatures(text, f"\n{indent}def {short}("))
            if found:
                return found
        return ()

    def has_attribute(self, name: str) -> bool:
        """Whether the stub says that a tensor has an attribute of this name."""
        return f"\n    {name}:" in self.tensor_class() or bool(self.returns(f"torch.Tensor.{name}"))

    def _tensor_class(self) -> str:
        """The stub from the class of tensors on; "" for torch 1.0, which ships no stubs."""
        for module, head in _TENSOR_CLASSES:
            text = self._stub(module)
            start = text.find(head)
            if start >= 0:
                return text[start:]
        return ""

    def are_partial(self) -> bool:
        """Whether they leave functions and methods out, or are not there, as before torch 1.9, the first with a `torch/_tensor.py`.

        What no Python text of such a torch defines is taken for C.
        """
        return self._text.file_of("torch._tensor") is None

    def _is_class(self, name: str) -> bool:
        """Whether a stub says that the name is a class."""
        module, _, short = name.rpartition(".")
        where = "torch._C" if module == "torch" else module
        return where.startswith("torch._C") and _line_with(self._stub(where), f"class {short}") >= 0

    def _fields(self, name: str) -> tuple[str, ...]:
        """The names of what a function of several results returns, such as `torch.return_types.max`: ("values", "indices")."""
        module, _, short = name.rpartition(".")
        text = self._stub(module)
        start = _line_with(text, f"class {short}")
        body = text[start + 6 :].partition("\nclass ")[0] if start >= 0 else ""
        return tuple(re.findall(r"@property\s+def (\w+)\(", body))


def _line_with(text: str, head: str) -> int:
    """Where a line begins with these words; -1 where none does. A search for a pattern takes ten times as long in a megabyte."""
    at = 0 if text.startswith(head) else text.find("\n" + head) + 1
    while at > 0 or text.startswith(head):
        following = text[at + len(head) : at + len(head) + 1]
        if not (head[-1].isalnum() or head[-1] == "_") or not (following.isalnum() or following == "_"):
            return at
        at = text.find("\n" + head, at) + 1
        if not at:
            break
    return -1


def _overload(match: re.Match[str]) -> Overload:
    parameters = []
    keyword = False
    for part in between_commas(match[1]):
        name, _, rest = part.partition(":")
        annotation, _, default = rest.partition("=")
        if part.startswith("*"):
            keyword = True
            if part == "*":
                continue
        parameters.append(StubParameter(name.strip(), annotation.strip(), not default and not part.startswith("*"), keyword))
    return Overload(tuple(parameters), " ".join(match[2].split()))


def between_commas(text: str) -> list[str]:
    """Parts between commas that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [" ".join(part.split()) for part in [*parts, text[start:]] if part.strip()]


def _signatures(text: str, head: str) -> Iterator[re.Match[str]]:
    """Every signature that begins so: found as text, since the stub of the tensor class is half a megabyte."""
    at = text.find(head)
    while at >= 0:
        match = _SIGNATURE.match(text, at)
        if match is not None:
            yield match
        at = text.find(head, at + 1)


def _annotation(text: str, head: str, before: str) -> str:
    at = text.find(before + head)
    if at < 0:
        return ""
    arrow = text.find("->", at)
    stop = text.find(":", arrow)
    following = text.find(before + "def ", at + 1)
    if arrow < 0 or (0 < following < arrow):
        return ""
    return " ".join(text[arrow + 2 : stop].split())
