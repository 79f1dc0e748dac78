"""What a docstring says, as plain text: its summary and which arguments it calls deprecated.

In: the text of a class or function. Out: text and names. A docstring is data: nothing in it is interpreted.
"""

from __future__ import annotations

import ast
import re

_LITERAL = re.compile(r'\s*([rRuU]{0,2}(?:"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"))', re.DOTALL)
_SYMBOLS = {r"\leq": "≤", r"\geq": "≥", r"\times": "×", r"\in": "∈"}
_ROLE = re.compile(r":[a-z]+(?::[a-z]+)*:`~?([^`]*)`")


def docstring_of(text: str, header_lines: int) -> str:
    """The docstring that follows a header of so many lines; "" where there is none. Of one that is computed, how it begins."""
    body = text.split("\n", header_lines)[-1] if header_lines else text
    while body.lstrip(" \t").startswith(("#", "\n")):
        body = body.partition("\n")[2]
    assigned = re.match(r"\s*__doc__\s*=", body)
    start = assigned.end() if assigned else 0
    opened = re.compile(r"\s*\(").match(body, start)
    parts, end = _literals(body, opened.end() if opened else start)
    if not parts or (opened and not assigned and not re.compile(r"\s*\)").match(body, end)):
        return ""
    try:
        return "".join(str(ast.literal_eval(part)) for part in (parts if opened else parts[:1]))
    except (SyntaxError, ValueError):
        return ""


def _literals(text: str, start: int) -> tuple[list[str], int]:
    """String literals one after another, which Python joins, and where the last ends."""
    found = []
    while (match := _LITERAL.match(text, start)) is not None:
        found.append(match[1])
        start = match.end()
    return found, start


def summary_of(docstring: str) -> str:
    """The first sentence of a docstring, roles of reStructuredText reduced to their text."""
    paragraph = docstring.strip().split("\n\n")[0]
    text = " ".join(paragraph.split())
    text = _ROLE.sub(lambda match: match[1].rpartition(".")[2] if "math" not in match[0] else match[1], text).replace("``", "`")
    text = re.sub(r"`([^`<]*?)\s*<[^`>]*>`_+", r"\1", text)
    text = re.sub(r"\\text\{([^{}]*)\}", r"\1", text)
    for latex, plain in _SYMBOLS.items():
        text = text.replace(latex, plain)
    end = re.search(r"[.:](?=\s|$)", text)
    return text[: end.start()] + "." if end else text


def deprecated_in(docstring: str) -> frozenset[str]:
    """Names of arguments whose description begins with "Deprecated"."""
    return frozenset(re.findall(r"^\s*(\w+)\s*(?:\([^)]*\))?\s*:\s*(?:\(?deprecated|Deprecated|DEPRECATED)", docstring, re.MULTILINE))
