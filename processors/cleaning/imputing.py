"""Something in the place of nulls: a constant, or a figure of the rows before.

>>> from processors.parameters.model import Fitted
>>> median = Statistic("median", "price", by=("sku",))
>>> price = Substitute("price", ColumnType("integer"), median, by=(ColumnType("string"),))
>>> fitted = Fitted(median, 9, ("4.5",), ((("a",), ("10",)),))
>>> columns = {"sku": ["a", "b", "b"], "price": [None, None, 7], "_flags": pa.nulls(3, pa.string())}
>>> rows = pa.record_batch({"_id": pa.array([1, 2, 3], pa.int64()), **columns})
>>> outcome = Impute((price,)).given(Parameters("shop", 1, "2026-11-20", (fitted,)))(rows)
>>> outcome.accepted["price"].to_pylist(), outcome.accepted["_flags"].to_pylist(), outcome.counts
([10, 4, 7], ['imputed.price', 'imputed.price', None], {'imputed.price': 2})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from processors.cleaning.changing import Changes
from processors.columns import Column, ColumnType
from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.parameters.model import Fitted, Parameters, Statistic
from processors.parameters.observing import IMPUTED
from processors.parameters.writing import read, rounded


@dataclass(frozen=True, slots=True)
class Substitute:
    """What is put into cells of a column that have no value: `constant`, text as the column's values are told, or else
    a `statistic`; of the row's own group, where that has one, else of all rows. `by`: the types of its groups' cells.

    Integers and decimals take a figure rounded, half to even. Where there are no parameters, cells stay null.
    """

    column: str
    type: ColumnType
    statistic: Statistic | None = None
    constant: str | None = None
    by: tuple[ColumnType, ...] = ()

    def cells(self, rows: pa.RecordBatch, parameters: Parameters | None, kind: pa.DataType) -> pa.Array:
        """One cell of `kind` for each of `rows`; null where there is none."""
        if self.statistic is None:
            return pa.repeat(_value(self, self.constant, kind), rows.num_rows)
        fitted = None if parameters is None else parameters.of.get(self.statistic)
        if parameters is None or fitted is None or not fitted.values:
            return pa.nulls(rows.num_rows, kind)
        figure = _value(self, fitted.values[0], kind)
        if not fitted.groups:
            return pa.repeat(figure, rows.num_rows)
        keys = [rows[name] for name in self.statistic.by]
        groups = _groups(self, parameters, tuple(key.type for key in keys), kind)
        return pc.fill_null(groups.figures.take(groups.places(keys)), figure)

    def __hash__(self) -> int:
        """Of the name alone: it is asked for with every batch."""
        return hash(self.column)


@dataclass(frozen=True, slots=True)
class Impute:
    """Gives nulls a value. What stands beside is taken as it came, so the order of the columns does not matter."""

    columns: tuple[Substitute, ...]
    parameters: Parameters | None = None

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """The figures to be put in the place of nulls."""
        return tuple(column.statistic for column in self.columns if column.statistic is not None)

    def given(self, parameters: Parameters, /) -> Impute:
        """With these figures."""
        return replace(self, parameters=parameters)

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Flagged and marked as `imputed.<column>` are the cells that were null and are not now. Refuses nothing."""
        changes = Changes(rows)
        for column in self.columns:
            if rows[column.column].null_count:
                impute(changes, column, self.parameters, rows[column.column].is_null())
        return Outcome(changes.result(), no_rejects(), changes.marked)

    def flags(self, _columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        return tuple(f"{IMPUTED}.{each.column}" for each in self.columns)

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(column.column for column in self.columns))


def impute(changes: Changes, column: Substitute, parameters: Parameters | None, mask: pa.Array) -> None:
    """Put a substitute, or null where there is none, into the cells where `mask` is true. Flag those that change."""
    cells, keys = changes.of(column.column), column.statistic.by if column.statistic else ()
    values = column.cells(changes.rows.select([ROW_ID, *keys]).filter(mask), parameters, cells.type)
    imputed = pc.replace_with_mask(cells, mask, values)
    changes.put(column.column, imputed)
    changes.flag(f"{IMPUTED}.{column.column}", pc.and_(mask, pc.or_(imputed.is_valid(), cells.is_valid())))


@lru_cache(maxsize=1024)
def _value(column: Substitute, text: str | None, kind: pa.DataType) -> pa.Scalar:
    """Casting one text costs more than imputing a small batch, so it is done once."""
    return _values(column, [text], kind)[0]


def _values(column: Substitute, texts: Sequence[str | None], kind: pa.DataType) -> pa.Array:
    """Figures, or the constant, in the type of the column."""
    told = [text and rounded(text, column.type) for text in texts] if column.statistic else texts
    return read(told, column.type).to_arrow().cast(kind)


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Where the figure of a group stands in `figures`. The cells of its first key column are numbered by `values`; such
    a number and that of the cell in the next column, as one, are numbered by `pairs`; and so on."""

    values: tuple[pa.Array, ...]
    pairs: tuple[pa.Array, ...]
    figures: pa.Array

    def places(self, keys: list[pa.Array]) -> pa.Array:
        """The place of each row's group; null where it is not known."""
        place = None
        for key, values, pairs in zip(keys, self.values, self.pairs, strict=True):
            found = pc.index_in(_one_zero(key), values)
            place = pc.index_in(_paired(place, found, len(values)), pairs)
        return place


@lru_cache(maxsize=256)
def _groups(column: Substitute, parameters: Parameters, keys: tuple[pa.DataType, ...], kind: pa.DataType) -> _Groups:
    """Of one column, with keys of these Arrow types."""
    fitted: Fitted = parameters.of[column.statistic]  # type: ignore[index]
    values, pairs = list[pa.Array](), list[pa.Array]()
    place = None
    for position, (arrow, logical) in enumerate(zip(keys, column.by, strict=True)):
        cells = read([key[position] for key, _ in fitted.groups], logical).to_arrow().cast(arrow)
        values.append(cells.unique())
        codes = _paired(place, pc.index_in(cells, values[-1]), len(values[-1]))
        pairs.append(codes.unique())
        place = pc.index_in(codes, pairs[-1])
    figures = _values(column, [figure for _, (figure,) in fitted.groups], kind)
    return _Groups(tuple(values), tuple(pairs), figures)


def _paired(place: pa.Array | None, found: pa.Array, count: int) -> pa.Array:
    """Two numbers as one, the second of which is less than `count`; null where either is."""
    second = found.cast(pa.int64())
    return second if place is None else pc.add(pc.multiply(place.cast(pa.int64()), count), second)


def _one_zero(cells: pa.Array) -> pa.Array:
    """Zero has no sign in parameters."""
    return pc.add(cells, 0.0) if pa.types.is_floating(cells.type) else cells
