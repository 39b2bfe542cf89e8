"""Commits rows of one key column until so many keys are there; started by bench_keys.

python -m tests.benches.keys FOLDER ascending|random none|unique KEYS FEW BATCH
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from processors.columns import ColumnType
from processors.flags import FLAGS
from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.rescuing import RESCUED
from sinks.base import Judged, MicroBatch, Part, Span
from sinks.files import File, FileStat, row_id
from sinks.ledger.record_index import RecordIndex
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.benches.measuring import Figures, report

#: An odd factor modulo a power of two sends numbers to numbers, each to its own, with neighbours far apart.
_FACTOR, _BITS = 2_654_435_761, 32
_RECORD_BYTES = 16


@dataclass(frozen=True, slots=True)
class Commit:
    """How many keys its dataset has behind it, and what it took."""

    keys: int
    wall_s: float
    cpu_s: float


def table(rule: str, number: int = 0) -> Table:
    """One text column, unique or not, of one of several datasets."""
    unique = (Unique("by_code", ("code",)),) if rule == "unique" else ()
    return Table(f"sales_{number}", (("code", ColumnType("string")),), unique=unique, raw=False)


def codes(order: str, first: int, count: int) -> pa.Array:
    """Distinct keys of twelve letters, for the rows from `first` on."""
    numbers = np.arange(first, first + count, dtype=np.uint64)
    if order == "random":
        numbers = numbers * np.uint64(_FACTOR) % np.uint64(1 << _BITS)
    return pa.array(np.char.add("K-", np.char.zfill(numbers.astype(str), 10)))


def verdict(of: Table, file_id: int, order: str, first: int, count: int) -> Judged:
    """A span of one large file, all of its rows accepted."""
    ids = pa.array(np.arange(row_id(file_id, first), row_id(file_id, first) + count, dtype=np.int64))
    nothing = pa.nulls(count, pa.string())
    rows = pa.record_batch({ROW_ID: ids, "code": codes(order, first, count), FLAGS: nothing, RESCUED: nothing})
    events = pa.record_batch({ROW_ID: pa.array([], pa.int64()), "payload": pa.array([], pa.string())})
    starts = np.arange(first, first + count, dtype=np.int64) * _RECORD_BYTES
    end = (first + count) * _RECORD_BYTES
    part = Part(
        file=File(file_id, of.dataset, f"{of.dataset}/keys.csv", 1, "2026-11-21", ("code",)),
        span=Span(file_id, first, count, int(starts[0]), end),
        index=RecordIndex(starts // _RECORD_BYTES + 1, starts, starts + _RECORD_BYTES, first + count),
        digest=b"\x00" * 32,
        stat=FileStat(end, 1, file_id),
        state="processing",
        reason="",
        arrived_ns=0,
    )
    batch = MicroBatch((part,), of, rows.select([ROW_ID]), no_rejects(), events, "2026-11-21T00:00:00Z", False)
    return Judged(batch, Outcome(rows, no_rejects(), {}), events)


def commits(path: Path, tables: Sequence[Table], order: str, keys: int, batch: int) -> Iterator[Commit]:
    """The commits, one dataset after the other."""
    with Warehouse(path, tables) as warehouse:
        for file_id, of in enumerate(tables, 1):
            for first in range(1, keys + 1, batch):
                prepared = warehouse.prepare(verdict(of, file_id, order, first, batch))
                started = time.process_time()
                wall = warehouse.commit(prepared).timing.commit_us / 1e6
                yield Commit(first + batch - 1, wall, time.process_time() - started)


def measure(folder: Path, order: str, rule: str, keys: int, few: int, batch: int) -> Figures:
    """Microseconds a row around `few` keys and in the last tenth before `keys`; milliseconds of the slowest commit.

    As many rows are measured with few keys, in many datasets: both have their share of the checkpoints.
    """
    many = list(commits(folder / "many.db", [table(rule)], order, keys, batch))
    tables = [table(rule, number) for number in range(max(1, keys // 10 // few))]
    some = list(commits(folder / "few.db", tables, order, few * 3 // 2, batch))
    early = [each for each in some if each.keys > few / 2]
    late = [each for each in many if each.keys > keys * 0.9]
    return {
        "few_us": sum(each.wall_s for each in early) / len(early) / batch * 1e6,
        "few_cpu_us": sum(each.cpu_s for each in early) / len(early) / batch * 1e6,
        "many_us": sum(each.wall_s for each in late) / len(late) / batch * 1e6,
        "many_cpu_us": sum(each.cpu_s for each in late) / len(late) / batch * 1e6,
        "slowest_ms": max(each.wall_s for each in many) * 1e3,
    }


def main() -> None:
    """Measure, and report."""
    folder, order, rule, keys, few, batch = sys.argv[1:]
    report(measure(Path(folder), order, rule, int(keys), int(few), int(batch)))


if __name__ == "__main__":
    main()
