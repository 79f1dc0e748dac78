"""What a docstring says of the size of a tensor argument, held against calls: a tensor of that size must be taken.

In: a bench. Out: Heard, one for each argument that is said to have a size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.live.outcomes import Probe
from inspector.live.probes import Plan
from inspector.live.sayings.bench import Bench, Heard, Otherwise, Statement, changed, words_of
from inspector.live.sayings.said import Entry
from inspector.live.snippets import snippet
from inspector.losses.schema import InputForm
from inspector.report import Argument, TensorData

_SIZE = re.compile(r"[Tt]ensor\s+of\s+size\s+(?::math:)?`+(\w+)`+")
_BATCH = ("N", "nbatch", "minibatch", "batch_size")
"""Words for the size of the first axis."""


def heard(bench: Bench) -> Iterator[Heard]:
    """Every argument that is said to be a tensor of a size."""
    tensors = {form.name for form in bench.definition.arguments if isinstance(form.values, InputForm)}
    for entry in bench.said.arguments():
        match = _SIZE.search(entry.part.text)
        if match is not None and entry.name in tensors:
            statement = Statement("shape", f"{entry.name}: {match[0]}", entry.part.at + match.start())
            yield _of_size(bench, statement, entry, "N" if match[1] in _BATCH else match[1])


def _of_size(bench: Bench, statement: Statement, entry: Entry, symbol: str) -> Heard:
    """Inputs of every declared shape that has such an axis, with a tensor of its size."""
    tried = 0
    for made in bench.plans:
        if symbol not in {each for form in made.fitted.case.inputs for each in form.shape}:
            continue
        given = Argument(entry.name, _of_ones(made.fitted.sizes[symbol]))
        probe, outcomes = bench.probe(made, [given]), bench.ran(made, [given])
        refused = next((words_of(outcome) for outcome in outcomes.values() if outcome.status != "value"), "")
        tried += 1
        if refused:
            return _refused(bench, statement, (entry, symbol, refused), (made, given, probe))
    if not tried:
        return bench.unchecked(statement, f"no input is declared to have an axis {symbol}")
    return bench.agrees(statement, f"with inputs of {tried} shapes")


def _of_ones(size: int) -> TensorData:
    return TensorData((size,), "float64", (1.0,) * size)


def _refused(bench: Bench, statement: Statement, said: tuple[Entry, str, str], call: tuple[Plan, Argument, Probe]) -> Heard:
    entry, symbol, text = said
    made, given, probe = call
    size = made.fitted.sizes[symbol]
    inputs = ", ".join(f"{form.name} ({', '.join(map(str, form.shape))})" for form in made.fitted.case.inputs)
    told = f"The documentation states {statement.words}; with {inputs}, {symbol} = {size}, a {entry.name} of size {size} is refused: {text}"
    code = snippet(probe, changed(made.configuration, [given]))
    return bench.contradicts(statement, Otherwise(f"the size of {entry.name}", told, text, "it is taken", code))
