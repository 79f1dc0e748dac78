"""Evaluates the formulas of a definition as they are printed: terminal text and LaTeX, as far as they are arithmetic.

In: a formula and the values of its letters. Out: numbers. What it cannot read it refuses with `CannotRead`, never guesses.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np


class CannotRead(Exception):
    """The formula says something that is no arithmetic."""


def _softmax(x: Any) -> Any:
    return np.exp(x - np.max(x)) / np.exp(x - np.max(x)).sum()


_FUNCTIONS = {
    "log": np.log, "exp": np.exp, "abs": abs, "max": max, "sign": np.sign, "softmax": _softmax, "pi": math.pi,
    "step": lambda claim: 1 if claim else 0,
}  # fmt: skip


def evaluate(formula: str, letters: dict[str, Any]) -> Any:
    """The right side of `left = right`, or the whole formula."""
    right = re.split(r"(?<![<>=≠])=(?!=)", formula, maxsplit=1)[-1] if re.match(r"[^=]*=", formula) else formula
    return _run(_python(right), letters)


def definitions(where: str, letters: dict[str, Any]) -> dict[str, Any]:
    """The letters with those that `p = softmax(x), q = …` defines; clauses that are words are left out."""
    known = dict(letters)
    for clause in re.split(r"; |, (?=\w+ = )", where):
        name, equals, right = clause.replace("′", "_slope").partition(" = ")
        if equals and re.fullmatch(r"\w+", name.strip()) and " where " not in right:
            try:
                known[name.strip()] = _run(_python(right), known)
            except CannotRead:
                continue
    return known


def latex_to_text(latex: str) -> str:
    """LaTeX as the terminal writes it."""
    text = latex
    for command, plain in _LATEX:
        text = text.replace(command, plain)
    text = re.sub(r"\\begin\{cases\}(.*?)&\s*\\text\{if \}(.*?)\\\\(.*?)&\s*\\text\{else\}\s*\\end\{cases\}", r"\1 if \2, else \3", text)
    while (found := re.search(r"\\frac\{", text)) is not None:
        top, rest = _group(text[found.end() - 1 :])
        bottom, rest = _group(rest)
        text = f"{text[: found.start()]}(({top})/({bottom})){rest}"
    text = re.sub(r"e\^\{([^{}]*)\}", r"exp(\1)", text)
    text = re.sub(r"\^\{([^{}]*)\}", r"^(\1)", text)
    text = re.sub(r"\b([a-z])_\{?([a-z])\}?(?![a-z])", r"\1[\2]", text)
    text = re.sub(r"\blog\s+([a-zA-Zβδε](?:\[\w\])?)", r"log(\1)", text)
    return _with_products(_with_sums(text))


_LATEX = (
    (r"\left|", "abs("), (r"\right|", ")"), (r"\left", ""), (r"\right", ""), (r"\operatorname{sign}", "sign"),
    (r"\operatorname{softmax}", "softmax"), (r"\operatorname{onehot}", "onehot"),
    (r"\log", "log"), (r"\max", "max"), (r"\beta", "β"), (r"\delta", "δ"),
    (r"\varepsilon", "ε"), (r"\pi", "π"), (r"\,", " "), (r"\ell", "ℓ"), (r"\ne", "≠"), ("S'", "S′"),
)  # fmt: skip


def _group(text: str) -> tuple[str, str]:
    """What stands in the braces that the text begins with, and what follows."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    raise CannotRead(f"no closing brace: {text}")


def _with_sums(text: str) -> str:
    """A sum reaches to the next plus or minus outside brackets."""
    found = re.search(r"\\sum_\{?([a-z])( ≠ [a-z])?\}?", text)
    if found is None:
        return text
    rest, depth, end = text[found.end() :], 0, len(text)
    for place, letter in enumerate(rest):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if (depth == 0 and letter in "+-" and rest[:place].strip()) or depth < 0:
            end = place
            break
    without = (found[2] or "").replace(" ", "")
    return text[: found.start()] + f" Σ_{found[1]}{without}({_with_sums(rest[:end])})" + _with_sums(rest[end:])


_TOKEN = re.compile(r"\s*(Σ_\w(?:≠\w)?|\d+|[^\W\d_][\w′]*(?:_\d)?|<=|[-+−*/^()\[\]<>=≠|,·])")


def _with_products(text: str) -> str:
    """Multiplication signs where two factors stand side by side."""
    tokens: list[str] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise CannotRead(f"{text[place:]!r} in {text!r}")
        token, place = found[1], found.end()
        spaced = found[0] != token
        before = tokens[-1] if tokens else ""
        ends = before in (")", "]") or (bool(re.fullmatch(r"[^\WΣ][\w′]*", before)) and before not in ("if", "else", *_FUNCTIONS))
        starts = token == "(" or (token == "[" and spaced) or (bool(re.match(r"[\wΣ]", token)) and token not in ("if", "else"))
        if ends and starts and not (token == "(" and before in ("softmax", "onehot")):
            tokens.append("·")
        tokens.append(token)
    return "".join(f" {token} " if token in ("if", "else", "=", "<", ">") or token == "," else token for token in tokens).replace(
        " , ", ", "
    )


def _python(text: str) -> str:
    """Terminal text as Python: a small set of rewritings, each of which says one thing."""
    for sign, python in (
        ("−", "-"),
        ("·", "*"),
        ("²", "**2"),
        ("^", "**"),
        ("π", "pi"),
        ("₁", "1"),
        ("₂", "2"),
        ("_1", "1"),
        ("_2", "2"),
        ("′", "_slope"),
    ):
        text = text.replace(sign, python)
    text = re.sub(r"\s+", " ", re.sub(r"\|([^|]*)\|", r"abs(\1)", text))
    text = re.sub(r"^(.*) if ([^,]*), else (.*)$", r"(\1) if (\2) else (\3)", text)
    text = re.sub(r"(?<![<>=!])=(?![=])", "==", text).replace("====", "==")
    text = re.sub(r"Σ_(\w)≠(\w)\(", r"SumBut(\2, lambda \1: ", text)
    text = re.sub(r"Σ_(\w)\(", r"Sum(lambda \1: ", text)
    text = re.sub(r"(?<![\w\])])\[((?:[^\[\]]|\[\w\])*[<>=](?:[^\[\]]|\[\w\])*)\]", r"step(\1)", text)
    text = text.replace("≠", "!=")
    if re.search(r"[^\x00-\x7fβδεℓ]", text):
        raise CannotRead(text)
    return text.strip()


def _run(python: str, letters: dict[str, Any]) -> Any:
    size = next((len(value) for value in letters.values() if isinstance(value, np.ndarray)), 0)
    names = {
        **_FUNCTIONS,
        "C": size,
        "onehot": lambda y: np.eye(size)[y],
        "Sum": lambda each: sum(each(i) for i in range(size)),
        "SumBut": lambda left_out, each: sum(each(i) for i in range(size) if i != left_out),
        **letters,
    }
    try:
        return eval(python, {"__builtins__": {}, **names})
    except (SyntaxError, NameError, TypeError) as error:
        raise CannotRead(f"{python}: {error}") from None
