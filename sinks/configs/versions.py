"""Recording the configs by which spans are judged."""

from __future__ import annotations

from sinks.configs.model import ConfigVersion
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.table import Table

_RECORD = f"INSERT OR IGNORE INTO meta_configs (dataset, hash, definition, recorded_at) VALUES (?, ?, ?, {NOW})"
_CARRY_OVER = "UPDATE meta_spans SET config_id = ? WHERE config_id = ?"
_ID = "SELECT config_id FROM meta_configs WHERE dataset = ? AND hash = ?"


class ConfigVersions:
    """Gives configs their ids. Every method but `forget` runs inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[str, str], int] = {}

    def id_of(self, table: Table) -> int | None:
        """The id of the table's config, which is stored where it is new; None where it has none."""
        return None if table.config is None else self._id(table.dataset, table.config)

    def _id(self, dataset: str, config: ConfigVersion) -> int:
        key = dataset, config.hash
        if key not in self._ids:
            self._connection.run(_RECORD, *key, config.definition)
            self._ids[key] = self._connection.integer(_ID, *key)
        return self._ids[key]

    def carry_over(self, before: Table, after: Table) -> None:
        """What was judged by the config of `before` is what that of `after` would make of it by now."""
        if before.config is not None and before.config != after.config:
            known = self._connection.integer(_ID, before.dataset, before.config.hash)
            self._connection.run(_CARRY_OVER, self.id_of(after), known)

    def forget(self) -> None:
        """The transaction was rolled back, and what it stored is gone."""
        self._ids.clear()
