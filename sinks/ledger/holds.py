"""Datasets of which nothing is loaded until a person says so: an error budget was used up."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.base import Part
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

_HOLD = f"""
INSERT OR REPLACE INTO meta_datasets (dataset, state, reason, file_id, changed_at) VALUES (?, 'held', ?, ?, {NOW})
"""


@dataclass(frozen=True, slots=True)
class DatasetState:
    """A row of `meta_datasets`: of a dataset that is held now, or was once."""

    dataset: str
    is_held: bool
    reason: str
    changed_at: str


def hold(connection: Connection, news: Part) -> None:
    """The dataset of a file is held because the file is. Runs inside the caller's transaction."""
    connection.run(_HOLD, news.file.dataset, f"{news.file.path}: {news.reason}", news.file.file_id)


def dataset_states(connection: Connection) -> list[DatasetState]:
    """The datasets that are held, or were once, by name."""
    rows = connection.rows("SELECT dataset, state, reason, changed_at FROM meta_datasets ORDER BY dataset")
    return [DatasetState(str(name), state == "held", str(reason), str(at)) for name, state, reason, at in rows]
