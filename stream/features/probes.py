"""The entity and the instant that each row of a spine asks about, read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import polars as pl
import pyarrow as pa

from processors.casting.casting import cast, expected, sound
from processors.casting.date_formats import ISO
from processors.columns import ColumnType
from processors.errors import ConfigError
from processors.feature_views.model import EVENT_US
from processors.feature_views.values import arrow_type
from stream.features.spine import Page

_DAY = "%Y-%m-%d"
_MICROSECONDS = ColumnType("integer")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Question:
    """Where a spine has what is asked for. `keys`: by column of the entity, the spine's column and its type. `time`:
    the spine's column of instants, and how text in it is read."""

    keys: tuple[tuple[str, str, ColumnType], ...]
    time: tuple[str, ColumnType]
    null_tokens: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the spine that are read."""
        return (*(column for _, column, _ in self.keys), self.time[0])


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be read in a row of the spine."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Probes:
    """What a page asks. `rows`: the entity's columns and `_event_us`, of the rows that have all of them. `places`: by
    row of the page its place among these, null where it has none. `nameless`: rows of which the entity has a null.
    """

    rows: pa.RecordBatch
    places: pa.Array
    faults: tuple[Fault, ...]
    nameless: int


def time_kind(column: str, event_time: ColumnType) -> ColumnType:
    """How instants in a spine are read: as the dataset's event time is written, as ISO 8601, or as a day, which means
    its midnight; without an offset in the dataset's timezone. A column `_event_us` holds what the warehouse's own does.
    """
    if column == EVENT_US:
        return _MICROSECONDS
    return replace(event_time, formats=tuple(dict.fromkeys((*event_time.formats, ISO, _DAY))))


def asked(page: Page, question: Question) -> Probes:
    """Read the rows of a page. A row whose entity or instant cannot be read asks nothing, and is a fault."""
    keys = [_key(page.rows[column], kind, question.null_tokens) for _, column, kind in question.keys]
    name, kind = question.time
    instants, unread = _instants(page.rows[name], kind, question.null_tokens)
    nameless = _any([values.is_null() & ~misfits for values, misfits in keys], page.rows.num_rows)
    asks = ~_any([nameless, instants.is_null(), *(misfits for _, misfits in keys)], page.rows.num_rows)
    read = [*zip((column for _, column, _ in question.keys), keys, (kind for *_, kind in question.keys), strict=True)]
    faults = [*(_faults(page, column, misfits, kind) for column, (_, misfits), kind in read)]
    faults.append(_faults(page, name, unread, kind))
    columns = {name: _typed(values, kind) for (name, _, kind), (values, _) in zip(question.keys, keys, strict=True)}
    rows = pa.record_batch(columns | {EVENT_US: instants.to_arrow()}).filter(asks.to_arrow())
    told = sorted((fault for each in faults for fault in each), key=lambda fault: fault.number)
    return Probes(rows, _places(asks), tuple(told), int(nameless.sum()))


def _typed(values: pl.Series, kind: ColumnType) -> pa.Array:
    return values.to_arrow().cast(arrow_type(kind))


def _key(column: pa.Array, kind: ColumnType, null_tokens: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """The values, and a mask of cells that are none of this type. Cells of any type are read as their text is."""
    text = _text(column)
    if not kind.is_text:
        return cast(text, kind, null_tokens)
    blank = text.str.strip_chars().is_in([*null_tokens, ""]).fill_null(value=True)
    return text.set(blank, None), pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True)


def _instants(column: pa.Array, kind: ColumnType, null_tokens: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """Microseconds since 1970 UTC, and a mask of cells that are no instant, empty ones among them. What is finer than a
    microsecond is cut off, so no instant is later than it says."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        read = _in_utc(column, kind.timezone)
    elif kind != _MICROSECONDS and not _is_text(column.type):
        raise ConfigError(
            f"the column of instants is {column.type}, which may mean several things. Give it as a timestamp, a date "
            f"or text; or as integer microseconds since 1970 UTC under the name {EVENT_US}."
        )
    else:
        read = cast(_text(column), kind, null_tokens)[0].cast(pl.Int64)
    return read, read.is_null()


def _in_utc(values: pa.Array, timezone: str) -> pl.Series:
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        moments = pl.Series(values.cast(pa.timestamp(values.type.unit, "UTC"))).cast(pl.Datetime("us", "UTC"))
    else:
        naive = pl.Series(values).cast(pl.Datetime("us"))
        local = naive.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        moments = local.dt.convert_time_zone("UTC")
    return sound(moments).to_physical()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def _text(column: pa.Array) -> pl.Series:
    if pa.types.is_decimal(column.type):  # Arrow would write small ones with an exponent
        return pl.Series(column).cast(pl.String)
    return pl.Series(column.cast(pa.large_string()))


def _any(masks: Sequence[pl.Series], count: int) -> pl.Series:
    none = pl.repeat(value=False, n=count, dtype=pl.Boolean, eager=True)
    return reduce(or_, masks, none)


def _places(asks: pl.Series) -> pa.Array:
    numbers = asks.cast(pl.Int64).cum_sum() - 1
    return numbers.set(~asks, None).to_arrow()


def _faults(page: Page, column: str, wrong: pl.Series, kind: ColumnType) -> Iterator[Fault]:
    """The faults of a column, by row."""
    for row in wrong.arg_true().to_list():
        cell = page.rows[column][row].as_py()
        held = "is empty" if cell in (None, "") else f"is {str(cell)[:_SHOWN]!r}"
        yield Fault(page.numbers[row], f"{column} {held}; it must be {expected(kind)}")
