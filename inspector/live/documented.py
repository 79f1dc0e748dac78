"""What a docstring says, held against what happens: statement by statement, in a child process.

In: a docstring with its place in the sources, as data, and a child to run in. Out: a Saying for each statement that was found, and a
Finding, with the file and line of the sentence, for each that is contradicted. A statement that cannot be read is listed as not checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from inspector.live.isolate import Child
from inspector.live.sayings import examples, formulas, ranges, settings, shape_lines, tensor_arguments
from inspector.live.sayings.bench import Bench
from inspector.live.sayings.said import Said as Said
from inspector.losses.schema import LossDefinition
from inspector.report import Finding, Parameter, Saying


class Compared(NamedTuple):
    """A docstring held against what happens."""

    said: tuple[Saying, ...]
    """In the order in which the statements stand."""
    findings: tuple[Finding, ...]
    """The contradictions."""


NOTHING = Compared((), ())
PARTS = (examples, settings, shape_lines, tensor_arguments, ranges, formulas)


def compared(definition: LossDefinition, signature: Sequence[Parameter], said: Said, child: Child) -> Compared:
    """Every statement of a docstring that a rule can read, with what came of it."""
    bench = Bench(definition, signature, said, child)
    if bench.plan is None:
        return NOTHING
    heard = [each for part in PARTS for each in part.heard(bench)]
    heard.sort(key=lambda each: int(each.saying.place.rpartition(":")[2]))
    findings = {each.finding.id: each.finding for each in reversed(heard) if each.finding}
    return Compared(tuple(each.saying for each in heard), tuple(reversed(findings.values())))
