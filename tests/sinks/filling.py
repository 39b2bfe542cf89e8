"""A step that works with parameters, and datasets that have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from processors.chain import Chain
from processors.flags import FLAGS
from processors.frames import with_columns
from processors.outcome import Outcome, accept
from processors.parameters.model import Parameters, Statistic
from sinks.reading import WarehouseReader
from stream.config import Dataset
from tests.sinks.contents import Rows, rows
from tests.sinks.landings import dataset, rules

COLUMNS = {"id": "string", "amount": "number"}
MEDIAN = Statistic("median", "amount")
POSITIVE = {"check": "range", "column": "amount", "min": 0}
KEY = {"quality": {"duplicates": ["key"]}}


@dataclass(frozen=True, slots=True)
class Fill:
    """Puts a figure of the rows before in the place of nulls."""

    statistic: Statistic = MEDIAN
    figure: str | None = None

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """The figure."""
        return (self.statistic,)

    def given(self, parameters: Parameters, /) -> Self:
        """With the figure."""
        fitted = parameters.of.get(self.statistic)
        return replace(self, figure=fitted.values[0] if fitted is not None and fitted.values else None)

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Fill, and flag what was filled."""
        cells = rows[self.statistic.column]
        if self.figure is None or not cells.null_count:
            return accept(rows)
        name = pa.scalar(f"imputed.{self.statistic.column}")
        flagged = pc.binary_join_element_wise(rows[FLAGS], name, ",", null_handling="skip")
        flags = pc.if_else(cells.is_null(), flagged, rows[FLAGS])
        filled = cells.fill_null(pa.scalar(float(self.figure)))
        return accept(with_columns(rows, {self.statistic.column: filled, FLAGS: flags}))


def filling(name: str = "sales", *, warmup_rows: int = 1000, fill: Fill | None = None, **settings: Any) -> Dataset:
    """Amounts of some keys; missing ones are filled, negative ones refused."""
    parameters: Mapping[str, int] = {"warmup_rows": warmup_rows, **settings.pop("parameters", {})}
    plain = dataset(name, COLUMNS, KEY, rules(POSITIVE), key=["id"], parameters=parameters, **settings)
    cast, *others = plain.chain.steps
    return replace(plain, chain=Chain((cast, fill or Fill(), *others)))


def figures(path: Path) -> dict[int, str | None]:
    """The single figure of each version, where it has one."""
    with WarehouseReader(path) as recorded:
        found = [each.parameters for each in recorded.parameters.versions("sales")]
    return {each.version: next(iter(each.fitted[0].values), None) for each in found}


def in_force(path: Path) -> Rows:
    """The version of each date."""
    return rows(path, "SELECT date, version FROM meta_parameter_dates ORDER BY 1")


def filled(path: Path) -> Rows:
    """The rows that were filled."""
    return rows(path, "SELECT id, amount FROM stg_sales WHERE instr(_flags, 'imputed.amount') ORDER BY _id")
