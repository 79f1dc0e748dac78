"""Python source text -> its lines as HTML, coloured: one regular expression that knows words, strings, numbers and comments.

In: text. Out: lines in which every character of the text is escaped. It parses nothing: what a name means is not known here. A lexer with
states takes ten times as long, and the files of torch have fifty thousand lines.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from types import BuiltinFunctionType

from inspector.render.html import Html

_BUILTINS = {name: value for name, value in vars(builtins).items() if isinstance(value, type | BuiltinFunctionType)}
_STYLES = {
    **{name: "ne" if isinstance(value, type) and issubclass(value, BaseException) else "nb" for name, value in _BUILTINS.items()},
    **dict.fromkeys({*keyword.kwlist} - {"None", "True", "False"}, "k"),
    **dict.fromkeys(("self", "cls"), "bp"),
}
"""Word -> its class in the theme's style sheet; the three constants are plain there."""
_WORDS = {word: f'<span class="{style}">{word}</span>' for word, style in _STYLES.items()}

_LONG = "|".join(rf"{q}{q}{q}[^{q}\\]*(?:(?:\\.|{q}(?!{q}{q}))[^{q}\\]*)*{q}{q}{q}" for q in "\"'")
_SHORT = "|".join(rf"{q}(?:[^{q}\\\n]|\\.)*{q}" for q in "\"'")
_TOKEN = re.compile(
    rf"""
      (?P<indent> ^[ \t]*) (?: (?P<sd> [rRuUbB]?(?:{_LONG}) ) | (?P<nd> @[\w.]+ ) )
    | (?P<s> [rRbBuUfF]{{0,2}}(?:{_LONG}|{_SHORT}) )
    | (?P<defines> (?<![\w.])(?:def|class)[ ]+ ) (?P<nf> \w+ )
    | (?P<word> \.?[^\W\d]\w* )
    | (?P<c1> \#[^\n]* )
    | (?P<m> 0[xXbBoO][\da-fA-F_]+ | (?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]? )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
"""What has a colour. It is read off escaped text: no entity has the name of a keyword or of a builtin."""
_DEFINING = re.compile(r"(?P<word>\w+)")
_PIECE = re.compile(r'<span class="(\w+)">([^<]*)</span>|([^<]+)')
_DEFINES = re.compile(r'\s*(?:<span class="k">async</span> )?<span class="k">(?:def|class)</span> ')


@lru_cache(maxsize=2048)  # the files of a book and every snippet: a file that falls out is coloured twice
def lines_of(text: str) -> tuple[Html, ...]:
    """Every line as HTML, without its end. Kept by the text itself."""
    lines = _TOKEN.sub(_coloured, escaped(text)).split("\n")
    return tuple(Html(line) for line in (lines if lines[-1] or len(lines) == 1 else lines[:-1]))


def _coloured(token: re.Match[str]) -> str:
    """A token with its colour; one of several lines begins anew on each."""
    kind = token.lastgroup or ""
    if kind == "word":
        return _WORDS.get(token[0], token[0])
    lines = [f'<span class="{kind}">{line}</span>' if line else "" for line in token[kind].split("\n")]
    before = token["indent"] or (_DEFINING.sub(_coloured, token["defines"]) if kind == "nf" else "")
    return before + "\n".join(lines)


def defines(line: Html) -> bool:
    """Whether a line of `lines_of` begins a function or a class."""
    return _DEFINES.match(line) is not None


def cut(line: Html, start: int, end: int | None = None) -> Html:
    """What stands in a line of `lines_of` from one column of its text up to another, coloured."""
    if end is None and line.startswith(" " * start):
        return Html(line[start:])
    out, column = [], 0
    for style, text in pieces(line):
        part = escaped(text[max(start - column, 0) : None if end is None else max(end - column, 0)])
        column += len(text)
        out.append(f'<span class="{style}">{part}</span>' if part and style else part)
    return Html("".join(out))


def pieces(line: Html) -> Iterator[tuple[str, str]]:
    """A line of `lines_of` as classes with their text; what has no colour has none."""
    for match in _PIECE.finditer(line):
        style, coloured, rest = match.groups()
        yield style or "", unescape(coloured or rest)


def escaped(text: str) -> str:
    """The text with nothing in it that HTML would read; quotes may stand between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
