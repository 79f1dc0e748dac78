"""What the made losses claim to compute: domain and formula for each, and which rule is to name its fault."""

from __future__ import annotations

from typing import Any, NamedTuple

from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.mathematics import Number, exp, hinge, log_of_sum, root, sigmoid, sign
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Case, Clamp, LossDefinition, Real, Rule, Slope
from inspector.report import Parameter

MODULE = "made_losses"
UNIT = Real(low=0.0, high=1.0)
ANY = Real()


class Formula(NamedTuple):
    term: Any
    by_input: Any


def _square(input: Number, target: Number) -> Number:
    return (input - target) ** 2


def _square_slope(input: Number, target: Number) -> Number:
    return 2 * (input - target)


def _size(input: Number, target: Number) -> Number:
    return abs(input - target)


def _size_slope(input: Number, target: Number) -> Number:
    return sign(input - target)


def _soft(input: Number, target: Number) -> Number:
    return log_of_sum(input - target)


def _soft_slope(input: Number, target: Number) -> Number:
    return sigmoid(input - target)


def _log_cosh(input: Number, target: Number) -> Number:
    from inspector.losses.exact import exact

    d = input - target
    return -d + log_of_sum(2 * d) - exact(2).log()


def _log_cosh_slope(input: Number, target: Number) -> Number:
    d = input - target
    return 2 * sigmoid(2 * d) - 1


def _huber(input: Number, target: Number) -> Number:
    d = abs(input - target)
    return d**2 / 2 if d < 1 else d - 0.5


def _huber_slope(input: Number, target: Number) -> Number:
    d = input - target
    return d if abs(d) < 1 else sign(d)


def _half(input: Number, target: Number) -> Number:
    return (input - target) ** 2 / 2


def _half_slope(input: Number, target: Number) -> Number:
    return input - target


def _bell(input: Number, target: Number) -> Number:
    return exp(-((input - target) ** 2))


def _bell_slope(input: Number, target: Number) -> Number:
    return -2 * (input - target) * exp(-((input - target) ** 2))


def _hinged(input: Number, target: Number) -> Number:
    return hinge(1 + input - target)


def _hinged_slope(input: Number, target: Number) -> Number:
    return 1 if 1 + input - target > 0 else 0


def _one_sided(input: Number, target: Number) -> Number:
    return hinge(input - target)


def _one_sided_slope(input: Number, target: Number) -> Number:
    return 1 if input - target > 0 else 0


def _quantile(input: Number, target: Number) -> Number:
    d = target - input
    return d / 4 if d >= 0 else -3 * d / 4


def _quantile_slope(input: Number, target: Number) -> Number:
    from inspector.losses.exact import exact

    return -exact(1) / 4 if target - input >= 0 else exact(3) / 4


def _twice(input: Number, target: Number) -> Number:
    return 2 * abs(input - target)


def _twice_slope(input: Number, target: Number) -> Number:
    return 2 * sign(input - target)


def _scaled(input: Number, target: Number, scale: Number) -> Number:
    return scale * abs(input - target)


def _scaled_slope(input: Number, target: Number, scale: Number) -> Number:
    return scale * sign(input - target)


def _root(input: Number, target: Number) -> Number:
    return root(input, 2) + 0 * target


def _root_slope(input: Number, target: Number) -> Number:
    return 1 / (2 * root(input, 2)) + 0 * target


SQUARE, SIZE, SOFT = Formula(_square, _square_slope), Formula(_size, _size_slope), Formula(_soft, _soft_slope)
LOG_COSH, HUBER, HALF = Formula(_log_cosh, _log_cosh_slope), Formula(_huber, _huber_slope), Formula(_half, _half_slope)
BELL, HINGED, QUANTILE = Formula(_bell, _bell_slope), Formula(_hinged, _hinged_slope), Formula(_quantile, _quantile_slope)
ROOT = Formula(_root, _root_slope)
ONE_SIDED, TWICE, SCALED = Formula(_one_sided, _one_sided_slope), Formula(_twice, _twice_slope), Formula(_scaled, _scaled_slope)


def definition(name: str, formula: Formula, input: Real = ANY, target: Real = ANY, clamps: tuple[str, ...] = ()) -> LossDefinition:
    """The claim of one made loss."""

    def case(label: str, shape: Shape) -> Case:
        return Case(label, "", sizes_of(shape), (real("input", shape, input), real("target", shape, target)))

    scale = (ArgumentForm("scale", Real(low=0.0, low_open=True)),) if formula is SCALED else ()
    slopes = [Slope("input", "", "", formula.by_input)]
    if formula is SQUARE:
        slopes.append(Slope("target", "", "", lambda input, target: -2 * (input - target)))
    return LossDefinition(
        qualified_name=f"{MODULE}.{name}",
        function="",
        cases=(case("(N, D)", ("N", "D")), case("(N)", ("N",))),
        arguments=(REDUCTION, *scale),
        rules=(Rule(latex="", text="", symbols={}, term=formula.term, slopes=tuple(slopes)),),
        reductions=MEAN_SUM_NONE,
        clamps=tuple(Clamp(of, "it keeps its gradient small") for of in clamps),
    )


