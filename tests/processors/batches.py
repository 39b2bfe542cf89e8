"""Batches that Hypothesis makes up: text as strangers write it, and typed rows with the ends of every type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from processors.outcome import ROW_ID, Outcome

#: Blanks, words for nothing, numbers that are none, times that are not there, and characters that break formats.
NASTY = (
    *("", " ", "\t", "\u00a0", "\u2003\u3000", "\u200b", "\x1c", "\x00", "a\x00b", "NA", " NA ", "na", "null", "-999"),
    *("0x10", "inf", "-inf", "nan", "NaN", "Infinity", "1e309", "-1e309", "1e308", "1e-400", "1_0", "\uff15", "\u0663"),
    *("+5", " 5 ", "5.", ".5", ".", "-", "--5", "1,5", "17.0", "0017", "12abc", "-0.0", "9" * 40, "0." + "3" * 60),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809"),
    *("99999999.99", "100000000.00", "1.005", "+1.50", "1.5e0", "0" * 50 + "1.5"),
    *("true", "FALSE", "Yes", "n", "1", "0", "on", "\u0130", "tr\u00fce"),
    *("2024-02-29", "2023-02-29", "2023-02-30", "2023-2-3", "2023-13-01", "20230203", "2023-02-03T00:00:00"),
    *("2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-11-21T09:30:00Z", "2026-11-21T09:30:00+02:00"),
    *("2026-11-21 24:00:00", "2026-11-21 23:59:60", "2026-11-21 09:30", "2026-11-21T09:30:00.123456789", "yesterday"),
    *('"', '""', "'", "\\", '\\"', "a,b", "a\nb", "\r", "\r\n", "{}", "\U0001f600", "e\u0301", "\ufffd", "\u2028"),
)
#: Any text that UTF-8 can write.
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
CELLS = st.one_of(st.sampled_from(NASTY), st.sampled_from(NASTY), ANY_TEXT, st.integers(-20, 20).map(str))

_INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
_MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001

#: A column of each type that a row may have behind the schema step.
TYPED: Mapping[str, tuple[pa.DataType, st.SearchStrategy[object]]] = {
    "code": (pa.string(), CELLS),
    "name": (pa.large_string(), CELLS),
    "n": (pa.int64(), st.one_of(st.integers(-3, 12), _INT64)),
    "x": (pa.float64(), st.sampled_from([0.0, -0.0, 1e308]) | st.floats(allow_nan=False, allow_infinity=False)),
    "price": (pa.decimal128(10, 2), st.decimals(Decimal(-99_999_999), Decimal(99_999_999), places=2)),
    "paid": (pa.bool_(), st.booleans()),
    "day": (pa.date32(), st.dates(date(1, 1, 1), date(9999, 12, 31))),
    "at": (pa.timestamp("us", "UTC"), _MOMENTS),
    "_flags": (pa.string(), st.sampled_from(["earlier", "earlier,still_earlier"])),
    "_rescued": (pa.string(), st.just('{"extra":" NA "}')),
}


@st.composite
def text_batches(draw: st.DrawFn, header: Sequence[str], rows_max: int = 6) -> pa.RecordBatch:
    """Records of one file, as the reader gives them: ascending row ids, and a text column a name in `header`."""
    rows = draw(st.lists(st.tuples(*(CELLS for _ in header)), max_size=rows_max))
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(header)}
    return pa.record_batch({ROW_ID: draw(row_ids(len(rows)))} | columns)


@st.composite
def typed_batches(draw: st.DrawFn, rows_max: int = 6) -> pa.RecordBatch:
    """Rows as the schema step leaves them, a column of each type, nulls everywhere."""
    cells = [st.none() | values for _, values in TYPED.values()]
    rows = draw(st.lists(st.tuples(*cells), max_size=rows_max))
    columns = {
        name: pa.array([row[place] for row in rows], kind) for place, (name, (kind, _)) in enumerate(TYPED.items())
    }
    return pa.record_batch({ROW_ID: draw(row_ids(len(rows)))} | columns)


@st.composite
def row_ids(draw: st.DrawFn, count: int) -> pa.Array:
    """Ascending row ids with gaps, as they are when an earlier step has refused rows."""
    first = draw(st.sampled_from([1, 2**32 + 1, 2**62]))
    gaps = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    return pa.array([first + sum(gaps[:place]) for place in range(count)], pa.int64())


def text_rows(**columns: Iterable[str | None]) -> pa.RecordBatch:
    """Text columns, with row ids counted from 1."""
    arrays = {name: pa.array(list(cells), pa.string()) for name, cells in columns.items()}
    return with_ids(arrays)


def with_ids(arrays: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """`arrays` as a batch, with row ids counted from 1."""
    count = max((len(array) for array in arrays.values()), default=0)
    return pa.record_batch({ROW_ID: pa.array(range(1, count + 1), pa.int64())} | dict(arrays))


def flagged_rows(**arrays: pa.Array) -> pa.RecordBatch:
    """Typed columns with row ids counted from 1 and empty `_flags`, as rules expect them."""
    count = max(len(array) for array in arrays.values())
    return with_ids(arrays | {"_flags": pa.nulls(count, pa.string())})


def accepted_ids(outcome: Outcome) -> list[int]:
    """The ids of the rows that went through."""
    ids: list[int] = outcome.accepted[ROW_ID].to_pylist()
    return ids


def rejected_ids(outcome: Outcome) -> list[int]:
    """The ids of the rows that were refused."""
    ids: list[int] = outcome.rejected[ROW_ID].to_pylist()
    return ids


def reasons(outcome: Outcome, place: int = 0) -> list[dict[str, str | None]]:
    """The reasons of the rejected row at `place`."""
    found: list[dict[str, str | None]] = outcome.rejected["reasons"][place].as_py()
    return found
