"""Draws what a terminal shows of real commands, as SVG, light and dark: docs/images/. The same output gives the same bytes.

In: the commands of PICTURES, run now. Out: their pictures; with --check nothing is written and the exit code says whether
one is not current. Nothing is drawn that the command did not print.
"""

from __future__ import annotations

import argparse
import html
import io
import os
import re
import subprocess
import sys
import tempfile

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from tools.make_docs import ROOT, comparable

IMAGES = ROOT / "docs" / "images"

PICTURES = {"cross-entropy": ("inspect-loss CrossEntropyLoss", 100)}
"""Name of the picture -> command and columns."""


def palette(text: str) -> TerminalTheme:
    """A theme from 18 colours in hexadecimal: background, foreground, the eight normal ones, the eight bright ones."""
    colours = [(int(word[:2], 16), int(word[2:4], 16), int(word[4:], 16)) for word in text.split()]
    return TerminalTheme(colours[0], colours[1], colours[2:10], colours[10:])


THEMES = {
    "light": palette(
        "ffffff 24292f 24292f be1e2d 116329 7d4e00 0950ae 6e3caa 14697d 57606a 57606a cf222e 1a7f37 9a6700 2164c8 8250df 1b7c83 24292f"
    ),
    "dark": palette(
        "0d1117 e6edf3 6e7681 ff7b72 3fb950 d29922 58a6ff bc8cff 39c5cf b1bac4 9198a1 ffa198 56d364 e3b341 79c0ff d2a8ff 56d4dd ffffff"
    ),
}

FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*|<!--.*?-->\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""rich's own, without the fonts it would load from elsewhere and without its address: a picture makes no request."""


def main() -> int:
    """0 where every picture is current, or was written; 1 where --check found one that is not."""
    parser = argparse.ArgumentParser(description="Draws the terminal pictures of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a picture is not current")
    options = parser.parse_args()
    pictures = {IMAGES / f"{name}-{theme}.svg": draw(name, theme) for name in PICTURES for theme in THEMES}
    stale = [path for path, text in pictures.items() if not path.exists() or words_of(path.read_text()) != words_of(text)]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'not current, run `make pictures`' if options.check else 'written'}")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pictures[path])
    return int(bool(stale) and options.check)


def words_of(picture: str) -> str:
    """What is written in a picture, line by line with its style, without what differs between machines."""
    spans = re.findall(r'class="[\w-]*?-(r\d+)"[^>]*?clip-path="url\(#[\w-]*?-(line-\d+)\)">([^<]*)<', picture)
    return comparable("\n".join(html.unescape(" ".join(span)).replace("\xa0", " ") for span in spans))


def draw(name: str, theme: str) -> str:
    """The SVG of a command's output."""
    command, width = PICTURES[name]
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
    console.print(f"[bold]$ {command}[/]", highlight=False)
    for line in AnsiDecoder().decode(printed(command, width)):
        console.print(line, no_wrap=True, overflow="ignore", crop=False, highlight=False)
    return console.export_svg(title=command, theme=THEMES[theme], code_format=FORMAT, unique_id=f"{name}-{theme}")


def printed(command: str, width: int) -> str:
    """What the command prints in colour, that many columns wide."""
    words = [sys.executable, "-m", "inspector", *command.split()[1:], "--color", "always", "--no-pager"]
    cache = os.path.join(tempfile.gettempdir(), "inspect-loss-docs-cache")
    environment = os.environ | {"COLUMNS": str(width), "INSPECT_LOSS_CACHE": cache, "TERM": "xterm-256color"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout.rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
