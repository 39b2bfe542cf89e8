"""A report as HTML. Templates escape whatever they are given, and no letter of it is left that is not printable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from processors.assessing.expectations import DIMENSIONS
from stream.screens.changes import words
from stream.screens.figures import count
from stream.screens.html import charts
from stream.screens.html.words import figure, percent, plain, short

if TYPE_CHECKING:
    from stream.reporting.page import Page


def report_html(page: Page) -> str:
    """The whole file, the same for the same page."""
    environment = _environment()
    style = Markup(environment.get_template("report.css").render())  # noqa: S704 - our own file, without a value in it
    return environment.get_template("report.html").render(page=page, style=style, dimensions=DIMENSIONS)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("stream.screens.html"),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"whole": count, "figure": figure, "percent": percent, "short": short, "changes": words}
    made.globals |= {"charts": charts}
    return made


def _finalized(value: object) -> object:
    return value if isinstance(value, Markup) else plain(value)
