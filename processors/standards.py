"""Text in the form that the contract has for it: one case, one word for each category, codes with all of their digits.

>>> country = Standard("country", synonyms=(("USA", "US"), ("U.S.", "US")), ignore_case=True)
>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "country": ["usa", "NO"], "zip": ["2043", "02043-1"]})
>>> outcome = Standardise((country, Standard("zip", digits=5)))(rows)
>>> outcome.accepted.to_pylist()
[{'_id': 1, 'country': 'US', 'zip': '02043'}, {'_id': 2, 'country': 'NO', 'zip': '02043-1'}]
>>> outcome.counts
{'mapped.country': 1, 'padded.zip': 1}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from processors.casting.letter_case import Case, in_case
from processors.columns import Column
from processors.flags import FLAGS, noted
from processors.frames import with_columns
from processors.outcome import ROW_ID, Outcome, no_rejects

_STEPS = ("cased", "mapped", "padded")


@dataclass(frozen=True, slots=True)
class Standard:
    """How the text of a column is to be written; blanks around a cell do not count.

    `synonyms`: words, each with the one that is to stand for it. With `ignore_case` they are found in upper and lower
    case, and so is that one. `digits`: a cell that is digits alone, and fewer, gets zeros in front. `case`: of all that
    is none of these words, so that they stay as they are written here.
    """

    column: str
    synonyms: tuple[tuple[str, str], ...] = ()
    ignore_case: bool = False
    digits: int = 0
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Standardise:
    """Writes text columns in their case, then replaces synonyms, then puts zeros in front of codes that have lost them.
    Refuses nothing."""

    columns: tuple[Standard, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """The rows; those in which a cell was changed are marked as, and have in `_flags` where there is one,
        `cased.<column>`, `mapped.<column>` or `padded.<column>`."""
        written: dict[str, pa.Array] = {}
        masks: dict[str, pa.Array] = {}
        for standard in self.columns:
            cells = rows[standard.column]
            for what, wanted in zip(_STEPS, (_cased, _mapped, _padded), strict=True):
                better = wanted(cells, standard)
                if better.null_count < len(better):
                    masks[f"{what}.{standard.column}"] = pc.is_valid(better)
                    written[standard.column] = cells = pc.coalesce(better, cells)
        if masks and FLAGS in rows.schema.names:
            written[FLAGS] = noted(rows[FLAGS], masks.items())
        marked = {name: rows[ROW_ID].filter(mask).to_numpy() for name, mask in masks.items()}
        return Outcome(with_columns(rows, written), no_rejects(), marked)

    def flags(self, columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        mine = {standard.column for standard in self.columns} & {column.name for column in columns}
        return tuple(f"{what}.{each.column}" for each in self.columns if each.column in mine for what in _STEPS)


def _cased(cells: pa.Array, standard: Standard) -> pa.Array:
    """`cells` in their case; null where they are so already, or are words that stay as they are written."""
    if standard.case is None:
        return pa.nulls(len(cells), cells.type)
    written = in_case(cells, standard.case)
    differs = pc.not_equal(written, cells)
    if standard.synonyms:
        bare = pc.utf8_trim_whitespace(cells)
        known = _known(standard, cells.type)
        is_known = pc.is_in(pc.utf8_lower(bare) if standard.ignore_case else bare, known)
        differs = pc.and_(differs, pc.invert(is_known))
    return pc.if_else(differs, written, None)


@lru_cache(maxsize=64)
def _known(standard: Standard, kind: pa.DataType) -> pa.Array:
    """The synonyms and the words for them, in small letters where case does not count."""
    words = pa.array(dict.fromkeys(word for pair in standard.synonyms for word in pair), kind)
    return pc.utf8_lower(words) if standard.ignore_case else words


def _mapped(cells: pa.Array, standard: Standard) -> pa.Array:
    """The words to stand for `cells`; null where a cell is no synonym."""
    if not standard.synonyms:
        return pa.nulls(len(cells), cells.type)
    bare = pc.utf8_trim_whitespace(cells)
    words, wanted = _words(standard, cells.type)
    found = wanted.take(pc.index_in(pc.utf8_lower(bare) if standard.ignore_case else bare, words))
    return pc.if_else(pc.not_equal(found, bare), found, None)


@lru_cache(maxsize=64)
def _words(standard: Standard, kind: pa.DataType) -> tuple[pa.Array, pa.Array]:
    """The words to be found and, beside each, the one to stand for it."""
    pairs = list(standard.synonyms)
    if standard.ignore_case:
        pairs += [(wanted, wanted) for _, wanted in pairs]
    words, wanted = (pa.array(each, kind) for each in zip(*pairs, strict=True))
    return pc.utf8_lower(words) if standard.ignore_case else words, wanted


def _padded(cells: pa.Array, standard: Standard) -> pa.Array:
    """`cells` with zeros in front; null where none are missing."""
    if standard.digits < 2:
        return pa.nulls(len(cells), cells.type)
    bare = pc.utf8_trim_whitespace(cells)
    is_short = pc.match_substring_regex(bare, f"^[0-9]{{1,{standard.digits - 1}}}$")
    return pc.if_else(is_short, pc.utf8_lpad(bare, standard.digits, "0"), None)
