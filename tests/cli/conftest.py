"""A command line whose pipeline hands back reports made by hand, so that these tests need no torch."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from inspector.report import NotRun, Report


def _sample_reports() -> ModuleType:
    path = Path(__file__).parents[1] / "render" / "sample_report.py"
    spec = importlib.util.spec_from_file_location("sample_report", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sample_report = _sample_reports()


class Pipeline:
    """What was asked of the pipeline, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.report: Report = sample_report.full_report()
        self.trouble: BaseException | None = None
        self.between: Callable[[], None] = lambda: None
        """Called after the static part has been handed over, as the run would be."""

    def inspect_loss(self, subject: str, *, on_static: Callable[[Report], None] | None = None, **asked: Any) -> Report:
        self.asked.append((subject, asked))
        if self.trouble:
            raise self.trouble
        waiting = NotRun("nothing was run: only the sources were read")
        static = msgspec.structs.replace(self.report, observation=waiting, agreement=waiting, example=waiting, checks=(), findings=())
        if on_static is not None:
            on_static(static)
        self.between()
        return self.report if asked.get("live") else static


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    import inspector.pipeline

    made = Pipeline()
    monkeypatch.setattr(inspector.pipeline, "inspect_loss", made.inspect_loss)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return made


Typed = Callable[..., Result]


@pytest.fixture
def typed() -> Typed:
    """Types words: typed("list", "--modules") -> what came of it."""
    from inspector.cli.words import command_line

    def run(*words: str, **extra: Any) -> Result:
        result = CliRunner().invoke(command_line, list(words), prog_name="inspect-loss", **extra)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def python() -> str:
    """The Python that runs the tests."""
    return sys.executable
