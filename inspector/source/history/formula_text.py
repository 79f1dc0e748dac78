"""A formula in LaTeX -> one line of plain text, for a sentence: fractions with a slash, Greek letters and signs as such.

In: LaTeX as docstrings write it. Out: text that a person reads; what is not known stays as its name. Computes nothing.
"""

from __future__ import annotations

import re

_SIGNS = {
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "times": "×", "cdot": "·", "sum": "Σ", "prod": "Π", "ell": "ℓ",
    "infty": "∞", "in": "∈", "pm": "±", "ldots": "…", "dots": "…", "cdots": "…", "top": "T", "mid": "|", "lVert": "‖", "rVert": "‖",
    "Vert": "‖", "lvert": "|", "rvert": "|", "sim": "~", "approx": "≈", "to": "→", "rightarrow": "→", "log": "log", "exp": "exp",
    "max": "max", "min": "min", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "varepsilon": "ε",
    "lambda": "λ", "mu": "μ", "sigma": "σ", "pi": "π", "theta": "θ", "tau": "τ", "phi": "φ", "hat": "", "ast": "*", "colon": ":",
    "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω",
    "quad": " ", "qquad": " ", "hfill": " ", "displaystyle": "", "left": "", "right": "", "big": "", "Big": "", "bigl": "", "bigr": "",
    "Bigl": "", "Bigr": "", "bigg": "", "Bigg": "", "limits": "", "not": "¬",
}  # fmt: skip
_UPRIGHT = frozenset(
    {"text", "mathrm", "operatorname", "textrm", "mathbf", "mathit", "textbf", "texttt", "mbox", "mathbb", "bm", "operatorname*"}
)
_TOKEN = re.compile(r"\\([A-Za-z]+\*?)|\\(.)|(.)", re.DOTALL)


def one_line(latex: str) -> str:
    """The formula as plain text on one line."""
    text, _ = _read(latex, 0, "")
    text = re.sub(r"\s*;\s*(?:;\s*)*", "; ", " ".join(text.split()))
    text = re.sub(r"\(\s+", "(", re.sub(r"\s+([),.\]])", r"\1", text)).replace("¬=", "≠")
    text = re.sub(r"\b(log|exp|max|min) \(", r"\1(", text)
    return text.strip(" ;,.")


def _read(latex: str, at: int, stop: str) -> tuple[str, int]:
    """Text from a place to a closing letter, and the place behind it."""
    found = ""
    while at < len(latex):
        match = _TOKEN.match(latex, at)
        assert match is not None
        at = match.end()
        word, escaped, letter = match.groups()
        if word is not None:
            piece, at = _command(latex, at, word)
        elif escaped is not None:
            piece = {"\\": "; ", ",": " ", ";": " ", ":": " ", "!": "", " ": " "}.get(escaped, escaped)
        elif letter == stop:
            return found, at
        elif letter == "{":
            piece, at = _read(latex, at, "}")
        elif letter in "^_":
            piece, at = _script(latex, at, letter)
        else:
            piece = {"&": " ", "~": " "}.get(letter, letter)
        found += piece
    return found, at


def _command(latex: str, at: int, word: str) -> tuple[str, int]:
    if word in ("frac", "dfrac", "tfrac"):
        above, at = _argument(latex, at)
        below, at = _argument(latex, at)
        return f"{_bracketed(above)} / {_bracketed(below)}", at
    if word == "sqrt":
        inside, at = _argument(latex, at)
        return f"√({inside.strip()})", at
    if word in _UPRIGHT or word.rstrip("*") in _UPRIGHT:
        return _argument(latex, at)
    if word in ("begin", "end"):
        name, at = _argument(latex, at)
        return ("{ " if word == "begin" else " }") if name.strip() == "cases" else " ", at
    sign = _SIGNS.get(word.rstrip("*"), word)
    return (f"{sign} " if sign.isalpha() and len(sign) > 1 else sign), at


def _argument(latex: str, at: int) -> tuple[str, int]:
    while at < len(latex) and latex[at].isspace():
        at += 1
    if latex[at : at + 1] == "{":
        return _read(latex, at + 1, "}")
    match = _TOKEN.match(latex, at)
    if match is None:
        return "", at
    return (_SIGNS.get(match[1], match[1]) if match[1] else match[2] or match[3]), match.end()


def _script(latex: str, at: int, sign: str) -> tuple[str, int]:
    inside, at = _argument(latex, at)
    inside = inside.strip()
    return f"{sign}{inside}" if len(inside) <= 1 or inside.isalnum() else f"{sign}({inside})", at


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if re.fullmatch(r"[\w.]+|[\w.]*\([^()]*\)|\|[^|]*\|", text) else f"({text})"
