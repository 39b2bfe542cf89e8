"""The same question to two warehouses: the first row that they answer otherwise.

Both answer in one order, and are read side by side in bounded memory, each row as its key and one line of text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import quote
from sinks.reading import written
from sinks.rows.storage import joined


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of a table. `source`: a SELECT that gives them; `values`: its parameters; `columns`: what is compared.
    `key`: SQL that names a row, an integer or a text. `order`: SQL for the order of the keys, where the source has a
    cheaper way to it than a sort. `row`: the column that has the id of a record, where one has."""

    table: str
    source: str
    values: tuple[Scalar, ...]
    columns: tuple[str, ...]
    key: str
    order: str = "1"
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first row of a table that is otherwise, by column, as text; None where one side has none."""

    table: str
    recorded: Mapping[str, str | None] | None
    recomputed: Mapping[str, str | None] | None
    row: int | None


def divergence(recorded: Connection, recomputed: Connection, question: Question) -> Divergence | None:
    """The first row that is not the same in both; None where all are."""
    sides = recorded, recomputed
    key = _first(*(_lines(side, question) for side in sides))
    if key is None:
        return None
    was, now = (_cells(side, question, key) for side in sides)
    named = (was or now or {}).get(question.row) if question.row else None
    return Divergence(question.table, was, now, None if named is None else int(named))


def _known(connection: Connection, question: Question) -> list[str]:
    """The columns that are compared and that this side has, by name."""
    with_names = connection.table(f"SELECT * FROM ({question.source}) LIMIT 0", *question.values).schema.names
    return sorted(set(question.columns).intersection(with_names))


def _lines(connection: Connection, question: Question) -> Iterator[pa.RecordBatch]:
    line = joined([written(column) for column in _known(connection, question)])
    sql = f"SELECT {question.key} AS key, {line} AS line FROM ({question.source}) ORDER BY {question.order}"
    yield from connection.batches(sql, *question.values)


def _cells(connection: Connection, question: Question, key: int | str) -> dict[str, str | None] | None:
    columns = _known(connection, question)
    cells = ", ".join(f"{_text(column)} AS {quote(column)}" for column in columns)
    place = len(question.values) + 1
    sql = f"SELECT {cells} FROM ({question.source}) WHERE {question.key} = ?{place}"
    for row in connection.table(sql, *question.values, key).to_pylist():
        return {column: None if row[column] is None else str(row[column]) for column in columns}
    return None


def _text(column: str) -> str:
    cell = quote(column)
    return f"iif(typeof({cell}) IN ('text', 'null'), {cell}, quote({cell}))"


def _first(was: Iterator[pa.RecordBatch], now: Iterator[pa.RecordBatch]) -> int | str | None:
    """The least key whose line is another, or that only one of both has."""
    old, new = _next(was), _next(now)
    while old is not None and new is not None:
        count = min(old.num_rows, new.num_rows)
        if not old.slice(0, count).equals(new.slice(0, count)):
            return _least(old.slice(0, count), new.slice(0, count))
        old = old.slice(count) if count < old.num_rows else _next(was)
        new = new.slice(count) if count < new.num_rows else _next(now)
    left = old if old is not None else new
    return None if left is None else _key(left, 0)


def _next(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    return next((batch for batch in batches if batch.num_rows), None)


def _least(old: pa.RecordBatch, new: pa.RecordBatch) -> int | str:
    """Where two batches of one length part."""
    parts = [pc.not_equal(old[name], new[name]) for name in ("key", "line")]
    place = pc.index(pc.or_(*parts), True).as_py()
    keys = _key(old, place), _key(new, place)
    return min(keys, key=_order)


def _key(batch: pa.RecordBatch, place: int) -> int | str:
    key: int | str = batch["key"][place].as_py()
    return key


def _order(key: int | str) -> tuple[int, bytes]:
    """As SQLite orders integers, and texts."""
    return (key, b"") if isinstance(key, int) else (0, key.encode())


def changed_columns(was: Mapping[str, str | None], now: Mapping[str, str | None]) -> Sequence[str]:
    """The columns in which two rows differ; one that a side lacks is null there."""
    return [name for name in dict.fromkeys([*now, *was]) if was.get(name) != now.get(name)]
