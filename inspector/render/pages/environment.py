"""The Jinja environment of the pages: everything printed is escaped, and a name that is not there is an error.

In: the name of a template and its data. Out: text. Templates lie in `templates/`; they loop and print.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import jinja2
from markupsafe import Markup

from inspector.render import html
from inspector.render.numbers import text
from inspector.render.pages.shipped import shipped
from inspector.report import Number

LARGE = 1e6
"""From here on a whole number is written with an exponent."""


@functools.cache
def environment() -> jinja2.Environment:
    """The one environment; it holds no state of any page."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        comment_start_string="<%#",  # "{#" begins the name of a heading in Markdown
        comment_end_string="%>",
    )
    made.filters["prose"] = prose
    made.filters["breakable"] = breakable
    made.filters["number"] = text
    made.filters["short"] = short
    return made


def render(template: str, **data: Any) -> str:
    """The text of a template."""
    return environment().get_template(template).render(data)


def short(number: Number | None) -> str:
    """A whole number without a fraction, another to four digits."""
    whole = isinstance(number, float) and number == number and abs(number) < LARGE and number == int(number)
    return str(int(number)) if whole and isinstance(number, float) else text(number)


def breakable(name: str) -> Markup:
    """A long name that may be broken behind a dot or an underscore, and before a capital letter, where a screen is narrow."""
    return Markup("<wbr>").join(re.split(r"(?<=\.)|(?<=[a-z0-9]_)(?=[a-z])|(?<=[a-z0-9])(?=[A-Z])", name))


def prose(sentence: str) -> Markup:
    """A sentence of explain.py, escaped: what stands between backticks is code."""
    return Markup(html.prose(sentence))
