"""Measures when a page of a built site can be read on a slow phone: a processor four times slower, a slow mobile network, nothing cached.

In: the folder of a site, as `inspect-loss pages` builds it. Out: one table in Markdown on stdout, medians of several visits.
It serves the files compressed, as hosts of static sites do, and asks no other host.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import http.server
import statistics
import sys
import threading
from pathlib import Path
from typing import Any

from tools import browser as chromium

SLOWER = 4
"""Times that a phone's processor is slower."""
LATENCY = 150
"""Milliseconds until an answer begins."""
DOWN, UP = 1_600_000 / 8, 750_000 / 8
"""Bytes a second: with the latency, the profile that browsers call slow 4G."""
SCREEN = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75}
"""That of the phone which page tests of browsers pretend to be."""
LIMIT = 1000
"""Milliseconds until a page shows its text, and until its menu has answered a tap that comes with the first of the text."""

TAP = """(() => {
  const open = () => document.getElementById("__drawer")?.checked;
  const tap = () => {
    document.querySelector("label[for=__drawer]").click();
    requestAnimationFrame(() => requestAnimationFrame(() => { if (open()) window.answered = performance.now(); }));
  };
  // The frame that begins now is the first with text of the page in it: the tap comes behind it.
  const wait = () => (document.querySelector("article p") ? setTimeout(tap) : requestAnimationFrame(wait));
  requestAnimationFrame(wait);
  const note = (paint) => { if (!(paint.size < window.size)) [window.size, window.text] = [paint.size, paint.startTime]; };
  const largest = (list) => list.getEntries().forEach(note);
  new PerformanceObserver(largest).observe({ type: "largest-contentful-paint", buffered: true });
  const ready = () => { if ("ready" in document.documentElement.dataset) window.ready = performance.now(); };
  new MutationObserver(ready).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
})()"""
"""Taps on the menu as soon as there is text, and notes when the menu stands on the screen, the text did, the scripts are there."""

READ = """() => {
  const [visit] = performance.getEntriesByType("navigation");
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    first: painted.startTime, text: window.text, menu: window.answered, whole: visit.domInteractive, scripts: window.ready,
  };
}"""


def main() -> int:
    """Measures and prints; 0 where every page is painted and answers within the limit."""
    options = _arguments()
    if missing := [page for page in options.page if not (options.site / page).is_file()]:
        print(f"no page {missing[0]} in {options.site}: build the site first (inspect-loss pages)", file=sys.stderr)
        return 2
    found = chromium.find()
    if found is None:
        print(chromium.SKIPPED, file=sys.stderr)
        return 3
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Compressed, directory=str(options.site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        measured = {page: _visits(found, f"http://127.0.0.1:{server.server_port}/{page}", options.rounds) for page in options.page}
        server.shutdown()
    print(_table(measured, options.rounds))
    return int(any(max(each["text"], each["menu"]) > LIMIT for each in measured.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures when a page can be read on a slow phone.")
    parser.add_argument("site", type=Path, help="the folder `site` that `inspect-loss pages` built")
    parser.add_argument("--page", action="append", help="a page of it; may be repeated (default: the first page and one loss)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is visited; the median counts (default 5)")
    options = parser.parse_args()
    options.page = options.page or ["index.html", "losses/CrossEntropyLoss.html"]
    return options


class _Compressed(http.server.SimpleHTTPRequestHandler):
    """Text goes out compressed, once compressed kept."""

    kept: dict[str, bytes] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        """Answers one request."""
        path = self.translate_path(self.path)
        if not path.endswith((".html", ".css", ".js", ".svg", ".json")):
            return super().do_GET()
        try:
            data = self.kept.get(path) or gzip.compress(Path(path).read_bytes(), 6)
        except OSError:
            return self.send_error(404)
        self.kept[path] = data
        self.send_response(200)
        for name, value in (("Content-Type", self.guess_type(path)), ("Content-Encoding", "gzip"), ("Content-Length", str(len(data)))):
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the visit was over before the file was sent
            self.wfile.write(data)
        return None

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def _visits(found: str, address: str, rounds: int) -> dict[str, float]:
    """Medians in milliseconds since the visit began: first and largest paint, the menu on the screen, read whole, scripts run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-background-networking"])
        taken = [_visit(browser, address) for _ in range(rounds)]
        browser.close()
    return {name: statistics.median(each[name] for each in taken) for name in taken[0]}


def _visit(browser: Any, address: str) -> dict[str, float]:
    context = browser.new_context(**SCREEN, is_mobile=True, has_touch=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
    session.send("Network.emulateNetworkConditions", slow)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(TAP)
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_function("window.answered > 0 && window.text > 0 && window.ready > 0")
    measured: dict[str, float] = page.evaluate(READ)
    context.close()
    return measured


def _table(measured: dict[str, dict[str, float]], rounds: int) -> str:
    tap = f"a tap on the menu answered (at most {LIMIT})"
    titles = ("page", "first paint, ms", f"text on screen (at most {LIMIT})", tap, "read to its end", "search answers")
    head = f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|"
    rows = [f"| {page} | {' | '.join(f'{each:.0f}' for each in ms.values())} |" for page, ms in measured.items()]
    said = f"Processor {SLOWER} times slower, {LATENCY} ms and {DOWN * 8 / 1e6:.1f} Mbit/s, nothing cached; medians of {rounds} visits."
    return "\n".join([head, *rows, "", said])


if __name__ == "__main__":
    sys.exit(main())
