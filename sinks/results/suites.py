"""The suites by which records were judged: each is stored once, and every span names its own."""

from __future__ import annotations

from processors.assessing.expectations import Suite
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.table import Table

_RECORD = f"INSERT OR IGNORE INTO meta_suites (dataset, hash, rules, recorded_at) VALUES (?, ?, ?, {NOW})"
_ID = "SELECT suite_id FROM meta_suites WHERE dataset = ? AND hash = ?"


class Suites:
    """Gives suites their ids. Every method but `forget` runs inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[str, str], int] = {}

    def id_of(self, table: Table) -> int | None:
        """The id of the table's suite, which is stored where it is new; None where it has none."""
        return None if table.suite is None else self._id(table.suite)

    def _id(self, suite: Suite) -> int:
        key = suite.dataset, suite.hash
        if key not in self._ids:
            self._connection.run(_RECORD, *key, suite.rules)
            self._ids[key] = self._connection.integer(_ID, *key)
        return self._ids[key]

    def forget(self) -> None:
        """The transaction was rolled back, and what it stored is gone."""
        self._ids.clear()
