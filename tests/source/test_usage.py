"""Where somebody's code uses torch: names are resolved through imports, assignments, classes and instances, in code made on the spot."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from inspector.affected import Use
from inspector.errors import InspectError
from inspector.source import finders
from inspector.source.usage import code_files
from inspector.source.usage.bindings import Project
from inspector.source.usage.meanings import Meanings
from inspector.source.usage.uses import Reader

CE = "torch.nn.modules.loss.CrossEntropyLoss"
MODULE = "torch.nn.modules.module.Module"


@pytest.fixture(scope="module")
def meanings() -> Meanings:
    return Meanings((finders.find_installed(),))


def uses(meanings: Meanings, code: str, **others: str) -> list[Use]:
    """The uses in a module of a project; `others` are its other modules, by name."""
    project = Project()
    tree = ast.parse(textwrap.dedent(code))
    project.add("mine", tree, is_package=False)
    for name, text in others.items():
        project.add(name.replace("__", "."), ast.parse(textwrap.dedent(text)), is_package=False)
    return Reader(project, meanings, "mine.py").read(tree)


def made(meanings: Meanings, code: str, **others: str) -> list[tuple[int, str, str]]:
    return [(use.line, use.kind, use.subject) for use in uses(meanings, code, **others) if use.kind in ("makes", "calls")]


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ntorch.nn.CrossEntropyLoss()",
        "import torch.nn\ntorch.nn.CrossEntropyLoss()",
        "import torch.nn as nn\nnn.CrossEntropyLoss()",
        "from torch import nn as layers\nlayers.modules.loss.CrossEntropyLoss()",
        "from torch.nn import CrossEntropyLoss as Fit\nFit()",
        "from torch.nn import *\nCrossEntropyLoss()",
        "from torch import nn\nFit = nn.CrossEntropyLoss; Fit()\n",
        "from torch import nn\nKINDS = {'ce': nn.CrossEntropyLoss}; KINDS['ce']()",
        "from torch import nn\ndef f(): return nn.CrossEntropyLoss()",
        "from torch import nn\nf = lambda: nn.CrossEntropyLoss()",
        "from torch import nn; from functools import partial\npartial(nn.CrossEntropyLoss, reduction='sum')",
        "try:\n    from torch import nn\nexcept ImportError: nn = None\n[nn.CrossEntropyLoss() for _ in 'ab']",
    ],
)
def test_a_class_is_known_however_it_was_imported(meanings: Meanings, code: str) -> None:
    assert [(kind, subject) for _, kind, subject in made(meanings, code)] == [("makes", CE)]


@pytest.mark.parametrize(
    "code",
    [
        "from other import nn\nnn.CrossEntropyLoss()",
        "from torch import nn\ndef f(nn): return nn.CrossEntropyLoss()",
        "from torch import nn\ndef f():\n    nn = make()\n    return nn.CrossEntropyLoss()",
        "class nn:\n    class CrossEntropyLoss: pass\nnn.CrossEntropyLoss()",
        "import torch\ntorch.nn.CrossEntropyLos()",
        "CrossEntropyLoss()",
    ],
)
def test_what_only_has_the_same_name_is_not_taken_for_it(meanings: Meanings, code: str) -> None:
    assert [each for each in made(meanings, code) if each[2] == CE] == []


def test_a_function_has_its_arguments_as_written(meanings: Meanings) -> None:
    (use,) = uses(meanings, "import torch.nn.functional as F\nF.cross_entropy(x, y[0], reduction='sum', **more)")
    assert (use.kind, use.subject, use.line, use.is_open) == ("calls", "torch.nn.functional.cross_entropy", 2, True)
    assert [(each.name, each.text) for each in use.arguments] == [("", "x"), ("", "y[0]"), ("reduction", "'sum'")]


INSTANCES = """
from torch import nn

class Net(nn.Module):
    def __init__(self, given: nn.L1Loss):
        super().__init__()
        self.fit = nn.CrossEntropyLoss()
        self.given = given

    def loss(self, x, y):
        return self.fit(x, y) + self.given(x, y)

