"""What was left to do, and is no more: the rows are again what they were, or what rests on them does not mind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from processors.errors import SourceError
from sinks.consequences.pending import Pending, pending, strike
from sinks.database.connection import Connection
from sinks.parameters.versions import RecordedParameters
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.evidence import Evidence
from stream.parameters.recorded import of_replayed


def settle(
    connection: Connection,
    recorded: WarehouseReader,
    datasets: Mapping[str, Dataset],
    landing: Path | None,
    before: Iterable[Pending],
) -> None:
    """Strike out, inside the caller's transaction, parameters that were left `before` the replay in hand and would come
    out as they are. What that replay has just left is not looked at: it would cost as much as making it anew."""
    left = {(each.dataset, each.subject) for each in pending(connection) if each.kind == "parameters"}
    asked = {(each.dataset, each.subject) for each in before if each.kind == "parameters" and each.dataset in datasets}
    for name, date in sorted(left & asked):
        if _is_as_it_was(connection, recorded, Evidence(recorded, landing, datasets[name]), date):
            strike(connection, "parameters", name, date)


def _is_as_it_was(connection: Connection, recorded: WarehouseReader, evidence: Evidence, date: str) -> bool:
    """Whether the parameters of a date would be the same version again."""
    name = evidence.dataset.name
    files = list(recorded.files("dataset = ? AND date = ? AND state <> 'superseded'", name, date))
    try:
        made = of_replayed(connection, evidence, date, files, refit=True)
    except SourceError:  # it cannot be known, as its first records are gone
        return False
    was = RecordedParameters(connection).of_date(name, date)
    return made is not None and was is not None and made.version == was.version
