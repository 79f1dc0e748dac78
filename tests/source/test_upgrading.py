"""An upgrade of made code between made releases of torch: what is compared, which uses meet it, and what stays unsaid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector import chronicle, upgrading
from inspector.changes import meanings
from inspector.errors import InspectError
from inspector.render import upgraded
from inspector.render.ink import Look

from .small_index import SOURCES, STUB, Index, wheel

LOSS = "torch/nn/modules/loss.py"
FUNCTIONS = "torch/nn/functional.py"
CODE = """from torch import nn
import torch.nn.functional as F

class Mine(nn.GapLoss):
    pass

fit = nn.GapLoss(2)
fit(1, 2)
other = nn.GapLoss(wide=3)
quiet = nn.GapLoss()
F.gap(1, target=2)
"""


@pytest.fixture
def two(index: Index) -> Index:
    """Two releases: the second renames an argument of the class, and its function checks something."""
    index.wheels.clear()
    old = {**STUB, FUNCTIONS: SOURCES[FUNCTIONS].replace("torch.gap_of(input.sub(target))", "input.sub(target)")}
    loss = SOURCES[LOSS].replace("wide=1", "width=1").replace("= wide", "= width")
    checked = old[FUNCTIONS].replace("    return", "    if target is None:\n        raise ValueError('no target')\n    return")
    index.add("1.0.0", data=wheel("1.0.0", old))
    index.add("1.0.1", data=wheel("1.0.1", old))
    index.add("1.1.0", data=wheel("1.1.0", {**old, LOSS: loss, FUNCTIONS: checked}))
    return index


def test_uses_meet_the_changes_between_two_releases(two: Index, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "mine.py").write_text(CODE)
    (code / "broken.py").write_text("def (")
    (code / "deep.py").write_text("x = a" + ".b" * 5000)
    found = upgrading.upgrade("1.0", "1.1", [str(code)])
    assert (found.old, found.new, found.asked, found.files) == ("1.0.1", "1.1.0", ("1.0", "1.1"), 1)
    assert [Path(each.file).name for each in found.skipped] == ["broken.py", "deep.py"]
    needed = [(touch.use.line, touch.need, touch.change.kind) for touch in found.needed()]
    assert (9, "change", "argument renamed") in needed
    assert (11, "look", "error added") not in needed  # `target is None` cannot hold: 2 is given
    assert not [line for line, _, _ in needed if line in (7, 10)]
    assert {use.line for use in found.uses} >= {4, 7, 8, 9, 10, 11}
    assert json.loads(found.to_json())["old"] == "1.0.1"


def test_a_notebook_is_read_too_and_the_cell_is_named(two: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = ["%pip install torch\nfrom torch import nn", ["x = 1\n", "loss = nn.GapLoss(wide=3)"], "%%bash\nls -l ["]
    cells = [{"cell_type": "markdown", "source": "Prose"}, *({"cell_type": "code", "source": text} for text in written)]
    (tmp_path / "mine.ipynb").write_text(json.dumps({"cells": cells}))
    monkeypatch.chdir(tmp_path)
    found = upgrading.upgrade("1.0.0", "1.1.0", ["."])
    assert [(touch.use.cell, touch.use.line, touch.need) for touch in found.needed()] == [(3, 2, "change")]
    assert [(one.cell, one.reason) for one in found.skipped] == [(4, "it begins with %%bash")]
    assert found.files == 1
    assert "\nmine.ipynb:cell 3:2 nn.GapLoss(wide=3)\n" in upgraded.upgraded(found, Look(80))


def test_nothing_that_is_read_is_run(two: Index, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n{CODE}")
    upgrading.upgrade("1.0.0", "1.1.0", [str(file)])
    assert not (tmp_path / "ran").exists()


def test_the_same_release_twice_needs_nothing(two: Index, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(CODE)
    assert upgrading.upgrade("1.0.0", "1.0.1", [str(file)]).touches == ()


@pytest.mark.parametrize(
    ("old", "path", "slug"), [("9.9", "mine.py", "no-such-release"), ("1.0", "nowhere", "no-such-code"), ("1.0", "empty", "no-such-code")]
)
def test_what_is_not_there_is_wrong_use(two: Index, tmp_path: Path, old: str, path: str, slug: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "mine.py").write_text(CODE)
    with pytest.raises(InspectError) as caught:
        upgrading.upgrade(old, "1.1", [str(tmp_path / path)])
    assert caught.value.slug == slug


def test_a_short_version_means_the_newest_that_begins_so_for_both_commands(two: Index, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CODE)
    found, compared = upgrading.upgrade("1.0", "1", [str(tmp_path)]), chronicle.compare("1.0", "v1.1.0")
    assert (found.old, found.new, found.asked) == ("1.0.1", "1.1.0", ("1.0", "1"))
    assert (compared.old, compared.new, compared.asked) == ("1.0.1", "1.1.0", ("1.0", "v1.1.0"))
    assert meanings(found.asked, (found.old, found.new)) == ("1.0 means 1.0.1", "1 means 1.1.0")
    assert meanings(compared.asked, (compared.old, compared.new)) == ("1.0 means 1.0.1",)
