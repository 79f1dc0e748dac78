"""Where the names of one Python module are defined: functions, classes, assignments, imports, and a class's members.

In: a module's text. Out: a table of definitions with their lines. A scan, not a parse: bodies are never looked into.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Literal, TypeAlias

import msgspec

DefinitionKind: TypeAlias = Literal["function", "class", "assign", "import", "block"]

_WORD = re.compile(r"[ \t]*(@|(?:async[ ]+)?[A-Za-z_]\w*)(?![\"'])")
_STRING = re.compile(r"[ \t]*[rRbBuUfF]{0,2}[\"']")
_QUOTES = re.compile(r"\"\"\"|'''|#|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\\.")
_BLOCK_WORDS = frozenset({"if", "elif", "else", "try", "except", "finally", "with", "for", "while"})
_ASSIGNED = re.compile(r"[ \t]*([A-Za-z_]\w*)[ \t]*(?::|=(?!=))")
_TUPLE_ASSIGNED = re.compile(r"[ \t]*([A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)+)[ \t]*=(?!=)")
_NAMED = re.compile(r"[ \t]*(?:async[ ]+)?(?:def|class)[ ]+([A-Za-z_]\w*)")


class Definition(msgspec.Struct, frozen=True):
    """One definition: `line` is the line of its `def`, `class` or statement, `start` that of its first decorator."""

    name: str
    kind: DefinitionKind
    start: int
    line: int
    end: int
    indent: int
    guard: str = ""
    """Header of the `if` or `try` it stands in; "" at the top."""
    target: str = ""
    """For an import: "module" or "module:name"."""


class _Head(msgspec.Struct, frozen=True):
    word: str
    indent: int
    line: int


def _heads(lines: list[str], indent: int) -> list[_Head]:
    """First words of the lines that stand at `indent`, and of those in `if` and `try` blocks there; strings hide their lines.

    A scan by lines: what stands deeper is not looked at, which is nine tenths of a module.
    """
    found: list[_Head] = []
    inside, in_block = "", False
    for number, line in enumerate(lines, 1):
        if inside:
            at = line.find(inside)
            inside = _open_string(line, at + 3) if at >= 0 else inside
            continue
        width = len(line) - len(line.lstrip())
        if (width == indent or (in_block and width > indent)) and width < len(line):
            head = _head(line, width, number)
            if head is not None:
                found.append(head)
                in_block = head.word in _BLOCK_WORDS if width == indent else in_block
        if '"""' in line or "'''" in line:
            inside = _open_string(line, 0)
    return found


def _head(line: str, width: int, number: int) -> _Head | None:
    match = _WORD.match(line)
    if match is not None:
        return _Head(match[1], width, number)
    # A string that opens a line ends the definition before it, as any other statement does.
    return _Head("string", width, number) if _STRING.match(line) else None


def _open_string(line: str, at: int) -> str:
    """The quotes of the string that is still open at the end of a line; "" where none is."""
    inside = ""
    while at < len(line):
        if inside:
            close = line.find(inside, at)
            if close < 0:
                return inside
            at, inside = close + 3, ""
            continue
        match = _QUOTES.search(line, at)
        if match is None or match[0] == "#":
            return ""
        at = match.end()
        inside = match[0] if match[0] in ('"""', "'''") else ""
    return inside


def index_text(text: str, *, first_line: int = 1, indent: int = 0) -> dict[str, Definition]:
    """Definitions standing at `indent` in the text (and in `if`/`try` blocks there), by name; the last one wins.

    Blocks under TYPE_CHECKING are left out: they do not exist when the code runs.
    """
    table: dict[str, Definition] = {}
    for definition in definitions(text, first_line=first_line, indent=indent):
        known = table.get(definition.name)
        if known is not None and definition.guard.startswith("except") and not known.guard.startswith("except"):
            continue
        table[definition.name] = definition
    return table


def definitions(text: str, *, first_line: int = 1, indent: int = 0) -> list[Definition]:
    """Every definition at `indent`, in order of the text; a name may come more than once."""
    lines = text.split("\n")
    heads = _heads(lines, indent)
    return list(_walk(lines, heads, (indent, first_line - 1, ""), len(lines)))


def _walk(lines: list[str], heads: list[_Head], place: tuple[int, int, str], final: int) -> list[Definition]:
    indent, shift, guard = place
    tops = [number for number, head in enumerate(heads) if head.indent == indent]
    found: list[Definition] = []
    decorated: int | None = None
    for order, number in enumerate(tops):
        head = heads[number]
        stop = tops[order + 1] if order + 1 < len(tops) else len(heads)
        last = heads[stop].line - 1 if stop < len(heads) else final
        if head.word == "@":
            decorated = head.line if decorated is None else decorated
            continue
        if head.word in _BLOCK_WORDS:
            found += _inside(lines, heads[number + 1 : stop], (indent, shift, lines[head.line - 1].strip()), last)
            continue
        found += _one(lines, head, (decorated or head.line, last, shift, guard))
        decorated = None
    return found


def _inside(lines: list[str], heads: list[_Head], place: tuple[int, int, str], final: int) -> list[Definition]:
    indent, shift, header = place
    deeper = [head.indent for head in heads if head.indent > indent]
    if not deeper or ("TYPE_CHECKING" in header and not header.startswith("if not")):
        return []
    return _walk(lines, heads, (deeper[0], shift, header), final)


def _one(lines: list[str], head: _Head, place: tuple[int, int, int, str]) -> list[Definition]:
    start, last, shift, guard = place
    end = _last_line(lines, head, last)
    line = lines[head.line - 1]
    word = head.word.split()[-1] if head.word.startswith("async") else head.word
    span: dict[str, Any] = {"start": start + shift, "line": head.line + shift, "end": end + shift, "indent": head.indent, "guard": guard}
    if word in ("def", "class"):
        named = _NAMED.match(line)
        kind: DefinitionKind = "class" if word == "class" else "function"
        return [Definition(named[1], kind, **span)] if named else []
    if word in ("import", "from"):
        statement = "\n".join(lines[head.line - 1 : end]).strip()
        return [Definition(name, "import", **span, target=target) for name, target in _imports(statement)]
    several = _TUPLE_ASSIGNED.match(line)
    if several:
        return [Definition(name.strip(), "assign", **span) for name in several[1].split(",")]
    assigned = _ASSIGNED.match(line)
    if assigned:
        return [Definition(assigned[1], "assign", **span)]
    return [Definition(f"<statement {head.line + shift}>", "block", **span)]


def _last_line(lines: list[str], head: _Head, last: int) -> int:
    """Last line of a definition: blank lines and comments after its last statement are not its own, as Python counts."""
    end = last
    while end > head.line and lines[end - 1].strip()[:1] in ("", "#"):
        end -= 1
    return end


def _imports(statement: str) -> list[tuple[str, str]]:
    try:
        node = ast.parse(statement).body[0]
    except (SyntaxError, IndexError):
        return []
    if isinstance(node, ast.Import):
        return [
            (item.asname or item.name.partition(".")[0], item.name if item.asname else item.name.partition(".")[0]) for item in node.names
        ]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [(item.asname or ("*" + module if item.name == "*" else item.name), f"{module}:{item.name}") for item in node.names]
    return []
