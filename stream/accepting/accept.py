"""`schema accept`: a column comes into the config, and what was loaded is as if it had always been there.

All rows change in one transaction, in which an amendment says of the column what the config is to say. The config takes
its place behind it, and the amendment goes again. So a kill at any moment leaves a contract and rows that go together,
and calling it again does what is left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path

from processors.naming.matching import declared
from processors.schemas.amendments import Amendment
from sinks.database.connection import Connection
from sinks.database.lock import Turn
from sinks.ledger.decisions import let_in
from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from sinks.rows.backfill import Backfill, text_of
from sinks.schemas import amendments
from sinks.warehouse import Warehouse
from stream.accepting.findings import Misfit, misfits, sides, values
from stream.accepting.history import rewrite
from stream.accepting.observed import observed_type
from stream.accepting.request import Plan, Request, check_found, config_path, is_known, plan, told_before
from stream.closing import Closings
from stream.config import Dataset
from stream.config.amending import ADDED_TYPE
from stream.config.loading import known_dataset, read_config
from stream.replacing import replacing
from stream.schemas.contracts import load_contracts
from stream.schemas.freezing import frozen
from stream.writing import writing


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting did, or (`dry_run`) would do.

    `column`, `type`: of the contract. `files`: that have the column; `ready`: how many of them were held, and are read
    by the next run. `filled`: rows that have a value in the column by that; `misfits`: cells that are none, with the
    first of them. `accepted`, `rejected`: rows that came to be so. `config`: the file, and the `lines` that change in
    it.
    """

    dataset: str
    source: str
    column: str
    type: str
    dry_run: bool
    files: int
    ready: int
    filled: int
    misfits: int
    examples: tuple[Misfit, ...]
    accepted: int
    rejected: int
    config: str
    lines: tuple[str, ...]


def accept(configs: Path, warehouse: Path, request: Request, turn: Turn, *, dry_run: bool) -> Accepted:
    """Take a column into the contract.

    Raises ConfigError, WarehouseError, KeyboardInterrupt when its turn is stopped on the way, and SourceError where a
    record, judged with the column, breaks a rule with the action `fail`, or freezes its file; then nothing has changed.
    """
    with writing(warehouse, turn) as lock:
        datasets = load_contracts(configs, warehouse)
        before, path = known_dataset(datasets, request.dataset), config_path(configs, request.dataset)
        with (
            Warehouse(warehouse, [dataset.table for dataset in datasets.values()], lock=lock) as sink,
            WarehouseReader(warehouse) as recorded,
            nullcontext() if dry_run else sink.recording("accept"),
        ):
            return _Acceptance(sink, recorded, before, request, turn.stop).take(path, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Acceptance:
    """The warehouse, open for one request. `before`: the dataset as it is, with its amendments."""

    sink: Warehouse
    recorded: WarehouseReader
    before: Dataset
    request: Request
    stop: threading.Event

    def take(self, path: Path, *, dry_run: bool) -> Accepted:
        """All that is to be done; in a dry run it is undone."""
        name, text = self.before.name, _exact_text(path)
        entries = list(self.recorded.files("dataset = ? AND state <> 'superseded'", name))
        told = [each for each in amendments.recorded(self.sink.path) if each.dataset == name]
        alone = read_config(path, text)
        evolved = self._evolved(alone, told)
        planned = plan(self._completed(alone, told, entries, evolved), path, text, told, entries)
        if dry_run:
            with self.sink.transaction(keep=False):
                return replace(self._changed(planned, entries, evolved), dry_run=True)
        with _replacing(planned), self.sink.transaction():
            done = self._changed(planned, entries, evolved)
        with self.sink.transaction():
            amendments.forget(self.sink.connection, name, self.request.source)
        Closings(self.sink).close()
        return done

    def _evolved(self, alone: Dataset, told: Iterable[Amendment]) -> str | None:
        """The column that the contract gained by itself under the name. `alone`: the dataset as the config has it."""
        named = {column.name for column in alone.columns}
        found = declared([self.request.source], self.before.columns).get(self.request.source)
        if found is not None and found.name not in named:
            return found.name
        earlier = told_before(self.request, told)
        return earlier.column if earlier is not None and earlier.column not in named else None

    def _completed(
        self, alone: Dataset, told: Iterable[Amendment], entries: Sequence[FileEntry], evolved: str | None
    ) -> Request:
        """The request with the type and the name that it does not give: what an earlier call said, or what the values
        are. Raises ConfigError where there is nothing to accept."""
        request = self.request
        if is_known(request, alone):
            return request
        check_found(request, alone, entries)
        if request.existing is not None:
            return request
        earlier = told_before(request, told)
        name = request.name or (None if earlier is None else earlier.column)
        if request.type is not None:
            return replace(request, name=name)
        if earlier is not None and earlier.type != ADDED_TYPE:
            return replace(request, name=name, type=earlier.type)
        rows = Backfill(self.sink.connection, self.before.table, "NULL" if evolved is None else text_of(evolved))
        observed = observed_type(self.recorded, rows, self.before, entries, request.source)
        return replace(request, name=name, type=observed or ADDED_TYPE)

    def _waits(self, entry: FileEntry, planned: Plan) -> bool:
        """Whether a file is held for nothing but what is accepted."""
        header = entry.file.header
        waits = entry.state == "held" and frozen(header, self.before) is not None
        return waits and frozen(header, planned.dataset) is None

    def _changed(self, planned: Plan, entries: Sequence[FileEntry], evolved: str | None) -> Accepted:
        """Inside a transaction: change all rows, and compare with what a reader still sees."""
        connection, written = self.sink.connection, planned.written
        had = values(connection, planned) if planned.amendment.kind == "name" else 0
        stays = any(column.name == evolved and column == planned.column for column in self.before.columns)
        rewrite(self.sink, self.recorded, planned, None if stays else evolved, self.stop)
        self.sink.configs.carry_over(self.before.table, planned.dataset.table)
        ready = sum(let_in(connection, entry.file.file_id) for entry in planned.files if self._waits(entry, planned))
        count, examples = misfits(connection, planned)
        with Connection(self.sink.path, read_only=True) as before:
            changed = sides(before, connection, entries)
        return Accepted(
            dataset=planned.request.dataset,
            source=planned.request.source,
            column=planned.column.name,
            type=planned.column.type.written,
            dry_run=False,
            files=len(planned.files),
            ready=ready,
            filled=values(connection, planned) - had,
            misfits=count,
            examples=examples,
            accepted=changed.accepted,
            rejected=changed.rejected,
            config=str(written.path),
            lines=_lines(written.text, written.changed),
        )


@contextmanager
def _replacing(planned: Plan) -> Iterator[None]:
    """Write the config when the block has ended well; what can fail of that is done before."""
    written = planned.written
    if written.changed == written.text:
        yield
        return
    with replacing(written.path.resolve()) as config:  # a link stays one
        config.write(written.changed)
        config.flush()
        yield


def _exact_text(path: Path) -> str:
    """With the line ends that it has."""
    return path.read_bytes().decode("utf-8")


def _lines(before: str, after: str) -> tuple[str, ...]:
    """The lines that go and come, as a patch shows them."""
    found = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return tuple(line for line in found if line[0] in "+-" and line[:3] not in {"+++", "---"})
