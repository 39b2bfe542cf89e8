"""Cleaning that looks at one cell at a time: blanks around text, and the words that mean "nothing".

Duplicates are not decided here: whether a row is the first with its key depends on other batches and files, so the sink
decides it, inside its transaction (see `sinks/uniqueness.py`).

>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "city": [" Oslo ", "n/a"]})
>>> outcome = Clean(null_tokens=("", "n/a"))(rows)
>>> outcome.accepted.to_pylist()
[{'_id': 1, 'city': 'Oslo'}, {'_id': 2, 'city': None}]
>>> dict(outcome.counts)
{'trimmed.city': 1, 'null.city': 1}
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processors.frames import with_columns
from processors.outcome import Outcome, no_rejects


@dataclass(frozen=True, slots=True)
class Clean:
    """Trims text columns and turns null tokens (compared without the blanks around them) into nulls.

    Refuses nothing. Columns whose names start with `_` are ours and left alone. `of_columns`: further null tokens, by
    column.
    """

    trim: bool = True
    null_tokens: tuple[str, ...] = ("",)
    of_columns: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Cleaned rows; counts `trimmed.<column>` and, for every column of any type, `null.<column>` where not zero."""
        counts: dict[str, int] = {}
        cleaned: dict[str, pa.Array] = {}
        further = dict(self.of_columns)
        for field, cells in zip(rows.schema, rows.columns, strict=True):
            if field.name.startswith("_"):
                continue
            if _is_text(field.type):
                bare = pc.utf8_trim_whitespace(cells)
                counts[f"trimmed.{field.name}"] = _shortened(cells, bare) if self.trim else 0
                cells = cleaned[field.name] = _told(
                    bare, bare if self.trim else cells, (*self.null_tokens, *further.get(field.name, ()))
                )
            counts[f"null.{field.name}"] = cells.null_count
        found = {name: count for name, count in counts.items() if count}
        return Outcome(with_columns(rows, cleaned), no_rejects(), found)


def _told(bare: pa.Array, kept: pa.Array, null_tokens: tuple[str, ...]) -> pa.Array:
    """`kept`, null where the bare cell is a null token. Tokens are short: a column whose shortest cell is longer than
    any need not be compared with them."""
    offsets = _offsets(bare)
    longest = max((len(token.encode()) for token in null_tokens), default=-1)
    if len(bare) == 0 or int((offsets[1:] - offsets[:-1]).min()) > longest:
        return kept
    nothing = pc.is_in(bare, _words(null_tokens, bare.type))
    return pc.if_else(nothing, None, kept) if nothing.true_count else kept


@lru_cache(maxsize=64)
def _words(tokens: tuple[str, ...], kind: pa.DataType) -> pa.Array:
    return pa.array(tokens, kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _shortened(cells: pa.Array, bare: pa.Array) -> int:
    """How many cells lost blanks: none where all of them together are as long as they were."""
    before, behind = _offsets(cells), _offsets(bare)
    if not len(cells) or before[-1] - before[0] == behind[-1] - behind[0]:
        return 0
    return int(pc.not_equal(pc.binary_length(cells), pc.binary_length(bare)).true_count)


def _offsets(cells: pa.Array) -> npt.NDArray[np.signedinteger[Any]]:
    """Where each cell begins and, one more, the last ends, in bytes; a null has no length."""
    width: type[np.signedinteger[Any]] = np.int64 if pa.types.is_large_string(cells.type) else np.int32
    return np.frombuffer(cells.buffers()[1] or b"", width)[cells.offset : cells.offset + len(cells) + 1]
