"""The command line. One file a command group; heavy libraries are imported when a command runs, not before."""

from stream.cli.app import app, main

__all__ = ["app", "main"]
