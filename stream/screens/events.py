"""One commit as one line of text: the same words on the dashboard, in a pipe and in a log."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sinks.base import Receipt


def sentence(receipt: Receipt) -> str:
    """What happened, as `key=value` pairs behind a verb; values with blanks are quoted.

    Rows: `loaded dataset=… records=… accepted=… rejected=… file=… rejudged=… commit_ms=… state=…`.
    A file's state alone: `held dataset=… file=… reason="…"`.
    """
    batch, span = receipt.batch, receipt.span
    if not span.row_count:
        return _pairs(batch.state, dataset=batch.file.dataset, file=batch.file.path, reason=batch.reason)
    return _pairs(
        "loaded",
        dataset=batch.file.dataset,
        records=span.row_count,
        accepted=receipt.accepted,
        rejected=receipt.rejected,
        file=batch.file.path,
        rejudged=receipt.rejudged,
        commit_ms=round(receipt.commit_seconds * 1000, 1),
        state=batch.state,
    )


def clock() -> str:
    """The time of an event, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pairs(verb: str, **values: object) -> str:
    return " ".join([verb, *(f"{name}={_value(value)}" for name, value in values.items())])


def _value(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or any(mark in text for mark in ' "=') else text
