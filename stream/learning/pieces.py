"""What the log of learning says from a position on: rows that came, and entries of what went.

A learner of fixed ticks takes whole ones only, wherever the rows were cut into entries; what is left waits for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from sinks.models.log import Entry, entries
from sinks.models.rows import ModelRows

#: So many entries of the log are read at once.
ENTRIES_AT_ONCE = 256


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """All of the log is taken up to this row id of this entry."""

    seq: int = 0
    row_id: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """The rows of an entry with ids from `first` to `last`, as far as they are there; of one that tells of removal,
    none."""

    entry: Entry
    first: int
    last: int
    rows: pa.RecordBatch

    @property
    def end(self) -> Position:
        """The position behind it."""
        return Position(self.entry.seq, self.last)

    def id_at(self, place: int) -> int:
        """The id of a row; counted from the last one where it is negative."""
        return int(self.rows["_id"][place].as_py())

    def until(self, count: int) -> Piece:
        """The piece up to its `count`-th row."""
        return replace(self, rows=self.rows.slice(0, count), last=self.id_at(count - 1))


def read(source: ModelRows, after: Position, rows_max: int, since: str = "") -> list[Piece]:
    """What the log says behind a position, until there are `rows_max` rows; of those that came only such of execution
    dates from `since` on."""
    found, rows = list[Piece](), 0
    for piece in _pieces(source, after, rows_max, since):
        found.append(piece)
        rows += piece.rows.num_rows
        if rows >= rows_max:
            break
    return found


def _pieces(source: ModelRows, after: Position, limit: int, since: str) -> Iterator[Piece]:
    last_move = source.last_move()
    for entry in _entries(source, after.seq):
        done = after.row_id if entry.seq == after.seq else entry.id_first - 1
        if entry.change == "removed" and done < entry.id_last:
            yield Piece(entry, entry.id_first, entry.id_last, source.of_entry(entry, done, 0))
            continue
        while done < entry.id_last:
            is_plain = entry.seq >= last_move
            rows = source.between(done + 1, entry.id_last, limit) if is_plain else source.of_entry(entry, done, limit)
            last = rows["_id"][-1].as_py() if rows.num_rows == limit else entry.id_last
            yield Piece(entry, done + 1, last, rows.filter(pc.greater_equal(rows["_date"], since)) if since else rows)
            done = last


def _entries(source: ModelRows, seq: int) -> Iterator[Entry]:
    while found := list(entries(source.connection, source.model.dataset, seq, ENTRIES_AT_ONCE)):
        yield from found
        seq = found[-1].seq + 1


def whole_ticks(pieces: Sequence[Piece], tick_rows: int) -> list[Piece]:
    """The pieces as far as they fill ticks, the last one cut where its last tick ends."""
    rest = sum(piece.rows.num_rows for piece in pieces) // tick_rows * tick_rows
    taken = list[Piece]()
    for piece in pieces:
        if piece.rows.num_rows > rest:
            return [*taken, piece.until(rest)] if rest else taken
        taken.append(piece)
        rest -= piece.rows.num_rows
    return taken
