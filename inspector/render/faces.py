"""The faces by name: Report -> text. Each takes the same Report and computes nothing.

In: a Report. Out: text of a terminal, JSON, or HTML of a notebook. A face is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from inspector.render.ink import Look
from inspector.report import Report

Face: TypeAlias = Callable[[Report, Look], str]


def to_terminal(report: Report, look: Look) -> str:
    """The whole report for a terminal or a text file."""
    from inspector.render import terminal

    return terminal.whole(report, look)


def to_json(report: Report, look: Look | None = None) -> str:
    """The whole Report as JSON, indented; a Look changes nothing of it."""
    return report.to_json(indent=2) + "\n"


def to_notebook(report: Report, look: Look | None = None) -> str:
    """The HTML that a notebook shows."""
    from inspector.render import notebook

    return notebook.to_html(report)


FACES: dict[str, Face] = {"terminal": to_terminal, "json": to_json, "notebook": to_notebook}
