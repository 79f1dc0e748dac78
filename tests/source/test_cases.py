"""Hand-written packages, each for one rule: read and run. The edges of both are the same, and the record tree is as it was looked at.

`pytest tests/source/test_cases.py --snapshot-update` writes the trees anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from inspector.source.reading import Reading

from . import held

CASES = sorted(path.parent for path in Path(__file__).parent.glob("cases/*/source.py"))


@cache
def read(folder: Path) -> Reading:
    return held.read(held.Package(folder))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_what_was_read_is_what_ran(folder: Path) -> None:
    """Every edge that ran was read, and every edge read as taken ran."""
    observed, taken, read_at_all = held.edges(read(folder).call_trace, held.run(held.Package(folder)))
    assert observed, "nothing was observed"
    assert (sorted(observed - read_at_all), sorted(taken - observed)) == ([], [])


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_record_tree_is_as_it_was(folder: Path, request: pytest.FixtureRequest) -> None:
    made = read(folder)
    text = held.tree(made.call_trace, folder.name) + held.attributes(made.construction_trace, folder.name)
    expected = folder / "expected.txt"
    if request.config.getoption("--snapshot-update"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_says_which_rule_it_is_for(folder: Path) -> None:
    assert (folder / "source.py").read_text(encoding="utf-8").startswith('"""')


def test_reading_twice_says_the_same() -> None:
    for folder in CASES[:5]:
        assert held.read(held.Package(folder)) == held.read(held.Package(folder))


def test_a_wrong_reading_would_be_seen(tmp_path: Path) -> None:
    """The oracle is the run: a package that is changed between reading and running does not agree."""
    folder = tmp_path / "changed_between"
    folder.mkdir()
    source = folder / "source.py"
    source.write_text(
        'CALL = "Subject()(3)"\n\n\ndef one(x):\n    return x\n\n\nclass Subject:\n    def __call__(self, x):\n        return one(x)\n'
    )
    trace = held.read(held.Package(folder)).call_trace
    source.write_text(source.read_text().replace("return one(x)", "return len([x])"))
    observed, taken, read_at_all = held.edges(trace, held.run(held.Package(folder)))
    assert observed - read_at_all == {("changed_between.source.Subject.__call__", "len")}
    assert taken - observed == {("changed_between.source.Subject.__call__", "changed_between.source.one")}
