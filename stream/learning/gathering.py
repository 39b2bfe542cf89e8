"""The rows of a model, in the parts of a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from processors.learning.batch.baselines import no_change
from processors.learning.batch.measuring import Float64s
from processors.learning.examples import Examples, examples, targets
from processors.learning.model import Model
from processors.outcome import RowIds
from processors.splitting.model import PartName
from sinks.database.connection import Connection
from sinks.models.rows import rows_by_id
from sinks.table import Table
from stream.splits.of_models import rows_of_model


@dataclass(frozen=True, slots=True)
class Gathered:
    """All rows of a model that a warehouse has, in the order of their ids. `keys`: `_id`, `_event_us` and the entity of
    each. `parts`: the ids of those of each part."""

    model: Model
    rows: pa.RecordBatch
    keys: pl.DataFrame
    parts: Mapping[PartName, RowIds]

    def part(self, name: PartName) -> Examples:
        """The examples of a part."""
        return examples(self.model, self.rows.filter(self._within(self.parts[name])))

    def all(self) -> Examples:
        """The examples of all rows, whether they are in a part or not."""
        return examples(self.model, self.rows)

    def before(self, of: Examples, fallback: float) -> Float64s:
        """For each of these examples the last known target before it: see `baselines.no_change`."""
        there = targets(self.model, self.rows)
        entity = () if self.model.view is None else self.model.view.keys
        told = no_change(self.keys.with_columns(pl.Series("target", there, nan_to_null=True)), entity, fallback)
        return told[np.searchsorted(self.keys["_id"].to_numpy(), of.ids)]

    def _within(self, ids: RowIds) -> pa.Array:
        return pa.array(np.isin(self.rows["_id"].to_numpy(), ids))


def gathered(connection: Connection, table: Table, model: Model, parts: Mapping[PartName, RowIds]) -> Gathered:
    """All rows of the model, as the connection sees them; `table`: of its dataset."""
    rows = pa.concat_batches(list(rows_by_id(connection, model)))
    keys = rows_of_model(table, model).keys_by_id(connection)
    return Gathered(model, rows, pl.concat([pl.DataFrame(pl.from_arrow(page)) for page in keys]), parts)
