"""What is known in memory of the keys that an index has: enough not to look for most of those that it has not.

A Bloom filter (B. Bloom, 1970): three bits are set for each key, of twelve or more; beyond 16 MiB it does not grow. Of
ten million keys, one in a hundred that is not there is looked for in vain; of a hundred million, most are.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

_BITS_MAX, _BITS_A_KEY, _BITS_SET = 1 << 27, 12, 3

_Places: TypeAlias = npt.NDArray[np.uint64]


class KeyFilter:
    """Keys are added, and never taken out. All keys of one filter are of one type. `keys`: for how many it is made."""

    def __init__(self, keys: int) -> None:
        self._bits = min(1 << (keys * _BITS_A_KEY).bit_length(), _BITS_MAX)
        self._bytes = np.zeros(max(self._bits >> 3, 1), np.uint8)
        self._keys = keys

    def is_outgrown(self, keys: int) -> bool:
        """Whether one for so many keys would tell more."""
        return keys > self._keys and self._bits < _BITS_MAX

    def add(self, keys: pa.ChunkedArray | pa.Array) -> None:
        """From now on, these may be there."""
        for place in self._places(keys):
            np.bitwise_or.at(self._bytes, place >> np.uint64(3), _bit(place))

    def may_have(self, keys: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.bool_]:
        """Of each key, whether it may be there; where it says no, it is not."""
        found = np.ones(len(keys), np.bool_)
        for place in self._places(keys):
            found &= (self._bytes[place >> np.uint64(3)] & _bit(place)) != 0
        return found

    def _places(self, keys: pa.ChunkedArray | pa.Array) -> list[_Places]:
        """The bits of each key: the first by one half of its hash, the others at equal distances by the other half."""
        hashed = pl.Series(values=keys).hash().to_numpy()
        distance = (hashed >> np.uint64(32)) | np.uint64(1)
        return [(hashed + np.uint64(number) * distance) % np.uint64(self._bits) for number in range(_BITS_SET)]


def _bit(place: _Places) -> npt.NDArray[np.uint8]:
    return np.left_shift(np.uint8(1), (place & np.uint64(7)).astype(np.uint8))
