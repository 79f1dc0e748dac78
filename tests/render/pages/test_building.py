"""The process that builds a site: what it says when it cannot, and that it ends when nobody needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.errors import CouldNotRun
from inspector.render.pages import building


@pytest.mark.parametrize(
    ("child", "slug", "said"),
    [
        ("import sys; sys.exit(3)", "no-mkdocs", "mkdocs is not installed"),
        ("import sys; sys.stdin.readline(); sys.exit('a page is gone')", "pages-not-built", "mkdocs refused the pages: a page is gone"),
        ("import sys; sys.exit('no start')", "pages-not-built", "mkdocs refused the pages: no start"),
    ],
)
def test_a_build_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, child: str, slug: str, said: str) -> None:
    monkeypatch.setattr(building, "_CHILD", child)
    with pytest.raises(CouldNotRun) as caught, building.begun() as build:
        build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert (caught.value.slug, caught.value.what) == (slug, said)


def test_a_process_that_is_told_nothing_builds_nothing_and_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    monkeypatch.setattr(building, "_CHILD", f"{building._CHILD}; open({str(ended)!r}, 'w').close()")
    with building.begun():
        pass
    assert ended.exists()
