"""Verdicts that are stored at once: which may share a transaction, and what became of them in it."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sinks.base import MicroBatch, Receipt
from sinks.rows.staging import Prepared
from sinks.schemas.drift import Drift

#: Linux counts in KiB, macOS in bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def units(waiting: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """Verdicts in their order, those together that may share a transaction.

    The batches of a swap have one of their own. Where a dataset has another table than before, a new one begins: its
    tables may have to be altered, and what is derived from the rows until then has to be there.
    """
    unit: list[Prepared] = []
    for each in waiting:
        if unit and not _belongs(each.judged.batch, unit):
            yield unit
            unit = []
        unit.append(each)
    if unit:
        yield unit


def _belongs(batch: MicroBatch, unit: Sequence[Prepared]) -> bool:
    others = [each.judged.batch for each in unit]
    return (
        batch.swap is None
        and others[-1].swap is None
        and all(other.table is batch.table for other in others if other.dataset == batch.dataset)
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a verdict in its transaction. `accepted`: its own rows, `rejudged`: other rows, of any dataset,
    that changed sides. `is_new`: its span was not there before."""

    prepared: Prepared
    drifts: tuple[Drift, ...]
    accepted: int = 0
    rejudged: int = 0
    is_new: bool = True


def receipts(stored: Sequence[Stored], seconds: float) -> Iterator[Receipt]:
    """A receipt each, when the transaction is over; its `seconds` are shared by rows."""
    rows = sum(each.prepared.judged.outcome.row_count for each in stored)
    now, rss_bytes = time.monotonic_ns(), peak_rss_bytes()
    for each in stored:
        batch, outcome = each.prepared.judged.batch, each.prepared.judged.outcome
        share = outcome.row_count / rows if rows else 1 / len(stored)
        rejected = outcome.row_count - each.accepted
        timing = replace(
            each.prepared.timing,
            commit_us=round(seconds * share * 1e6),
            latency_us=(now - batch.parts[0].arrived_ns) // 1000,
            rss_bytes=rss_bytes,
        )
        lost = outcome.accepted.num_rows - each.accepted
        yield Receipt(batch, each.accepted, rejected, outcome.counts, each.rejudged, timing, each.drifts, lost)


def peak_rss_bytes() -> int:
    """The most memory that this process has had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
