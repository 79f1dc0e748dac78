"""Rewrites the parts of README.md and docs/ that are made from the code: module lists, Report fields, output of real commands.

In: pages with markers. Out: the same pages, what stands after a marker made anew; with --check nothing is written and
the exit code says whether anything would be. It writes no page of its own.

A marker is a comment, and what it rules is the block after it:
`<!-- made: NAME -->` … `<!-- end -->`, NAME one of SECTIONS, and `<!-- output: COMMAND -->` before a fenced block.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

MADE = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
CHECKS = re.compile(r"\d+ of \d+ checks|How many checks ran")
"""From this line to the end of an output stand errors in ulp, which differ between processors."""
OUTPUT = re.compile(r"(<!-- output: (?P<command>[^\n]+?) -->\n+```\w*\n).*?(^```$)", re.DOTALL | re.MULTILINE)


def main() -> int:
    """0 where every page is current, or was written; 1 where --check found one that is not."""
    parser = argparse.ArgumentParser(description="Rewrites what in the documentation is made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is not current")
    parser.add_argument("--static", action="store_true", help="leave the output of commands as it is")
    options = parser.parse_args()
    made = {page: remade(page.read_text(), commands=not options.static) for page in PAGES}
    stale = [page for page in PAGES if comparable(made[page]) != comparable(page.read_text())]
    for page in stale:
        print(f"{page.relative_to(ROOT)}: {'not current, run `make docs`' if options.check else 'written'}")
        if not options.check:
            page.write_text(made[page])
    return int(bool(stale) and options.check)


def comparable(text: str) -> str:
    """A page without what differs between machines that are both right: the build of torch, and how far the processor rounds."""
    kept, rounding = [], False
    for line in text.splitlines():
        line = re.sub(r"(\d)\+(cpu|cu\d+)\b", r"\1", line)
        rounding = (rounding or CHECKS.search(line) is not None) and not line.startswith("```")
        kept.append(" ".join((re.sub(r"\d[\d.e+-]*", "#", line) if rounding else line).split()))
    return "\n".join(kept)


def remade(text: str, *, commands: bool = True) -> str:
    """The page with every marked block made anew."""
    text = MADE.sub(lambda match: f"{match[1]}\n{SECTIONS[match['name']]()}\n\n{match[3]}", text)
    if commands:
        text = OUTPUT.sub(lambda match: f"{match[1]}{output(match['command'])}\n{match[3]}", text)
    return text


# -- module lists --------------------------------------------------------------------------------------------------------


def modules() -> str:
    """A table for each room: module, and the sentences its file opens with."""
    rooms = [ROOT / "inspector", *sorted(path.parent for path in (ROOT / "inspector").rglob("__init__.py"))[1:]]
    return "\n\n".join(room_table(room) for room in rooms)


def room_table(room: Path) -> str:
    name = str(room.relative_to(ROOT))
    rows = [f"| `{path.stem}` | {opening(path)} |" for path in sorted(room.glob("*.py")) if path.name != "__init__.py"]
    head = f"### `{name}/`\n\n{opening(room / '__init__.py')}"
    return "\n".join([head, "", "| module | what it is for |", "|---|---|", *rows]) if rows else head


def opening(path: Path) -> str:
    """The first paragraph of a file's docstring, on one line, ready for a table cell."""
    paragraph = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


# -- the fields of the Report ----------------------------------------------------------------------------------------------


def fields() -> str:
    """A table for each record of report.py, measured.py and below.py, in the order of the files: field, type, what it holds."""
    return "\n\n".join(record_table(record) for record in records())


def records() -> Iterator[ast.ClassDef]:
    """The classes of report.py, measured.py and below.py that appear in JSON, Report first; names with an underscore are for reading."""
    trees = [ast.parse((ROOT / "inspector" / name).read_text()) for name in ("report.py", "measured.py", "below.py")]
    classes = [node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    yield from sorted((record for record in classes if any(described(record))), key=lambda record: record.name != "Report")


def described(record: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """(field, type, the string under it) for each field of a record."""
    for node, after in zip(record.body, [*record.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            yield node.target.id, ast.unparse(node.annotation), " ".join(str(text).split())


def record_table(record: ast.ClassDef) -> str:
    rows = [f"| `{name}` | `{kind}` | {text} |" for name, kind, text in escaped(record)]
    tag = next((str(ast.literal_eval(word.value)) for word in record.keywords if word.arg == "tag"), "")
    head = f"### `{record.name}`\n\n{' '.join((ast.get_docstring(record) or '').split())}"
    if tag:
        head += f' Its `type` is `"{tag}"`.'
    return "\n".join([head, "", "| field | type | what it holds |", "|---|---|---|", *rows])


def escaped(record: ast.ClassDef) -> list[tuple[str, str, str]]:
    """For a table cell: a vertical bar ends one, even in code, and not every Markdown lets it be escaped there."""
    return [(name, kind.replace(" | ", " or ").replace("'", '"'), text.replace("|", "\\|")) for name, kind, text in described(record)]


SECTIONS: dict[str, Callable[[], str]] = {"modules": modules, "fields": fields}


# -- output of real commands -----------------------------------------------------------------------------------------------


def output(command: str) -> str:
    """What `inspect-loss …` prints when piped, 100 columns wide; ` | head -N` keeps the first N lines, ` | after WORDS` what
    stands from the line that begins with WORDS.
    """
    words, _, cut = command.partition(" | ")
    done = subprocess.run(words_of(words), env=environment(), cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (0, 2) or "Traceback" in done.stderr:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stderr}")
    lines = [line.rstrip() for line in (done.stdout or done.stderr).rstrip("\n").splitlines()]
    return "\n".join(part_of(lines, cut))


def part_of(lines: list[str], cut: str) -> list[str]:
    """The lines that `head -N` or `after WORDS` leaves; an ellipsis stands for what is left out."""
    if cut.startswith("head -"):
        kept = int(cut.removeprefix("head -"))
        return [*lines[:kept], "…"] if len(lines) > kept else lines
    if cut.startswith("after "):
        start = next((place for place, line in enumerate(lines) if line.startswith(cut.removeprefix("after "))), None)
        return lines[start:] if start is not None else sys.exit(f"no line begins with what `{cut}` names")
    return lines if not cut else sys.exit(f"unknown: {cut}")


def words_of(command: str) -> list[str]:
    program, *words = shlex.split(command)
    if program != "inspect-loss":
        sys.exit(f"the documentation shows the output of inspect-loss only, not of {program}")
    return [sys.executable, "-m", "inspector", *words]


def environment() -> dict[str, str]:
    """Plain text, 100 columns, a cache of its own: the output must not depend on who makes it."""
    cache = os.path.join(tempfile.gettempdir(), "inspect-loss-docs-cache")
    return os.environ | {"NO_COLOR": "1", "COLUMNS": "100", "INSPECT_LOSS_CACHE": cache}


if __name__ == "__main__":
    sys.exit(main())
