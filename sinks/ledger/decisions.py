"""What a person decides while a writer may run: tiny transactions, which the writer finds in the ledger."""

from __future__ import annotations

from pathlib import Path

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

_PUT_BACK = f"""
UPDATE meta_files SET state = 'ready', updated_at = {NOW},
    reason = 'Put back by `ade-stream retry`. Before, it was ' || state || ': ' || reason
WHERE file_id = ? AND state IN ('failed', 'held')
"""

_RESUME_FILE = f"""
UPDATE meta_files SET state = 'ready', acknowledged = 1, updated_at = {NOW},
    reason = 'Its dataset was resumed by `ade-stream resume`. Before, it was ' || state || ': ' || reason
WHERE file_id = (SELECT file_id FROM meta_datasets WHERE dataset = ? AND state = 'held')
"""
_RESUME = f"UPDATE meta_datasets SET state = 'flowing', changed_at = {NOW} WHERE dataset = ? AND state = 'held'"
_LET_IN = f"""
UPDATE meta_files SET state = 'ready', updated_at = {NOW},
    reason = 'Its columns were accepted by `ade-stream schema accept`. Before, it was ' || state || ': ' || reason
WHERE file_id = ? AND state = 'held'
"""


def let_in(connection: Connection, file_id: int) -> bool:
    """Let a file that is held be tried again, since its header fits now; whether it was held. Inside the caller's
    transaction."""
    return connection.run(_LET_IN, file_id) > 0


def put_back(warehouse: Path, file_id: int) -> bool:
    """Let a file that was set aside be tried again; False where it is not set aside (any more).

    Raises WarehouseError where a long transaction of the writer is in the way.
    """
    with Connection(warehouse) as connection, connection.transaction():
        return connection.run(_PUT_BACK, file_id) > 0


def resume(warehouse: Path, dataset: str) -> bool:
    """Let a dataset that is held go on, with the file that it is held for as it is; False where it is not held.

    Raises WarehouseError as `put_back` does.
    """
    with Connection(warehouse) as connection, connection.transaction():
        connection.run(_RESUME_FILE, dataset)
        return connection.run(_RESUME, dataset) > 0
