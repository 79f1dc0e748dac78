"""Takes the screenshots of the README from the real site, in Chromium: docs/images/pages-*.png.

In: the folder that `inspect-loss pages` wrote (default: inspect-loss-pages). Out: one picture a view. Nothing is drawn that the site does
not show. They are not compared by a test: another browser draws other pixels.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tools import browser
from tools.make_docs import ROOT

IMAGES = ROOT / "docs" / "images"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class View(NamedTuple):
    """One picture: an address within the site, its size in pixels, and the scheme."""

    address: str
    width: int
    height: int
    scheme: str


VIEWS = {
    "pages-loss": View("losses/CrossEntropyLoss.html", 1280, 900, "light"),
    "pages-call": View("losses/CrossEntropyLoss.html#call", 1280, 1000, "light"),
    "pages-home-dark": View("index.html", 1280, 900, "dark"),
}
"""Name of the picture -> what it shows."""


def main() -> int:
    """0 where every picture was written."""
    parser = argparse.ArgumentParser(description="Takes the screenshots of the README.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "inspect-loss-pages", help="what `inspect-loss pages` wrote")
    site = parser.parse_args().folder.resolve() / "site"
    path = browser.find()
    if path is None or not (site / "index.html").is_file():
        print("a Chromium is needed, and a site that `inspect-loss pages` has built", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=list(FLAGS))
        for name, view in VIEWS.items():
            (IMAGES / f"{name}.png").write_bytes(picture(opened, site, view))
            print(f"docs/images/{name}.png")
        opened.close()
    return 0


def picture(opened: Browser, site: Path, view: View) -> bytes:
    """The view as PNG, after fonts and formulas are in place."""
    context = opened.new_context(viewport={"width": view.width, "height": view.height}, color_scheme=view.scheme)  # type: ignore[arg-type]
    page = context.new_page()
    file, _, anchor = view.address.partition("#")
    page.goto((site / file).as_uri() + (f"#{anchor}" if anchor else ""), wait_until="load")
    page.wait_for_function("'ready' in document.documentElement.dataset")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(800)  # KaTeX sets the formulas after loading
    taken = page.screenshot()
    context.close()
    return taken


if __name__ == "__main__":
    sys.exit(main())
