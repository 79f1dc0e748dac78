"""Does what was read match what ran? Steps and observed calls held side by side by (caller, callee). Pure.

In: a CallTrace and an Observation. Out: an Agreement. Knows neither libcst nor torch.
"""

from __future__ import annotations

from inspector.report import Agreement, CallTrace, Observation, ObservedCall, Step


def compare(trace: CallTrace, observation: Observation) -> Agreement:
    """What is in both, what was read as taken and did not run, what ran and was not read."""
    ran = {key_of(call) for call in observation.calls}
    read = {key_of(step) for step in trace.steps if step.taken != "false"}
    visible = [step for step in trace.steps if step.taken == "true" and is_visible(step)]
    return Agreement(
        confirmed=tuple(step.id for step in trace.steps if step.taken != "false" and step.observable and key_of(step) in ran),
        read_not_run=tuple(step.id for step in visible if key_of(step) not in ran),
        run_not_read=tuple(call for call in observation.calls if key_of(call) not in read),
        not_observable=tuple(step.id for step in trace.steps if step.taken == "true" and not step.observable),
        taken=len(visible),
    )


def is_visible(step: Step) -> bool:
    """Whether a profiler would see this call under the name it was read as: not where the callee could not be resolved."""
    return step.observable and step.kind != "unresolved"


def key_of(call: Step | ObservedCall) -> tuple[str, str]:
    """What a step and an observed call have in common."""
    return call.caller, call.callee


Edges = frozenset[tuple[str, str]]


def edges(trace: CallTrace, observation: Observation) -> tuple[Edges, Edges, Edges]:
    """(edges observed, edges read as taken that a profiler can see, edges read as taken or as not known)."""
    observed = frozenset(key_of(call) for call in observation.calls)
    taken = frozenset(key_of(step) for step in trace.steps if step.taken == "true" and is_visible(step))
    read = frozenset(key_of(step) for step in trace.steps if step.taken != "false" and is_visible(step))
    return observed, taken, read
