"""One commit as one line of text: the same words on the dashboard, in a pipe and in a log."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sinks.base import Finding, Receipt
from sinks.live import SetAside
from sinks.schemas.drift import Drift
from stream.screens.changes import words

#: What is told of findings; else it is `quality`.
_VERBS = {"export": "unwritten", "model": "learning"}


def sentence(receipt: Receipt) -> str:
    """What happened, as `key=value` pairs behind a verb; values with blanks are quoted.

    Rows: `loaded dataset=… records=… accepted=… rejected=… file=… rejudged=… commit_ms=… state=…`; of several files
    that were committed together `files=… first=… last=…`. A file's state alone: `held dataset=… file=… reason="…"`.
    """
    batch, first, last = receipt.batch, receipt.batch.parts[0], receipt.batch.parts[-1]
    if not batch.row_count:
        return _pairs(first.state, dataset=batch.dataset, file=first.file.path, reason=first.reason)
    files = {"files": len(batch.parts), "first": first.file.path, "last": last.file.path}
    return _pairs(
        "loaded",
        dataset=batch.dataset,
        records=batch.row_count,
        accepted=receipt.accepted,
        rejected=receipt.rejected,
        **(files if len(batch.parts) > 1 else {"file": first.file.path}),
        rejudged=receipt.rejudged,
        commit_ms=round(receipt.timing.commit_us / 1000, 1),
        state=last.state,
    )


def loaded(dataset: str, path: str, files: int, records: int, rejected: int) -> str:
    """That rows came, in so few words that a narrow screen has room for them: the last file, and how many there are."""
    named = {"file": path} if files == 1 else {"files": files, "last": path}
    return _pairs("loaded", dataset=dataset, **named, records=records, rejected=rejected)


def set_aside(file: SetAside) -> str:
    """The sentence of a file that is held or failed."""
    return _pairs(file.state, dataset=file.dataset, file=file.path, reason=file.reason)


def drifted(drift: Drift) -> str:
    """That a file's schema is not that of the one before it: `drift dataset=… file=… from=… to=… compatibility=… \
changes="…"`. `from` is `contract` where it is the first file."""
    return _pairs(
        "drift",
        dataset=drift.dataset,
        file=drift.path,
        **{"from": drift.from_version or "contract"},
        to=drift.to_version,
        compatibility=drift.comparison.compatibility,
        changes=words(drift.comparison),
    )


def found(finding: Finding) -> str:
    """Something about a date: `quality dataset=… date=… rule=… severity=… message="…"`; `drift` has the column, and
    `score` what it is of, in the place of `rule`. `unwritten … export=…` is a file that could not be written,
    `learning … model=…` what a learner has to say."""
    return _pairs(
        _VERBS.get(finding.kind, "quality"),
        dataset=finding.dataset,
        date=finding.date,
        **{finding.kind: finding.subject},
        severity=finding.severity,
        message=finding.message,
    )


def clock() -> str:
    """The time of an event, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pairs(verb: str, **values: object) -> str:
    return " ".join([verb, *(f"{name}={_value(value)}" for name, value in values.items())])


def _value(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or any(mark in text for mark in ' "=') else text
