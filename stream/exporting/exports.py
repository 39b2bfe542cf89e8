"""What the config wants as files, brought up to date behind the closing of dates.

What is to be written is asked of the warehouse, which knows of which state of its date each file is: so what was not
written, because of a kill or of a full disk, is written behind the next closing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice

from sinks.base import Finding
from sinks.exports.records import Known, Written, known_exports, record
from sinks.table import ExportKind, Table
from sinks.warehouse import Warehouse
from stream.exporting.projections import Projection, projections
from stream.exporting.writing import UnwrittenError, sync, write
from stream.replacing import clear_unfinished

#: So many are made durable, and recorded, at once.
PROJECTIONS_AT_ONCE = 50


class Exports:
    """Writes the files of a warehouse into its folder, in the thread that commits, between commits."""

    def __init__(self, warehouse: Warehouse, tell: Callable[[Finding], None]) -> None:
        self._warehouse, self._tell = warehouse, tell
        self._folder = warehouse.path.parent
        #: Of what the folder was looked at: people may have deleted files before this process began.
        self._seen: set[tuple[str, ExportKind]] = set()
        self._told: set[str] = set()

    def write(self, until: Callable[[], bool]) -> None:
        """Write what is not as it should be; `until` is asked between files.

        What cannot be written is told as a finding, once, and tried again behind the next closing. Raises
        WarehouseError where the warehouse itself cannot be read or written.
        """
        for table in self._warehouse.tables.values():
            for kind in table.exports:
                try:
                    for _ in write_recorded(self._warehouse, self._due(table, kind), until):
                        pass
                except UnwrittenError as error:
                    self._complain(error)

    def _due(self, table: Table, kind: ExportKind) -> list[Projection]:
        connection = self._warehouse.connection
        wanted = list(projections(connection, table, [kind]))
        known = known_exports(connection, table.dataset, kind)
        gone = set[str]()
        if (table.dataset, kind) not in self._seen:
            self._seen.add((table.dataset, kind))
            gone = self._gone(wanted, known)
        return [each for each in wanted if is_due(each, known, gone)]

    def _gone(self, wanted: Iterable[Projection], known: dict[str, Known]) -> set[str]:
        """The files that are recorded and are not there. What was left unfinished beside them is deleted."""
        paths = [export.path for each in wanted for export in each.exports]
        for folder in {(self._folder / path).parent for path in paths}:
            clear_unfinished(folder)
        return {path for path in paths if path in known and known[path].rows and not (self._folder / path).exists()}

    def _complain(self, error: UnwrittenError) -> None:
        message, export = f"{error}; it is tried again when a date is closed, or by `ade-stream export`.", error.export
        if message not in self._told:
            self._told.add(message)
            self._tell(Finding(export.dataset, export.date or "", "export", export.kind, "warning", message))


def is_due(projection: Projection, known: Mapping[str, Known], gone: Collection[str] = ()) -> bool:
    """Whether a file of it is not recorded as it would be now, or is `gone`."""
    return any(
        export.path in gone or export.path not in known or known[export.path].edition != export.edition
        for export in projection.exports
    )


def write_recorded(
    warehouse: Warehouse, wanted: Iterable[Projection], until: Callable[[], bool] = lambda: False
) -> Iterator[Written]:
    """Write files into the warehouse's folder, some at a time, and record them once they are durable; `until` is asked
    between them. Where one cannot be written those before it are recorded. Raises UnwrittenError and WarehouseError."""
    todo, folder = iter(wanted), warehouse.path.parent
    while some := list(islice(todo, PROJECTIONS_AT_ONCE)):
        written = list[Written]()
        try:
            for projection in some:
                if until():
                    return
                written += write(folder, projection)
        finally:
            sync(folder, written)
            with warehouse.connection.transaction():
                record(warehouse.connection, written)
        yield from written
