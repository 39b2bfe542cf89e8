"""Rows in the order of entity and instant, and how many of them stand before an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from processors.feature_views.values import Ints, as_type

#: Keys stay below this.
_KEY_MAX = 1 << 62


@dataclass(frozen=True, slots=True)
class Timeline:
    """`order`: the places of the rows, by entity and instant. Each row has a key: its entity's code times `width`, and
    the place of its instant, which is its distance from the first of all. Where that takes more than 64 bits it is the
    rank among the instants there are, `known`.
    """

    order: Ints
    keys: Ints
    width: int
    first: int
    known: Ints | None

    @classmethod
    def of(cls, codes: Ints, instants: Ints, entities: int) -> Timeline:
        """That of rows: the code of each one's entity, less than `entities`, and its instant."""
        first, last = (int(instants.min()), int(instants.max())) if instants.size else (0, 0)
        known, width = None, last - first + 2
        if entities * width < _KEY_MAX:
            places = instants - first
        else:
            known, places = np.unique(instants, return_inverse=True)
            width = len(known) + 1
        keys = codes * width + places
        order = np.argsort(keys, kind="stable")  # which takes no time where they are in order
        return cls(order, keys[order], width, first, known)

    def before(self, codes: Ints, instants: Ints | None) -> Ints:
        """How many rows stand before those of each entity that are at the instant or later; None: before all of it."""
        return np.searchsorted(self.keys, codes * self.width if instants is None else self.keys_of(codes, instants))

    def keys_of(self, codes: Ints, instants: Ints) -> Ints:
        """The keys that rows would have."""
        return codes * self.width + self._places(instants)

    def _places(self, instants: Ints) -> Ints:
        if self.known is None:
            return np.clip(instants - self.first, 0, self.width - 1)
        return np.searchsorted(self.known, instants)


def entity_codes(*batches: Sequence[pa.Array]) -> tuple[list[Ints], int]:
    """For each of several batches, given as the columns of its entities: a number for each row's entity, the same
    wherever it is met; and how many numbers there are."""
    lengths = [len(columns[0]) for columns in batches]
    codes, count = np.zeros(sum(lengths), np.int64), 1
    for parts in zip(*batches, strict=True):
        cells = pa.concat_arrays([as_type(part, parts[0].type) for part in parts]).dictionary_encode()
        codes = codes * len(cells.dictionary) + cells.indices.to_numpy()
        count *= len(cells.dictionary)
        if count > len(codes):  # most pairs are of cells that do not meet
            known, codes = np.unique(codes, return_inverse=True)
            count = len(known)
    return np.split(codes, np.cumsum(lengths)[:-1]), count
