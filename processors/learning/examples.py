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
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.learning.model import Model

Numbers: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]

#: A number beyond this is as good as infinite: squares of it, and sums of these, must not overflow.
LARGEST = 1e60


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
    dates: pl.Series | None
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

    A column that is missing is missing in every row, unless the model fills it. A row without the target is refused
    when others have it: when the column is there.
    """
    has_target = model.target[0] in rows.schema.names
    reading = _Reading(rows, dict(model.fill))
    numbers = {name: reading.number(name) for name, _ in model.numbers}
    categories = {name: reading.category(name) for name in model.categories}
    target = reading.number(model.target[0]) if has_target else None
    return reading.kept(numbers, categories, target)


class _Reading:
    """One pass over the columns of rows, which remembers why rows are refused."""

    def __init__(self, rows: pa.RecordBatch, fill: Mapping[str, float | str]) -> None:
        self.rows, self.fill = rows, fill
        self.reasons: dict[str, Whole] = {}

    def number(self, name: str) -> Numbers:
        """A column as floats; NaN where the row is refused."""
        values, nulls = _floats(self._column(name, float("nan"), pa.float64()))
        filling = self.fill.get(name)
        if filling is not None and nulls is not None:
            values, nulls = np.where(nulls, float(filling), values), None
        self._refuse("null", name, nulls)
        outside = ~(np.abs(values) <= LARGEST)
        self._refuse("infinite", name, outside if nulls is None else outside & ~nulls)
        return values

    def category(self, name: str) -> pa.Array:
        """A column as text."""
        cells = _text(self._column(name, None, pa.large_string()))
        if cells.null_count and name in self.fill:
            return pc.fill_null(cells, str(self.fill[name]))
        self._refuse("null", name, _nulls(cells))
        return cells

    def kept(self, numbers: dict[str, Numbers], categories: dict[str, pa.Array], target: Numbers | None) -> Examples:
        """The examples: all rows for which there is no reason to refuse them."""
        count = self.rows.num_rows
        keep = np.ones(count, dtype=np.bool_)
        for positions in self.reasons.values():
            keep[positions] = False
        places = np.flatnonzero(keep)
        names = self.rows.schema.names
        dates = pl.Series("_date", self.rows["_date"]) if "_date" in names else None
        whole = Examples(
            rows=count,
            ids=np.asarray(self.rows["_id"].to_numpy(zero_copy_only=False), np.int64),
            positions=places,
            dates=dates,
            numbers=pl.DataFrame(numbers),
            categories=pl.DataFrame({name: pl.Series(cells) for name, cells in categories.items()}),
            target=target,
            reasons=self.reasons,
        )
        return whole if len(places) == count else _taken(whole, places)

    def _column(self, name: str, otherwise: Any, kind: pa.DataType) -> pa.Array:
        if name in self.rows.schema.names:
            return self.rows[name]
        count = self.rows.num_rows
        if name not in self.fill:
            self.reasons[f"missing.{name}"] = np.arange(count)
        else:
            otherwise = self.fill[name]
        return pa.array([otherwise] * count, kind)

    def _refuse(self, reason: str, name: str, where: npt.NDArray[np.bool_] | None) -> None:
        if where is not None and f"missing.{name}" not in self.reasons and where.any():
            self.reasons[f"{reason}.{name}"] = np.flatnonzero(where)


def _taken(whole: Examples, places: Whole) -> Examples:
    return Examples(
        rows=whole.rows,
        ids=whole.ids[places],
        positions=places,
        dates=None if whole.dates is None else whole.dates[places],
        numbers=whole.numbers[places],
        categories=whole.categories[places],
        target=None if whole.target is None else whole.target[places],
        reasons=whole.reasons,
    )


def _floats(cells: pa.Array) -> tuple[Numbers, npt.NDArray[np.bool_] | None]:
    """A column as floats, NaN for a null; and where its nulls are, if there are any."""
    if pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type):
        cast = pc.cast(cells, pa.float64(), safe=False)
    elif pa.types.is_boolean(cells.type) or pa.types.is_decimal(cells.type) or pa.types.is_null(cells.type):
        cast = pc.cast(cells, pa.float64())
    else:
        cast = pl.Series(cells).cast(pl.Float64, strict=False).to_arrow()
    return cast.to_numpy(zero_copy_only=False), _nulls(cast)


def _text(cells: pa.Array) -> pa.Array:
    return cells if pa.types.is_large_string(cells.type) else pc.cast(cells, pa.large_string())


def _nulls(cells: pa.Array) -> npt.NDArray[np.bool_] | None:
    return pc.is_null(cells).to_numpy(zero_copy_only=False) if cells.null_count else None
