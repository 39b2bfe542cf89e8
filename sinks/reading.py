"""Looking into a warehouse without writing: brief reads on a read-only connection, beside a writer or without one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa

from processors.errors import WarehouseError
from sinks.base import Span
from sinks.closing.history import BrokenRule, DateProfile, Distance, broken_rules, distances, profiles
from sinks.database.connection import Connection
from sinks.database.identifiers import duplicate_rows, literal, quote, staged
from sinks.database.migrations import migration_names
from sinks.feature_views.reading import vectors_by_id
from sinks.files import Position, row_id
from sinks.kpis.history import KpiTrend, trends
from sinks.ledger.corrections import event
from sinks.ledger.files import FileEntry, stored_dates, stored_files
from sinks.ledger.flows import Flow, flows
from sinks.ledger.holds import DatasetState, dataset_states
from sinks.ledger.spans import SpanEntry, stored_position, stored_spans
from sinks.parameters.versions import RecordedParameters
from sinks.rows.records import Records
from sinks.rows.rejects import Rejects
from sinks.rows.storage import joined
from sinks.schemas.history import SchemaHistory, Standing


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """What the ledger says of one dataset, summed over its files. `held`: why nothing of it is loaded for now.
    `schema`: where its files' schema stands; None before one was seen."""

    dataset: str
    files: int
    files_by_state: dict[str, int]
    dates: int
    records: int
    accepted: int
    rejected: int
    last_commit: str | None
    held: str | None = None
    schema: Standing | None = None


