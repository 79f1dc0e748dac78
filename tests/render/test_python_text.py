"""Colours of Python text: the same as Pygments gives, but for what is meant to differ, and the text as it was."""

from __future__ import annotations

import pytest

from inspector.render.python_text import cut, defines, lines_of, pieces
from inspector.source import finders

FILES = ("torch/nn/modules/loss.py", "torch/nn/modules/module.py", "torch/_jit_internal.py")

ALIKE = {
    "s1": "s", "s2": "s", "sa": "s", "si": "s", "se": "s", "mi": "m", "mf": "m", "mh": "m", "kn": "k", "ow": "k", "nc": "nf", "fm": "nf",
    "kc": "", "o": "", "p": "", "n": "", "w": "", "nn": "", "vm": "",
}  # fmt: skip
"""Pygments' classes as ours: those of one colour, or of nearly the colour of the text, are one."""

DIFFER = {
    *(("s", other) for other in ("", "nb", "bp", "k", "m")),  # what stands in the braces of an f-string
    ("sd", "s"),  # the r before a docstring
    ("nd", ""),  # the dots of a decorator
    ("", "nf"),  # the call of a method such as super().__init__, which defines nothing
    ("", "bp"),  # NotImplemented
}
"""Ours and Pygments', where they are meant to differ."""


@pytest.mark.parametrize("file", FILES)
def test_the_colours_are_those_of_pygments(file: str) -> None:
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
    from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

    installed = finders.find_installed()
    text = installed.text_of(installed.place(file))
    ours = [style for line in lines_of(text) for style in (*(kind for kind, part in pieces(line) for _ in part), "\n")]
    theirs = [STANDARD_TYPES.get(kind, "") for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text) for _ in value]
    pairs = [(one, ALIKE.get(other, other)) for one, other, sign in zip(ours, theirs, text, strict=True) if not sign.isspace()]
    different = [pair for pair in pairs if pair[0] != pair[1]]
    assert set(different) <= DIFFER
    assert len(different) < len(pairs) / 50


@pytest.mark.parametrize("file", FILES)
def test_every_line_is_the_line_that_went_in(file: str) -> None:
    installed = finders.find_installed()
    text = installed.text_of(installed.place(file))
    assert "".join("".join(part for _, part in pieces(line)) + "\n" for line in lines_of(text)) == text


@pytest.mark.parametrize("text", ["x = '''", 'f"', "'it''s", "a # '", '"""', "def", "@", '"\\', "<b>&lt;</b>", "\t'''\n"])
def test_text_that_is_no_python_comes_out_whole(text: str) -> None:
    assert "\n".join("".join(part for _, part in pieces(line)) for line in lines_of(text)) == text.removesuffix("\n")


def test_a_stretch_of_a_line_keeps_its_colours() -> None:
    (line,) = lines_of('    return F.l1("<a>", None)')
    assert cut(line, 4, 10) == '<span class="k">return</span>'
    assert cut(line, 7, 16) == '<span class="k">urn</span> F.l1('
    assert cut(line, 16, 19) == '<span class="s">"&lt;a</span>'


def test_a_definition_in_a_docstring_defines_nothing() -> None:
    lines = lines_of('def f():\n    """\n    def g(): pass\n    """\n    async def h(): pass\n    undefined = 1')
    assert [defines(line) for line in lines] == [True, False, False, False, True, False]
