"""Of what type the values of an undeclared column are, in all files that have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl
import pyarrow.compute as pc

from processors.events import decode, is_malformed
from processors.outcome import ROW_ID
from processors.schemas.inference import kinds, named
from processors.schemas.model import UNKNOWN
from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from sinks.rows.backfill import Backfill
from stream.accepting.rescued import kept_texts
from stream.config import Dataset


def observed_type(
    recorded: WarehouseReader, rows: Backfill, dataset: Dataset, files: Iterable[FileEntry], source: str
) -> str | None:
    """The narrowest type of all values; None where there are none. `rows`: the staged ones, where the dataset has no
    raw layer."""
    found, null_tokens = 0, dataset.config.null_tokens
    for entry in files:
        if source in entry.file.header:
            texts = _recorded(recorded, entry, source) if dataset.table.raw else _kept(rows, entry, source)
            for each in texts:
                found |= int(np.bitwise_or.reduce(kinds(each, null_tokens), initial=0))
    name = named(found)
    return None if name == UNKNOWN else name


def _kept(rows: Backfill, entry: FileEntry, source: str) -> Iterator[pl.Series]:
    for page in rows.pages(entry.file.file_id):
        yield pl.Series([each.text for each in kept_texts(page.rows, [source])], dtype=pl.String)


def _recorded(recorded: WarehouseReader, entry: FileEntry, source: str) -> Iterator[pl.Series]:
    for span in recorded.spans(entry.file.file_id):
        events = recorded.events(span.span)
        records = events.filter(pc.invert(is_malformed(events["payload"]))).combine_chunks()
        if records.num_rows:
            ids, payloads = (records[name].combine_chunks() for name in (ROW_ID, "payload"))
            yield pl.Series(decode(ids, payloads, [source])[source])