class WarehouseReader:
    """A read-only view. Raises WarehouseError where there is no warehouse at `path`."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise WarehouseError(
                f"{path}: there is no warehouse. `ade-stream run` makes one; or name another with --warehouse."
            )
        self._path = path
        with ExitStack() as resources:
            self._connection = resources.enter_context(Connection(path, read_only=True))
            if not self._connection.integer("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta_files')"):
                raise WarehouseError(
                    f"{path}: is a database, but no warehouse of ade-stream. Check --warehouse; or let "
                    "`ade-stream run` make it one."
                )
            self._refuse_older(path)
            self._resources = resources.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def _refuse_older(self, path: Path) -> None:
        applied = {row[0] for row in self._connection.rows("SELECT name FROM _sqlite_migrations")}
        if not applied.issuperset(migration_names()):
            raise WarehouseError(
                f"{path}: was written by an older ade-stream. `ade-stream run` brings it up to date; nothing is lost."
            )

    def make_durable(self) -> None:
        """What is committed now survives a power cut: with `synchronous=NORMAL` that is not so by itself."""
        for suffix in ("-wal", ""):
            with suppress(FileNotFoundError), open(f"{self._path}{suffix}", "rb") as file:  # noqa: PTH123
                os.fsync(file.fileno())

    def files(self, where: str = "", *parameters: str | int) -> Iterator[FileEntry]:
        """The files of the ledger, by id."""
        return stored_files(self._connection, where, *parameters)

    def position(self, file_id: int, /) -> Position:
        """Where the file's committed records end."""
        return stored_position(self._connection, file_id)

    def spans(self, file_id: int, /) -> Iterator[SpanEntry]:
        """The file's committed spans, in its order."""
        return stored_spans(self._connection, file_id)

    def events(self, span: Span) -> pa.Table:
        """The events by which the span's records are judged, in their order: `_id` (int64) and `payload` (string).

        That is what came, or its latest correction.
        """
        return self._connection.table(
            f"SELECT _id, {event('e._id')} AS payload FROM raw_events e WHERE _id BETWEEN ? AND ? ORDER BY _id",
            *(span.id_first, span.id_last),
        )

    def keeps_events(self, entry: FileEntry) -> bool:
        """Whether the raw layer has all records of a file."""
        first = row_id(entry.file.file_id, 0)
        found = self._connection.integer(
            "SELECT count(*) FROM raw_events WHERE _id BETWEEN ? AND ?", first, row_id(entry.file.file_id + 1, 0) - 1
        )
        return found >= entry.records

    def reject_rules(self, file_id: int, /) -> dict[str, int]:
        """How many records of a file were rejected under each rule, the most frequent first."""
        counts = self._connection.rows(
            """SELECT reason.value ->> 'rule', count(*) FROM rejects r, json_each(r.reasons) reason
            WHERE r._id BETWEEN ? AND ? AND reason.value ->> 'action' NOT IN ('warn', 'impute')
            GROUP BY 1 ORDER BY 2 DESC, 1""",
            *(row_id(file_id, 0), row_id(file_id + 1, 0) - 1),
        )
        return {str(rule): int(str(count)) for rule, count in counts}

    @property
    def connection(self) -> Connection:
        """What all of it is read by."""
        return self._connection

    @property
    def rejects(self) -> Rejects:
        """The dead-letter table."""
        return Rejects(self._connection)

    @property
    def parameters(self) -> RecordedParameters:
        """The parameters that rows were judged with."""
        return RecordedParameters(self._connection)

    @property
    def records(self) -> Records:
        """Single records."""
        return Records(self._connection)

    @property
    def schemas(self) -> SchemaHistory:
        """The schemas that files have had."""
        return SchemaHistory(self._connection)

    def states(self, file_id: int, /) -> dict[str, str]:
        """When a file last came into each state that it had, the latest last."""
        entered = self._connection.rows(
            "SELECT state, entered_at FROM meta_file_states WHERE file_id = ? ORDER BY entered_at, state", file_id
        )
        return {str(state): str(at) for state, at in entered}

    def status(self) -> list[DatasetStatus]:
        """One entry a dataset, by name."""
        sums = self._connection.table(
            """SELECT dataset, count(*) AS files, count(DISTINCT date) AS dates, sum(records) AS records,
            sum(accepted) AS accepted, sum(rejected) AS rejected, max(updated_at) AS last_commit
            FROM meta_files WHERE state <> 'superseded' GROUP BY dataset ORDER BY dataset"""
        ).to_pylist()
        states = self._connection.rows("SELECT dataset, state, count(*) FROM meta_files GROUP BY 1, 2 ORDER BY 1, 2")
        by_dataset: dict[str, dict[str, int]] = {row["dataset"]: {} for row in sums}
        for dataset, state, count in states:
            by_dataset[str(dataset)][str(state)] = int(str(count))
        held = {each.dataset: each.reason for each in self.dataset_states() if each.is_held}
        standings = self.schemas.standings()
        return [
            DatasetStatus(
                files_by_state=by_dataset[row["dataset"]],
                **row,
                held=held.get(row["dataset"]),
                schema=standings.get(row["dataset"]),
            )
            for row in sums
        ]

    def dates(self, dataset: str | None = None) -> dict[str, list[str]]:
        """The execution dates of which each dataset, or one, has files, in order."""
        return stored_dates(self._connection, dataset)

    def dataset_states(self) -> list[DatasetState]:
        """The datasets that are held, or were once, by name."""
        return dataset_states(self._connection)

    def profiles(self, dataset: str | None = None, date: str | None = None) -> list[DateProfile]:
        """The profiles of a date, or of the last one of each dataset."""
        return profiles(self._connection, dataset, date)

    def flows(self, dataset: str, through: str | None = None) -> list[Flow]:
        """The balances of a dataset's execution dates up to one, in order."""
        return flows(self._connection, dataset, through)

    def distances(self, dataset: str, through: str | None = None) -> list[Distance]:
        """How far the columns of a dataset were from their references, on its dates up to one."""
        return distances(self._connection, dataset, through)

    def kpis(
        self, dataset: str | None = None, kpi: str | None = None, first: str | None = None, last: str | None = None
    ) -> list[KpiTrend]:
        """The history of each KPI and combination of dimensions between two dates, both included."""
        return list(trends(self._connection, dataset, kpi, first, last))

    def kpi_names(self) -> set[tuple[str, str | None]]:
        """Each dataset's KPIs, and each dataset that has any with None beside."""
        rows = self._connection.rows("SELECT dataset, kpi FROM meta_kpis UNION SELECT dataset, NULL FROM meta_kpis")
        return {(str(dataset), None if kpi is None else str(kpi)) for dataset, kpi in rows}

    def broken_rules(self) -> list[BrokenRule]:
        """The rules over whole dates that are broken now, those of the last dates first."""
        return broken_rules(self._connection)

    def content_hash(self, dataset: str, date: str | None = None) -> str:
        """SHA-256 over the dataset's staged rows, duplicates, rejects, raw events, balances, vectors, in the order of
        their ids.

        Two warehouses that hold the same have the same hash, whatever batches they were filled with. Times of arrival
        and of commits are left out. `date`: only the files of that execution date.
        """
        hashed = hashlib.sha256()
        for name, columns in self._hashed_columns(dataset):
            values = joined([written(column) for column in columns])
            of_files = columns[0] == "file_id"
            key = "file_id" if of_files else "_id"
            for first, last in self._id_ranges(dataset, date, of_files=of_files):
                where = f"WHERE {key} BETWEEN ?1 AND ?2 ORDER BY {key}"
                sql = f"SELECT {values} || char(10) AS line FROM {name} {where}"
                for batch in self._connection.batches(sql, first, last):
                    hashed.update(_bytes(batch.column(0)))
            hashed.update(b"\x00")
        return hashed.hexdigest()

    def _hashed_columns(self, dataset: str) -> Iterator[tuple[str, list[str]]]:
        for name in (staged(dataset), duplicate_rows(dataset)):
            rows = self._connection.rows("SELECT name FROM pragma_table_info(?) ORDER BY name", name)
            yield quote(name), [str(row[0]) for row in rows]
        yield "rejects", ["_id", "_date", "reasons", "raw", "path", "line", "byte_start", "byte_end", "status"]
        yield "raw_events", ["_id", "dataset", "payload"]
        yield "meta_files", ["file_id", "path", "generation", "date", "records", "accepted", "rejected"]
        yield from vectors_by_id(self._connection, dataset)

    def _id_ranges(self, dataset: str, date: str | None, *, of_files: bool) -> list[tuple[int, int]]:
        condition = "dataset = ?" + ("" if date is None else " AND date = ?")
        parameters = (dataset,) if date is None else (dataset, date)
        ids = [entry.file.file_id for entry in self.files(condition, *parameters)]
        return [(file, file) if of_files else (row_id(file, 0), row_id(file + 1, 0) - 1) for file in ids]


def written(column: str) -> str:
    """A value with its column's name, nothing where it is null: a column that a table has gained changes no hash.

    Text is in hexadecimal, since `quote()` ends at a NUL.
    """
    cell, name = quote(column), literal(f"{column}=")
    value = f"iif(typeof({cell}) = 'text', 'x' || hex({cell}), quote({cell}))"
    return f"iif({cell} IS NULL, '', {name} || {value} || ',')"


def _bytes(lines: pa.Array) -> memoryview:
    """The text of all `lines` (string, no nulls), one after the other."""
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(lines.buffers()[2] or b"")[int(offsets[0]) : int(offsets[-1])]
