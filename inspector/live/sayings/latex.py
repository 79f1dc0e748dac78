"""The LaTeX of a documented formula -> a tree: fractions, sums, cases, logarithms, norms, indices. Nothing else.

In: the text of one formula. Out: Equations, each a left side and the expressions that it equals. Raises Unread with what stands there
instead. It knows no loss, evaluates nothing, and never calls Python's own parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

_TOKEN = re.compile(
    r"\\(?:text|mathrm|operatorname|texttt)\{(?P<text>[^{}]*)\}"
    r"|(?P<group>\\left\s*\[)|(?P<right>\\right\s*\])"
    r"|\\begin\{(?P<begin>\w+)\}|\\end\{(?P<end>\w+)\}"
    r"|(?P<blank>\n[ \t]*\n)"
    r"|\\(?P<command>[A-Za-z]+)|\\(?P<sign>[^A-Za-z])"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z]+\d*)|(?P<other>\S)"
)
_DROPPED = {"left", "right", "rm", "bf", "displaystyle", ",", ";", ":", "!", " "}
_BREAKS = {"quad", "qquad", "\\"}
_FUNCTIONS = {"log", "exp", "max", "min", "cos", "sigma", "sqrt"}
_COMPARED = {"=": "=", "<": "<", ">": ">", "leq": "<=", "le": "<=", "geq": ">=", "ge": ">=", "neq": "!=", "ne": "!="}
_OPEN, _CLOSE = {"(", "[", "{", "\\{", "[["}, {")", "]", "}", "\\}", "]]"}


LISTED = "it only names a list of values"


class Unread(Exception):
    """The formula has something that no rule reads; the text says what."""


class Token(NamedTuple):
    """A word, number or sign; `kind`: "word", "text", "number", "command", "sign", "begin", "end" or "break"."""

    kind: str
    text: str


class Num(NamedTuple):
    """A number."""

    value: float


class Name(NamedTuple):
    """A letter or a word."""

    text: str


class At(NamedTuple):
    """Something with indices: below it, or in brackets."""

    base: Node
    indices: tuple[Node, ...]


class Apply(NamedTuple):
    """A function, or a name before brackets."""

    function: str
    given: tuple[Node, ...]


class Join(NamedTuple):
    """Two sides of + - * / ^."""

    sign: str
    left: Node
    right: Node


class Sum(NamedTuple):
    """A sum over letters."""

    over: tuple[str, ...]
    body: Node


class Cases(NamedTuple):
    """Expressions, each with its condition as tokens."""

    rows: tuple[tuple[Node, tuple[Token, ...]], ...]


class Norm(NamedTuple):
    """The length of a vector."""

    of: Node
    order: Node


class Compare(NamedTuple):
    """A chain of comparisons."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


class Indicator(NamedTuple):
    """One where a comparison holds, else zero."""

    of: Compare


Node: TypeAlias = "Num | Name | At | Apply | Join | Sum | Cases | Norm | Indicator"


class Equation(NamedTuple):
    """What stands left of the first sign of equality, and what stands right of each."""

    left: Node
    right: tuple[Node, ...]
    text: str


def tokens(text: str) -> list[Token]:
    """The formula in pieces."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, piece = str(match.lastgroup), match[str(match.lastgroup)]
        if (kind in ("command", "sign") and piece in _BREAKS) or kind == "blank":
            found.append(Token("break", piece if kind != "blank" else "\n"))
        elif kind in ("command", "sign") and piece in _DROPPED:
            continue
        elif kind == "sign":
            found.append(Token("sign", "\\" + piece))
        elif kind == "other":
            found.append(Token("sign", piece))
        elif kind in ("group", "right"):
            found.append(Token("sign", "[[" if kind == "group" else "]"))
        else:
            found.append(Token(kind, piece.replace("\\_", "_")))
    return [each for each in found if each.text != "."]


def equations(text: str) -> list[Equation | Unread]:
    """Every statement of a displayed formula: read, or why it is not."""
    found: list[Equation | Unread] = []
    for piece in _pieces(tokens(text)):
        try:
            found.append(_equation(piece))
        except Unread as why:
            found.append(why)
    return found


def expression(text: str) -> Node:
    """One expression. Raises Unread."""
    reader = _Reader([token for token in tokens(text) if token.kind != "break"])
    found = reader.expression()
    reader.end()
    return found


def comparison(text: str | Sequence[Token]) -> Compare:
    """A condition. Raises Unread."""
    reader = _Reader(tokens(text) if isinstance(text, str) else list(text))
    found = reader.comparison()
    reader.end()
    return found


def _pieces(found: Sequence[Token]) -> list[list[Token]]:
    """Statements: what stands between breaks, outside every bracket and every list of cases."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        depth += token.kind == "begin" or (token.kind == "sign" and token.text in _OPEN)
        depth -= token.kind == "end" or (token.kind == "sign" and token.text in _CLOSE)
        if token.kind == "break" and depth == 0:
            pieces.append([])
        elif token.kind != "break" or token.text == "\\":
            pieces[-1].append(token)
    return _joined([piece for piece in pieces if piece])


