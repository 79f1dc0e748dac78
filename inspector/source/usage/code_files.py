"""Files and folders that a person names -> the Python files and notebooks in them, read and parsed, each with the name of its module.

In: paths. Out: trees, and the files that cannot be read with the reason. Nothing is imported, and links to folders are not followed.
"""

from __future__ import annotations

import ast
import os
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from inspector.affected import Skipped
from inspector.errors import InspectError
from inspector.source.usage import notebooks

LARGEST = 4 << 20
"""Bytes of a file that is read."""
_NOT_CODE = frozenset(("__pycache__", "node_modules", "site-packages", "build", "dist"))


class Parsed(NamedTuple):
    """One file."""

    file: str
    """As it is shown: as it was named, and what comes below that."""
    module: str
    """Its dotted name, from the outermost folder that is a package, or that was named."""
    is_package: bool
    tree: ast.Module
    places: tuple[tuple[int, int], ...] = ()
    """For each line of a notebook's Python its cell and the line there; () for a file of Python."""


def python_files(given: Iterable[str]) -> list[Path]:
    """Every Python file and notebook of files and folders, once and in order; raises InspectError `no-such-code` where there is none."""
    found: dict[Path, None] = {}
    for name in given:
        path = Path(name)
        if path.is_dir():
            found.update(dict.fromkeys(_below(path)))
        elif path.is_file():
            found[path] = None
        else:
            raise InspectError(
                "no-such-code", "there is no file or folder of that name", name[:200], "name files or folders of Python code"
            )
    if not found:
        raise InspectError(
            "no-such-code", "there is no file of Python code in it", ", ".join(given)[:200], "name files or folders of Python code"
        )
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_left_out(Path(place) / name))
        yield from (Path(place) / name for name in sorted(files) if name.endswith((".py", notebooks.ENDING)))


def _is_left_out(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in _NOT_CODE or (folder / "pyvenv.cfg").is_file()


def parse_all(files: Iterable[Path]) -> tuple[list[Parsed], list[Skipped]]:
    """The trees of all files that can be parsed, and the others."""
    parsed: list[Parsed] = []
    skipped: list[Skipped] = []
    for file in files:
        try:
            if file.suffix == notebooks.ENDING:
                parsed.append(_notebook(file, skipped))
            else:
                parsed.append(Parsed(file.as_posix(), *_module_of(file), _tree(file)))
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
            skipped.append(Skipped(file.as_posix(), _reason(error)))
    return parsed, skipped


def _notebook(file: Path, skipped: list[Skipped]) -> Parsed:
    """The cells that can be parsed, as one module that no other can import; the other cells are `skipped`."""
    if file.stat().st_size > notebooks.LARGEST:
        raise ValueError(f"it is over {notebooks.LARGEST >> 20} MB")
    found = notebooks.read(file.read_bytes())
    tree = ast.parse(found.text)
    skipped += [Skipped(file.as_posix(), cell.reason, cell.number) for cell in found.unread]
    return Parsed(file.as_posix(), f"{file.stem}@notebook", False, tree, found.places)


def _tree(file: Path) -> ast.Module:
    if file.stat().st_size > LARGEST:
        raise ValueError(f"it is over {LARGEST >> 20} MB")
    with tokenize.open(file) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of a string in somebody's code is not what was asked
        return ast.parse(stream.read(), filename=str(file))


def _module_of(file: Path) -> tuple[str, bool]:
    """The dotted name of a file's module, and whether it is a package."""
    parts = [] if file.name == "__init__.py" else [file.stem]
    folder = file.absolute().parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), file.name == "__init__.py"


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return f"it is not Python that this one reads: {error.msg}" + (f", line {error.lineno}" if error.lineno else "")
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in the encoding that it names"
    if isinstance(error, OSError):
        return (error.strerror or "it cannot be read").lower()
    return "it is nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error)
