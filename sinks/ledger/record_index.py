"""Where each record of a span stands in its file, packed small enough to be kept for every span."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Offsets = npt.NDArray[np.int64]
_FIELDS = 3
#: Compressing so little costs more than it saves.
_PLAIN_BYTES = 512
_PLAIN = 0x80


@dataclass(frozen=True, slots=True)
class RecordIndex:
    """Physical line (from 1) and byte range [start, end) of each record, `end` behind its line end; int64 arrays.

    `lines_after`: the line ends of the file up to the end of the span.
    """

    lines: Offsets
    starts: Offsets
    ends: Offsets
    lines_after: int

    def __len__(self) -> int:
        """The number of records."""
        return len(self.lines)

    def at(self, places: Offsets) -> tuple[Offsets, Offsets, Offsets]:
        """Line, first byte and end of some records."""
        return self.lines[places], self.starts[places], self.ends[places]

    def pack(self) -> bytes:
        """Three arrays: lines since the record before, bytes between the two, and the record's length. The first
        record's are counted from zero.

        They are little-endian integers of 2, 4 or 8 bytes, as few as they need, behind a byte that gives this width,
        compressed with Zstandard; those of a few records are not, which that byte says by its highest bit.

        >>> index = RecordIndex(np.array([2, 4]), np.array([10, 33]), np.array([33, 40]), 4)
        >>> unpack(index.pack(), 2, index.lines_after).lines
        array([2, 4])
        """
        fields = np.empty((_FIELDS, len(self)), "<i8")
        fields[0, :1], fields[1, :1] = self.lines[:1], self.starts[:1]
        np.subtract(self.lines[1:], self.lines[:-1], out=fields[0, 1:])
        np.subtract(self.starts[1:], self.ends[:-1], out=fields[1, 1:])
        np.subtract(self.ends, self.starts, out=fields[2])
        most = int(fields.max(initial=0))
        narrow = fields.astype("<i2" if most < 1 << 15 else "<i4") if most < 1 << 31 else fields
        if narrow.nbytes <= _PLAIN_BYTES:
            return bytes([narrow.itemsize | _PLAIN]) + narrow.tobytes()
        return bytes([narrow.itemsize]) + bytes(pa.compress(narrow.tobytes(), codec="zstd", asbytes=True))


def unpack(packed: bytes, count: int, lines_after: int) -> RecordIndex:
    """The index of `count` records that `pack` wrote."""
    width, data = packed[0] & ~_PLAIN, packed[1:]
    if not packed[0] & _PLAIN:
        data = pa.decompress(data, _FIELDS * width * count, codec="zstd", asbytes=True)
    lines, gaps, lengths = np.frombuffer(data, f"<i{width}").reshape(_FIELDS, count).astype(np.int64)
    ends = np.cumsum(gaps + lengths)
    return RecordIndex(np.cumsum(lines), ends - lengths, ends, lines_after)


def empty_index(lines_after: int = 0) -> RecordIndex:
    """The index of no records."""
    nothing = np.empty(0, np.int64)
    return RecordIndex(nothing, nothing, nothing, lines_after)
