"""Constructor arguments that several losses share, as data. No formula, no torch."""

from __future__ import annotations

from inspector.losses.schema import ArgumentForm, Choice, InputForm, Real

REDUCTION = ArgumentForm("reduction", Choice(("mean", "sum", "none")))

SIZE_AVERAGE = ArgumentForm("size_average", Choice((None, True, False)))
REDUCE = ArgumentForm("reduce", Choice((None, True, False)))

LEGACY = (SIZE_AVERAGE, REDUCE)
"""The deprecated pair that once said what `reduction` says."""

CLASS_WEIGHT = ArgumentForm("weight", InputForm("weight", ("C",), Real(low=0.0, low_open=True)))

IGNORE_INDEX = ArgumentForm("ignore_index", Choice((-100, 0, 1)))

LABEL_SMOOTHING = ArgumentForm("label_smoothing", Real(low=0.0, high=1.0))
