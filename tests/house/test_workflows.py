"""The workflows: they are read, their actions are pinned, their rights are few, and every command of ours in them is one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from inspector.cli.words import command_line

FOLDER = Path(__file__).resolve().parents[2] / ".github" / "workflows"
SCHEDULED = ("releases.yml", "pages.yml")
OURS = re.compile(r"\S*\binspect-loss\s+(?!-)([^|&>{}\n]+)")


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.yaml.decode((FOLDER / name).read_bytes())
    return found


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in read(name)["jobs"].values() for step in job["steps"]]


def commands(name: str) -> list[str]:
    return [match[1] for step in steps(name) for match in OURS.finditer(step.get("run", ""))]


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.glob("*.yml")))
def test_a_workflow_is_yaml_with_jobs(name: str) -> None:
    assert steps(name)


@pytest.mark.parametrize("name", SCHEDULED)
def test_every_action_is_pinned_by_hash_and_rights_are_given_by_job(name: str) -> None:
    used = [step["uses"] for step in steps(name) if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", each)] == []
    assert read(name)["permissions"] == {}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name in SCHEDULED for line in commands(name)])
def test_every_command_of_ours_exists_with_its_options(name: str, line: str) -> None:
    words = shlex.split(line.replace("$PRETEND", "--pretend-without=2.0.0"))
    context = click.Context(command_line, info_name="inspect-loss")
    given, command, rest = command_line.resolve_command(context, words)
    assert given == words[0]
    assert command is not None
    command.make_context(given or "", rest, parent=context)


def test_the_commands_were_found() -> None:
    assert {line.split()[0] for name in SCHEDULED for line in commands(name)} == {"update", "verify", "pages"}


def test_no_step_puts_what_somebody_typed_into_a_shell_line() -> None:
    assert [step["run"] for name in SCHEDULED for step in steps(name) if "${{" in step.get("run", "")] == []
