"""What a split came to: how many rows each part has, from when to when, and a hash of their ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from processors.splitting.assigning import Int64s, Placed
from processors.splitting.model import EXCLUSIONS, Exclusion, PartName, Split


@dataclass(frozen=True, slots=True)
class PartManifest:
    """One part. `row_hash`: hexadecimal SHA-256 of its row ids, ascending, 8 bytes each, little endian. `first_us`,
    `last_us`: its first and last event, microseconds since 1970. `excluded`: rows of its time that are in no part.
    """

    part: PartName
    rows: int
    row_hash: str
    first_us: int | None
    last_us: int | None
    excluded: Mapping[Exclusion, int]


class Tally:
    """Counts the rows of a split, page by page, in the order of their ids."""

    def __init__(self, split: Split) -> None:
        self._split = split
        self._hashes = [hashlib.sha256() for _ in split.parts]
        self._rows = [0] * len(split.parts)
        self._times: list[tuple[int, int] | None] = [None] * len(split.parts)
        self._excluded = np.zeros((len(split.parts), len(EXCLUSIONS)), np.int64)

    def add(self, ids: Int64s, event_us: Int64s, placed: Placed) -> None:
        """Rows with greater ids than all before, and where they are."""
        for number in range(len(self._split.parts)):
            chosen = placed.codes == number
            if chosen.any():
                times = event_us[chosen]
                first, last = self._times[number] or (int(times[0]), int(times[0]))
                self._times[number] = min(first, int(times.min())), max(last, int(times.max()))
                self._hashes[number].update(ids[chosen].astype("<i8").tobytes())
                self._rows[number] += int(chosen.sum())
        out = placed.codes < 0
        np.add.at(self._excluded, (placed.parts[out], -1 - placed.codes[out]), 1)

    def manifests(self) -> Iterator[PartManifest]:
        """Of each part, in their order."""
        for number, part in enumerate(self._split.parts):
            first, last = self._times[number] or (None, None)
            excluded = dict(zip(EXCLUSIONS, self._excluded[number].tolist(), strict=True))
            yield PartManifest(part, self._rows[number], self._hashes[number].hexdigest(), first, last, excluded)
