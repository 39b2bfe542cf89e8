"""Findings about dates, where there is no screen that shows them."""

from __future__ import annotations

import sys

from sinks.base import Finding
from stream.screens.events import found


def complain(finding: Finding) -> None:
    """A line on standard error, in the words of the log."""
    sys.stderr.write(f"ade-stream: {found(finding)}\n")
