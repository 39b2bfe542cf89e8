"""`quality`: what is known of the rows that are loaded, and of whole dates."""

from __future__ import annotations

import typer

from stream.cli import parameters, profiles

app = typer.Typer(
    help="What is known of the rows that are loaded, and of whole dates.", no_args_is_help=True, rich_markup_mode=None
)
app.command()(parameters.parameters)
app.command()(profiles.profile)