net = Net(None)
net.fit(1, 2)
net.state_dict()
"""


def test_what_an_instance_holds_is_known_inside_and_outside_its_class(meanings: Meanings) -> None:
    found = [(use.line, use.subject.rpartition(".")[2], use.member) for use in uses(meanings, INSTANCES) if use.kind == "calls"]
    assert found == [(11, "CrossEntropyLoss", "forward"), (11, "L1Loss", "forward"), (14, "CrossEntropyLoss", "forward"),
                     (15, "Module", "state_dict")]  # fmt: skip


def test_a_class_of_ones_own_derives_overrides_and_calls_what_is_above_it(meanings: Meanings) -> None:
    code = """
    from torch import nn
    class Middle(nn.CrossEntropyLoss):
        def forward(self, x, y):
            return super().forward(x, y)
    class Last(Middle):
        def _call_impl(self, *given):
            return self._forward_hooks, self.mine, self.zero_grad()
        def mine(self): return self.forward(1, 2)
    Last()(1, 2)
    """
    found = {(use.line, use.kind, use.subject, use.member) for use in uses(meanings, code)}
    assert {(3, "derives", CE, ""), (4, "overrides", CE, "forward"), (5, "calls", CE, "forward"), (6, "derives", CE, ""),
            (7, "overrides", CE, "_call_impl"), (8, "private", CE, "_forward_hooks"), (8, "calls", CE, "zero_grad"),
            (10, "makes", CE, "__init__")} <= found  # fmt: skip
    assert not [each for each in found if each[:2] in ((9, "calls"), (10, "calls"))]  # its own forward is called there


def test_names_are_followed_through_the_modules_of_the_project(meanings: Meanings) -> None:
    others = {"pkg__losses": "from torch import nn\nFit = nn.CrossEntropyLoss\nclass Own(Fit): pass", "pkg__more": "from .losses import *"}
    code = "from pkg import losses\nfrom pkg.more import Own\nlosses.Fit()\nlosses.nn.L1Loss()\nOwn()"
    assert [(line, subject.rpartition(".")[2]) for line, _, subject in made(meanings, code, **others)] == [
        (3, "CrossEntropyLoss"), (4, "L1Loss"), (5, "CrossEntropyLoss")
    ]  # fmt: skip


def test_texts_of_errors_and_what_is_caught_are_seen(meanings: Meanings) -> None:
    code = """
    from torch import nn
    try:
        nn.CrossEntropyLoss()
    except (ValueError, RuntimeError) as error:
        assert "out of bounds" in str(error)
    """
    found = uses(meanings, code)
    assert [use.catches for use in found if use.kind == "makes"] == [("ValueError", "RuntimeError")]
    assert [(use.line, use.arguments[0].text) for use in found if use.kind == "matches"] == [(6, "out of bounds")]


def test_a_class_and_an_instance_of_it_are_two_things(meanings: Meanings) -> None:
    found = uses(meanings, "from torch import nn\nfit = nn.L1Loss if quick else nn.L1Loss()\nfit(1, 2)")
    assert {(use.kind, use.member) for use in found if use.line == 3} == {("makes", "__init__"), ("calls", "forward")}


@pytest.mark.parametrize("code", ["a = a", "a = b\nb = a\na()", "class A(A): pass\nA()()", "import a\na.a.a()", "from . import x\nx()",
                                  "class A(B): pass\nclass B(A): pass\nB().x()", "from mine import *\nnothing()"])  # fmt: skip
def test_circles_end(meanings: Meanings, code: str) -> None:
    assert made(meanings, code) == []


# -- files -----------------------------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_read_are_named_and_the_others_read(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text("")
    (tmp_path / "pkg/fine.py").write_text("x = '\\d'\n")
    (tmp_path / "broken.py").write_text("def (\n")
    (tmp_path / "zeros.py").write_bytes(b"x = 1\0")
    (tmp_path / "latin.py").write_bytes(b"# \xe9\n")
    (tmp_path / "notes.txt").write_text("def (")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/a.py").write_text("(")
    (tmp_path / "env").mkdir()
    (tmp_path / "env/pyvenv.cfg").write_text("")
    (tmp_path / "env/a.py").write_text("(")
    parsed, skipped = code_files.parse_all(code_files.python_files([str(tmp_path), str(tmp_path / "broken.py")]))
    assert [(one.module, one.is_package) for one in parsed] == [("pkg", True), ("pkg.fine", False)]
    assert [Path(one.file).name for one in skipped] == ["broken.py", "latin.py", "zeros.py"]
    assert all(one.reason and "\n" not in one.reason for one in skipped)


def test_a_path_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(InspectError) as caught:
        code_files.python_files([str(tmp_path / "nowhere")])
    assert caught.value.slug == "no-such-code"
