"""Cells that ask for a wider type: their batch is judged once more, with the contract that takes them."""

from __future__ import annotations

import pyarrow.compute as pc

from processors.errors import NarrowTypeError
from processors.outcome import ROW_ID
from sinks.base import Judged
from sinks.files import RECORDS_MAX


def too_narrow(judged: Judged, until: int = RECORDS_MAX) -> NarrowTypeError | None:
    """The error where cells would fit a wider type of their column that may be; those up to the record `until`."""
    rejected = judged.outcome.rejected
    if not rejected.num_rows or not pc.any(pc.equal(rejected["reasons"].flatten().field("action"), "evolve")).as_py():
        return None
    cells: dict[str, list[str]] = {}
    first = RECORDS_MAX
    for row in rejected.to_pylist():
        record = row[ROW_ID] & RECORDS_MAX
        asking = [reason for reason in row["reasons"] if reason["action"] == "evolve" and record <= until]
        for reason in asking:
            cells.setdefault(reason["column"], []).append(reason["value"])
            first = min(first, record)
    return NarrowTypeError(cells, first) if cells else None
