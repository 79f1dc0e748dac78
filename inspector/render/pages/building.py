"""Finished files -> a site: mkdocs builds it, in this process or in one of its own, and its pages are dressed.

In: a `mkdocs.yml` with its pages, and a folder. Out: the site in that folder. mkdocs is asked for nothing but to build what is finished.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inspector.errors import CouldNotRun
from inspector.render.pages import dressing

Build = Callable[[Path, Path], None]
"""Builds the site of a `mkdocs.yml` into a folder. Raises CouldNotRun."""

_CHILD = "from inspector.render.pages import building; building.wait()"
_USED = (
    "mkdocs.commands.build",
    "mkdocs.config.defaults",
    "material.plugins.search.plugin",
    "pymdownx.superfences",
    "inspector.render.pages.blocks",
)
"""What is read while the files are being finished."""
_MISSING = 3
"""The exit code of a process that found no mkdocs."""


def environment() -> dict[str, str]:
    """What mkdocs is to find in the environment."""
    # The year 1980 stands for no date at all: the same pages give the same bytes.
    return {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "315532800"), "NO_MKDOCS_2_WARNING": "1"}


def build_here(configuration: Path, site: Path) -> None:
    """Builds in this process, for those who build many: starting mkdocs takes as long as a small site. Raises CouldNotRun."""
    os.environ.update(environment())
    try:
        said = _said(configuration, site)
    except ModuleNotFoundError:
        raise _no_mkdocs() from None
    if said:
        raise _refused(said, configuration)
    dressing.dress(site)


@contextmanager
def begun() -> Iterator[Build]:
    """Builds in another process, which starts now: its beginning is over when the files are finished. It ends with the `with` block."""
    words = [sys.executable, "-c", _CHILD]
    environ = {**os.environ, **environment()}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, env=environ, text=True, **pipes) as child:  # type: ignore[call-overload]

        def build(configuration: Path, site: Path) -> None:
            with suppress(BrokenPipeError):
                child.stdin.write(json.dumps([str(configuration.resolve()), str(site.resolve())]) + "\n")
                child.stdin.flush()
            _read_ahead(configuration.parent)
            said, _ = child.communicate()
            if child.returncode == _MISSING:
                raise _no_mkdocs()
            if child.returncode:
                raise _refused(said.strip(), configuration)
            dressing.dress(site)

        yield build
        child.stdin.close()


def wait() -> None:
    """What the other process does: it makes ready, and builds what it is told to, or nothing where nobody tells it."""
    try:
        for name in _USED:
            importlib.import_module(name)
    except ModuleNotFoundError:
        sys.exit(_MISSING)
    gc.disable()  # this process ends with the site, and looking for what is no longer used takes a tenth of the time
    if line := sys.stdin.readline():
        configuration, site = map(Path, json.loads(line))
        if said := _said(configuration, site):
            sys.exit(said)


def _said(configuration: Path, site: Path) -> str:
    """Builds; returns what mkdocs has against the pages. Raises ModuleNotFoundError where there is no mkdocs."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    said: list[str] = []
    keeper = logging.Handler(logging.WARNING)
    keeper.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("mkdocs")
    log.addHandler(keeper)
    log.propagate = False
    try:
        build(load_config(config_file=str(configuration), site_dir=str(site.resolve())))
    except MkDocsException as error:
        said.append(str(error))
    finally:
        log.removeHandler(keeper)
    return "; ".join(said)


def _read_ahead(source: Path) -> None:
    """Reads the style sheets that the pages will be dressed with, while another process builds them."""
    theme = importlib.util.find_spec("material")
    folders = [Path(each) / "templates" / "assets" / "stylesheets" for each in (theme and theme.submodule_search_locations) or ()]
    for folder in (*folders, source / "pages" / "assets"):
        for file in folder.glob("*.css"):
            dressing.read_sheet(file.read_text(encoding="utf-8"))


def _no_mkdocs() -> CouldNotRun:
    return CouldNotRun("no-mkdocs", "mkdocs is not installed", sys.prefix, "pip install mkdocs-material, or say --no-build")


def _refused(said: str, configuration: Path) -> CouldNotRun:
    return CouldNotRun("pages-not-built", f"mkdocs refused the pages: {said}", str(configuration), "please report it with this line")
