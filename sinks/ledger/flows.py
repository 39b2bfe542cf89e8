"""How many records came with each execution date, and where they went."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.database.connection import Connection

_FLOWS = """
SELECT date, count(*) AS files, sum(records) AS records, sum(accepted) AS accepted, sum(rejected) AS rejected,
       sum((SELECT count(*) FROM rejects r WHERE r._id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
            AND EXISTS (SELECT 1 FROM meta_duplicates d WHERE d._id = r._id))) AS lost
FROM meta_files f WHERE dataset = ?1 AND state <> 'superseded' AND (?2 IS NULL OR date <= ?2)
GROUP BY date ORDER BY date
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """The balance of an execution date: `records = accepted + rejected`. `lost`: those of the rejected that other rows
    decided on, such as duplicates."""

    date: str
    files: int
    records: int
    accepted: int
    rejected: int
    lost: int

    @property
    def refused(self) -> int:
        """Those that were rejected for what stands in them."""
        return self.rejected - self.lost


def flows(connection: Connection, dataset: str, through: str | None = None) -> list[Flow]:
    """The balances of a dataset's dates up to one, in order."""
    return [Flow(**row) for row in connection.table(_FLOWS, dataset, through).to_pylist()]
