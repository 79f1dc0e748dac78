"""The house style that a machine can see: sizes, names, openings, broad excepts, and text that must not be in the repository."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "inspector").rglob("*.py"))
PYTHON = [*MODULES, *(path for folder in ("tests", "benchmarks", "tools") for path in sorted((ROOT / folder).rglob("*.py")))]
CASES = "cases"
"""Folders of this name hold sources that tests read, not code of ours."""


def committed() -> list[Path]:
    """The files that are in the repository, or would be after `git add`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def ours(paths: list[Path]) -> list[Path]:
    return [path for path in paths if CASES not in path.relative_to(ROOT).parts]


def test_there_are_files_to_look_at() -> None:
    assert len(MODULES) > 5
    assert len(committed()) > 20


def test_no_function_is_over_60_lines() -> None:
    long = [
        f"{relative(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in ours(PYTHON)
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > 60
    ]
    assert not long, "\n".join(long)


def test_no_file_is_over_600_lines_or_28_kb() -> None:
    large = [relative(path) for path in ours(PYTHON) if path.stat().st_size > 28_000 or path.read_text().count("\n") > 600]
    assert not large, "\n".join(large)


def test_no_function_takes_more_than_5_positional_parameters() -> None:
    """What a method takes beside itself. Losses are left out: a term takes what the loss takes, under the loss's own names."""
    wide = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in MODULES
        if path.parent.name != "losses"
        for node in functions(path)
        if len([given for given in node.args.posonlyargs + node.args.args if not stands_for_self(given)]) > 5
    ]
    assert not wide, "\n".join(wide)


def stands_for_self(parameter: ast.arg) -> bool:
    """True for `self` and `cls`, and for the Follower that its parts, which are methods in files of their own, are handed first."""
    return parameter.arg in ("self", "cls") or (parameter.annotation is not None and ast.unparse(parameter.annotation) == "Follower")


@pytest.mark.parametrize("path", ours(PYTHON), ids=relative)
def test_a_file_opens_with_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if not tree.body and path.name == "__init__.py" and path.is_relative_to(ROOT / "tests"):
        return
    opening = ast.get_docstring(tree) or ""
    assert opening, "no docstring"
    assert not re.match(r"(copyright|licen[cs]e)", opening, re.IGNORECASE), "the licence stands in LICENSE"
    assert re.match(r".+[.:?!](\s|$)", opening, re.DOTALL), "no whole sentence"


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "models", "misc"}
    assert [relative(path) for path in MODULES if path.stem in empty or path.parent.name in empty] == []


def test_no_function_is_called_inspect_or_trace() -> None:
    found = [f"{relative(path)}:{node.lineno}" for path in MODULES for node in functions(path) if node.name in ("inspect", "trace")]
    assert not found, "\n".join(found)


def test_broad_excepts_stand_only_in_isolate_and_once_in_the_command() -> None:
    """One that ends in a bare `raise` hides nothing: it only cleans up."""
    broad = [relative(path) for path in MODULES for handler in handlers(path) if catches_everything(handler) and not hands_on(handler)]
    outside = [name for name in broad if name != "inspector/live/isolate.py"]
    assert len(outside) <= 1
    assert all(name.startswith("inspector/cli/") for name in outside)


def handlers(path: Path) -> Iterator[ast.ExceptHandler]:
    yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ExceptHandler))


def catches_everything(handler: ast.ExceptHandler) -> bool:
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(name is None or (isinstance(name, ast.Name) and name.id in ("Exception", "BaseException")) for name in names)


def hands_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize(
    ("source", "broad"),
    [
        ("except:", True),
        ("except Exception:", True),
        ("except (ValueError, Exception) as e:", True),
        ("except BaseException:", True),
        ("except ValueError:", False),
        ("except (ValueError, OSError):", False),
    ],
)
def test_a_broad_except_is_told_from_a_narrow_one(source: str, broad: bool) -> None:
    (handler,) = (node for node in ast.walk(ast.parse(f"try:\n    pass\n{source}\n    pass\n")) if isinstance(node, ast.ExceptHandler))
    assert catches_everything(handler) is broad


def test_nothing_is_special_cased_by_the_name_of_a_loss() -> None:
    """What is special about a loss is data in losses/: no other room holds the name of one in its code."""
    name = re.compile(r"\b(?!_Loss\b|_WeightedLoss\b)[A-Z]\w*Loss(2d)?\b|\b(cross_entropy|nll_loss|mse_loss|l1_loss|kl_div|ctc_loss)\b")
    found = [
        f"{relative(path)}:{node.lineno} {node.value!r}"
        for path in MODULES
        if path.parent.name not in ("losses", "cli") and path.name != "__init__.py"
        for node in strings_that_decide(path)
        if name.search(str(node.value))
    ]
    assert not found, "\n".join(found)


def strings_that_decide(path: Path) -> Iterator[ast.Constant]:
    """String constants that are compared, looked up or matched: docstrings and messages decide nothing."""
    for node in ast.walk(ast.parse(path.read_text())):
        deciding: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            deciding = [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            deciding = [key for key in node.keys if key]
        elif isinstance(node, ast.match_case):
            deciding = [node.pattern]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("startswith", "endswith", "get"):
            deciding = list(node.args)
        for part in deciding:
            yield from (leaf for leaf in ast.walk(part) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str))


# -- what must not be in the repository ----------------------------------------------------------------------------------

# Put together here, so that this file does not hold them.
HOSTS = ["pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian"]
PATHS = ["/" + name for name in ("work/", "farm/", "tmp/w/", "root/.pyenv", "opt/pypi", "opt/wheels", "home/")]


@pytest.mark.parametrize("words", [HOSTS, PATHS], ids=["registry hosts", "paths of one machine"])
def test_the_repository_names_no(words: list[str]) -> None:
    found = []
    for path in committed():
        text = path.read_bytes().decode(errors="ignore")
        found += [f"{relative(path)}: {word}" for word in words if re.search(rf"(?<![\w.]){re.escape(word)}", text)]
    assert not found, "\n".join(found)


def test_nothing_made_is_committed() -> None:
    made = re.compile(r"(^|/)(site|build|dist|\.venv|node_modules|__pycache__|generated)/|\.pyc$|\.whl$")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    assert [name for name in tracked if made.search(name)] == []


def test_the_repository_holds_no_text_of_torch() -> None:
    """Two consecutive lines of torch's own files would be more than a single call quoted in an example."""
    theirs = lines_of_torch()
    assert len(theirs) > 1000
    assert [relative(path) for path in committed() if has_two_in_a_row(path.read_bytes().decode(errors="ignore"), theirs)] == []


def lines_of_torch() -> set[str]:
    spec = importlib.util.find_spec("torch")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "nn"
    texts = [(folder / name).read_text() for name in ("modules/loss.py", "modules/module.py", "functional.py", "_reduction.py")]
    return {line.strip() for text in texts for line in text.splitlines() if len(line.strip()) > 40}


def has_two_in_a_row(text: str, theirs: set[str]) -> bool:
    lines = [line.strip() in theirs for line in text.splitlines()]
    return any(one and other for one, other in pairwise(lines))


def test_text_of_torch_would_be_seen() -> None:
    spec = importlib.util.find_spec("torch")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "nn" / "modules" / "loss.py").read_text()
    assert has_two_in_a_row(text, lines_of_torch())
