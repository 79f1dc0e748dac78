"""What can go wrong, said once: wrong use and what could not run, each with a slug, one line and an exit code.

In: what, where and what to do. Out: an exception whose text is the one line a user reads. Our own mistakes keep their traceback.
"""

from __future__ import annotations


class InspectError(Exception):
    """Wrong use: one clear line (what, where, what to do) and exit code 2.

    `slug` names the error in the documentation (docs/errors.md) and never changes once published.
    """

    exit_code = 2

    def __init__(self, slug: str, what: str, where: str = "", todo: str = "") -> None:
        self.slug = slug
        self.what = what
        self.where = where
        self.todo = todo
        super().__init__(self.line())

    def line(self) -> str:
        """The whole message on one line: `what (where): todo [slug]`, without line breaks from the data in it."""
        place = f" ({self.where})" if self.where else ""
        advice = f": {self.todo}" if self.todo else ""
        return " ".join(f"{self.what}{place}{advice} [{self.slug}]".split())


class UnknownName(InspectError):
    """A name that no loss or module of this torch has; carries the nearest names."""

    def __init__(self, what: str, where: str = "", todo: str = "", nearest: tuple[str, ...] = ()) -> None:
        super().__init__("unknown-name", what, where, todo)
        self.nearest = nearest


class CouldNotRun(InspectError):
    """The use was right, but this machine cannot do it (torch missing, no sources, no such device): exit code 3."""

    exit_code = 3