def _joined(pieces: list[list[Token]]) -> list[list[Token]]:
    """A line that goes on where another left off, with a sign or without an equality, belongs to it."""
    found: list[list[Token]] = []
    for piece in pieces:
        whole = any(token == Token("sign", "=") or token.text == "sim" for token in piece)
        if found and not whole and found[-1][-1] != Token("sign", ","):
            found[-1] += piece
        else:
            found.append(piece)
    return [piece[:-1] if piece[-1] == Token("sign", ",") else piece for piece in found]


def _equation(piece: Sequence[Token]) -> Equation:
    sides: list[list[Token]] = [[]]
    depth = 0
    for token in piece:
        depth += token.kind == "begin" or (token.kind == "sign" and token.text in _OPEN)
        depth -= token.kind == "end" or (token.kind == "sign" and token.text in _CLOSE)
        if token == Token("sign", "=") and depth == 0:
            sides.append([])
        else:
            sides[-1].append(token)
    text = " ".join(token.text for token in piece)
    if len(sides) < 2:
        raise Unread(f"it has no equality: {text[:40]}")
    readers = [_Reader(side) for side in sides]
    nodes = [reader.expression() for reader in readers]
    for reader in readers:
        reader.end()
    return Equation(nodes[0], tuple(nodes[1:]), text)


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = list(found)
        self._at = 0
        self._bars = 0

    def end(self) -> None:
        """Raises Unread where something is left."""
        while self._is(",") or self._is(";"):
            self._at += 1
        if self._at < len(self._tokens):
            raise Unread(f"{self._tokens[self._at].text!r} is not read")

    def expression(self) -> Node:
        found = self._term()
        while (sign := self._one_of("+", "-")) is not None:
            found = Join(sign, found, self._term())
        return found

    def comparison(self) -> Compare:
        first = self.expression()
        rest: list[tuple[str, Node]] = []
        while (token := self._next()) is not None:
            negated = token.text == "not"
            if negated:
                self._at += 1
                token = self._next()
            if token is None or token.text not in _COMPARED or token.kind not in ("sign", "command"):
                break
            self._at += 1
            rest.append(("!=" if negated else _COMPARED[token.text], self.expression()))
        if not rest:
            raise Unread("it compares nothing")
        return Compare(first, tuple(rest))

    def _term(self) -> Node:
        found = self._signed()
        while True:
            sign = self._one_of("*", "/", "cdot", "times")
            if sign is not None:
                found = Join("/" if sign == "/" else "*", found, self._signed())
            elif self._begins_factor():
                found = Join("*", found, self._power())
            else:
                return found

    def _signed(self) -> Node:
        if self._one_of("-"):
            return Join("*", Num(-1.0), self._signed())
        return self._power()

    def _power(self) -> Node:
        found = self._postfix()
        if self._one_of("^"):
            return Join("^", found, self._group())
        return found

    def _postfix(self) -> Node:
        found = self._primary()
        while True:
            if self._one_of("_"):
                found = self._below(found)
            elif self._is("[") and isinstance(found, Name | At):
                found = At(found, tuple(self._listed("[", "]")))
            elif self._one_of("!"):
                found = Apply("factorial", (found,))
            else:
                return found

    def _below(self, base: Node) -> Node:
        if self._is("{"):
            indices = tuple(self._listed("{", "}"))
        else:
            token = self._take()
            indices = (Num(float(token.text)) if token.kind == "number" else Name(token.text),)
        only = indices[0]
        fixed = isinstance(only, Num) or (isinstance(only, Name) and len(only.text) > 1)
        if isinstance(base, Name) and len(indices) == 1 and fixed:
            return Name(f"{base.text}_{int(only.value) if isinstance(only, Num) else only.text}")  # type: ignore[union-attr]
        return At(base, indices)

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Num(float(token.text))
        if token.kind == "begin" and token.text == "cases":
            return self._cases()
        if token.kind in ("word", "text"):
            return self._named(token)
        if token.kind == "command":
            return self._command(token.text)
        if token.text == "|":
            return self._absolute()
        closing = {"(": ")", "{": "}", "[[": "]", "[": "]"}.get(token.text)
        if token.text == "\\{":
            raise Unread(LISTED)
        if closing is None:
            raise Unread(f"{token.text!r} is not read")
        found = self._inside(closing)
        return found[0] if len(found) == 1 else self._fail(LISTED)

    def _named(self, token: Token) -> Node:
        text = token.text.strip().rstrip(".")
        if text.endswith("!"):
            return Apply("factorial", (Name(text[:-1]),))
        if not re.fullmatch(r"[A-Za-z_][\w.]*", text):
            raise Unread(f"words: {text!r}")
        if self._is("("):
            return Apply(text, tuple(self._listed("(", ")")))
        return Name(text)

    def _command(self, name: str) -> Node:
        if name in _FUNCTIONS:
            return self._function(name)
        if name == "frac":
            return Join("/", self._group(), self._group())
        if name == "sum":
            return self._sum()
        if name == "mathbb":
            self._group()
            return Indicator(self._condition())
        if name == "lVert":
            return self._norm()
        if name == "ell":
            return self._named(Token("word", "ell"))
        if name in ("pi", "varepsilon", "epsilon"):
            return Name({"varepsilon": "eps", "epsilon": "eps"}.get(name, name))
        raise Unread(f"\\{name} is not read")

    def _function(self, name: str) -> Node:
        for opening, closing in (("(", ")"), ("\\{", "\\}")):
            if self._is(opening):
                return Apply(name, tuple(self._listed(opening, closing)))
        return Apply(name, (self._power(),))

    def _sum(self) -> Node:
        if not self._one_of("_"):
            raise Unread("a sum over nothing")
        over = self._over()
        if self._one_of("^"):
            self._group()
        body = self._term()
        while self._is("+", "-"):
            kept = self._at
            sign = self._take().text
            more = self._term()
            if not names(more) & set(over):
                self._at = kept
                break
            body = Join(sign, body, more)
        return Sum(over, body)

    def _over(self) -> tuple[str, ...]:
        """The letters below a sum: "i", "ij", or "n=1"."""
        if not self._is("{"):
            return tuple(self._take().text)
        self._at += 1
        letters = self._take()
        if self._one_of("="):
            self._take()
        self._expect("}")
        return tuple(letters.text)

    def _norm(self) -> Node:
        found = self.expression()
        self._expect("rVert")
        order: Node = Num(2.0)
        if self._one_of("_"):
            order = self._group()
        return Norm(found, order)

    def _absolute(self) -> Node:
        self._bars += 1
        found = self.expression()
        self._bars -= 1
        self._expect("|")
        return Apply("abs", (found,))

    def _condition(self) -> Compare:
        self._expect("\\{")
        found = self.comparison()
        self._expect("\\}")
        return found

    def _cases(self) -> Node:
        rows: list[tuple[Node, tuple[Token, ...]]] = []
        cells: list[list[Token]] = [[]]
        while True:
            token = self._take()
            over = token.kind == "end"
            if over or token == Token("break", "\\"):
                if any(cells):
                    rows.append(_row(cells))
                cells = [[]]
            elif token == Token("sign", "&"):
                cells.append([])
            elif token.kind != "break":
                cells[-1].append(token)
            if over:
                return Cases(tuple(rows))

    def _listed(self, opening: str, closing: str) -> list[Node]:
        self._expect(opening)
        return self._inside(closing)

    def _inside(self, closing: str) -> list[Node]:
        bars, self._bars = self._bars, 0
        found: list[Node] = []
        while not self._is(closing):
            found.append(self.expression())
            if not self._is(closing):
                self._expect(",")
        self._at += 1
        self._bars = bars
        return found

    def _group(self) -> Node:
        if self._is("{"):
            found = self._listed("{", "}")
            return found[0] if len(found) == 1 else self._fail(LISTED)
        return self._primary()

    def _begins_factor(self) -> bool:
        """True where something stands that multiplies what was read: a name, a number, a fraction, an opening bracket."""
        token = self._next()
        if token is None or token.kind in ("break", "end"):
            return False
        if token.kind == "sign":
            return token.text in ("(", "{", "[[") or (token.text == "|" and not self._bars)
        return token.kind != "command" or token.text not in (*_COMPARED, "not", "rVert", "sim", "in", "cdot", "times", "dots")

    def _next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> Token:
        token = self._next()
        if token is None:
            raise Unread("it ends too early")
        self._at += 1
        return token

    def _is(self, *texts: str) -> bool:
        token = self._next()
        return token is not None and token.kind in ("sign", "command") and token.text in texts

    def _one_of(self, *texts: str) -> str | None:
        return self._take().text if self._is(*texts) else None

    def _expect(self, text: str) -> None:
        if not self._is(text):
            token = self._next()
            raise Unread(f"{token.text!r} is not read" if token else "it ends too early")
        self._at += 1

    def _fail(self, what: str) -> Node:
        raise Unread(what)


def _row(cells: Sequence[Sequence[Token]]) -> tuple[Node, tuple[Token, ...]]:
    reader = _Reader(cells[0])
    found = reader.expression()
    reader.end()
    condition = [token for cell in cells[1:] for token in cell]
    while condition and condition[-1] in (Token("sign", ","), Token("sign", ";")):
        condition.pop()
    return found, tuple(condition)


def names(node: object) -> set[str]:
    """Every letter and word in a tree."""
    if isinstance(node, Name):
        return {node.text}
    if isinstance(node, Token):
        return {node.text} if node.kind == "word" else set()
    if isinstance(node, tuple):
        return {name for part in node for name in names(part)}
    return set()