def signature(formula: Formula) -> tuple[Parameter, ...]:
    """The constructor of one made loss."""
    plain = (Parameter("reduction", "'mean'"),)
    return (*plain, Parameter("scale", "1.0")) if formula is SCALED else plain


class Made(NamedTuple):
    name: str
    formula: Formula
    rule: str = ""
    """The rule that names the fault; "" for a sound loss."""
    edge: str = ""
    """A part of the id of the finding."""
    input: Real = ANY
    target: Real = ANY
    dtypes: tuple[str, ...] = ("float32",)
    clamps: tuple[str, ...] = ()
    """Inputs whose gradients it says it keeps finite."""


SOUND = (
    Made("Squared", SQUARE),
    Made("Absolute", SIZE),
    Made("Softplus", SOFT),
    Made("LogCosh", LOG_COSH),
    Made("HuberLike", HUBER),
    Made("SmoothLike", HUBER),
    Made("Hinged", HINGED),
    Made("Quantile", QUANTILE),
    Made("UnitSquared", SQUARE, target=UNIT),
    Made("UnitAbsolute", SIZE, target=UNIT),
    Made("BothUnit", SQUARE, input=UNIT, target=UNIT),
    Made("HalfSquared", HALF),
    Made("OneSided", ONE_SIDED),
    Made("DoubleAbsolute", TWICE),
    Made("SoftplusOther", SOFT),
    Made("SquaredByTorch", SQUARE),
    Made("AbsoluteByTorch", SIZE),
    Made("SquaredProduct", SQUARE),
    Made("BothUnitAbsolute", SIZE, input=UNIT, target=UNIT),
    Made("SoftplusUnit", SOFT, target=UNIT),
    Made("SetsScaleRight", SCALED),
)

FAULTY = (
    Made("Overflows", SOFT, "nonfinite-value", "large"),
    Made("OverflowsHalf", SIZE, "nonfinite-value", "large", dtypes=("float16",)),
    Made("RootAtZero", SIZE, "nonfinite-gradient", "the same as input"),
    Made("SignByDivision", SIZE, "nonfinite-value", "the same as input"),
    Made("Saturates", SQUARE, "wrong-value", "large"),
    Made("Clips", SQUARE, "wrong-gradient", "large"),
    Made("Detaches", SIZE, "vanishing-gradient", "large"),
    Made("WrongEverywhere", SQUARE, "wrong-value", "as documented"),
    Made("WrongWhereEqual", SQUARE, "wrong-value", "the same as input"),
    Made("WrongGradientByTarget", SQUARE, "vanishing-gradient", "as documented"),
    Made("ZeroLog", SQUARE, "nonfinite-value", "near 0", input=UNIT, target=UNIT),
    Made("ClampedLow", SIZE, "wrong-value", "near 0", input=UNIT, target=UNIT),
    Made("WrongAtOne", SIZE, "wrong-value", "near 1", input=UNIT, target=UNIT),
    Made("NanAtBound", SQUARE, "nonfinite-value", "near 1", target=UNIT),
    Made("LosesSmall", SIZE, "wrong-value", "large"),
    Made("Stuck", BELL, "stuck", "the same as input"),
    Made("OneRow", SQUARE, "nonfinite-value", "one row"),
    Made("EmptyMean", SQUARE, "undefined-value", "empty"),
    Made("EmptyHangs", SQUARE, "hang", "empty"),
    Made("Unwritten", SQUARE, "differs", ""),
    Made("UnwrittenGradient", SQUARE, "differs", ""),
    Made("Random", SQUARE, "differs", ""),
    Made("ChangesInput", SQUARE, "input-changed", ""),
    Made("ChangesTarget", SQUARE, "input-changed", ""),
    Made("TakesAnyTarget", SQUARE, "accepted-value", "target", target=UNIT),
    Made("TakesAnyInput", SQUARE, "accepted-value", "input", input=UNIT, target=UNIT),
    Made("TakesHigh", SQUARE, "accepted-value", "target", target=UNIT),
    Made("WarnsOutside", SQUARE, "warned-value", "target", target=UNIT),
    Made("Broadcasts", SQUARE, "accepted-shape", ""),
    Made("BroadcastsWarning", SQUARE, "warned-shape", ""),
    Made("HidesNan", SQUARE, "nan-hidden", "input"),
    Made("HidesNanTarget", SQUARE, "nan-hidden", "target"),
    Made("CrashesOnNan", SQUARE, "crash", "input"),
    Made("CrashesOutside", SQUARE, "crash", "target", target=UNIT),
    Made("WrapsWhole", SIZE, "accepted-dtype", "dtype"),
    Made("KeptSmall", ROOT, "clamped-gradient", "input", input=UNIT, target=UNIT, clamps=("input",)),
    Made("SaysNothing", SQUARE, "misleading-message", "something went wrong", target=UNIT),
    Made("AssertsBare", SQUARE, "misleading-message", "", target=UNIT),
    Made("RefusesDocumented", SQUARE, "refused-documented", ""),
    Made("TakesNegativeScale", SCALED, "accepted-argument", "scale"),
    Made("WrongLargeScale", SCALED, "wrong-value", "scale"),
)
