"""Findings and remarks, where there is neither a screen nor a log that shows them."""

from __future__ import annotations

import sys

from sinks.base import Finding
from stream.screens.events import found


def complain(finding: Finding) -> None:
    """A line on standard error, in the words of the log."""
    remark(found(finding))


def remark(sentence: str) -> None:
    """A sentence on standard error."""
    sys.stderr.write(f"ade-stream: {sentence}\n")
