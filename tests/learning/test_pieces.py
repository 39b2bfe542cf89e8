"""Whole ticks are cut from what the log says, wherever that was cut into entries."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.models.log import Entry
from stream.learning.pieces import Piece, whole_ticks


def pieces(counts: list[int | None]) -> list[Piece]:
    """An entry with so many rows each; None: an entry of what went."""
    found = []
    for seq, count in enumerate(counts, 1):
        first, last = seq << 32, (seq << 32) + 1000
        entry = Entry(seq, "rides", first, last, "removed" if count is None else "added", "span")
        ids = pa.array(range(first, first + (count or 0)), pa.int64())
        found.append(Piece(entry, first, last, pa.record_batch({"_id": ids})))
    return found


def ids(pieces: list[Piece]) -> list[int]:
    """The rows of all of them."""
    return [row for piece in pieces for row in piece.rows["_id"].to_pylist()]


COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=8)


@settings(deadline=None)
@given(COUNTS, st.integers(1, 9))
def test_as_many_rows_are_taken_as_fill_ticks(counts: list[int | None], tick_rows: int) -> None:
    every = ids(pieces(counts))
    assert ids(whole_ticks(pieces(counts), tick_rows)) == every[: len(every) // tick_rows * tick_rows]


@settings(deadline=None)
@given(COUNTS, st.integers(1, 9))
def test_the_position_is_behind_every_row_that_is_taken_and_before_every_other(
    counts: list[int | None], tick_rows: int
) -> None:
    taken = whole_ticks(pieces(counts), tick_rows)
    left = [row for row in ids(pieces(counts)) if row not in ids(taken)]
    assert all(row <= taken[-1].last for row in ids(taken))
    assert all(row > taken[-1].last for row in left if taken)


def test_what_went_is_taken_as_soon_as_no_row_waits_before_it() -> None:
    assert [piece.entry.seq for piece in whole_ticks(pieces([None, 0, 3, None]), 5)] == [1, 2]
    assert [piece.entry.seq for piece in whole_ticks(pieces([3, None, 2, None]), 5)] == [1, 2, 3, 4]
