"""The real site of a few losses, made once by the real command, served on this machine only, and a real browser that opens it.

A page that a test opens must send no request elsewhere and write no error to the console: `visit` looks after that in every test.
"""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import pytest

from inspector.book import Book
from tools import browser as chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

LOSSES = ("CrossEntropyLoss", "KLDivLoss", "L1Loss")
"""Few, since probes take time: one whose calls take many paths, and one whose call is short."""

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip

Visit: TypeAlias = "Callable[..., Page]"


def run_pages(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command `pages`, in a process of its own."""
    command = [sys.executable, "-m", "inspector", "pages", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pages` made: the book, and below `pages` the sources, the site and its zip. INSPECT_LOSS_TEST_BOOK names a book to take."""
    made = tmp_path_factory.mktemp("made")
    given = os.environ.get("INSPECT_LOSS_TEST_BOOK")
    if given:
        (made / "book.json").write_bytes(Path(given).read_bytes())
    which = ("--from", made / "book.json") if given else (*LOSSES, "--save", made / "book.json")
    done = run_pages(*which, "--offline", "--output", made / "pages")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="session")
def book(folder: Path) -> Path:
    """The book the site was made from."""
    return folder / "book.json"


@pytest.fixture(scope="session")
def site(folder: Path) -> Path:
    """The site."""
    return folder / "pages" / "site"


@pytest.fixture(scope="session")
def unpacked(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as people find it in the zip."""
    there = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(folder / "pages" / "site.zip") as packed:
        packed.extractall(there)
    return there / "site"


def one_of_each_kind(site: Path) -> list[str]:
    """A page of each kind: all but losses, guide, what changed and source files, and of those the first, and the shortest source."""
    found = {page.relative_to(site).as_posix(): page.stat().st_size for page in sorted(site.rglob("*.html"))}
    alike = ("losses/", "guide/", "source/torch/", "history/", "changes/")
    first = [next((name for name in found if name.startswith(kind)), "") for kind in ("losses/", "history/", "changes/")]
    shortest = min((name for name in found if name.startswith("source/torch/")), key=lambda name: (found[name], name))
    return [*(name for name in found if not name.startswith(alike)), *filter(None, first), "guide/index.html", shortest]


# -- the browser ----------------------------------------------------------------------------------------------------------


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="package")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, on loopback, at a port the system chose."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    found = chromium.find()
    if found is None:
        pytest.skip(chromium.SKIPPED.strip())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens a page of the site in a browser of its own: `visit("index.html", scheme="dark", width=390, scripts=False)`.

    `at` is another place than the server. Afterwards: no request went elsewhere, and no page complained.
    """
    opened: list[BrowserContext] = []
    trouble: list[str] = []

    def open_page(name: str, *, scheme: Any = "light", width: int = 1280, scripts: bool = True, at: str = address) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 850}, color_scheme=scheme, java_script_enabled=scripts)
        context.set_default_timeout(60_000)
        opened.append(context)
        watch(context, at, trouble)
        page = context.new_page()
        go(page, at + name, scripts=scripts)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert trouble == []


def go(page: Page, address: str, *, scripts: bool = True) -> None:
    """Opens a page and waits until its scripts are there, which it asks for when it has been read."""
    page.goto(address)
    if scripts:
        page.wait_for_function("!document.body.innerHTML.includes('dataset.ready') || 'ready' in document.documentElement.dataset")


def watch(context: BrowserContext, at: str, trouble: list[str]) -> None:
    """Notes what a page must not do: every request that leaves `at`, which is not sent, every failed one, and every error."""

    def refuse(route: Any) -> None:
        trouble.append(f"request: {route.request.url}")
        route.abort()

    context.route(lambda url: not url.startswith((at, "data:", "blob:")), refuse)
    context.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}") if "ABORTED" not in str(request.failure) else None)
    context.on("response", lambda answer: trouble.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None)
    context.on("console", lambda message: trouble.append(f"console: {message.text}") if message.type in ("error", "warning") else None)
    context.on("weberror", lambda error: trouble.append(f"script: {error.error}"))


# -- smaller books --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def small_book(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same book with its last loss alone: what is built several times."""
    read = Book.from_json(book.read_bytes())
    file = tmp_path_factory.mktemp("small") / "book.json"
    file.write_bytes(msgspec.structs.replace(read, chapters=read.chapters[-1:]).to_json())
    return file
