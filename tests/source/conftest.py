"""An index on this machine that pip is set up to use, for the tests about other releases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.source import configuration, fetching

from .small_index import Index, serve


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """An index with torch 1.0.0, which pip is set up to use; nothing is kept yet, and nobody waits between tries."""
    made = Index()
    _, end = serve(made)
    made.add("1.0.0")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", f"{made.address}/simple")
    monkeypatch.setattr(configuration, "_said_in_files", list)
    monkeypatch.setattr(configuration, "_default_index", lambda: "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INSPECT_LOSS_OFFLINE", raising=False)
    monkeypatch.setattr(fetching, "BACKOFF", 0)
    yield made
    end()
