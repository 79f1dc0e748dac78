"""The documentation cannot drift: every error, field, module, command and option is documented, and what is made is current."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from tools.make_pictures import words_of  # here, since importing rich draws a random number

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


PINNED = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)["torch"]
pinned_torch = pytest.mark.skipif(
    version("torch").split("+")[0] != PINNED, reason=f"the output in the documentation is that of torch {PINNED}, another is installed"
)


@pytest.fixture(scope="module")
def make_docs() -> ModuleType:
    return importlib.import_module("tools.make_docs")


def run_tool(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", f"tools.{name}", *words], cwd=ROOT, capture_output=True, text=True)


# -- errors --------------------------------------------------------------------------------------------------------------

ERRORS = {"InspectError": "", "CouldNotRun": "", "UnknownName": "unknown-name"}
"""Class -> the slug it always has; "" where the first argument is the slug."""


def slugs() -> set[str]:
    """Every slug that the program can print, from the calls that make errors."""
    return {slug for path in (ROOT / "inspector").rglob("*.py") for slug in slugs_of(ast.parse(path.read_text()))}


def slugs_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            first = node.args[0] if node.args else next((word.value for word in node.keywords if word.arg == "slug"), None)
            if ERRORS[node.func.id]:
                yield ERRORS[node.func.id]
            else:
                assert isinstance(first, ast.Constant), f"line {node.lineno}: a slug is written where the error is made"
                yield str(first.value)


def test_the_slugs_of_a_source_are_found() -> None:
    source = "raise InspectError('one', 'x')\nerror = CouldNotRun(slug='two', what='x')\nraise UnknownName('three')"
    assert set(slugs_of(ast.parse(source))) == {"one", "two", "unknown-name"}


def test_every_error_is_documented_and_no_other() -> None:
    documented = re.findall(r"^## `([\w-]+)`$", (DOCS / "errors.md").read_text(), re.MULTILINE)
    assert len(slugs()) > 3
    assert set(documented) == slugs()
    assert len(documented) == len(set(documented))


# -- the Report ----------------------------------------------------------------------------------------------------------


def test_every_field_of_the_report_has_a_string_under_it(make_docs: ModuleType) -> None:
    fields = [(record.name, *field) for record in make_docs.records() for field in make_docs.described(record)]
    assert len(fields) > 100
    assert [f"{record}.{name}" for record, name, _, text in fields if not text] == []


def test_every_record_that_a_report_can_hold_is_documented(make_docs: ModuleType) -> None:
    from inspector.report import schema

    documented = {record.name: {name for name, _, _ in make_docs.described(record)} for record in make_docs.records()}
    for name, definition in schema()["$defs"].items():
        assert set(definition["properties"]) - {"type"} == documented[name]


# -- commands ------------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, list[str]]]:
    """(name of the command, the spellings of its options) for each command; the program itself is ""."""
    import click

    from inspector.cli.words import command_line

    pending: list[tuple[str, click.Command]] = [("", command_line)]
    while pending:
        name, command = pending.pop()
        options = [parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden]
        yield name, [spelling for option in options for spelling in option.opts if spelling.startswith("--")]
        if isinstance(command, click.Group):
            context = click.Context(command)
            inner = [(word, command.get_command(context, word)) for word in command.list_commands(context)]
            pending += [(word, found) for word, found in inner if found is not None and not found.hidden]


def test_every_command_and_option_is_documented() -> None:
    text = (DOCS / "terminal.md").read_text()
    found = list(commands())
    assert {name for name, _ in found} >= {"", "list", "agreement", "show", "schema"}
    missing = [name for name, _ in found if name and not re.search(rf"inspect-loss {re.escape(name)}\b", text)]
    missing += [f"{name} {option}" for name, options in found for option in options if f"{option}" not in text]
    assert missing == []


def lines_of_commands() -> list[str]:
    """Every line of the documentation that calls the program, without what the shell does with its output."""
    pages = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
    blocks = [block for page in pages for block in re.findall(r"^```(?:\w*)\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)]
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    called = [line.partition("inspect-loss ")[2] for line in lines if re.match(r"(\.venv/bin/)?inspect-loss ", line)]
    return sorted({re.split(r"\s+[|>#]", line)[0] for line in called} - {"COMMAND ..."})


@pytest.mark.parametrize("line", lines_of_commands())
def test_a_command_of_the_documentation_is_understood(line: str) -> None:
    from inspector.cli.words import command_line

    words = shlex.split(line)
    context = command_line.make_context("inspect-loss", [*words], resilient_parsing=False)
    name, command, rest = command_line.resolve_command(context, [*context._protected_args, *context.args])
    assert command is not None
    command.make_context(name, rest, parent=context)


def test_the_commands_of_the_documentation_are_found() -> None:
    assert {"MSELoss", "list", "show kl.json"} <= set(lines_of_commands())


# -- what is made --------------------------------------------------------------------------------------------------------


@pinned_torch
def test_what_is_made_from_the_code_is_current() -> None:
    done = run_tool("make_docs", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_that_is_not_current_is_seen(make_docs: ModuleType) -> None:
    page = "x\n<!-- made: modules -->\nold\n<!-- end -->\ny\n"
    made = make_docs.remade(page)
    assert made != page
    assert "`report`" in made
    assert make_docs.remade(made) == made
    assert make_docs.remade("no marker\n") == "no marker\n"


def test_the_output_of_a_command_is_made_by_running_it(make_docs: ModuleType) -> None:
    page = "<!-- output: inspect-loss --version -->\n\n```text\nold\n```\nafter\n"
    made = make_docs.remade(page)
    assert "old" not in made
    assert "torch" in made
    assert made.endswith("```\nafter\n")


def test_pages_are_compared_without_what_differs_between_machines(make_docs: ModuleType) -> None:
    one = "torch 2.13.0+cpu   x 1.5\n3 of 3 checks passed\nvalue  0.97\n```\n0.97"
    other = "torch 2.13.0 x 1.5\n3 of 3 checks passed\nvalue  1\n```\n0.97"
    assert make_docs.comparable(one) == make_docs.comparable(other)
    assert make_docs.comparable(one) != make_docs.comparable(other.replace("1.5", "1.6"))
    assert make_docs.comparable(one) != make_docs.comparable(other.replace("0.97", "0.98"))
    assert make_docs.comparable(one) != make_docs.comparable(other.replace("value", "gradient"))


def test_the_words_of_a_picture_are_found() -> None:
    for picture in (DOCS / "images").glob("*.svg"):
        assert "CrossEntropyLoss" in words_of(picture.read_text())
        assert len(words_of(picture.read_text()).splitlines()) > 50


def test_every_marker_rules_a_block(make_docs: ModuleType) -> None:
    for page in make_docs.PAGES:
        text = page.read_text()
        assert len(make_docs.MADE.findall(text)) == len(re.findall(r"^<!-- made: ", text, re.MULTILINE))
        assert len(make_docs.OUTPUT.findall(text)) == len(re.findall(r"^<!-- output: ", text, re.MULTILINE))


def test_a_part_of_an_output_is_cut_where_it_says(make_docs: ModuleType) -> None:
    assert make_docs.part_of(["one", "two"], "head -1") == ["one", "…"]
    assert make_docs.part_of(["one", "two"], "head -2") == ["one", "two"]
    assert make_docs.part_of(["one", "two", "three"], "after tw") == ["two", "three"]
    with pytest.raises(SystemExit):
        make_docs.part_of(["one"], "after nowhere")


@pinned_torch
def test_the_pictures_are_what_the_terminal_shows() -> None:
    done = run_tool("make_pictures", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_picture_makes_no_request() -> None:
    for picture in (DOCS / "images").glob("*.svg"):
        addresses = set(re.findall(r"https?://[^\s\"'<)]+", picture.read_text()))
        assert all(address.startswith("http://www.w3.org/") for address in addresses), addresses


def test_the_table_of_the_readme_has_the_rows_of_the_benchmark() -> None:
    from benchmarks.run import JOBS

    table = (ROOT / "README.md").read_text().split("<!-- benchmark -->")[1].split("<!-- end -->")[0]
    for job in JOBS:
        assert f"| {job.name} |" in table


def test_every_module_is_named_on_the_architecture_page() -> None:
    text = (DOCS / "architecture.md").read_text()
    modules = [path for path in (ROOT / "inspector").rglob("*.py") if path.name != "__init__.py"]
    assert [path.stem for path in modules if f"| `{path.stem}` |" not in text] == []


def test_the_documentation_builds_and_its_links_hold(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "index.html").exists()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_the_links_between_files_hold(page: str) -> None:
    links = re.findall(r"(?:\]\(|src=\"|srcset=\")(?!https?:|#)([^)\"#]+)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_test_command_of_the_readme_is_what_ci_calls() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "bash .ci/run" in (ROOT / ".github" / "workflows" / "tests.yml").read_text()
