"""LinearCrossEntropyLoss: cross entropy of logits that a linear layer of the loss itself makes from the input."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from inspector.losses import cross_entropy as ce
from inspector.losses import plotted
from inspector.losses.arguments import CLASS_WEIGHT, LABEL_SMOOTHING, REDUCTION
from inspector.losses.forms import Shape, indices, probabilities, real, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Matrix, Number, Vector, dot
from inspector.losses.schema import (
    ArgumentForm,
    Case,
    Choice,
    Deviation,
    InputForm,
    Ladder,
    LossDefinition,
    Plain,
    Rule,
    Simpler,
    Size,
    Slope,
)
from inspector.report import Argument, Constant, Items, Maker, Reference


def _logits(input: Vector, parameters: Mapping[str, Any]) -> Vector:
    """W·x + b."""
    rows: Matrix = parameters["linear.weight"]
    bias: Vector = parameters.get("linear.bias", [0] * len(rows))
    return [dot(row, input) + b for row, b in zip(rows, bias, strict=True)]


def _term(
    input: Vector, target: Any, parameters: Mapping[str, Any], weight: Vector | None, label_smoothing: Number, ignore_index: int | None
) -> Number:
    logits = _logits(input, parameters)
    if isinstance(target, int):
        return ce.of_index(logits, target, weight, label_smoothing, ignore_index)
    return ce.of_probabilities(logits, target, weight, label_smoothing)


def _delta(
    input: Vector, target: Any, parameters: Mapping[str, Any], weight: Vector | None, label_smoothing: Number, ignore_index: int | None
) -> Vector:
    """δ: the slope in the logits, which is also that in the bias."""
    logits = _logits(input, parameters)
    if isinstance(target, int):
        return ce.slope_of_index(logits, target, weight, label_smoothing, ignore_index)
    return ce.slope_of_probabilities(logits, target, weight, label_smoothing)


def _by_weight(
    input: Vector, target: Any, parameters: Mapping[str, Any], weight: Vector | None, label_smoothing: Number, ignore_index: int | None
) -> Matrix:
    return [[d * x for x in input] for d in _delta(input, target, parameters, weight, label_smoothing, ignore_index)]


def _by_input(
    input: Vector, target: Any, parameters: Mapping[str, Any], weight: Vector | None, label_smoothing: Number, ignore_index: int | None
) -> Vector:
    delta = _delta(input, target, parameters, weight, label_smoothing, ignore_index)
    columns = zip(*parameters["linear.weight"], strict=True)
    return [dot(column, delta) for column in columns]


def _by_target(input: Vector, parameters: Mapping[str, Any], weight: Vector | None, label_smoothing: Number) -> Vector:
    return ce.slope_by_probabilities(_logits(input, parameters), weight, label_smoothing)


_SLOPES = (
    Slope("input", by("x") + r"W^\top \delta", "∂ℓ/∂x = Wᵀ·δ", _by_input),
    Slope("linear.weight", by("W") + r"\delta x^\top", "∂ℓ/∂W = δ·xᵀ", _by_weight),
    Slope("linear.bias", by("b") + r"\delta", "∂ℓ/∂b = δ", _delta, when={"bias": True}),
)


def _where(rule: Rule, shown: Rule | Simpler, *, bias: bool) -> tuple[str, str]:
    """What the letters stand for, as text and in LaTeX: the logits z, their slope δ as cross entropy has it, and the rest."""
    slopes = {tuple(each.when.items()): each for each in rule.slopes[0].simpler}
    slope = slopes.get(tuple(shown.when.items()), rule.slopes[0]) if isinstance(shown, Simpler) else rule.slopes[0]
    said = (rule.where, rule.where_latex) if isinstance(shown, Rule) or shown.where is None else (shown.where, shown.where_latex)
    logits = ("z = W·x + b", "z = W x + b") if bias else ("z = W·x", "z = W x")
    delta = slope.text.replace("∂x", "∂z")
    text = f"{logits[0]}, δ = {delta}, {said[0].replace('softmax(x)', 'softmax(z)')}"
    return text, rf"{logits[1]},\ " + said[1].replace("(x)", "(z)", 1)


def _shorter(rule: Rule) -> tuple[Simpler, ...]:
    """Each form of cross entropy with and without a bias, the shortest first."""
    found = []
    forms: tuple[Simpler | Rule, ...] = (*rule.simpler, rule)
    for shown in forms:
        for bias in (False, True):
            when: dict[str, Plain] = {**(shown.when if isinstance(shown, Simpler) else {}), **({} if bias else {"bias": False})}
            found.append(Simpler(when, shown.latex, shown.text, *_where(rule, shown, bias=bias)))
    return tuple(found)


def _on_logits(rule: Rule, more: tuple[Slope, ...]) -> Rule:
    """The rule of cross entropy with the logits z in place of x."""
    return replace(
        rule,
        symbols={**ce.SYMBOLS, "W": "linear.weight", "b": "linear.bias"},
        where=_where(rule, rule, bias=True)[0],
        where_latex=_where(rule, rule, bias=True)[1],
        simpler=_shorter(rule),
        term=_term,
        slopes=(*_SLOPES, *more),
        core=("F", "C"),
    )


_TARGET_SLOPE = replace(ce.PROBABILITY_RULE.slopes[1], compute=_by_target)

_SHAPES = {"F": 4, "C": 5, "N": 4}


def _parameters(*more: str) -> tuple[InputForm, ...]:
    return (real("linear.weight", ("C", *more, "F")), real("linear.bias", ("C", *more)))


def _indices_case(name: str, shape: Shape, target: Shape, *more: str) -> Case:
    inputs = (real("input", shape), indices("target", target, ignorable=True))
    return Case(f"class indices, {name}", "indices", {**_SHAPES, **sizes_of(more)}, inputs, parameters=_parameters(*more))


def _probabilities_case(name: str, shape: Shape, target: Shape, *more: str) -> Case:
    inputs = (real("input", shape), probabilities("target", target, 1 if len(target) > 1 else 0))
    sizes = {**_SHAPES, **sizes_of(more)}
    narrowed = {"ignore_index": Choice((None,))}
    return Case(f"class probabilities, {name}", "probabilities", sizes, inputs, narrowed=narrowed, parameters=_parameters(*more))


_ONE_CHUNK = Maker("torch.nn.LinearCrossEntropyOptions", (Argument("chunking_method", Constant(None)),))

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.LinearCrossEntropyLoss",
    function="torch.nn.functional.linear_cross_entropy",
    cases=(
        _indices_case("(N, F)", ("N", "F"), ("N",)),
        _indices_case("(F)", ("F",), ()),
        _indices_case("(N, F) with target (N, d1)", ("N", "F"), ("N", "d1"), "d1"),
        _probabilities_case("(N, F)", ("N", "F"), ("N", "C")),
        _probabilities_case("(F)", ("F",), ("C",)),
        _probabilities_case("(N, F) with target (N, C, d1)", ("N", "F"), ("N", "C", "d1"), "d1"),
    ),
    arguments=(
        ArgumentForm("in_features", Size("F")),
        ArgumentForm("num_classes", Size("C")),
        ArgumentForm("out_features", Size(("d1",)), others=(Items("tuple", ()),)),
        ArgumentForm("bias", Choice((False, True))),
        ArgumentForm("device", Choice((None, "cpu"))),
        ArgumentForm("dtype", Choice((None,)), others=(Reference("torch.float64"),)),
        REDUCTION,
        CLASS_WEIGHT,
        ArgumentForm("ignore_index", Choice((None, -100, 1))),
        LABEL_SMOOTHING,
        ArgumentForm("options", Choice((None,)), others=(Maker("torch.nn.LinearCrossEntropyOptions"), _ONE_CHUNK)),
    ),
    curves=plotted.LINEAR_CROSS_ENTROPY,
    rules=(_on_logits(ce.INDEX_RULE, ()), _on_logits(ce.PROBABILITY_RULE, (_TARGET_SLOPE,))),
    reductions=ce.REDUCTIONS,
    ladders=(
        Ladder(
            "cross entropy of a linear layer",
            (
                "loss(input, target)",
                "F.cross_entropy(loss.linear(input), target)",
                "F.cross_entropy(input @ loss.linear.weight.T, target)",
            ),
        ),
    ),
    stated={"target": "unchecked"},
    mistake="It makes the logits itself: feed it the features, not the output of the last linear layer.",
    deviations=(
        Deviation(
            "forward mode",
            "with options, torch loses the forward-mode derivative without saying so where nothing requires a gradient, else refuses it",
            configuration="options=",
        ),
    ),
)
