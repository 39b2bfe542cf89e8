"""The least and the greatest of windows, by a sparse table: each level has the extremes of runs twice as long.

M. A. Bender and M. Farach-Colton, "The LCA Problem Revisited", 2000: two runs that overlap cover any window.
"""

from __future__ import annotations

import numpy as np

from processors.feature_views.values import Bools, Ints, Numbers


def extremes(values: Numbers, known: Bools | None, first: Ints, last: Ints, greatest: bool) -> Numbers:
    """Those of `values[first:last]` where `known`; of nothing any number."""
    if known is not None:
        values = np.where(known, values, _end(values, greatest))
    lengths = last - first
    table = _table(values, int(lengths.max(initial=0)), greatest)
    nothing = lengths == 0
    level = np.frexp(lengths)[1].astype(np.int64) - 1 + nothing
    ahead, behind = table[level, first], table[level, last - (1 << level)]
    found: Numbers = np.maximum(ahead, behind) if greatest else np.minimum(ahead, behind)
    return found


def _table(values: Numbers, widest: int, greatest: bool) -> Numbers:
    """At [level, place] the extreme of 2^level values from `place` on, for windows as long as the `widest`."""
    pick = np.maximum if greatest else np.minimum
    table = np.empty((max(widest.bit_length(), 1), len(values) + 1), values.dtype)
    table[0, :-1], table[0, -1] = values, _end(values, greatest)
    for level in range(1, len(table)):
        reach = 1 << (level - 1)
        starts = len(values) + 2 - 2 * reach
        pick(table[level - 1, :starts], table[level - 1, reach : reach + starts], out=table[level, :starts])
    return table


def _end(values: Numbers, greatest: bool) -> float:
    """What every value of this kind is at least, or at the most."""
    if values.dtype == np.float64:
        return -np.inf if greatest else np.inf
    return np.iinfo(np.int64).min if greatest else np.iinfo(np.int64).max


def last_or_first(values: Numbers, first: Ints, last: Ints, greatest: bool) -> Numbers:
    """The same of values that ascend within each window; of nothing any number."""
    return np.append(values, values.dtype.type(0))[last - 1 if greatest else first]
