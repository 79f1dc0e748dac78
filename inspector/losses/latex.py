"""Pieces of LaTeX and of terminal text that recur in formulas: partial derivatives and two-way cases. Text in, text out."""

from __future__ import annotations


def by(symbol: str) -> str:
    """The left side of a partial derivative of the term, in LaTeX: `by("x_c")`."""
    return rf"\frac{{\partial \ell}}{{\partial {symbol}}} = "


def either(first: str, condition: str, second: str) -> str:
    """`first` under a condition, else `second`, in LaTeX."""
    return rf"\begin{{cases}} {first} & \text{{if }} {condition} \\ {second} & \text{{else}} \end{{cases}}"
