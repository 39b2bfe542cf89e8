"""What a person decides while a writer may run: tiny transactions, which the writer finds in the ledger."""

from __future__ import annotations

from pathlib import Path

from sinks.connection import Connection
from sinks.ledger import NOW

_PUT_BACK = f"""
UPDATE meta_files SET state = 'ready', updated_at = {NOW},
    reason = 'Put back by `ade-stream retry`. Before, it was ' || state || ': ' || reason
WHERE file_id = ? AND state IN ('failed', 'held')
"""


def put_back(warehouse: Path, file_id: int) -> bool:
    """Let a file that was set aside be tried again; False where it is not set aside (any more).

    Raises WarehouseError where a long transaction of the writer is in the way.
    """
    with Connection(warehouse) as connection, connection.transaction():
        return connection.run(_PUT_BACK, file_id) > 0
