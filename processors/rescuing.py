"""The column `_rescued`: what a record has beside what the contract asks for, a JSON object of text by header name."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.events import encode
from processors.outcome import ROW_ID

RESCUED = "_rescued"


def rescued(rows: pa.RecordBatch, undeclared: Sequence[str], misfits: Sequence[tuple[str, pl.Series]]) -> pa.Array:
    """An object a row with its undeclared cells and, behind these, its misfits; null where there is neither.

    `misfits`: a header name and a mask of rows each.
    """
    whole = encode(rows.select([ROW_ID, *undeclared])) if undeclared else pa.nulls(rows.num_rows, pa.string())
    if not misfits:
        return whole
    anywhere = pl.select(pl.any_horizontal([mask for _, mask in misfits])).to_series()
    some = rows.filter(anywhere.to_arrow())
    pieces = [_members(encode(some.select([ROW_ID, *undeclared])))] if undeclared else []
    for name, mask in misfits:
        members = _members(encode(some.select([ROW_ID, name])))
        pieces.append(pc.if_else(mask.filter(anywhere).to_arrow(), members, None))
    joined = pc.binary_join_element_wise(*pieces, ",", null_handling="skip")
    objects = pc.binary_join_element_wise("{", joined, "}", "")
    return pc.replace_with_mask(whole, anywhere.to_arrow(), objects)


def _members(objects: pa.Array) -> pa.Array:
    """What stands between the braces."""
    return pc.utf8_slice_codeunits(objects, 1, -1)
