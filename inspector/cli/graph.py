"""`inspect-loss graph NAME`: one inheritance, call or autograd graph, for a slide or a README: DOT, words, SVG or PNG."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from inspector.cli.names import complete_names
from inspector.cli.output import Output, write_whole
from inspector.errors import CouldNotRun, InspectError

if TYPE_CHECKING:
    from inspector.render.graphs import Graph

FORMS = (".svg", ".png", ".dot")


@click.command("graph")
@click.argument("subject", metavar="NAME", shell_complete=complete_names)
@click.option("--calls", "what", flag_value="calls", help="What calls what, from the user's line down to the native function.")
@click.option("--autograd", "what", flag_value="autograd", help="The autograd nodes from the loss value to the leaves.")
@click.option("--no-live", is_flag=True, help="Only read, and do not load torch: no step is marked as confirmed.")
@click.option("--text", "as_text", is_flag=True, help="As an indented list in place of DOT.")
@click.option("-o", "--output", metavar="FILE", help="Draw FILE, by its ending: .svg, .png or .dot.")
def command(subject: str, what: str | None, no_live: bool, as_text: bool, output: str | None) -> int:
    """Draw the classes, the calls or the autograd nodes of a loss.

    NAME is spelled as for a report. Without --calls and --autograd: what the class inherits from. Without -o: DOT on standard output.
    """
    form = _form(output, as_text=as_text)
    made = _graph(subject, what, live=not no_live)
    from inspector.render import dot

    if form in (".svg", ".png") and output:
        write_whole(output, _drawn(made, form))
    else:
        with Output(output) as out:
            out.write(dot.as_text(made) if as_text else dot.written(made))
    return 0


def _form(output: str | None, *, as_text: bool) -> str:
    """The ending of the file, known before anything is read."""
    form = os.path.splitext(output)[1].lower() if output else ""
    if output and form not in FORMS and not as_text:
        raise InspectError("unknown-ending", f"a graph is written as {', '.join(FORMS)}", output, "choose one of these endings")
    if as_text and form in FORMS:
        raise InspectError("usage", "--text is no drawing", str(output), "leave out --text, or choose another ending")
    return form


def _graph(subject: str, what: str | None, *, live: bool) -> Graph:
    from inspector import pipeline
    from inspector.render import graphs
    from inspector.report import NotRun

    if what == "autograd" and not live:
        raise InspectError("usage", "the autograd nodes are known only from a run", "--autograd", "leave out --no-live")
    report = pipeline.inspect_loss(subject, live=live and what is not None)
    if what == "calls":
        return graphs.calls(report)
    if what is None:
        return graphs.inheritance(report, pipeline.siblings(report.subject.qualified_name))
    if isinstance(report.observation, NotRun):
        raise CouldNotRun("nothing-to-draw", f"nothing was run: {report.observation.reason}", subject, "draw --calls --no-live")
    return graphs.autograd(report.observation)


def _drawn(made: Graph, form: str) -> bytes:
    from inspector.render import dot, drawing
    from inspector.render.pages.shipped import shipped

    if form == ".png":
        return drawing.draw(dot.written(made), "png")
    css = shipped("templates") / "assets" / "graphs.css"
    return drawing.standalone_svg(dot.written(made), made.name, css.read_text(encoding="utf-8"))
