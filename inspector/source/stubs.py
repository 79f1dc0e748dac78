"""What torch says of its C code in its own stubs (`torch/_C/*.pyi`): which names exist and what a function returns.

In: a canonical native name. Out: whether a stub defines it, and the return type as written. A text search, not a parse.
"""

from __future__ import annotations

import re
from functools import lru_cache

from inspector.source.finders import TorchText

_TENSOR_CLASS = re.compile(r"^class TensorBase\b", re.MULTILINE)


class Stubs:
    """Look-ups in the stubs of one torch; each file is read once, when it is first needed."""

    def __init__(self, text: TorchText) -> None:
        self._text = text
        self.defines = lru_cache(maxsize=4096)(self._defines)
        self.returns = lru_cache(maxsize=4096)(self._returns)

    def _stub(self, module: str) -> str:
        path = self._text.file_of(module, stub=True)
        return self._text.text_of(path) if path else ""

    def _defines(self, module: str, name: str) -> bool:
        text = self._stub(module)
        return bool(re.search(rf"^(?:def|class) {re.escape(name)}\b|^{re.escape(name)}\s*[:=]", text, re.MULTILINE))

    def _returns(self, name: str) -> str:
        owner, _, short = name.rpartition(".")
        if owner == "torch.Tensor":
            return self._method_returns(short)
        modules = ("torch._C._VariableFunctions", "torch._C") if owner == "torch" else (owner,)
        for module in modules:
            found = _annotation(self._stub(module), f"def {short}(", "\n")
            if found:
                return found
        return ""

    def _method_returns(self, short: str) -> str:
        text = self._stub("torch._C")
        start = _TENSOR_CLASS.search(text)
        return _annotation(text[start.start() :], f"    def {short}(", "\n") if start else ""


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
