"""An entry of the log: what happened, to which dataset, file and span. The same for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sinks.base import Finding, Receipt
from sinks.schemas.drift import Drift
from stream.screens.changes import words

Level: TypeAlias = Literal["info", "warning", "error"]

#: What is told of findings; else it is `quality`.
_VERBS = {"export": "unwritten", "model": "learning"}
#: Of a file's state alone, what is no news of everyday.
_LEVELS: Mapping[str, Level] = {"held": "warning", "failed": "error"}


@dataclass(frozen=True, slots=True)
class Entry:
    """`event`: the verb. `values`: all else, in the order in which it is told; `dataset`, `file` and `span` among them,
    where it is about one. `hidden`: in the place of values that hold what stood in rows. `sentence`: in the place of
    verb and pairs, for people."""

    event: str
    level: Level
    values: Mapping[str, object]
    hidden: Mapping[str, object] = field(default_factory=dict)
    sentence: str = ""


def of_receipt(receipt: Receipt) -> Entry:
    """A commit. Rows: `loaded dataset=… records=… accepted=… rejected=… file=… rejudged=… commit_ms=… span=… state=…`;
    of several files that were committed together `files=… first=… last=…`. `span`: its id in `meta_spans`, of several
    files that of the first. A file's state alone: `held dataset=… file=… reason="…"`.
    """
    batch, first, last = receipt.batch, receipt.batch.parts[0], receipt.batch.parts[-1]
    if not batch.row_count:
        news = {"dataset": batch.dataset, "file": first.file.path, "reason": first.reason}
        return Entry(first.state, _LEVELS.get(first.state, "info"), news)
    files = {"files": len(batch.parts), "first": first.file.path, "last": last.file.path}
    told: dict[str, object] = {
        "dataset": batch.dataset,
        "records": batch.row_count,
        "accepted": receipt.accepted,
        "rejected": receipt.rejected,
        **(files if len(batch.parts) > 1 else {"file": first.file.path}),
        "rejudged": receipt.rejudged,
        "commit_ms": round(receipt.timing.commit_us / 1000, 1),
        "span": first.span.id_first,
        "state": last.state,
    }
    return Entry("loaded", "info", told)


def of_drift(drift: Drift, declared: frozenset[str] = frozenset()) -> Entry:
    """That a file's schema is not that of the one before it: `drift dataset=… file=… from=… to=… compatibility=… \
changes="…"`. `from` is `contract` where it is the first file. `declared`: the names that the config has: others stood
    in the file."""
    told = {
        "dataset": drift.dataset,
        "file": drift.path,
        "from": drift.from_version or "contract",
        "to": drift.to_version,
        "compatibility": drift.comparison.compatibility,
        "changes": words(drift.comparison),
    }
    level: Level = "warning" if drift.comparison.compatibility == "breaking" else "info"
    return Entry("drift", level, told, {"changes": words(drift.comparison, declared)})


def of_finding(finding: Finding) -> Entry:
    """Something about a date: `quality dataset=… date=… rule=… severity=… message="…"`; `drift` has the column, and
    `score` what it is of, in the place of `rule`. `unwritten … export=…` is a file that could not be written,
    `learning … model=…` what a learner has to say."""
    told = {
        "dataset": finding.dataset,
        "date": finding.date,
        finding.kind: finding.subject,
        "severity": finding.severity,
        "message": finding.message,
    }
    hidden = {} if finding.masked is None else {"message": finding.masked}
    return Entry(_VERBS.get(finding.kind, "quality"), finding.severity, told, hidden)


def said(event: str, sentence: str, level: Level = "info", **values: object) -> Entry:
    """What the run itself does. People read the sentence."""
    return Entry(event, level, {**values, "message": sentence}, sentence=sentence)
