"""The floor: the least that parses the files and fills the same staged table, without any of our promises.

    python -m tests.benches.floor FOLDER DATABASE

One transaction a file, WAL, synchronous=NORMAL. No record is framed, checked, cleaned, judged or accounted for, and a
timestamp is stored as the file has it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from adbc_driver_sqlite import dbapi

from tests.benches.measuring import measured, report

TEXT = ("InvoiceNo", "StockCode", "Description", "InvoiceDate", "CustomerID", "Country")
TYPES = {"Quantity": pa.int64(), "UnitPrice": pa.float64(), **dict.fromkeys(TEXT, pa.string())}
CREATE = """
CREATE TABLE stg_retail (_id INTEGER PRIMARY KEY, _date TEXT NOT NULL, _event_us INTEGER, InvoiceNo TEXT,
StockCode TEXT, Description TEXT, Quantity INTEGER, InvoiceDate TEXT, UnitPrice REAL, CustomerID TEXT, Country TEXT,
Amount REAL, _flags TEXT, _rescued TEXT) STRICT
"""


def load(folder: Path, database: Path) -> int:
    """Fill a fresh database; the number of rows."""
    with dbapi.connect(f"file:{database}", autocommit=True) as connection, connection.cursor() as cursor:
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", CREATE):
            cursor.execute(statement).fetchall()
        connection.adbc_connection.set_autocommit(False)
        row_count = 0
        for number, path in enumerate(sorted(folder.glob("*.csv")), 1):
            rows = parse(path, number)
            cursor.adbc_ingest("stg_retail", rows, mode="append")
            connection.commit()
            row_count += rows.num_rows
    return row_count


def parse(path: Path, number: int) -> pa.Table:
    """One file in the layout of the staged table."""
    table = csv.read_csv(
        path,
        csv.ReadOptions(use_threads=False, block_size=1 << 22),
        convert_options=csv.ConvertOptions(column_types=TYPES, strings_can_be_null=True),
    )
    count = table.num_rows
    columns = {name: table[name] for name in table.column_names}
    added = {
        "_id": pa.array(np.arange(1, count + 1) + (number << 32)),
        "_date": pa.repeat(path.stem, count),
        "_event_us": table["InvoiceDate"].cast(pa.timestamp("us")).cast(pa.int64()),
    }
    derived = {"Amount": pc.multiply(table["Quantity"].cast(pa.float64()), table["UnitPrice"])}
    nothing = {"_flags": pa.nulls(count, pa.string()), "_rescued": pa.nulls(count, pa.string())}
    return pa.table({**added, **columns, **derived, **nothing})


if __name__ == "__main__":
    with measured() as figures:
        figures["rows"] = load(Path(sys.argv[1]), Path(sys.argv[2]))
    report(figures)
