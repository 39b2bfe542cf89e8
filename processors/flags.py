"""The column `_flags`: what is to be known of a row that is loaded all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

FLAGS = "_flags"

#: Beyond this many, combinations that no row has are struck off before they double once more.
_COMBINATIONS_MAX = 64


def having(flags: pa.Array, name: str) -> pa.Array:
    """A mask of the rows of which `name` is said.

    >>> having(pa.array(["a,b", "ab", None]), "b").to_pylist()
    [True, False, False]
    """
    return pc.fill_null(pc.match_substring_regex(flags, f"(^|,){re.escape(name)}(,|$)"), fill_value=False)


def flagged(flags: pa.Array, warned: Iterable[pl.Series]) -> pa.Array:
    """`flags` (names separated by commas, or null) with the name of each mask behind those of its rows.

    Rows share few combinations of names. So combinations are numbered and each is spelled once, at a tenth of what
    joining the names of every row costs.
    """
    known = flags.dictionary_encode(null_encoding="encode")
    combination, spelled = known.indices.to_numpy(), known.dictionary.to_pylist()
    for mask in warned:
        combination = combination + mask.to_numpy() * len(spelled)
        spelled += [f"{before},{mask.name}" if before else mask.name for before in spelled]
        if len(spelled) > _COMBINATIONS_MAX:
            present, combination = np.unique(combination, return_inverse=True)
            spelled = [spelled[number] for number in present.tolist()]
    return pa.array(spelled, pa.string()).take(pa.array(combination))
