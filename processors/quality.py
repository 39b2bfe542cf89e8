"""Cleaning that looks at one cell at a time: blanks around text, and the words that mean "nothing".

Duplicates are not decided here: whether a row is the first with its key depends on other batches and files, so the sink
decides it, inside its transaction (see `sinks/relations/`).

>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "city": [" Oslo ", "n/a"]})
>>> outcome = Clean(null_tokens=("", "n/a"))(rows)
>>> outcome.accepted.to_pylist()
[{'_id': 1, 'city': 'Oslo'}, {'_id': 2, 'city': None}]
>>> dict(outcome.counts)
{'trimmed.city': 1, 'emptied.city': 1, 'null.city': 1}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processors.columns import Column
from processors.flags import FLAGS, noted
from processors.frames import with_columns
from processors.outcome import ROW_ID, Outcome, no_rejects


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
        """Cleaned rows; marked as `trimmed.<column>`, as `emptied.<column>` where a null token that is not blank became
        null, and, for every column of any type, as `null.<column>`. The first two are in `_flags` too, where there is
        one: they name the cells that are not as they came."""
        changed: dict[str, pa.Array] = {}
        nulls: dict[str, pa.Array] = {}
        cleaned: dict[str, pa.Array] = {}
        further = dict(self.of_columns)
        for field, cells in zip(rows.schema, rows.columns, strict=True):
            if field.name.startswith("_"):
                continue
            if _is_text(field.type):
                cells, masks = self._cleaned(cells, (*self.null_tokens, *further.get(field.name, ())))
                cleaned[field.name] = cells
                changed |= {f"{what}.{field.name}": mask for what, mask in masks.items()}
            if cells.null_count:
                nulls[f"null.{field.name}"] = pc.is_null(cells)
        if changed and FLAGS in rows.schema.names:
            cleaned[FLAGS] = noted(rows[FLAGS], changed.items())
        marked = {name: rows[ROW_ID].filter(mask).to_numpy() for name, mask in (changed | nulls).items()}
        return Outcome(with_columns(rows, cleaned), no_rejects(), marked)

    def _cleaned(self, cells: pa.Array, null_tokens: tuple[str, ...]) -> tuple[pa.Array, dict[str, pa.Array]]:
        """A column, and where its cells are not as they came, by what was done to them."""
        masks: dict[str, pa.Array] = {}
        bare = pc.utf8_trim_whitespace(cells)
        if self.trim and _any_shortened(cells, bare):
            shortened = pc.not_equal(pc.binary_length(cells), pc.binary_length(bare))
            masks["trimmed"] = pc.fill_null(shortened, fill_value=False)
        told, emptied = _told(bare, bare if self.trim else cells, null_tokens)
        if emptied is not None and emptied.true_count:
            masks["emptied"] = emptied
        return told, masks

    def flags(self, columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        what = ("trimmed", "emptied") if self.trim else ("emptied",)
        return tuple(f"{each}.{column.name}" for column in columns if column.type.is_text for each in what)


def _told(bare: pa.Array, kept: pa.Array, null_tokens: tuple[str, ...]) -> tuple[pa.Array, pa.Array | None]:
    """`kept`, null where the bare cell is a null token; and where that is not blank, as a mask, or None for nowhere.

    Tokens are short: a column whose shortest cell is longer than any need not be compared with them.
    """
    offsets = _offsets(bare)
    longest = max((len(token.encode()) for token in null_tokens), default=-1)
    if len(bare) == 0 or int((offsets[1:] - offsets[:-1]).min()) > longest:
        return kept, None
    nothing = pc.is_in(bare, _words(null_tokens, bare.type))
    if not nothing.true_count:
        return kept, None
    emptied = pc.and_kleene(nothing, pc.greater(pc.binary_length(bare), 0)) if longest else None
    return pc.if_else(nothing, None, kept), emptied


@lru_cache(maxsize=64)
def _words(tokens: tuple[str, ...], kind: pa.DataType) -> pa.Array:
    return pa.array(tokens, kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _any_shortened(cells: pa.Array, bare: pa.Array) -> bool:
    """Whether a cell lost blanks: none did where all of them together are as long as they were."""
    before, behind = _offsets(cells), _offsets(bare)
    return bool(len(cells) and before[-1] - before[0] != behind[-1] - behind[0])


def _offsets(cells: pa.Array) -> npt.NDArray[np.signedinteger[Any]]:
    """Where each cell begins and, one more, the last ends, in bytes; a null has no length."""
    width: type[np.signedinteger[Any]] = np.int64 if pa.types.is_large_string(cells.type) else np.int32
    return np.frombuffer(cells.buffers()[1] or b"", width)[cells.offset : cells.offset + len(cells) + 1]
