"""Staged rows as parameters are fitted on them: what was put into a cell is taken out of it again.

So imputed values never move a figure, and fences are made of what came, not of what they have clipped or removed.

>>> from processors.columns import ColumnType
>>> columns = (Column("n", "N", ColumnType("integer")), Column("m", "M", ColumnType("integer")))
>>> staged = {"n": [7, 50], "m": [1, 2], "_flags": ["imputed.n", "clipped.n"], "_rescued": [None, '{"N":"900"}']}
>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), **staged})
>>> observations(rows, columns)["n"].to_pylist()
[None, 900]
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.columns import Column
from processors.flags import FLAGS
from processors.frames import with_columns
from processors.parameters.writing import read
from processors.rescuing import RESCUED

#: What `_flags` says of a cell, as `<what>.<column>`: it has another value than came, which is kept; it has none now,
#: and what came is kept; it has one that the rows before gave it.
CLIPPED, REMOVED, IMPUTED = "clipped", "removed", "imputed"


def observations(rows: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    """`rows`, typed, with `_flags` and `_rescued`: clipped and removed cells hold what came, also where something was
    put in their place later; imputed ones are null.

    `columns`: those of the contract. Of those that `rows` lack nothing is asked.
    """
    told = rows[FLAGS].dictionary_encode()
    said = [frozenset(flags.split(",")) for flags in told.dictionary.to_pylist()]
    observed: dict[str, pa.Array] = {}
    for column in columns:
        if column.name not in rows.schema.names:
            continue
        cells = rows[column.name]
        imputed = _having(told, said, {f"{IMPUTED}.{column.name}"})
        if imputed is not None:
            observed[column.name] = cells = pc.if_else(imputed, None, cells)
        came = _having(told, said, {f"{CLIPPED}.{column.name}", f"{REMOVED}.{column.name}"})
        if came is not None:
            kept = _kept(rows[RESCUED].filter(came), column, cells.type)
            observed[column.name] = pc.replace_with_mask(cells, came, kept)
    return with_columns(rows, observed) if observed else rows


def _having(told: pa.DictionaryArray, said: Sequence[frozenset[str]], names: set[str]) -> pa.Array | None:
    """A mask of the rows of which one of `names` is said; None where there are none."""
    having = [not each.isdisjoint(names) for each in said]
    if not any(having):
        return None
    return pc.fill_null(pa.array(having, pa.bool_()).take(told.indices), fill_value=False)


def _kept(objects: pa.Array, column: Column, kind: pa.DataType) -> pa.Array:
    """What `_rescued` keeps for a column, under any of its names; null where that is nothing of its type."""
    names = list(dict.fromkeys((*column.names, column.name)))
    fields = pl.Struct(dict.fromkeys(names, pl.String()))
    kept = pl.Series("kept", objects).str.json_decode(fields).struct.unnest()
    values = read(kept.select(pl.coalesce(names)).to_series(), column.type)
    return values.to_arrow().cast(kind)
