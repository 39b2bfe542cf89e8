"""Which part of a split each row is in, or why it is in none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processors.splitting.model import EXCLUSIONS, Borders, Exclusion, Split

Int64s = npt.NDArray[np.int64]
#: The place of a row's part; or, less than 0, `EXCLUSIONS[-1 - code]`.
Codes = npt.NDArray[np.int8]

_HASH_RANGE = 1 << 64


@dataclass(frozen=True, slots=True)
class Placed:
    """Where rows are: `parts` by time alone, `codes` by all that the split says."""

    parts: Codes
    codes: Codes


def place(split: Split, where: Borders, event_us: Int64s, entities: Int64s | None = None) -> Placed:
    """Each row's part, by its event time; or why it is in none, of several reasons the last of EXCLUSIONS.

    `entities`: the part of each row's entity, where the split is by entity.
    """
    starts = np.array(where.starts, np.int64)
    ends = np.append(starts[1:], where.end)
    parts = np.maximum(np.searchsorted(starts, event_us, "right") - 1, 0)
    is_bounded = np.append(np.full(len(starts) - 1, fill_value=True), not where.open_end)
    reasons: Mapping[Exclusion, npt.NDArray[np.bool_]] = {
        "purged": (event_us + split.label_horizon_us >= ends[parts]) & is_bounded[parts],
        "embargoed": (event_us < starts[parts] + split.embargo_us) & (parts > 0),
        "entity": np.zeros(len(parts), np.bool_) if entities is None else entities != parts,
        "outside": (event_us < where.starts[0]) | (event_us >= where.end),
    }
    codes = parts.astype(np.int8)
    for number, reason in enumerate(EXCLUSIONS):
        codes[reasons[reason]] = -1 - number
    return Placed(parts.astype(np.int8), codes)


def entity_parts(keys: pa.RecordBatch, weights: Iterable[Fraction]) -> Int64s:
    """The part of each entity, one a row of `keys`: by the first 64 bits of the SHA-256 of its key as JSON, so that the
    parts have about their weights of the entities. It depends on the key alone.
    """
    bounds = [int(_HASH_RANGE * share) for share in accumulate(weights)]
    points = [_point(tuple(key.values())) for key in keys.to_pylist()]
    found: Int64s = np.searchsorted(np.array(bounds[:-1], np.uint64), np.array(points, np.uint64), "right")
    return found


def _point(key: tuple[object, ...]) -> int:
    text = json.dumps(key, ensure_ascii=False, default=str)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
