"""The column `_flags`: what is to be known of a row that is loaded all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

FLAGS = "_flags"

#: So many combinations of names may be spelled whether or not a row has them; that is faster than looking.
_COMBINATIONS_MAX = 64
#: Names that are numbered at a time; with as many combinations as there are rows, a number has 63 bits at most.
_NAMES = 32


def having(flags: pa.Array, name: str) -> pa.Array:
    """A mask of the rows of which `name` is said.

    >>> having(pa.array(["a,b", "ab", None]), "b").to_pylist()
    [True, False, False]
    """
    return pc.fill_null(pc.match_substring_regex(flags, f"(^|,){re.escape(name)}(,|$)"), fill_value=False)


def flagged(flags: pa.Array, noted: Iterable[pl.Series]) -> pa.Array:
    """`flags` (names separated by commas, or null) with the name of each mask behind those of its rows.

    Rows share few combinations of names. So combinations are numbered and each is spelled once, at a tenth of what
    joining the names of every row costs.
    """
    masks, spelled = list(noted), list[str | None]([None])
    combination = np.zeros(len(flags), np.int64)
    if flags.null_count < len(flags):
        known = flags.dictionary_encode(null_encoding="encode")
        combination, spelled = known.indices.to_numpy(), known.dictionary.to_pylist()
    while masks:
        some, masks = masks[:_NAMES], masks[_NAMES:]
        count = len(spelled)
        for place, mask in enumerate(some):
            combination = combination + mask.to_numpy() * (count << place)
        if count << len(some) <= _COMBINATIONS_MAX:
            numbers: Iterable[int] = range(count << len(some))
        else:
            present = pa.array(combination).dictionary_encode()
            combination, numbers = present.indices.to_numpy(), present.dictionary.to_pylist()
        spelled = [_spelled(spelled[number % count], some, number // count) for number in numbers]
    return pa.array(spelled, pa.string()).take(pa.array(combination))


def _spelled(before: str | None, masks: Sequence[pl.Series], bits: int) -> str | None:
    names = [mask.name for place, mask in enumerate(masks) if bits >> place & 1]
    return ",".join([before, *names] if before else names) or None


def noted(flags: pa.Array, masks: Iterable[tuple[str, pa.Array]]) -> pa.Array:
    """As `flagged`, of names and Arrow masks without nulls."""
    return flagged(flags, [pl.Series(name, mask) for name, mask in masks])


def names(flags: str | None) -> list[str]:
    """What a row's cell of `_flags` names."""
    return flags.split(",") if flags else []
