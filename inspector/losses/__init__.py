"""What each loss is: domain, formula and gradient, denominators; data and mpmath only, no torch, no libcst.

In: the qualified name of a loss class. Out: its LossDefinition, or None for a class this project has no definition of.
"""
