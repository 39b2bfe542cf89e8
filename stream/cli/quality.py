"""`quality`: what is known of the rows that are loaded, beside the rows."""

from __future__ import annotations

import typer

from stream.cli import parameters

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What is known of the rows that are loaded.")
app.command(name="parameters")(parameters.parameters)
