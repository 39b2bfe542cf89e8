"""The SQLite warehouse: one file, one writer, one transaction a span."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from processors.errors import ConservationError, WarehouseError
from sinks.base import IdRange, Judged, MicroBatch, Receipt, Span, Swap, whole_file
from sinks.configs.versions import ConfigVersions
from sinks.database.connection import Connection
from sinks.database.lock import WriterLock
from sinks.database.migrations import migrate
from sinks.deriving import derive, note, settle
from sinks.files import Position
from sinks.kpis.refreshing import adopt
from sinks.ledger.entry import Origin, file_rows
from sinks.ledger.holds import hold
from sinks.ledger.ledger import Ledger
from sinks.ledger.runs import Command, Run, RunOutcome
from sinks.ledger.spans import stored_position
from sinks.lineage.log import LineageLog
from sinks.lineage.teller import Teller
from sinks.models.log import LearningLog
from sinks.parameters.versions import ParameterLog
from sinks.relations.contest import TEMPORARY
from sinks.relations.relations import Rejudged, Relations
from sinks.results.suites import Suites
from sinks.rows.evolution import evolve, joined
from sinks.rows.staging import Prepared, prepare
from sinks.schemas.recording import Taken
from sinks.store import Store
from sinks.table import Table
from sinks.units import Stored, receipts, units


@dataclass(slots=True)
class Decision:
    """Whether what is done in a transaction is to `keep`."""

    keep: bool


class Warehouse:
    """A Sink on one SQLite file, created where it is not there. Used by one thread at a time, and closed by `with`.

    `lock`: the writer's, where it is held already. Raises WarehouseError where another process writes to it, it cannot
    be opened, or, unless we are `replaying`, a column's type changed to one that does not hold its values; ConfigError
    where a feature view is another, and its version is not.

    `aside`: one transaction begins here, in which views and KPIs are brought up to date, too; it goes on in the block
    of `transaction`, and is not to be kept. `teller`: tells of runs, where that is wanted.
    """

    def __init__(
        self,
        path: Path,
        tables: Iterable[Table],
        *,
        replaying: bool = False,
        aside: bool = False,
        lock: WriterLock | None = None,
        teller: Teller | None = None,
    ) -> None:
        tables = tuple(tables)
        with ExitStack() as resources:
            if lock is None:
                resources.enter_context(WriterLock(path))
            migrate(path, tables, replaying=replaying)
            self.connection = resources.enter_context(Connection(path))
            for statement in TEMPORARY.split(";"):
                self.connection.run(statement)
            with self.connection.part_of_transaction(opens=True, closes=not aside):
                by_name = {table.dataset: table for table in tables}
                stores = {table.dataset: Store.of(self.connection, table, by_name) for table in tables}
                for table in tables:
                    adopt(self.connection, table)
                self._learning = LearningLog(self.connection, tables)
            self._resources = resources.pop_all()
        self.path, self._name, self._inode = path, str(path), path.stat().st_ino
        self._ledger = Ledger(self.connection)
        self.suites, self.configs = Suites(self.connection), ConfigVersions(self.connection)
        self._parameters = ParameterLog(self.connection)
        self._stores: Mapping[str, Store] = stores
        #: As they are without the transaction that is open.
        self._settled: Mapping[str, Store] = self._stores
        self._is_aside, self._in_transaction, self._swapping = aside, False, False
        self._run: Run | None = None
        self._lineage = LineageLog(self.connection, teller)
        #: What was done to bring the feature views up to date.
        self.notices = tuple(notice for store in stores.values() for notice in store.features.notices)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give up the writer's lock, if it is ours."""
        self._resources.close()

    def position(self, file_id: int, /) -> Position:
        """Where the file's committed records end, as far as they follow each other from the first."""
        return stored_position(self.connection, file_id)

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Decision]:
        """Make the commits inside one transaction: all of them, or none. Unless they are to `keep`, none in any case;
        the block may decide that anew."""
        decision = Decision(keep)
        with self._or_else(self._settled), self._opened():
            self._in_transaction = True
            try:
                yield decision
                if decision.keep:
                    self.derive()
                    self.connection.run("COMMIT")
            finally:
                self._in_transaction = False
        if decision.keep:
            self._settled = self._stores
        else:
            self.connection.roll_back()
            self._stores = self._settled
            self._forget()

    def _opened(self) -> AbstractContextManager[None]:
        """A transaction that begins now, or has begun already; the block ends it."""
        return self.connection.part_of_transaction(opens=not self._is_aside, closes=False)

    @contextmanager
    def part(self) -> Iterator[Decision]:
        """A part of the open transaction, which is undone alone unless it is to be kept."""
        decision, stores = Decision(keep=True), self._stores
        with self._or_else(stores), self.connection.savepoint() as undo:
            yield decision
            if not decision.keep:
                undo()
        if not decision.keep:
            self._stores = stores
            self._forget()

    def derive(self) -> None:
        """Compute the vectors of what was committed inside a transaction so far, which else happens at its end."""
        settle(self._stores)

    def _forget(self) -> None:
        """What was kept in memory of a transaction that is rolled back."""
        self.suites.forget()
        self.configs.forget()
        self._parameters.forget()
        if self._run is not None:
            self._run.batches.forget()
        for store in self._stores.values():
            store.schemas.forget()
            store.relations.forget()

    @property
    def tables(self) -> Mapping[str, Table]:
        """The table of each dataset, as it is now."""
        return {name: store.table for name, store in self._stores.items()}

    def count_findings(self, findings: int) -> None:
        """Enter findings into the account of the run, inside a transaction."""
        if findings and self._run is not None:
            self._run.found(findings)

    def count_unchanged(self, records: int, accepted: int) -> None:
        """Enter records that were judged anew and left as they are into the account of the run."""
        if records and self._run is not None:
            self._run.judged(records, accepted)

    @contextmanager
    def recording(self, command: Command) -> Iterator[Run]:
        """Keep account of a run in `meta_runs`; the run's own `outcome` is set where no exception ends it."""
        self._run = run = Run(self.connection, command, self._lineage)
        for store in self._stores.values():
            store.schemas.run_id = run.run_id
        try:
            yield run
        except BaseException as error:
            self._end(run, "stopped" if isinstance(error, KeyboardInterrupt) else "failed", str(error))
            raise
        self._end(run, run.outcome, run.reason)

    @property
    def run_id(self) -> int | None:
        """The run that goes on, if account is kept of it."""
        return None if self._run is None else self._run.run_id

    def _end(self, run: Run, outcome: RunOutcome, reason: str) -> None:
        """Where the warehouse cannot be written, the next run says that this one was killed."""
        self._run = None
        if self._swapping:
            self.connection.roll_back()
        with suppress(WarehouseError):
            run.end(outcome, reason)

    def prepare(self, judged: Judged, /) -> Prepared:
        """The verdict in the form in which it is stored. Raises ConservationError when it does not fit its span."""
        count = judged.batch.row_count
        if judged.outcome.row_count != count:
            raise ConservationError(f"{judged.outcome.row_count} rows were judged of a batch of {count}")
        return prepare(judged)

    def commit(self, prepared: Prepared, /) -> Receipt:
        """Store the verdict on a span and the span itself, replacing what was stored for it, all or nothing.

        A batch with an empty span only brings the file's state up to date. Of a swap, all batches become visible with
        the last. Raises WarehouseError when the span partly overlaps a committed one, and when the database cannot be
        written.
        """
        [receipt] = self._commit([prepared])
        return receipt

    def commit_all(self, waiting: Sequence[Prepared], /) -> Iterator[Receipt]:
        """The same for each of several, in their order, in as few transactions as that takes. Receipts are given
        behind the transaction; what it has is stored as a whole, or not at all."""
        for unit in units(waiting):
            yield from self._commit(unit)

    def _commit(self, unit: Sequence[Prepared]) -> list[Receipt]:
        started = time.perf_counter()
        self._refuse_another_file()
        swap = unit[0].judged.batch.swap
        with self._unit(swap):
            stored = [self._take(prepared) for prepared in unit]
            is_last = not self._in_transaction and (swap is None or swap.closes)
            (derive if is_last else note)(self._stores, stored)
            if self._run is not None:
                self._run.batches.enter(stored)
                self._run.lineage.stored([each.prepared.judged.batch for each in stored])
        given = list(receipts(stored, time.perf_counter() - started))
        if self._run is not None:
            self._run.batches.committed(given, for_good=is_last)
        return given

    def _take(self, prepared: Prepared) -> Stored:
        """Store all but what is derived from rows."""
        batch = prepared.judged.batch
        self._follow(batch)
        freed = self._supersede(batch)
        schemas = self._stores[batch.dataset].schemas.take(prepared.judged, prepared.seen)
        stored = self._store(prepared, schemas)
        if self._run is not None:
            self._run.count(batch, stored.accepted, len(schemas.drifts))
        return replace(stored, rejudged=stored.rejudged + freed)

    @contextmanager
    def _unit(self, swap: Swap | None) -> Iterator[None]:
        """What is stored at once: inside an outer transaction, in one of its own, or as a part of a swap's."""
        try:
            with self._transaction_of(swap):
                yield
        except BaseException:
            self._forget()
            raise

    @contextmanager
    def _transaction_of(self, swap: Swap | None) -> Iterator[None]:
        if self._in_transaction:
            with self._or_else(self._stores), self.connection.savepoint():
                yield
            return
        if swap is not None and swap.step == "undo":
            self.connection.roll_back()
            self._swapping, swap, self._stores = False, None, self._settled
            self._forget()
        opens, closes = (True, True) if swap is None else (swap.opens, swap.closes)
        if opens == self._swapping:
            raise ConservationError(f"a batch with {swap!r} came at the wrong time. This is a bug.")
        self._swapping = False  # unless what follows succeeds
        with self._or_else(self._settled), self.connection.part_of_transaction(opens=opens, closes=closes):
            yield
        self._swapping = not closes
        if closes:
            self._settled = self._stores

    @contextmanager
    def _or_else(self, stores: Mapping[str, Store]) -> Iterator[None]:
        """The tables are what they were where the block fails: what altered them is rolled back."""
        try:
            yield
        except BaseException:
            self._stores = stores
            self._forget()
            raise

    def _follow(self, batch: MicroBatch) -> None:
        """Let the dataset's tables have what the batch's table has, should that be more than they have."""
        store = self._stores.get(batch.dataset)
        if store is None or batch.table is store.table:
            return
        table = joined(store.table, batch.table)
        if table is not store.table:
            self._alter(table, batch.parts[0].file.file_id)

    def adopt(self, table: Table) -> None:
        """From now on the dataset's rows are stored with `table`. Inside an outer transaction."""
        self._alter(table, 0)

    def _alter(self, table: Table, file_id: int) -> None:
        evolve(self.connection, table, self.tables, file_id)
        tables, run_id = {**self.tables, table.dataset: table}, self._stores[table.dataset].schemas.run_id
        stores = {
            name: replace(store, relations=Relations(self.connection, store.table, tables))
            for name, store in self._stores.items()
        }
        self._stores = {**stores, table.dataset: Store.of(self.connection, table, tables, run_id)}

    def _supersede(self, batch: MicroBatch) -> int:
        """Take the rows of the generation before away, where the swap begins; how many other rows changed sides."""
        if batch.swap is None or not batch.swap.opens:
            return 0
        store = self._stores[batch.dataset]
        staging, relations = store.staging, store.relations
        whole = whole_file(batch.swap.superseded)
        relations.release(whole)
        staging.clear(whole)
        store.schemas.take_out(batch.swap.superseded)
        self._ledger.forget_counts(whole)
        self._ledger.supersede(batch.swap.superseded, batch.parts[0].file.generation)
        self._learning.went(batch.dataset, batch.swap.superseded)
        return len(self._judge(relations, whole, closes=False).moved)

    def _judge(self, relations: Relations, ids: Span | IdRange, *, closes: bool, is_new: bool = True) -> Rejudged:
        """What rows of a span are to others, and others to them, with the balances of all files. `is_new`: the span was
        not there before, or is gone for good."""
        rejudged = relations.judge(ids, closes=closes)
        for file_id, change in rejudged.accepted_by_file.items():
            self._ledger.shift(file_id, change)
        if is_new:
            self._learning.moved(rejudged.moved)
        return rejudged

    def _refuse_another_file(self) -> None:
        """What is written to a file that was deleted or moved is lost with it."""
        try:
            if os.stat(self._name).st_ino == self._inode:  # noqa: PTH116 - for every commit, and a Path is slower
                return
        except OSError:
            pass
        raise WarehouseError(
            f"{self.path}: the warehouse was moved or deleted while it was written to. Nothing more is stored; put it "
            "back, or start again, and the landing files are loaded anew."
        )

    def _store(self, prepared: Prepared, schemas: Taken) -> Stored:
        """Store the rows of a batch, if it has any, and what is said of its files."""
        batch, entry = prepared.judged.batch, prepared.entry
        versions = [schemas.versions.get(part.file.file_id) for part in batch.parts]
        if not prepared.judged.outcome.row_count:
            self._ledger.settle(entry.files, versions)
            if batch.breach == "hold":
                hold(self.connection, batch.part)
            if batch.swap is None or not batch.swap.closes:
                return Stored(prepared, schemas.drifts)
            moved = self._judge(self._stores[batch.dataset].relations, batch.ids, closes=True).moved
            return Stored(prepared, schemas.drifts, rejudged=len(moved))
        store, ids = self._stores[batch.dataset], batch.ids
        staging, relations = store.staging, store.relations
        if batch.parameters is not None:
            self._parameters.record(batch.parameters, batch.parts[0].file.date)
        passed, files = prepared.judged.outcome.accepted.num_rows, entry.files
        origin = Origin(self.suites.id_of(batch.table), self.configs.id_of(batch.table), self.run_id)
        is_new = self._ledger.add_spans(entry, batch, origin)
        if is_new:
            self._learning.came(batch)
            if store.table.raw:
                staging.append_events(prepared)
        else:
            files = file_rows(batch, [0], [passed - staging.accepted(ids)])
            relations.release(ids)
            staging.clear(ids)
            self._ledger.forget_counts(ids)
            self._ledger.revise_span(entry, origin)
        staging.append(prepared)
        self._ledger.count(entry)
        self._ledger.settle(files, versions)
        rejudged = self._judge(relations, ids, closes=batch.swap is None or batch.swap.closes, is_new=is_new)
        return Stored(prepared, schemas.drifts, passed - rejudged.lost, len(rejudged.moved), is_new)
