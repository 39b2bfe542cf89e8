"""The bare loop: read each file, insert its rows, one transaction a file; what a script would do.

    python -m tests.benches.bare FOLDER DATABASE

The standard library's csv and sqlite3, WAL, synchronous=NORMAL. Nothing is checked, kept raw or accounted for.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from tests.benches.measuring import measured, report

CREATE = """
CREATE TABLE stg_readings (reading_id INTEGER PRIMARY KEY, sensor TEXT, taken_at TEXT, value REAL, unit TEXT) STRICT
"""
INSERT = "INSERT INTO stg_readings VALUES (?, ?, ?, ?, ?)"


def load(folder: Path, database: Path) -> int:
    """Fill a fresh database; the number of files."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", CREATE):
            connection.execute(statement)
        paths = sorted(folder.glob("*.csv"))
        for path in paths:
            with path.open(encoding="utf-8", newline="") as file:
                rows = csv.reader(file)
                next(rows)
                connection.execute("BEGIN")
                connection.executemany(INSERT, rows)
                connection.execute("COMMIT")
    return len(paths)


if __name__ == "__main__":
    with measured() as figures:
        figures["files"] = load(Path(sys.argv[1]), Path(sys.argv[2]))
    report(figures)
