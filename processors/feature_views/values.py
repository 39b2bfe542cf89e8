"""Values as the evaluator computes with them: whole numbers, doubles and ranks.

Between fetches they are held as SQLite keeps them best: whole numbers (a decimal without its point, the days of a date,
the microseconds of a timestamp), doubles, or text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.columns import ColumnType

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
#: Integers of 64 bits, or doubles.
Numbers: TypeAlias = npt.NDArray[Any]

#: So many digits of a decimal fit into 64 bits, and into its own 128.
_DIGITS_OF_INTEGER, DIGITS_MAX = 18, 38
_WORD_BITS = 64


@dataclass(frozen=True, slots=True)
class Values:
    """`numbers`: zero where nothing is known. `known`: where a value is; None: everywhere. `words`: what the numbers
    are ranks of, in ascending order, where the values are no numbers."""

    numbers: Numbers
    known: Bools | None
    words: pa.Array | None = None

    def take(self, places: Ints) -> Values:
        """The values at `places`."""
        return replace(self, numbers=self.numbers[places], known=None if self.known is None else self.known[places])


def arrow_type(kind: ColumnType) -> pa.DataType:
    """The Arrow type in which features of `kind` travel."""
    match kind.name:
        case "string" | "category":
            return pa.string()
        case "integer":
            return pa.int64()
        case "number":
            return pa.float64()
        case "decimal":
            return pa.decimal128(kind.precision, kind.scale)
        case "boolean":
            return pa.bool_()
        case "date":
            return pa.date32()
        case "timestamp":
            return pa.timestamp("us", "UTC")


def held_type(kind: ColumnType) -> pa.DataType:
    """The Arrow type in which values of `kind` are held: int64, double or string."""
    if kind.is_text or (kind.name == "decimal" and kind.precision > _DIGITS_OF_INTEGER):
        return pa.string()
    return pa.float64() if kind.name == "number" else pa.int64()


def as_type(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """`column` as `kind`: asking first is quicker than a cast that has nothing to do."""
    return column if column.type == kind else column.cast(kind)


def held(column: pa.Array, kind: ColumnType) -> pa.Array:
    """Typed values as they are held; a number that is not finite is null."""
    if kind.name == "number":
        return finite(as_type(column, pa.float64()))
    if kind.name == "decimal":
        exact = as_type(column, arrow_type(kind))
        if kind.precision <= _DIGITS_OF_INTEGER:
            return pa.array(_low_words(exact), mask=_missing(exact))
        return pl.Series(exact).cast(pl.String).to_arrow().cast(pa.string())  # Arrow would write exponents
    if kind.name == "date":
        return column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    return as_type(as_type(column, arrow_type(kind)), held_type(kind))


def finite(column: pa.Array) -> pa.Array:
    """Doubles; null where they are infinite or no number."""
    values = column.to_numpy(zero_copy_only=False)
    sound = np.isfinite(values)
    return column if sound.all() else pa.array(values, mask=~sound)


def _low_words(decimals: pa.Array) -> Ints:
    words = np.frombuffer(decimals.buffers()[1] or b"", np.int64)
    return words[decimals.offset * 2 : (decimals.offset + len(decimals)) * 2 : 2]


def _missing(column: pa.Array) -> Bools | None:
    return column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None


def numbers_of(column: pa.Array, kind: ColumnType) -> Values:
    """Held values to compute with. Minus zero is zero."""
    plain = held_type(kind)
    if plain == pa.string():
        return _ranked(as_type(column, arrow_type(kind)))
    column = as_type(column, plain)
    missing = _missing(column)
    numbers = (column if missing is None else column.fill_null(0)).to_numpy()
    return Values(numbers if plain == pa.int64() else numbers + 0.0, None if missing is None else ~missing)


def _ranked(column: pa.Array) -> Values:
    known = column.drop_null().unique()
    words = known.take(pc.sort_indices(known))
    ranks = pc.index_in(column, words).cast(pa.int64())
    return Values(ranks.fill_null(0).to_numpy(), column.is_valid().to_numpy(zero_copy_only=False), words)


def typed(values: Values, kind: ColumnType) -> pa.Array:
    """Values as an Arrow array of `kind`."""
    missing = None if values.known is None else ~values.known
    if values.words is not None:
        return values.words.take(pa.array(values.numbers, mask=missing))
    if kind.name == "decimal":
        return decimals(values.numbers, values.numbers >> (_WORD_BITS - 1), missing, kind)
    numbers = pa.array(values.numbers, mask=missing)
    return numbers.cast(pa.int32()).cast(pa.date32()) if kind.name == "date" else as_type(numbers, arrow_type(kind))


def decimals(low: Ints, high: Ints, missing: Bools | None, kind: ColumnType) -> pa.Array:
    """Decimals from the lower and the upper word of their 128 bits."""
    words = np.stack((low, high), axis=-1)
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(arrow_type(kind), len(words), [valid, pa.py_buffer(words)])
