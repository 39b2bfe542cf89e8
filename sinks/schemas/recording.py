"""The schemas of a dataset's files, as commits bring them: their versions, and the drifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from processors.outcome import ROW_ID, Outcome
from processors.schemas.contract import Contract
from processors.schemas.remembering import Seen, seen
from sinks.base import Judged
from sinks.database.connection import Connection
from sinks.schemas.drift import Drift
from sinks.schemas.drifts import Files
from sinks.schemas.rows import SchemaRows
from sinks.schemas.versions import Versions
from sinks.table import Table


@dataclass(frozen=True, slots=True)
class Taken:
    """The version of each file of a batch of which a schema was seen, by file id, and the drifts."""

    versions: Mapping[int, int]
    drifts: tuple[Drift, ...]


_NOTHING = Taken({}, ())


class Schemas:
    """Every method but `forget` runs inside the caller's transaction. `run_id`: the run that is going on."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._rows = SchemaRows(connection, table.dataset)
        self._contract = table.contract
        self._memory: tuple[Versions, Files] | None = None
        self.run_id: int | None = None

    def forget(self) -> None:
        """The transaction was rolled back: what was kept in memory may be wrong."""
        self._memory = None

    def _known(self) -> tuple[Versions, Files]:
        if self._memory is None:
            versions = Versions(self._rows, self._contract)
            self._memory = versions, Files(self._rows, versions)
        return self._memory

    def adopt(self, contract: Contract | None = None) -> None:
        """Files are judged by this contract from now on; versions that were open may be accepted by it."""
        self._contract, self._memory = contract or self._contract, None
        Versions(self._rows, self._contract).adopt()

    def take_out(self, file_id: int) -> None:
        """A newer generation takes the place of a file."""
        self._known()[1].take_out(file_id)

    def take(self, judged: Judged, rows: Seen) -> Taken:
        """The versions of a batch's files, which are for the caller to store with the files, and the drifts that come
        with them. `rows`: what was seen of the rows."""
        if not judged.outcome.schemas:
            return _NOTHING
        versions, files = self._known()
        numbers: dict[int, int] = {}
        drifts: list[Drift] = []
        for part in judged.batch.parts:
            file, found = part.file, judged.outcome.schemas.get(part.file.file_id)
            if found is None:
                continue
            had = files.version_of(file.file_id)
            fitting = had if had and versions.takes(had, found) else versions.choose(found, had, files.before(file))
            numbers[file.file_id] = fitting
            drifts += files.put(file, fitting, self.run_id)
        drifts += files.close_gap(self.run_id)
        for number, each in _by_version(judged, rows, numbers, self._contract):
            versions.observe(number, each)
        return Taken(numbers, tuple(drifts))

    def give(self, taken: Taken) -> None:
        """Store the versions alone."""
        self._rows.give(taken.versions)


def _by_version(
    judged: Judged, rows: Seen, numbers: Mapping[int, int], contract: Contract
) -> Iterator[tuple[int, Seen]]:
    """What was seen of the rows of each version's files; nearly always all files of a batch have one."""
    distinct = set(numbers.values())
    if len(distinct) == 1:
        yield distinct.pop(), rows
        return
    of_parts = np.array([numbers.get(part.file.file_id, 0) for part in judged.batch.parts])
    for number in distinct:
        outcome = Outcome(
            *(
                batch.filter(pa.array(of_parts[judged.batch.part_of(batch[ROW_ID].to_numpy())] == number))
                for batch in (judged.outcome.accepted, judged.outcome.rejected)
            )
        )
        yield number, seen(outcome, contract.categories)
