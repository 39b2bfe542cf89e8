"""Events as lines of text: the words of the log, on the dashboard."""

from __future__ import annotations

from sinks.base import Finding, Receipt
from sinks.live import SetAside
from sinks.schemas.drift import Drift
from stream.logging.entries import Entry, of_drift, of_finding, of_receipt
from stream.logging.log import clock, text

__all__ = ["clock", "drifted", "found", "loaded", "sentence", "set_aside"]


def sentence(receipt: Receipt) -> str:
    """A commit, as the log has it."""
    return text(of_receipt(receipt))


def loaded(dataset: str, path: str, files: int, records: int, rejected: int) -> str:
    """That rows came, in so few words that a narrow screen has room for them: the last file, and how many there are."""
    named = {"file": path} if files == 1 else {"files": files, "last": path}
    return text(Entry("loaded", "info", {"dataset": dataset, **named, "records": records, "rejected": rejected}))


def set_aside(file: SetAside) -> str:
    """The sentence of a file that is held or failed."""
    return text(Entry(file.state, "warning", {"dataset": file.dataset, "file": file.path, "reason": file.reason}))


def drifted(drift: Drift) -> str:
    """That a file's schema is not that of the one before it, as the log has it."""
    return text(of_drift(drift))


def found(finding: Finding) -> str:
    """Something about a date, as the log has it."""
    return text(of_finding(finding))
