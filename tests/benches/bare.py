"""The bare loop: read each file, insert its rows, one transaction a file; what a script would do.

    python -m tests.benches.bare FOLDER DATABASE {default,wal}

The standard library's csv and sqlite3; as it is opened by default, or with WAL and synchronous=NORMAL, as ours is.
Nothing is checked, kept raw or accounted for.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.benches.measuring import measured, report

CREATE = """
CREATE TABLE stg_readings (reading_id INTEGER PRIMARY KEY, sensor TEXT, taken_at TEXT, value REAL, unit TEXT) STRICT
"""
INSERT = "INSERT INTO stg_readings VALUES (?, ?, ?, ?, ?)"


WAL = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL")


def load(folder: Path, database: Path, pragmas: Sequence[str]) -> int:
    """Fill a fresh database; the number of files."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in (*pragmas, CREATE):
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
        figures["files"] = load(Path(sys.argv[1]), Path(sys.argv[2]), WAL if sys.argv[3] == "wal" else ())
    report(figures)
