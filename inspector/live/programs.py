"""The short programs of the losses' files, run: classes and loops that no expression can say.

In: the text of a program of ours. Out: the names it bound. It finds torch, nn, F, math and warnings,
imports nothing itself, and torch's generator of random numbers is afterwards as it was. Never runs what somebody else wrote.
"""

from __future__ import annotations

import math
import warnings
from functools import cache
from types import CodeType
from typing import Any

import torch
from torch import nn

IMPORTS = "import math\nimport warnings\n\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn"
"""What stands before a program where a reader wants to run it."""


def run(program: str) -> dict[str, Any]:
    """The names that the program bound."""
    given = {"torch": torch, "nn": nn, "F": nn.functional, "math": math, "warnings": warnings}
    names: dict[str, Any] = {**given, "__name__": "program"}
    state = torch.get_rng_state()
    try:
        exec(_compiled(program), names)
    finally:
        torch.set_rng_state(state)
    return {name: value for name, value in names.items() if name not in given and not name.startswith("__")}


@cache
def _compiled(program: str) -> CodeType:
    return compile(program, "<program>", "exec")
