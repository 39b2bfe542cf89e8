"""The split that a model is trained, validated and tested with, and the rows of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processors.errors import ConfigError
from processors.learning.model import Model
from processors.splitting.assigning import Int64s
from processors.splitting.model import PartName, Split
from processors.splitting.written import read, written
from sinks.database.connection import Connection
from sinks.reading import WarehouseReader
from sinks.splits.manifests import record_split, splits
from sinks.splits.rows import SplitRows, rows_of_dataset, rows_of_view
from sinks.table import Table
from stream.splits.counting import Splitting
from stream.splits.splits import borders_of, refuse_empty


@dataclass(frozen=True, slots=True)
class ModelSplit:
    """`split_id`: of the manifest; not `is_new` where the same split of the same rows was there. `parts`: the ids of
    the rows of each, ascending."""

    split_id: int
    is_new: bool
    parts: Mapping[PartName, Int64s]


def split_of_model(warehouse: Path, table: Table, model: Model, split: Split) -> ModelSplit:
    """Split the rows that a model of the dataset with this table has now, and keep the manifest. Raises ConfigError
    where there are no rows, or a part would be empty."""
    rows = rows_of_model(table, model)
    with WarehouseReader(warehouse) as recorded:
        where = borders_of(recorded, rows, split)
        splitting = Splitting(recorded.connection, rows, split, where)
        parts = _parts(splitting)
    manifests = tuple(splitting.tally.manifests())
    refuse_empty(split, manifests)
    split_id, is_new = record_split(warehouse, split.name, rows.name, rows.version, written(split, where), manifests)
    return ModelSplit(split_id, is_new, parts)


def parts_of_split(connection: Connection, table: Table, model: Model, split_id: int) -> dict[PartName, Int64s]:
    """The ids of the rows that the parts of a kept split have now, ascending. Raises ConfigError where it is gone."""
    for stored in splits(connection, split_id):
        return _parts(Splitting(connection, rows_of_model(table, model), *read(stored.definition)))
    raise ConfigError(f"{model.name} was trained with split {split_id}, which is gone; train it anew.")


def rows_of_model(table: Table, model: Model) -> SplitRows:
    """Those of its view; without one, the staged rows of the dataset."""
    return rows_of_dataset(table) if model.view is None else rows_of_view(model.view)


def _parts(splitting: Splitting) -> dict[PartName, Int64s]:
    found: list[list[Int64s]] = [[np.empty(0, np.int64)] for _ in splitting.split.parts]
    for number, ids in splitting.ids():
        found[number].append(ids)
    return {part: np.concatenate(pages) for part, pages in zip(splitting.split.parts, found, strict=True)}
