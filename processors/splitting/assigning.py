"""Which part of a split each row is in, or why it is in none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processors.splitting.model import EXCLUSIONS, Borders, Split

Int64s = npt.NDArray[np.int64]
#: The place of a row's part; or, less than 0, `EXCLUSIONS[-1 - code]`.
Codes = npt.NDArray[np.int8]

_HASH_RANGE = 1 << 64


def part_codes(split: Split, where: Borders, event_us: Int64s, entity_parts: Int64s | None) -> Codes:
    """The part of each row, by its event time; or why it is in none, the first of EXCLUSIONS that holds.

    `entity_parts`: the part of each row's entity, where the split is by entity.
    """
    starts = np.array(where.starts, np.int64)
    ends = np.append(starts[1:], where.end)
    parts = np.searchsorted(starts, event_us, "right") - 1
    outside = (parts < 0) | (event_us >= where.end)
    parts = np.maximum(parts, 0)
    has_next = np.full(len(starts), fill_value=True)
    has_next[-1] = not where.open_end
    has_before = np.arange(len(starts)) > 0
    reasons = {
        "purged": has_next[parts] & (event_us >= ends[parts] - split.label_horizon_us) & (split.label_horizon_us > 0),
        "embargoed": has_before[parts] & (event_us < starts[parts] + split.embargo_us),
        "entity": np.zeros(len(parts), np.bool_) if entity_parts is None else entity_parts != parts,
        "outside": outside,
    }
    codes = parts.astype(np.int8)
    for place, name in reversed(list(enumerate(EXCLUSIONS))):
        codes[reasons[name]] = -1 - place
    codes[outside] = -1 - EXCLUSIONS.index("outside")
    return codes


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
