"""`inspect-loss NAME`: the report of one loss, the static part on screen before torch begins to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Unpack

import click

from inspector.cli.names import complete_names
from inspector.cli.output import How, Output, look, looks
from inspector.cli.reaching import reaches_out
from inspector.cli.waiting import Waiting
from inspector.errors import CouldNotRun

if TYPE_CHECKING:
    from inspector.evidence import Evidence
    from inspector.render.ink import Look
    from inspector.report import Report
    from inspector.source.finders import TorchText

HOOKS = ("forward", "forward-pre", "full-backward", "full-backward-pre")


@click.command("report")
@click.argument("subject", metavar="NAME", shell_complete=complete_names)
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON: the same bytes each time.")
@click.option("--no-live", is_flag=True, help="Only read; run nothing, and do not load torch.")
@click.option("--target-kind", metavar="KIND", help='Kind of inputs, where there are several: "probabilities".')
@click.option("--hook", "hooks", metavar="HOOK", multiple=True, type=click.Choice(HOOKS),
              help=f"Call it with a hook registered: {', '.join(HOOKS)}; may be repeated.")  # fmt: skip
@click.option("--release", metavar="VERSION", default="", help='Read another torch without installing it: 1.7.1, "latest".')
@click.option("--source", metavar="DIR", default="", help="Read the torch in a folder: a checkout, an unpacked wheel.")
@click.option("--evidence", "evidence", metavar="FILE", multiple=True,
              help="What `verify --save` wrote, of the same release on any machine; may be repeated.")  # fmt: skip
@reaches_out
@looks
def command(subject: str, as_json: bool, no_live: bool, **rest: Unpack[Rest]) -> int:
    """Show what happens when a loss is called.

    NAME is spelled as people do (CrossEntropyLoss, nn.L1Loss, F.mse_loss), or is a call with arguments in quotes.
    """
    hooks = tuple(hook.replace("-", "_") for hook in rest["hooks"])
    text = _text(rest)
    here = text is None or text.release.origin == "installed"
    asked = Asked(subject, rest["target_kind"], hooks, not no_live and here, text, _given(rest["evidence"]))
    if as_json:
        return _write_json(asked, rest)
    with Output(rest["output"], pager=rest["pager"]) as out:
        return _write_parts(asked, look(rest, here=here), out)


class Rest(How):
    """The options that say what is read, beside how it looks."""

    target_kind: str | None
    hooks: tuple[str, ...]
    release: str
    source: str
    evidence: tuple[str, ...]
    offline: bool
    download: bool


def _text(rest: Rest) -> TorchText | None:
    """The torch that is asked for; None for the installed one, where nothing of releases is even loaded."""
    if not rest["release"] and not rest["source"]:
        return None
    from inspector import pipeline

    with Waiting(wanted=not rest["quiet"]) as waiting:
        waiting.begin("reading the sources of another torch")
        return pipeline.text_of(release=rest["release"], source=rest["source"], offline=rest["offline"], download=rest["download"])


def _given(files: tuple[str, ...]) -> tuple[Evidence, ...]:
    if not files:
        return ()
    from inspector.cli.output import read_bytes
    from inspector.evidence import Evidence

    return tuple(Evidence.from_json(read_bytes(file), file) for file in files)


class Asked(NamedTuple):
    """What the report is to be about."""

    subject: str
    target_kind: str | None
    hooks: tuple[str, ...]
    live: bool
    text: TorchText | None
    given: tuple[Evidence, ...] = ()

    def make(self, on_static: Callable[[Report], None] | None = None) -> Report:
        """The Report; `on_static` gets the part of it that needs no torch, as soon as there is one."""
        from inspector import pipeline

        another = {} if self.text is None else {"text": self.text}
        report = pipeline.inspect_loss(
            self.subject, target_kind=self.target_kind, hooks=self.hooks, live=self.live, on_static=on_static, **another
        )
        if not self.given:
            return report
        from inspector import edition

        return edition.with_evidence(report, self.given)


def _write_json(asked: Asked, how: How) -> int:
    from inspector.render.faces import to_json

    with Waiting(wanted=not how["quiet"]) as waiting:
        waiting.begin("reading, and running it in torch")
        report = asked.make()
    with Output(how["output"]) as out:
        out.write(to_json(report))
    return exit_code(report, live=asked.live)


def _write_parts(asked: Asked, wanted: Look, out: Output) -> int:
    """Writes the static part as soon as it is known, and what the run adds when it has run."""
    from inspector.render import terminal

    shown: list[Report] = []

    def show_static(report: Report) -> None:
        waiting.end()
        out.write(terminal.static_part(report, wanted))
        shown.append(report)
        if asked.live:
            waiting.begin("running it in torch")

    with Waiting(wanted=not (wanted.quiet or out.paging)) as waiting:
        waiting.begin("reading torch's sources")
        report = asked.make(show_static)
    if not shown:
        out.write(terminal.static_part(report, wanted))
    out.write(terminal.live_part(report, wanted))
    return exit_code(report, live=asked.live)


def exit_code(report: Report, *, live: bool) -> int:
    """1 where a check, a form or an answer failed, 3 where a run was asked for and there is a `forward` that could not be run, else 0."""
    if _fails(report):
        return 1
    from inspector.report import NotRun

    forward = report.members.get("forward")
    callable_itself = forward is not None and forward.kind == "def"
    return CouldNotRun.exit_code if live and callable_itself and isinstance(report.observation, NotRun) else 0


def _fails(report: Report) -> bool:
    """True where a check failed, or what a form or an answer claims did not come true."""
    statuses = {check.status for check in report.checks} | {answer.status for answer in report.answers}
    return "fail" in statuses | {rung.status for ladder in report.ladders for rung in ladder.rungs}
