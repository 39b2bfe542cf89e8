"""What is told of a file that was loaded, asked of what the open transaction has stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from processors.lineage import facets
from processors.lineage.columns import Made, staged, vectors
from processors.lineage.events import read, written
from processors.lineage.facets import Json
from sinks.base import Part
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote
from sinks.database.identifiers import staged as staged_rows
from sinks.files import row_id
from sinks.lineage.teller import Teller
from sinks.results.results import results_of_records
from sinks.table import Table

#: Of a file, behind what was told before.
_SPANS = """
SELECT min(span_id), max(span_id + row_count - 1), sum(row_count), sum(byte_end - byte_start) FROM meta_spans
WHERE run_id = ?1 AND span_id BETWEEN ?2 AND ?3
    AND span_id > (SELECT coalesce(max(last_id), 0) FROM meta_lineage WHERE last_id BETWEEN ?2 AND ?3)
"""


@dataclass(frozen=True, slots=True)
class Load:
    """Records of a file that a run has stored, from `id_first` to `id_last`."""

    id_first: int
    id_last: int
    records: int
    bytes: int


def load_of(connection: Connection, file_id: int, run_id: int) -> Load | None:
    """What a run has stored of a file and not told yet, if anything."""
    [(first, *others)] = connection.rows(_SPANS, run_id, row_id(file_id, 0), row_id(file_id + 1, 0) - 1)
    return None if first is None else Load(int(str(first)), *(int(str(each)) for each in others))


@dataclass(frozen=True, slots=True)
class Told:
    """Inputs and outputs of the load of a file."""

    connection: Connection
    teller: Teller
    table: Table
    part: Part
    load: Load

    def inputs(self) -> list[Json]:
        """The file, with its header, and with what its records came to."""
        made, producer, load = self._made(), self.teller.producer, self.load
        names = {each.name: each.sources[0] for each in made if len(each.sources) == 1 and not each.sql}
        metrics = {names[name]: counts for name, counts in self._counts().items() if name in names}
        quality = {"dataQualityMetrics": facets.quality_metrics(load.records, load.bytes, metrics, producer)}
        if self.table.suite is not None:
            found = results_of_records(self.connection, self.part.file.file_id, load.id_first, load.id_last)
            quality["dataQualityAssertions"] = facets.assertions(found, names, producer)
        fields = ((name, "string") for name in self.part.file.header)
        return [read(self._file, {"schema": facets.schema(fields, producer)}, quality)]

    def outputs(self) -> list[Json]:
        """The staged table, the vectors that are made of it, and the rejects, if there are any."""
        accepted = self._rows(self._staged)
        found = [self._written(self._staged, self._made(), self._file, accepted)]
        for view in self.table.views:
            name = feature_rows(view.name)
            found.append(self._written(name, vectors(view), self.teller.table(self._staged), self._rows(name)))
        if rejected := self.load.records - accepted:
            statistics = {"outputStatistics": facets.output_statistics(rejected, self.teller.producer)}
            found.append(written(self.teller.table("rejects"), None, statistics))
        return found

    def _written(self, name: str, columns: tuple[Made, ...], source: tuple[str, str], rows: int) -> Json:
        producer = self.teller.producer
        said = {
            "schema": facets.schema(((each.name, each.type) for each in columns), producer),
            "columnLineage": facets.column_lineage(columns, source, producer),
        }
        return written(self.teller.table(name), said, {"outputStatistics": facets.output_statistics(rows, producer)})

    @property
    def _file(self) -> tuple[str, str]:
        return self.teller.file(self.part.file.path)

    @property
    def _staged(self) -> str:
        return staged_rows(self.table.dataset)

    def _made(self) -> tuple[Made, ...]:
        table = self.table
        derived = self.teller.features.get(table.dataset, {})
        return staged(table.columns, table.contract.columns, derived, self.part.file.header)

    def _counts(self) -> dict[str, tuple[int, int]]:
        """How many values and how many nulls each staged column has."""
        names = [name for name, _ in self.table.columns]
        counts = self._within("".join(f", count({quote(name)})" for name in names), self._staged)
        rows = next(counts)
        return {name: (count, rows - count) for name, count in zip(names, counts, strict=True)}

    def _rows(self, table: str) -> int:
        return next(self._within("", table))

    def _within(self, counted: str, table: str) -> Iterator[int]:
        query = f"SELECT count(*){counted} FROM {quote(table)} WHERE _id BETWEEN ? AND ?"
        [row] = self.connection.rows(query, self.load.id_first, self.load.id_last)
        return (int(str(value)) for value in row)
