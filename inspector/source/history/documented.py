"""Two docstrings -> what they say otherwise: formulas, shapes of inputs, and the rest, which is wording.

In: the text of docstrings. Out: what changed, formulas as LaTeX. A formula that is only typeset in another way is told apart.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import NamedTuple

from inspector.source.history.formula_text import one_line

_BLOCK = re.compile(r"^([ \t]*)\.\. math::[ \t]*(.*)$")
_INLINE = re.compile(r":math:`([^`]*)`")
_SPACING = re.compile(r"\\(?:q?quad|left|right|[bB]igg?[lr]?|displaystyle|limits|hfill|[,;:! ])(?![A-Za-z])")
_WRAPPED = re.compile(r"\\(?:text|mathrm|operatorname|mathbf|textrm|mathit|mbox|textbf|texttt)\*?\s*\{([^{}]*)\}")
_SAME = {
    r"\leq": r"\le", r"\geq": r"\ge", r"\ldots": "...", r"\dots": "...", r"\cdots": "...", r"\top": "T", ":=": "=", "==": "=", r"\ast": "*",
    r"\cdotp": r"\cdot", r"\colon": ":", r"\neq": r"\ne", r"\not=": r"\ne", r"\lbrace": r"\{", r"\rbrace": r"\}",
}  # fmt: skip
_SECTION = re.compile(r"^[ \t]*(Shape|Args|Examples?|Note|Returns?|Parameters|Keyword Arg\w*)s?\s*:{1,2}\s*$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*-[ \t]*([A-Za-z]\w*)[ \t]*(?:\([^)]*\))?[ \t]*:", re.MULTILINE)
_TEXT_WORD = re.compile(r"\\(?:text|mathrm|operatorname)\s*\{\s*([^{}]*?)\s*\}|\\([a-zA-Z]+)")
_PLAIN_COMMANDS = frozenset((
    "frac", "sum", "log", "exp", "max", "min", "left", "right", "begin", "end", "text", "mathrm", "cdot", "times", "quad", "qquad", "ell",
    "le", "leq", "ge", "geq", "ne", "neq", "in", "dots", "ldots", "cdots", "sqrt", "big", "bigl", "bigr", "Big", "Bigl", "Bigr", "top",
    "operatorname", "bigg", "infty", "mid", "lVert", "rVert", "lvert", "rvert", "Vert", "vert", "hspace", "displaystyle", "mathbb", "not",
    "sim", "all", "if", "otherwise", "cases", "aligned", "array", "align", "for", "and",
))  # fmt: skip
"""Commands and words that set a formula and name nothing in it."""


class Formulas(NamedTuple):
    """How the formulas changed."""

    before: str
    """LaTeX of those that are not in the new text, one a paragraph."""
    after: str
    gained: tuple[str, ...]
    """Symbols and words that are new in formulas."""
    lost: tuple[str, ...]
    only_typeset: bool


class Shapes(NamedTuple):
    """How the documented shapes of some inputs changed, all in the same way."""

    names: tuple[str, ...]
    before: tuple[str, ...]
    """What only the old text says, as plain text."""
    after: tuple[str, ...]


def formulas(docstring: str) -> list[str]:
    """The LaTeX of the displayed formulas, in order."""
    found: list[str] = []
    lines = docstring.split("\n")
    at = 0
    while at < len(lines):
        match = _BLOCK.match(lines[at])
        at += 1
        if match is None:
            continue
        inside = [match[2]]
        while at < len(lines) and (not lines[at].strip() or len(lines[at]) - len(lines[at].lstrip()) > len(match[1])):
            inside.append(lines[at].strip())
            at += 1
        found.append(" ".join(" ".join(inside).split()))
    return [one for one in found if one]


@lru_cache(maxsize=1024)
def typeset_apart(latex: str) -> str:
    """A formula without what only sets it: spaces, sizes of brackets, upright letters, other commands for the same sign."""
    text = latex
    for _ in range(3):
        text = _WRAPPED.sub(r" \1 ", text)
    text = _SPACING.sub(" ", text)
    text = re.sub(r"\\begin\{(?:aligned|align\*?|split|gathered)\}|\\end\{(?:aligned|align\*?|split|gathered)\}|\\_", "_", text)
    for other, one in _SAME.items():
        text = re.sub(re.escape(other) + r"(?![A-Za-z])", one.replace("\\", r"\\"), text)
    return re.sub(r"[\s&{}'\"`]|\\\\|_(?=_)|[.,;:](?=\s|\\|$)", "", text).rstrip(".,;")


def compare_formulas(old: str, new: str) -> Formulas | None:
    """What changed in the formulas of a docstring; None where they are the same."""
    before, after = formulas(old), formulas(new)
    if before == after:
        return None
    plain_before, plain_after = [typeset_apart(one) for one in before], [typeset_apart(one) for one in after]
    matcher = difflib.SequenceMatcher(None, plain_before, plain_after, autojunk=False)
    parts = [each for each in matcher.get_opcodes() if each[0] != "equal"]
    if not parts:
        return Formulas("\n\n".join(before), "\n\n".join(after), (), (), True)
    gone = [one for _, a, b, _, _ in parts for one in before[a:b]]
    fresh = [one for _, _, _, c, d in parts for one in after[c:d]]
    symbols_before, symbols_after = _symbols(before), _symbols(after)
    return Formulas(
        "\n\n".join(gone), "\n\n".join(fresh), tuple(one for one in symbols_after if one not in symbols_before),
        tuple(one for one in symbols_before if one not in symbols_after), False,
    )  # fmt: skip


def _symbols(all_formulas: list[str]) -> list[str]:
    """Words and Greek letters in formulas, in order."""
    found: dict[str, None] = {}
    for latex in all_formulas:
        for match in _TEXT_WORD.finditer(latex.replace(r"\_", "_")):
            inside = match[1] if match[1] is not None else match[2]
            words = [inside] if re.fullmatch(r"[A-Za-z_]\w+", inside) else re.findall(r"[A-Za-z]+_\w+", inside)  # phrases name nothing
            found.update(dict.fromkeys(word for word in words if word not in _PLAIN_COMMANDS))
    return list(found)


def shapes(docstring: str) -> dict[str, tuple[str, ...]]:
    """Input -> the mathematics in what the section on shapes says of it."""
    heads = list(_SECTION.finditer(docstring))
    found: dict[str, tuple[str, ...]] = {}
    for place, head in enumerate(heads):
        if head[1] != "Shape":
            continue
        section = docstring[head.end() : heads[place + 1].start() if place + 1 < len(heads) else len(docstring)]
        items = list(_ITEM.finditer(section))
        for number, item in enumerate(items):
            text = section[item.end() : items[number + 1].start() if number + 1 < len(items) else len(section)]
            found[item[1].lower()] = tuple(dict.fromkeys(" ".join(one.split()) for one in _INLINE.findall(text.partition("\n\n")[0])))
    return found


def compare_shapes(old: str, new: str) -> list[Shapes]:
    """Inputs whose documented shapes are not the same; a section that is new or gone is wording."""
    before, after = shapes(old), shapes(new)
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name, was in before.items():
        now = after.get(name)
        if not now or not was:
            continue
        lost = tuple(one_line(one) for one in was if _shape(one) and _shape(one) not in {_shape(each) for each in now})
        gained = tuple(one_line(one) for one in now if _shape(one) and _shape(one) not in {_shape(each) for each in was})
        if lost or gained:
            found.setdefault((lost, gained), []).append(name)
    return [Shapes(tuple(names), lost, gained) for (lost, gained), names in found.items()]


def _shape(latex: str) -> str:
    """What two texts of one shape share; "" for what is no shape or relation by itself, such as a lone star."""
    bare = typeset_apart(latex).replace("\\", "")
    return bare if re.search(r"[(=<>]|\w", bare) else ""


def cases(docstring: str) -> list[str]:
    """The items that the text lists before its first section, such as kinds of targets, each as its first clause in plain text."""
    head = _SECTION.search(docstring)
    prose = docstring[: head.start()] if head else docstring
    found = []
    for match in re.finditer(r"^[ \t]*[-*][ \t]+([A-Z][^\n]*)", prose, re.MULTILINE):
        text = _INLINE.sub(lambda math: one_line(math[1]), match[1])
        clause = re.split(r"[;.]|,? (?:where|which|while)(?: |$)", re.sub(r":\w+:`~?([^`]*)`|`+", r"\1", text))[0]
        found.append(" ".join(clause.split()).rstrip(",:"))
    return [one for one in found if len(one) > 3]


def new_cases(old: str, new: str) -> list[str]:
    """Cases that only the new text lists; none where it only words them anew."""
    before, after = cases(old), cases(new)
    return [one for one in after if one not in before] if len(after) > len(before) else []


def wording(docstring: str) -> str:
    """A docstring without its formulas and white space: what is left is wording."""
    text = docstring
    for one in formulas(docstring):
        text = text.replace(one, "")
    return " ".join(text.split())
