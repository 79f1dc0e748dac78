"""Where the text of a command goes, and how it may look there: a terminal, a pager, a pipe, or a file that is written whole.

In: the options that say so. Out: a Look, and an Output to write to. It knows nothing of reports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

import click

from inspector.errors import CouldNotRun, InspectError

if TYPE_CHECKING:
    import subprocess

    from inspector.render.ink import Look

Colour = Literal["auto", "always", "never"]
_Command = TypeVar("_Command", bound=Callable[..., Any])


class How(TypedDict):
    """The options that `looks` adds."""

    verbose: bool
    quiet: bool
    color: Colour
    pager: bool | None
    output: str | None


NARROWEST = 40
WIDTH_OF_A_PIPE = 80


def looks(command: _Command) -> _Command:
    """Adds the options on how a report looks: depth, colour, pager, file."""
    for option in reversed((
        click.option("-v", "--verbose", is_flag=True, help="Unfold what is folded: paths not taken, builtins, each check."),
        click.option("-q", "--quiet", is_flag=True, help="The chain alone, without explanations."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                     metavar="WHEN",
                     help="Colours and links: auto (a terminal, no NO_COLOR), always, never."),
        click.option("--pager/--no-pager", default=None, help="Use $PAGER or less (the default on a terminal)."),
        click.option("-o", "--output", metavar="FILE", help="Write to FILE instead, whole or not at all."),
    )):  # fmt: skip
        command = option(command)
    return command


def look(how: How, *, here: bool = False) -> Look:
    """How text is to look where it goes; `here` where it is about the torch of this machine, so that files can be linked."""
    from inspector.render.ink import Look

    on_terminal = sys.stdout.isatty() and not how["output"]
    escapes = _escapes(how["color"], on_terminal)
    return Look(
        width=_width(on_terminal),
        escapes=escapes,
        root=_root() if here and escapes else "",
        verbose=how["verbose"],
        quiet=how["quiet"],
        ascii_only=not how["output"] and not _can_draw(sys.stdout.encoding),
    )


def _root() -> str:
    from inspector.source.finders import find_installed

    with suppress(InspectError):
        return find_installed().root.as_posix()
    return ""


def _escapes(color: Colour, on_terminal: bool) -> bool:
    """Whether to write colours and links: as asked for, else NO_COLOR, FORCE_COLOR and the terminal say it."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return on_terminal and os.environ.get("TERM", "") != "dumb"


def _width(on_terminal: bool) -> int:
    """The columns there are: COLUMNS where it is set, else those of the terminal, else what any reader can show."""
    with suppress(ValueError):
        return max(NARROWEST, int(os.environ["COLUMNS"])) if os.environ.get("COLUMNS") else _columns(on_terminal)
    return _columns(on_terminal)


def _columns(on_terminal: bool) -> int:
    if on_terminal:
        with suppress(OSError, ValueError):
            return max(NARROWEST, os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH_OF_A_PIPE)
    return WIDTH_OF_A_PIPE


def _can_draw(encoding: str | None) -> bool:
    try:
        "└ → ✓ ∂".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class Output:
    """A place to write text to, part by part; use it with `with`.

    A file is written under a temporary name and moved into place at the end, so an interrupted command leaves none behind.
    """

    def __init__(self, file: str | None = None, *, pager: bool | None = False) -> None:
        self.paging = not file and pager is not False and _on_terminal()
        self._file = file
        self._parts: list[str] = []
        self._pager: subprocess.Popen[str] | None = None

    def __enter__(self) -> Output:
        if self.paging:
            self._pager = _start_pager()
            self.paging = self._pager is not None
        return self

    def write(self, text: str) -> None:
        """Writes the text so that it is seen now (a file is not seen before the end)."""
        if self._file:
            self._parts.append(text)
        elif self._pager and self._pager.stdin:
            self._pager.stdin.write(text)
            self._pager.stdin.flush()
        else:
            sys.stdout.write(text)
            sys.stdout.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pager:
            _end_pager(self._pager)
        elif self._file and kind is None:
            write_whole(self._file, "".join(self._parts).encode())


def _on_terminal() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("TERM", "") != "dumb"


def _start_pager() -> subprocess.Popen[str] | None:
    """The pager, reading what we write; None where there is none."""
    import shlex
    import shutil
    import subprocess

    words = shlex.split(os.environ.get("PAGER", "less"))
    if not words or words[0] == "cat" or not shutil.which(words[0]):
        return None
    # F: leave at once where all fits on one screen; R: colours and links; X: leave the text on the screen.
    environment = {"LESS": "FRX", "LV": "-c"} | os.environ
    return subprocess.Popen(words, stdin=subprocess.PIPE, env=environment, text=True, encoding="utf-8")


def _end_pager(pager: subprocess.Popen[str]) -> None:
    """Waits until the reader has left the pager; an interrupt belongs to the pager meanwhile, which would lose the terminal otherwise."""
    if pager.stdin:
        with suppress(BrokenPipeError):
            pager.stdin.close()
    while pager.poll() is None:
        with suppress(KeyboardInterrupt):
            pager.wait()


def write_whole(file: str, data: bytes) -> None:
    """Writes the file under a temporary name beside it and moves it into place. Raises CouldNotRun `cannot-write`.

    What a link leads to is written, and not the link; a device or a pipe, such as /dev/null, is written to and stays what it is.
    """
    import tempfile

    target = os.path.realpath(file)
    folder = os.path.dirname(target)
    temporary = ""
    try:
        if os.path.exists(file) and not os.path.isfile(file):
            with open(file, "wb") as stream:
                stream.write(data)
            return
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{os.path.basename(target)}.")
        with open(handle, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        temporary = ""
    except OSError as error:
        raise CouldNotRun("cannot-write", f"cannot write: {error.strerror}", file, "choose another FILE") from None
    finally:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_bytes(file: str) -> bytes:
    """The bytes of a file, or of standard input for "-"; raises InspectError `no-such-file`."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise InspectError("no-such-file", f"cannot read: {error.strerror}", file, "give the file that --json wrote") from None
