"""Where things stand: nodes of a slice as libcst's own PositionProvider places them, definitions as Python's own parser finds them."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from inspector.source.index import Definition, definitions, index_text
from inspector.source.parse import Slice, _Placing, walk

from . import held

FILES = [
    "torch/nn/_reduction.py",
    "torch/nn/modules/loss.py",
    "torch/nn/modules/distance.py",
    "torch/nn/modules/container.py",
    "torch/nn/modules/linear_cross_entropy.py",
    "torch/nn/parameter.py",
    "torch/_VF.py",
    "torch/autograd/grad_mode.py",
    "torch/utils/_contextlib.py",
]
SNIPPETS = [
    "x = 1",
    "x=1;y = 2 ; z=3",
    "if a:\n    b()\nelif c:\n    d()\nelse:\n    e()",
    "@one\n@two(3)\ndef f(a, *b, c=1, **d) -> int:\n    '''text\n    more'''\n    return (a +\n        b)",
    "class A(B, metaclass=C):\n\n    # a comment\n    x: int = 1\n\n    def f(self): pass\n",
    "async def f():\n    async with a as b, c:\n        await d\n    return [x async for x in y if z]",
    "try:\n\ta()\nexcept (A, B) as e:\n\tb()\nfinally:\n\tc()",
    "f(a)(b)[c, :, ...].d(  e ,\n  # comment\n  *g, **h)",
    "x = (yield)\nlambda a, b=1: a if b else not c",
    "match a:\n    case [1, *b] if c:\n        pass\n    case {'x': y}:\n        pass\n",
    's = f\'{a!r:>{width}} {b}\' \'more\' """and\nmore"""\n',
    "with (a as b,\n      c):\n    pass",
    "x = é + 'ü'\ny = '日本'; z = 2",
    "for i, (a, b) in enumerate(c):\n    del a[b], c.d\n    assert x, 'y'\nelse:\n    raise E from e",
    "a = b = c[1:2, ::3]\na @= b\na: 'x'\nglobal q\n",
]


def placed(text: str) -> None:
    """Every node lies where libcst says it does."""
    module = cst.parse_module(text)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    expected = wrapper.resolve(PositionProvider)
    state = _Placing(module.default_indent, module.default_newline)
    module._codegen(state)
    for node in (part for statement in module.body for part in walk(statement)):
        where = expected[node]
        assert state.places[node] == ((where.start.line, where.start.column), (where.end.line, where.end.column)), cst.Module(
            []
        ).code_for_node(node)


@pytest.mark.parametrize("text", SNIPPETS)
def test_a_node_lies_where_libcst_says(text: str) -> None:
    placed(text)


@pytest.mark.parametrize("file", FILES[:3])
def test_nodes_of_torch_lie_where_libcst_says(file: str) -> None:
    placed((held.installed().root / file).read_text(encoding="utf-8"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=4), st.integers(0, 2))
def test_nested_nodes_lie_where_libcst_says(snippets: list[str], depth: int) -> None:
    text = "\n".join(snippets).replace("global q\n", "")
    for level in range(depth):
        text = f"def f{level}():\n" + textwrap.indent(text, "    ", lambda line: bool(line.strip()))
    try:
        compile(text, "text", "exec")
    except SyntaxError:
        return
    placed(text)


# -- slices -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_a_slice_places_its_calls_as_pythons_parser_does(file: str) -> None:
    """Each definition alone gives the lines and texts that the whole file gives."""
    text = (held.installed().root / file).read_text(encoding="utf-8")
    lines = text.split("\n")
    wanted = set(_calls(text))
    for found in _functions(text):
        piece = Slice(file, lines, (found.start, found.end), found.indent)
        for node in (part for statement in piece.statements for part in walk(statement) if isinstance(part, cst.Call)):
            line, column, _, _ = piece.span_of(node)
            written = piece.text_of(node.func)
            if not node.lpar and _on_one_line(piece, node.func):
                assert (line, column, written) in wanted


def _calls(text: str) -> Iterator[tuple[int, int, str]]:
    """(line, column in characters, what is called) of the calls whose name stands on one line."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.func.lineno == node.func.end_lineno:
            column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
            yield node.lineno, column, " ".join((ast.get_source_segment(text, node.func) or "").split())


def _on_one_line(piece: Slice, node: cst.CSTNode) -> bool:
    first, _, last, _ = piece.span_of(node)
    return first == last


def _functions(text: str) -> list[Definition]:
    found = [each for each in definitions(text) if each.kind == "function"]
    for cls in (each for each in definitions(text) if each.kind == "class"):
        body = "\n".join(text.split("\n")[cls.line - 1 : cls.end])
        found += [each for each in definitions(body, first_line=cls.line, indent=4) if each.kind == "function"]
    return found


# -- the index ---------------------------------------------------------------------------------------------------------------------


def by_ast(text: str) -> dict[str, tuple[int, int, int]]:
    """(first decorator, line, last line) of top-level functions and classes, the last of each name."""
    found: dict[str, tuple[int, int, int]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[node.name] = (start, node.lineno, node.end_lineno or node.lineno)
    return found


def every_torch_file() -> list[str]:
    root = held.installed().root
    return [
        str(path.relative_to(root))
        for folder in ("torch/nn", "torch/autograd", "torch/_library")
        for path in sorted((root / folder).rglob("*.py"))
    ]


def test_definitions_of_torch_stand_where_pythons_parser_finds_them() -> None:
    """A line scan against the parser, on every file of torch.nn, torch.autograd and torch._library."""
    for name in every_torch_file():
        text = (held.installed().root / name).read_text(encoding="utf-8")
        index = index_text(text)
        for short, (start, line, end) in by_ast(text).items():
            found = index[short]
            if found.guard:  # the same name in a block further down
                continue
            assert (found.start, found.line, found.end) == (start, line, end), f"{name}: {short}"


def test_nothing_is_found_that_is_not_there() -> None:
    for name in FILES:
        text = (held.installed().root / name).read_text(encoding="utf-8")
        every = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
        assert {found.name for found in definitions(text) if found.kind in ("function", "class")} <= every


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("'''\ndef a(): pass\n'''\ndef b(): pass", ["b"]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    b = 1", ["b"]),
        ("try:\n    import a\nexcept ImportError:\n    a = None", ["a"]),
        ("x = '''\nclass a:\n'''\nclass b: pass", ["x", "b"]),
        ("a, b = 1, 2\nc: int = 3\nd == 4", ["a", "b", "c"]),
        ("from x import (\n    a,\n    b as c,  # why\n)\nimport d.e, f as g", ["a", "c", "d", "g"]),
        ('s = "it\'s # no comment"\ndef a(): pass', ["s", "a"]),
        ("def a():\n    def b(): pass\n\nasync def c(): pass", ["a", "c"]),
    ],
)
def test_the_index_sees_what_a_module_defines(text: str, names: list[str]) -> None:
    assert [name for name, found in index_text(text).items() if found.kind != "block"] == names


def test_the_cases_are_indexed_as_the_parser_reads_them() -> None:
    for path in sorted(Path(__file__).parent.glob("cases/*/*.py")):
        text = path.read_text(encoding="utf-8")
        index = index_text(text)
        for short, place in by_ast(text).items():
            if not index[short].guard and index[short].kind in ("function", "class"):
                assert (index[short].start, index[short].line, index[short].end) == place, f"{path.parent.name}: {short}"
