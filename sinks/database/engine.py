"""Which SQLite is at work: the one that comes with ADBC, and the standard library's, which makes and changes tables."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from adbc_driver_sqlite import dbapi

#: An older one may lose a commit to a checkpoint that runs at the same time; see the release log of 3.51.3.
VERSION_MIN = (3, 51, 3)
#: STRICT tables came with 3.37, the arrows of JSON with 3.38.
MIGRATING_VERSION_MIN = (3, 38, 0)
_ASKED = """
SELECT sqlite_version(), (SELECT count(*) FROM pragma_compile_options WHERE compile_options = 'THREADSAFE=0')
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """`migrating`: the version of the one that makes tables. `is_threadsafe`: whether threads may share the other."""

    version: str
    migrating: str
    is_threadsafe: bool

    @property
    def is_sound(self) -> bool:
        """Whether both have what is asked of them."""
        return _numbers(self.version) >= VERSION_MIN and _numbers(self.migrating) >= MIGRATING_VERSION_MIN


def engine() -> Engine:
    """What is installed."""
    with dbapi.connect(":memory:", autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(_ASKED)
        [(version, single)] = cursor.fetchall()
    return Engine(str(version), sqlite3.sqlite_version, not single)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
