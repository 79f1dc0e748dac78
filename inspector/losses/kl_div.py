"""KLDivLoss: the terms of the Kullback-Leibler divergence of the target p from the input, which is log q."""

from inspector.losses.arguments import LEGACY
from inspector.losses.forms import Shape, log_probabilities, probabilities, sizes_of
from inspector.losses.schema import ArgumentForm, Case, Choice, LossDefinition


def _case(shape: Shape, log_target: bool) -> Case:
    axis = len(shape) - 1
    target = (log_probabilities if log_target else probabilities)("target", shape, axis)
    name = f"({', '.join(map(str, shape))}), log_target={log_target}"
    return Case(name, "", sizes_of(shape), (log_probabilities("input", shape, axis), target), when={"log_target": log_target})


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.KLDivLoss",
    function="torch.nn.functional.kl_div",
    cases=(
        _case(("N", "C"), False),
        _case(("N", "C"), True),
        _case(("C",), False),
        _case(("C",), True),
        _case(("N", "d1", "C"), False),
        _case(("N", "d1", "C"), True),
    ),
    arguments=(
        *LEGACY,
        ArgumentForm("reduction", Choice(("mean", "batchmean", "sum", "none"))),
        ArgumentForm("log_target", Choice((False, True))),
    ),
)
