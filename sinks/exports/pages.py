"""The rows of a query as tables of some megabytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

#: So much is held at a time. The cuts follow from the rows, and so do the row groups of a Parquet file.
_PAGE_BYTES = 1 << 24


def pages(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """All rows but the first, which says of what type the columns are (`sinks.rows.storage.FIRST_VALUES`)."""
    waiting, held, skipped = list[pa.RecordBatch](), 0, 1
    for batch in batches:
        waiting.append(batch)
        held += batch.nbytes
        if held >= _PAGE_BYTES:
            yield pa.Table.from_batches(waiting).slice(skipped)
            waiting, held, skipped = [], 0, 0
    if sum(batch.num_rows for batch in waiting) > skipped:
        yield pa.Table.from_batches(waiting).slice(skipped)
