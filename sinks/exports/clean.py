"""The accepted rows of an execution date as they are exported."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from sinks.database.connection import Connection
from sinks.database.identifiers import quote, staged
from sinks.exports.pages import pages
from sinks.files import RECORDS_MAX
from sinks.rows.storage import FIRST_VALUES, storage
from sinks.table import Table


def clean_rows(connection: Connection, table: Table, date: str) -> Iterator[pl.DataFrame]:
    """The dataset's columns in the order of the row ids, in bounded memory: decimals, dates and timestamps as the text
    that is stored, booleans as such.

    It is one statement, so a reader sees one state of the date.
    """
    names = [quote(name) for name, _ in table.columns]
    firsts = ", ".join(
        f"{FIRST_VALUES[storage(kind)]} AS {name}" for name, (_, kind) in zip(names, table.columns, strict=True)
    )
    rows = f"""
        SELECT {", ".join(f"s.{name}" for name in names)} FROM meta_files f CROSS JOIN {quote(staged(table.dataset))} s
        ON s._id BETWEEN f.file_id << 32 AND (f.file_id << 32) + {RECORDS_MAX}
        WHERE f.dataset = ? AND f.date = ? ORDER BY f.file_id, s._id
    """
    flags = [name for name, kind in table.columns if kind.name == "boolean"]
    batches = connection.batches(f"SELECT {firsts} UNION ALL SELECT * FROM ({rows})", table.dataset, date)
    for page in pages(batches):
        yield page.with_columns(pl.col(flags).cast(pl.Boolean)) if flags else page
