"""The accepted rows of an execution date as they are exported."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from sinks.database.connection import Connection
from sinks.database.identifiers import quote, staged
from sinks.exports.pages import pages
from sinks.files import RECORDS_MAX
from sinks.rows.storage import FIRST_VALUES, storage
from sinks.table import Table

#: The staged rows of a date in the order of their ids; so they are found, and LIMIT keeps SQLite from leaving the ORDER
#: BY of a subquery out.
OF_DATE = f"""
FROM meta_files m CROSS JOIN {{}} s ON s._id BETWEEN m.file_id << 32 AND (m.file_id << 32) + {RECORDS_MAX} {{}}
WHERE m.dataset = ? AND m.date = ? ORDER BY m.file_id, s._id LIMIT -1
"""


def clean_rows(connection: Connection, table: Table, date: str) -> Iterator[pa.Table]:
    """The dataset's columns in the order of the row ids, in bounded memory: decimals, dates and timestamps as the text
    that is stored, booleans as such.

    It is one statement, so a reader sees one state of the date.
    """
    columns = {quote(name): kind for name, kind in table.columns}
    firsts = ", ".join(f"{FIRST_VALUES[storage(kind)]} AS {name}" for name, kind in columns.items())
    rows = f"SELECT {', '.join(f's.{name}' for name in columns)} {OF_DATE.format(quote(staged(table.dataset)), '')}"
    batches = connection.batches(f"SELECT {firsts} UNION ALL SELECT * FROM ({rows})", table.dataset, date)
    for page in pages(batches):
        yield _typed(page, table)


def _typed(page: pa.Table, table: Table) -> pa.Table:
    for place, (name, kind) in enumerate(table.columns):
        if kind.name == "boolean":
            page = page.set_column(place, name, pc.cast(page.column(place), pa.bool_()))
    return page
