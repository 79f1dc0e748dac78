"""The same finished mkdocs.yml builds with Zensical, which follows Material for MkDocs; skipped where it is not installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.render.pages import blocks


@pytest.mark.skipif(importlib.util.find_spec("zensical") is None, reason="Zensical is not installed: pip install zensical")
def test_zensical_builds_every_page(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "pages" / "source", tmp_path / "source")
    command = [sys.executable, "-m", "zensical", "build", "--config-file", "mkdocs.yml"]
    done = subprocess.run(command, cwd=tmp_path / "source", capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    ours, site = folder / "pages" / "site", tmp_path / "source" / "site"
    expected = {page.relative_to(ours).as_posix() for page in ours.rglob("*.html")}
    assert expected <= {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    loss = next((site / "losses").glob("*.html")).read_text()
    assert 'id="call"' in loss
    assert "<!-- finished -->" not in loss
    assert blocks.OPENS not in loss
    assert 'class="il-code' in loss
