"""`run`: micro-batches in, receipts out. `watch`, `run` and `replay` differ in what they feed it, and in nothing
else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from typing import TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processors.chain import Chain
from processors.errors import (
    BrokenRuleError,
    FrozenError,
    NarrowTypeError,
    OverBudgetError,
    SourceError,
    StoppedError,
)
from processors.events import encode
from processors.outcome import ROW_ID, Outcome, Processor, conserve, join_marked, merge_rejects
from processors.parameters.model import Parameters
from processors.reasons import marked_faults
from processors.schemas.model import Schema
from sinks.base import Judged, MicroBatch, Prepared, Receipt, Sink
from sinks.files import RECORDS_MAX
from stream.budget import Budgets
from stream.running.ahead import ahead
from stream.running.barrier import Barrier
from stream.running.breaker import count, over_budget
from stream.running.laps import Laps, read_us
from stream.schemas.narrowness import too_narrow

#: Bytes of the landing files that may wait, judged, for their commit; and that are committed at once, where they wait.
AHEAD_BYTES = 1 << 21
TOGETHER_BYTES = AHEAD_BYTES // 2
_VALUE_SHOWN = 60
T = TypeVar("T")


def run(
    batches: Iterable[MicroBatch | Barrier],
    chains: Mapping[str, Processor],
    sink: Sink[Prepared],
    stop: threading.Event | None = None,
    budgets: Budgets | None = None,
    at_barrier: Callable[[Barrier], None] = Barrier.lift,
    together_bytes: int = TOGETHER_BYTES,
) -> Iterator[Receipt]:
    """Judge each batch with its dataset's chain, commit it, and give its receipt. At a barrier all before it is
    committed, and `at_barrier` lifts it.

    Batches that wait for their commit are committed together, up to `together_bytes` of the landing files; with 0 each
    one when the receipt before it was looked at.

    Batches are read and judged in a thread of their own, some ahead of the commit. Closing the generator ends that
    thread; an error on either side is raised here. `stop` is set when the run ends, whichever way: it wakes a source
    that waits for more.
    """

    def prepared(judged: Judged | Barrier) -> Prepared | Barrier:
        return judged if isinstance(judged, Barrier) else sink.prepare(judged)

    judging = judge(batches, chains, budgets)
    with closing(ahead(judging, _weight, AHEAD_BYTES, prepared, stop, together_bytes)) as ready:
        for waiting in ready:
            for each in _until_barriers(waiting):
                if isinstance(each, Barrier):
                    at_barrier(each)
                else:
                    yield from sink.commit_all(each)


def _until_barriers(waiting: Iterable[Prepared | Barrier]) -> Iterator[list[Prepared] | Barrier]:
    """Each barrier, and all that stands before, between and behind them."""
    batches: list[Prepared] = []
    for each in waiting:
        if isinstance(each, Barrier):
            yield batches
            yield each
            batches = []
        else:
            batches.append(each)
    yield batches


def _weight(judged: Judged | Barrier) -> int:
    if isinstance(judged, Barrier):
        return 0
    return sum(part.span.byte_end - part.span.byte_start for part in judged.batch.parts)


def judge(
    batches: Iterable[MicroBatch | Barrier], chains: Mapping[str, Processor], budgets: Budgets | None = None
) -> Iterator[Judged | Barrier]:
    """Each batch with its verdict; barriers as they are.

    A record that breaks a rule with the action `fail` is a BrokenRuleError, raised where its batch was read: there the
    records before it are read again, the file is set aside and the next one taken up, or, in a replay, everything is
    given up. One that freezes its file is a FrozenError, raised there too. So is one that goes over a budget an
    OverBudgetError, which may be answered with news behind which a StoppedError ends everything. Cells that ask for a
    wider type are a NarrowTypeError, which is answered with the same batch, to be judged with the chain that the
    dataset has then.
    """
    budgets, source = budgets or Budgets(), _delegate(batches)
    began = time.monotonic_ns()
    batch = next(source, None)
    while batch is not None:
        if isinstance(batch, Barrier):
            yield batch
            began = time.monotonic_ns()
            batch = next(source, None)
            continue
        judged = verdict(batch, chains[batch.dataset], read_us(batch, began))
        fault = breach(judged, budgets)
        if isinstance(fault, FrozenError):
            fault.schema = _seen_until(fault, batch, given(chains[batch.dataset], batch.parameters))
        if fault is None:
            yield judged
            began = time.monotonic_ns()
            batch = next(source, None)
            continue
        batch = raise_within(source, fault)
        if isinstance(batch, MicroBatch) and batch.breach == "fail" and isinstance(fault, OverBudgetError):
            yield verdict(batch, chains[batch.dataset])
            raise StoppedError(batch.part.reason, batch.dataset, batch.part.file.path, fault.record)


def _delegate(batches: Iterable[T]) -> Generator[T]:
    yield from batches


def raise_within(source: Generator[T], error: SourceError) -> T | None:
    """What `source` gives after `error` was raised in it; None where it ends."""
    try:
        return source.throw(error)
    except StopIteration:
        return None


def verdict(batch: MicroBatch, chain: Processor, read_us: int = 0) -> Judged:
    """The chain's outcome for all records of the batch, those that could not be split among the rejected."""
    chain, laps = given(chain, batch.parameters), Laps()
    judged = chain.followed(batch.rows, laps) if isinstance(chain, Chain) else chain(batch.rows)
    outcome = conserve(batch.rows.num_rows, judged, chain)
    rejected, schemas = merge_rejects(batch.malformed, outcome.rejected), {**batch.schemas, **outcome.schemas}
    marked = outcome.marked
    if batch.malformed.num_rows:
        marked = join_marked(marked, marked_faults(batch.malformed))
    whole = Outcome(outcome.accepted, rejected, marked, schemas=schemas)
    count = batch.rows.num_rows + batch.malformed.num_rows
    events = _events(batch, whole.rejected)
    return Judged(batch, conserve(count, whole, "framing"), events, laps.timing(read_us))


