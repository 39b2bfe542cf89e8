"""A commit as those see it who count: the same of a receipt and of a row of the warehouse."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sinks.base import Part, Receipt
from sinks.live import StoredBatch
from stream.running.snapshot import FileNews, FileProgress

_RULE = "rule."


@dataclass(frozen=True, slots=True)
class Commit:
    """`at`: seconds since 1970. `file_ids`: the files that it has records or news of. `spent`: microseconds by kind of
    work. `rules`: how many records failed each. `reading`: the file that goes on behind it."""

    at: float
    dataset: str
    file_ids: tuple[int, ...]
    file: FileNews
    records: int
    accepted: int
    rejected: int
    bytes: int
    latency_ms: float
    commit_ms: float
    spent: Mapping[str, int]
    rules: Mapping[str, int]
    drifts: int = 0
    superseded: int | None = None
    reading: FileProgress | None = None


def commit_of(receipt: Receipt) -> Commit:
    """What a receipt tells."""
    batch, timing, now = receipt.batch, receipt.timing, time.time()
    last = batch.parts[-1]
    spent = {"read": timing.read_us, **timing.steps}
    spent |= {"encode": timing.judge_us - sum(timing.steps.values()) + timing.prepare_us, "commit": timing.commit_us}
    return Commit(
        now,
        batch.dataset,
        tuple(part.file.file_id for part in batch.parts),
        FileNews(now, batch.dataset, last.file.path, last.state, last.reason, batch.row_count, receipt.rejected),
        *(batch.row_count, receipt.accepted, receipt.rejected),
        sum(part.span.byte_end - part.span.byte_start for part in batch.parts),
        timing.latency_us / 1000,
        timing.commit_us / 1000,
        spent,
        failed_rules(receipt.counts),
        len(receipt.drifts),
        batch.swap.superseded if batch.swap is not None else None,
        _progress(last),
    )


def _progress(part: Part) -> FileProgress | None:
    """Bytes of text that was unpacked or decoded say nothing of how much there is."""
    if part.state != "processing" or not part.span.row_count:
        return None
    dialect = part.file.dialect
    plain = dialect is None or (not dialect.compression and dialect.encoding == "utf-8")
    return FileProgress(part.file.dataset, part.file.path, part.span.byte_end, part.stat.size if plain else None)


def failed_rules(counts: Mapping[str, int]) -> dict[str, int]:
    """Of all that is counted, the records that failed a rule."""
    return {name.removeprefix(_RULE): count for name, count in counts.items() if name.startswith(_RULE)}


def commit_of_stored(stored: StoredBatch) -> Commit:
    """What a row of `meta_batches` tells, with what else the warehouse knows of it."""
    spent = {"read": stored.read_us, **stored.steps}
    spent |= {"encode": stored.judge_us - sum(stored.steps.values()) + stored.prepare_us, "commit": stored.commit_us}
    is_open = stored.state == "processing"
    return Commit(
        stored.at,
        stored.dataset,
        (stored.file_id,),
        FileNews(
            *(stored.at, stored.dataset, stored.path, stored.state, stored.reason, stored.records, stored.rejected)
        ),
        *(stored.records, stored.accepted, stored.rejected, stored.bytes),
        stored.latency_us / 1000,
        stored.commit_us / 1000,
        spent,
        failed_rules(stored.counts),
        reading=FileProgress(stored.dataset, stored.path, stored.byte_end, stored.size) if is_open else None,
    )
