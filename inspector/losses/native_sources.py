"""Where the C++ and CUDA code of a native function or ATen operator stands: the file of each kernel, as of one release.

In: the name of an operator, or of a native function. Out: Code with its file, relative to PyTorch's repository. The table lies beside this
file, with how each of its records was verified; no line numbers: the files were not read at that commit.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from inspector.below import Code
from inspector.measured import Record


class Built(Record, frozen=True):
    """The release that a table is about."""

    version: str
    commit: str


@functools.cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(Path(__file__).with_name("native_sources.json").read_bytes())
    return found


def as_of() -> Built:
    """The release that the table is about."""
    return Built(**_table()["_release"])


def operators() -> tuple[str, ...]:
    """Every operator of the table, with its overload."""
    return tuple(_table()["ops"])


@functools.cache
def code_of(operator: str) -> tuple[Code, ...]:
    """The functions behind an operator, by its name with its overload as the list of operators has it; () for one not in the table."""
    return tuple(_records(_table()["ops"].get(operator)))


def kernels_of(name: str) -> tuple[Code, ...]:
    """The same for a native function (`torch._C._nn.mse_loss`) or an observed operator (`aten::mse_loss`), all that it may lead to."""
    known = _table()["native_functions"].get(name)
    leading = known["ops"] if known else [name.removeprefix("aten::").removeprefix("aten.").removesuffix(".default")]
    return tuple(dict.fromkeys(code for operator in leading for code in code_of(operator)))


def _records(operator: Any, note: str = "") -> Iterator[Code]:
    """Every function in one entry of the table: kernels by dispatch key, what they call, what formulas call, and other overloads."""
    for key, found in (operator or {}).items():
        if key == "other_overloads":
            for overload, kernels in found.items():
                yield from _records(kernels, f"of {overload}")
        elif key == "inner_by_device":
            for device, inside in found.items():
                yield from _listed(inside, device, "its kernel", note)
        elif key == "inner_functions":
            yield from _listed(found, "", "its kernel", note)
        elif key == "autograd":
            for inside in ((found or {}).get("hand_written") or {}).values():
                yield from _listed(inside, "", "its formula", note)
        else:
            yield from _listed(found, key, "", note)


def _listed(found: Any, key: str, called_by: str, note: str) -> Iterator[Code]:
    """The records in one place of the table: one or several, and those of what each calls."""
    for record in found if isinstance(found, list) else [found]:
        if isinstance(record, dict) and "symbol" in record:
            said = "; ".join(words for words in (record.get("note", ""), note) if words)
            caller = record.get("stub", "") or called_by
            yield Code(key, record["symbol"], record["file"], caller, record["verified"], record["in_2_13_0"], said)
            yield from _listed(record.get("inner"), key, record["symbol"], note)
        elif isinstance(record, dict) and called_by:
            for inside in record.values():
                yield from _listed(inside, key, called_by, note)
