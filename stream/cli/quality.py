"""`quality`: what is known of the quality of whole dates."""

from __future__ import annotations

import typer

from stream.cli import profiles

app = typer.Typer(help="What is known of the quality of whole dates.", no_args_is_help=True, rich_markup_mode=None)
app.command()(profiles.profile)
