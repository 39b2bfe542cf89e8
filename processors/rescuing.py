"""The column `_rescued`: what a record has beside what the contract asks for, a JSON object of text by header name."""

from __future__ import annotations

import json
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


def kept(objects: pa.Array, name: str, mask: pa.Array, texts: pa.Array) -> pa.Array:
    """`objects` with what stood in some cells of a column behind what they hold; `name` is its name in the header.

    `texts`: what stood where `mask` is true, a string a row. A row that keeps something for the column already keeps
    that: it is what came, and this is what an earlier step has made of it.

    >>> objects = pa.array([None, '{"a":"x"}', '{"n":"7"}'])
    >>> kept(objects, "n", pa.array([True] * 3), pa.array(["1", "2", "3"])).to_pylist()
    ['{"n":"1"}', '{"a":"x","n":"2"}', '{"n":"7"}']
    """
    before = objects.filter(mask)
    ids = pa.nulls(len(texts), pa.int64())
    member = _members(encode(pa.record_batch({ROW_ID: ids, name: texts})))
    inner = pc.binary_join_element_wise(_members(before), member, ",", null_handling="skip")
    after = pc.binary_join_element_wise("{", inner, "}", "")
    key = f"{json.dumps(name, ensure_ascii=False)}:"
    known = pc.or_(pc.match_substring(before, f"{{{key}"), pc.match_substring(before, f",{key}"))
    return pc.replace_with_mask(objects, mask, pc.if_else(pc.fill_null(known, fill_value=False), before, after))


def _members(objects: pa.Array) -> pa.Array:
    """What stands between the braces."""
    return pc.utf8_slice_codeunits(objects, 1, -1)
