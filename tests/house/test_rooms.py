"""The rooms keep to themselves: import-linter holds the contracts of pyproject.toml, and breaches planted in a copy are caught."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BREACHES = {
    "torch in a reading room": ("source/breach.py", "import torch", "torch is imported only in live"),
    "torch inside a function of a reading room": ("source/breach.py", "def f():\n    import torch", "torch is imported only in live"),
    "libcst in the running room": ("live/breach.py", "import libcst", "libcst is imported only in source"),
    "rich where nothing is drawn": ("source/breach.py", "import rich", "What draws is imported only in render and cli"),
    "an arrow up": ("losses/breach.py", "from inspector import pipeline", "An arrow never runs back up"),
    "one room into its sibling": ("render/breach.py", "from inspector.live import samples", "An arrow never runs back up"),
    "a room nobody placed": ("attic.py", "", "An arrow never runs back up"),
    "a loss that knows torch": ("losses/breach.py", "import torch", "losses is data and mpmath"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, in a folder of their own."""
    shutil.copytree(ROOT / "inspector", tmp_path / "inspector", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter on the package in `folder`, which comes before the one that is installed."""
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run([sys.executable, "-c", command, "--no-cache"], cwd=folder, capture_output=True, text=True)


def test_the_contracts_are_kept(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_is_caught(copy: Path, breach: str) -> None:
    file, text, contract = BREACHES[breach]
    (copy / "inspector" / file).write_text(f'"""A breach."""\n{text}\n')
    done = lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in " ".join(done.stdout.split())


def test_a_planted_cycle_is_caught(copy: Path) -> None:
    (copy / "inspector" / "source" / "one.py").write_text('"""One."""\nfrom inspector.source import two\n')
    (copy / "inspector" / "source" / "two.py").write_text('"""Two."""\nfrom inspector.source import one\n')
    done = lint_imports(copy)
    assert done.returncode == 1
    assert "No cycles between siblings BROKEN" in " ".join(done.stdout.split())


def test_the_one_cycle_that_is_let_pass_is_for_types_only() -> None:
    parts = [path for path in (ROOT / "inspector" / "source" / "follow").glob("*.py") if path.name not in ("__init__.py", "follower.py")]
    assert [path.name for path in parts if "inspector.source.follow.follower" in imported_when_run(ast.parse(path.read_text()))] == []


def imported_when_run(tree: ast.Module) -> set[str]:
    """The modules a file imports outside `if TYPE_CHECKING:`, by the names it imports them under."""
    found: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        pending += ast.iter_child_nodes(node)
    return found


def test_an_import_for_types_is_told_from_one_that_runs() -> None:
    source = "if TYPE_CHECKING:\n    from a.b import c\ndef f():\n    from d import e\n"
    assert imported_when_run(ast.parse(source)) == {"d", "d.e"}


HEAVY = {
    "torch": ("live/",),
    "numpy": ("live/",),
    "libcst": ("source/",),
    "rich": ("render/", "cli/"),
    "jinja2": ("render/",),
    "markupsafe": ("render/",),
    "pygments": ("render/",),
    "graphviz": ("render/",),
    "pygraphviz": ("render/",),
    "mpmath": ("losses/", "live/"),
    "requests": ("source/",),
    "pypi_simple": ("source/",),
}
"""Package -> the rooms that may import it. The contracts of import-linter leave out `inspector/*.py`; this does not."""


@pytest.mark.parametrize("package", HEAVY)
def test_a_heavy_package_is_imported_in_its_room_only(package: str) -> None:
    importers = {str(path.relative_to(ROOT / "inspector")) for path in (ROOT / "inspector").rglob("*.py") if package in imported_by(path)}
    assert [file for file in sorted(importers) if not file.startswith(HEAVY[package])] == []


def imported_by(path: Path) -> set[str]:
    """The top-level packages that a file imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found
