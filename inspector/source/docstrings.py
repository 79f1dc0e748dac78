"""What a docstring says, as plain text: its summary and which arguments it calls deprecated.

In: the text of a class or function. Out: text and names. A docstring is data: nothing in it is interpreted.
"""

from __future__ import annotations

import ast
import re

_DOCSTRING = re.compile(r'^[ \t]*([rRuU]{0,2}(?:"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"))', re.DOTALL)
_ROLE = re.compile(r":[a-z]+(?::[a-z]+)*:`~?([^`]*)`")


def docstring_of(text: str, header_lines: int) -> str:
    """The docstring that follows a header of so many lines; "" where there is none."""
    body = text.split("\n", header_lines)[-1] if header_lines else text
    while body.lstrip(" \t").startswith(("#", "\n")):
        body = body.partition("\n")[2]
    match = _DOCSTRING.match(body)
    if match is None:
        return ""
    try:
        return str(ast.literal_eval(match[1]))
    except (SyntaxError, ValueError):
        return ""


def summary_of(docstring: str) -> str:
    """The first sentence of a docstring, roles of reStructuredText reduced to their text."""
    paragraph = docstring.strip().split("\n\n")[0]
    text = " ".join(paragraph.split())
    text = _ROLE.sub(lambda match: match[1].rpartition(".")[2] if "math" not in match[0] else match[1], text).replace("``", "`")
    text = re.sub(r"`([^`<]*?)\s*<[^`>]*>`_+", r"\1", text)
    end = re.search(r"[.:](?=\s|$)", text)
    return text[: end.start()] + "." if end else text


def deprecated_in(docstring: str) -> frozenset[str]:
    """Names of arguments whose description begins with "Deprecated"."""
    return frozenset(re.findall(r"^\s*(\w+)\s*(?:\([^)]*\))?\s*:\s*(?:\(?deprecated|Deprecated|DEPRECATED)", docstring, re.MULTILINE))
