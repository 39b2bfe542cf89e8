"""The vectors of feature views, as one connection sees them, compared with what another one sees, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote, staged
from sinks.differences.rows import EMPTY, RowChanges, Side, cell, compared
from sinks.ledger.files import FileEntry

_ACTIVE = "SELECT view FROM meta_feature_registry WHERE dataset = ? AND status = 'active' ORDER BY view"
_COLUMNS = "SELECT name, pk > 0 FROM pragma_table_info(?)"
_CHANGES = """
SELECT r.dataset, d.view, d.date, d.changes, d.rows FROM meta_feature_dates d
JOIN meta_feature_registry r ON r.view = d.view AND r.status = 'active'
"""


@dataclass(frozen=True, slots=True)
class ViewDate:
    """The vectors of an execution date in a view; how many there are."""

    dataset: str
    view: str
    date: str
    rows: int


@dataclass(frozen=True, slots=True)
class _Vectors:
    """The table of a view: its key and its features."""

    key: tuple[str, ...]
    features: tuple[str, ...]


def recomputed(before: Connection, after: Connection) -> list[ViewDate]:
    """The dates of which vectors were computed anew, or went, since `before`: whatever came of them."""
    was = {(str(view), str(date)): changes for _, view, date, changes, _ in before.rows(_CHANGES)}
    return [
        ViewDate(str(dataset), str(view), str(date), int(str(rows)))
        for dataset, view, date, changes, rows in after.rows(_CHANGES)
        if was.get((str(view), str(date))) != changes
    ]


def views_of(before: Connection, after: Connection, dataset: str) -> list[str]:
    """The active views of a dataset, on either side."""
    return sorted({str(view) for each in (before, after) for (view,) in each.rows(_ACTIVE, dataset)})


def vector_changes(
    before: Connection, after: Connection, dataset: str, view: str, files: Iterable[FileEntry]
) -> RowChanges:
    """Compare the vectors of the rows of some files; those of a row that went are gone with it."""
    was, now = (_vectors(each, view) for each in (before, after))
    features = list(dict.fromkeys(name for each in (now, was) if each for name in each.features))
    sides = [_side(each, dataset, view, of, features) for each, of in ((before, was), (after, now))]
    return compared(sides[0], sides[1], features, files)


def _vectors(connection: Connection, view: str) -> _Vectors | None:
    columns = [(str(name), bool(is_key)) for name, is_key in connection.rows(_COLUMNS, feature_rows(view))]
    if not columns:
        return None
    return _Vectors(tuple(name for name, is_key in columns if is_key), tuple(_features(columns)))


def _features(columns: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """No key, nothing of our own, and nothing that vectors are computed by."""
    return (name for name, is_key in columns if not is_key and not name.startswith("_"))


def _side(connection: Connection, dataset: str, view: str, of: _Vectors | None, features: list[str]) -> Side:
    """The rows stand in the order of ids, and each finds its vector by the key of that."""
    if of is None:
        return None
    cells = [f"{cell(name) if name in of.features else EMPTY} AS {quote(name)}" for name in features]
    same = " AND ".join(f"f.{quote(name)} = s.{quote(name)}" for name in of.key)
    rows = f"SELECT f.* FROM {quote(staged(dataset))} s CROSS JOIN {quote(feature_rows(view))} f ON {same}"
    vectors = f"({rows} WHERE s._id BETWEEN ? AND ?)"
    return connection, f"SELECT {', '.join(['_id', *cells])} FROM {vectors} ORDER BY _id"
