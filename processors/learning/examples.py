"""Rows as examples: inputs as numbers and categories, the target as a number; rows that teach nothing are refused.

>>> import pyarrow as pa
>>> from processors.columns import ColumnType
>>> number = ColumnType("number")
>>> model = Model(
...     "m", "d", None, "regression", ("y", number), (("x", number),), ("c",), (("c", "?"),), None, None, "", "", ""
... )
>>> rows = pa.record_batch({"_id": [1, 2, 3], "x": [0.5, None, 2.0], "c": ["a", "b", None], "y": [1, 2, 3]})
>>> met = examples(model, rows)
>>> met.ids.tolist(), met.numbers["x"].to_list(), met.categories["c"].to_list(), met.refused
([1, 3], [0.5, 2.0], ['a', '?'], {'null.x': 1})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.frames import to_frame
from processors.learning.design import Numbers, Whole
from processors.learning.limits import LARGEST
from processors.learning.model import Model


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What of `rows` rows can be predicted and learned; one entry an example, in the order of the rows.

    `ids`: `_id`. `positions`: of the examples among the rows. `dates`: their execution dates, where the rows have them.
    `target`: None where the rows have no such column, then there is nothing to learn. `reasons`: the positions of the
    rows that are refused, by reason; a row may be there under several.
    """

    rows: int
    ids: Whole
    positions: Whole
    dates: pa.Array | None
    numbers: pl.DataFrame
    categories: pl.DataFrame
    target: Numbers | None
    reasons: Mapping[str, Whole]

    @property
    def refused(self) -> dict[str, int]:
        """How many rows are refused, by reason."""
        return {reason: len(positions) for reason, positions in self.reasons.items()}


def examples(model: Model, rows: pa.RecordBatch) -> Examples:
    """The examples among `rows`: `_id`, perhaps `_date`, and the model's columns, typed. Never raises on data.

    Reasons: `null.<column>`; `infinite.<column>`, also of a number beyond LARGEST; `missing.<column>` of every
    row, where there is no such column; `class.<target>` of a target that is to be a class, and is neither 0 nor 1. In a
    column that the model fills, nulls are what fills them, and so is the column where it is missing.
    """
    has_target = model.target[0] in rows.schema.names
    reading = _Reading(rows, dict(model.fill))
    numbers = {name: reading.number(name) for name, _ in model.numbers}
    categories = {name: reading.category(name) for name in model.categories}
    target = reading.number(model.target[0]) if has_target else None
    if target is not None and model.task == "classification":
        reading.classes(model.target[0], target)
    return reading.kept(numbers, categories, target)


def targets(model: Model, rows: pa.RecordBatch) -> Numbers:
    """The target of each row that has the column; NaN where a row is refused for it."""
    alone = rows.select(["_id", model.target[0]])
    met = examples(replace(model, numbers=(), categories=()), alone)
    known = np.full(rows.num_rows, np.nan)
    known[met.positions] = np.nan if met.target is None else met.target
    return known


class _Reading:
    """One pass over the columns of rows, which remembers why rows are refused."""

    def __init__(self, rows: pa.RecordBatch, fill: Mapping[str, float | str]) -> None:
        self._rows, self._fill, self._names = rows, fill, frozenset(rows.schema.names)
        self._reasons: dict[str, Whole] = {}

    def number(self, name: str) -> Numbers:
        """A column as floats; NaN where the row is refused for a null."""
        cells = self._column(name, pa.float64())
        if cells is None:
            return np.full(self._rows.num_rows, np.nan)
        values, nulls = _floats(cells)
        if nulls is not None and name in self._fill:
            values, nulls = np.where(nulls, float(self._fill[name]), values), None
        outside = ~(np.abs(values) <= LARGEST)
        if nulls is not None:
            self._refuse("null", name, nulls)
            outside &= ~nulls
        self._refuse("infinite", name, outside)
        return values

    def classes(self, name: str, values: Numbers) -> None:
        """Refuses numbers that are neither 0 nor 1."""
        self._refuse("class", name, (np.abs(values) <= LARGEST) & (values != 0.0) & (values != 1.0))

    def category(self, name: str) -> pa.Array:
        """A column as text."""
        cells = self._column(name, pa.large_string())
        if cells is None:
            return pa.nulls(self._rows.num_rows, pa.large_string())
        text = cells if pa.types.is_large_string(cells.type) else pc.cast(cells, pa.large_string())
        if text.null_count and name in self._fill:
            return pc.fill_null(text, str(self._fill[name]))
        if (nulls := _nulls(text)) is not None:
            self._refuse("null", name, nulls)
        return text

    def kept(self, numbers: dict[str, Numbers], categories: dict[str, pa.Array], target: Numbers | None) -> Examples:
        """The examples: all rows for which there is no reason to refuse them."""
        count = self._rows.num_rows
        keep = np.ones(count, dtype=np.bool_)
        for positions in self._reasons.values():
            keep[positions] = False
        whole = Examples(
            rows=count,
            ids=np.asarray(self._rows["_id"].to_numpy(zero_copy_only=False), np.int64),
            positions=np.flatnonzero(keep),
            dates=self._rows["_date"] if "_date" in self._names else None,
            numbers=_frame({name: pa.array(values) for name, values in numbers.items()}),
            categories=_frame(categories),
            target=target,
            reasons=self._reasons,
        )
        return whole if len(whole.positions) == count else _taken(whole, whole.positions)

    def _column(self, name: str, kind: pa.DataType) -> pa.Array | None:
        """A column, perhaps one that is filled as a whole; None where it is missing, and every row is refused."""
        if name in self._names:
            return self._rows[name]
        if name in self._fill:
            return pa.repeat(pa.scalar(self._fill[name], kind), self._rows.num_rows)
        if self._rows.num_rows:
            self._reasons[f"missing.{name}"] = np.arange(self._rows.num_rows)
        return None

    def _refuse(self, reason: str, name: str, where: npt.NDArray[np.bool_]) -> None:
        if where.any():
            self._reasons[f"{reason}.{name}"] = np.flatnonzero(where)


def _taken(whole: Examples, places: Whole) -> Examples:
    return Examples(
        rows=whole.rows,
        ids=whole.ids[places],
        positions=places,
        dates=None if whole.dates is None else whole.dates.take(pa.array(places)),
        numbers=_at(places, whole.numbers),
        categories=_at(places, whole.categories),
        target=None if whole.target is None else whole.target[places],
        reasons=whole.reasons,
    )


def _at(places: Whole, frame: pl.DataFrame) -> pl.DataFrame:
    """Some rows; a frame without a column has none to take from."""
    return frame[places] if frame.width else frame


def _frame(columns: Mapping[str, pa.Array]) -> pl.DataFrame:
    if not columns:
        return pl.DataFrame()
    return to_frame(pa.record_batch(list(columns.values()), names=list(columns)))


def _floats(cells: pa.Array) -> tuple[Numbers, npt.NDArray[np.bool_] | None]:
    """A column as floats, NaN for a null; and where its nulls are, if there are any."""
    kind = cells.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        # From 2**53 on not every integer is a float; the next one will do.
        known = cells if kind == pa.float64() else pc.cast(cells, pa.float64(), safe=False)
    elif pa.types.is_boolean(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        known = pc.cast(cells, pa.float64())
    else:
        known = pl.Series(cells).cast(pl.Float64, strict=False).to_arrow()
    return known.to_numpy(zero_copy_only=False), _nulls(known)


def _nulls(cells: pa.Array) -> npt.NDArray[np.bool_] | None:
    return pc.is_null(cells).to_numpy(zero_copy_only=False) if cells.null_count else None