def given(chain: Processor, parameters: Parameters | None) -> Processor:
    """The chain, with parameters where there are any."""
    return chain.given(parameters) if parameters is not None and isinstance(chain, Chain) else chain


def _events(batch: MicroBatch, rejected: pa.RecordBatch) -> pa.RecordBatch:
    """`_id` and `payload` of all records where the raw layer wants them, else of the rejected ones."""
    if not (batch.keep_events or rejected.num_rows):
        return batch.malformed_events
    rows = batch.rows if batch.keep_events else batch.rows.filter(pc.is_in(batch.rows[ROW_ID], rejected[ROW_ID]))
    if not rows.num_rows:
        return batch.malformed_events
    events = pa.RecordBatch.from_arrays([rows[ROW_ID], encode(rows)], names=[ROW_ID, "payload"])
    if not batch.malformed_events.num_rows:
        return events
    return pa.concat_batches([events, batch.malformed_events.cast(events.schema)]).sort_by(ROW_ID)


Breaking: TypeAlias = BrokenRuleError | FrozenError | OverBudgetError | NarrowTypeError


def breach(judged: Judged, budgets: Budgets) -> Breaking | None:
    """Why the batch is not taken, of several causes the one with the smallest record; else it is counted.

    What stands behind a record that asks for a wider type is judged anew, by a contract that has it.
    """
    broken, over = broken_rule(judged), over_budget(judged, budgets)
    fault = broken if over is None or (broken is not None and (broken.record or 0) <= over.record) else over
    narrow = too_narrow(judged, RECORDS_MAX if fault is None else fault.record or 0)
    if narrow is not None and (fault is None or len(judged.batch.parts) == 1):
        return narrow
    if fault is None:
        count(judged, budgets)
    return fault


def broken_rule(judged: Judged) -> BrokenRuleError | FrozenError | None:
    """The first record with a reason whose action is `fail` or `freeze`."""
    rejected = judged.outcome.rejected
    if not rejected.num_rows:
        return None
    ends = pc.is_in(rejected["reasons"].flatten().field("action"), pa.array(["fail", "freeze"]))
    if not pc.any(ends).as_py():
        return None
    for row in rejected.to_pylist():
        for reason in row["reasons"]:
            if reason["action"] in {"fail", "freeze"}:
                return _ended(judged.batch, row[ROW_ID], reason)
    return None


def _ended(batch: MicroBatch, row: int, reason: Mapping[str, str]) -> BrokenRuleError | FrozenError:
    """The file is not read beyond a record."""
    part = batch.parts[batch.part_of(np.array(row))]
    line, record = part.index.lines[row - part.span.id_first], row & RECORDS_MAX
    rule, message = reason["rule"], reason["message"]
    if reason["action"] == "fail":
        said = f"the file breaks rule {rule}, which has the action fail, in line {line}: {message}"
        return BrokenRuleError(said, record)
    value = "" if reason["value"] is None else f", and is {reason['value'][:_VALUE_SHOWN]!r}"
    return FrozenError(f"the file does not fit its contract from line {line} on: {message}{value}", None, record)


def _seen_until(frozen: FrozenError, batch: MicroBatch, chain: Processor) -> Schema | None:
    """The schema of the only file of a batch as far as the record that froze it, whatever stands behind that."""
    numbers = pc.bit_wise_and(batch.rows[ROW_ID], RECORDS_MAX)
    seen = chain(batch.rows.filter(pc.less_equal(numbers, frozen.record))).schemas
    return seen.get(batch.parts[0].file.file_id)
